"""The chat page: what it shows (`messages`, `viewer`, `words`), how it behaves (`page`), how it is served (`server`)."""
