"""A real, tiny embedder: each stem is hashed to a direction, so that texts with common words lie close."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from rag import french


class HashingEmbedder:
    """Satisfies `rag.embedding.Embedder`, and remembers what it was asked to embed."""

    def __init__(self, dimension: int = 32, weights: str = "a") -> None:
        self.name = f"hashing-{weights}"
        self.fingerprint = f"hashing-{weights}-{dimension}"
        self.dimension = dimension
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray:
        self.seen.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for stem in french.terms(text):
                seed = zlib.crc32(f"{self.name} {stem}".encode())
                vectors[row] += np.random.default_rng(seed).standard_normal(self.dimension, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(lengths > 0, lengths, 1)
