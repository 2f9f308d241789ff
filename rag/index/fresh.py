"""The vectors computed for a generation that is being built, kept so that an interruption loses none of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import numpy as np

FILE = "fresh.sqlite"
_MOST = 900  # parameters in one statement


class FreshVectors:
    """Vectors by the key of their passage, at the precision that the index will keep."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._dimension = dimension
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("CREATE TABLE IF NOT EXISTS vectors (key INTEGER PRIMARY KEY, vector BLOB NOT NULL)")

    def close(self) -> None:
        self._db.close()

    def keys(self) -> np.ndarray:
        """The keys that have a vector, int64, sorted."""
        return np.array([row[0] for row in self._db.execute("SELECT key FROM vectors ORDER BY key")], np.int64)

    def add(self, keys: Iterable[int], vectors: np.ndarray) -> None:
        """Keep a batch; on return it is on the disk."""
        rows = [(int(key), vector.tobytes()) for key, vector in zip(keys, vectors.astype("<f2"), strict=True)]
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        self._db.execute("COMMIT")

    def get(self, keys: np.ndarray) -> np.ndarray:
        """The vectors of these keys, float32 (len(keys), dimension). Raises KeyError when one is missing."""
        found: dict[int, bytes] = {}
        for start in range(0, len(keys), _MOST):
            part = [int(key) for key in keys[start : start + _MOST]]
            found.update(
                self._db.execute(f"SELECT key, vector FROM vectors WHERE key IN ({','.join('?' * len(part))})", part)
            )
        joined = b"".join(found[int(key)] for key in keys)
        return np.frombuffer(joined, "<f2").reshape(len(keys), self._dimension).astype(np.float32)
