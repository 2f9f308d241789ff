"""The scripts that made rag/bundled/, from raw text to weights. Never imported by `rag`."""
