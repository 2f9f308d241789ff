"""The index: vectors (FAISS), terms (BM25) and store (SQLite), bound into generations published by one rename.

Readers need `Index`; `rag/ingestion.py` alone needs `Building`.
"""

from rag.index.building import Building, Progress
from rag.index.changes import Changes
from rag.index.generation import Index
from rag.index.manifest import Manifest
from rag.index.publication import abandon, sole_writer, unfinished
from rag.index.store import DocumentSummary, FailedRecord, FileStamp
from rag.index.store_writer import StoreWriter
from rag.index.terms import TermIndex
from rag.index.vectors import VectorIndex

__all__ = [
    "Building",
    "Changes",
    "DocumentSummary",
    "FailedRecord",
    "FileStamp",
    "Index",
    "Manifest",
    "Progress",
    "StoreWriter",
    "TermIndex",
    "VectorIndex",
    "abandon",
    "sole_writer",
    "unfinished",
]
