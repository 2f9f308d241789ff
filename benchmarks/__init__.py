"""Speed, scale and quality, measured from outside. Never imported by `rag`."""
