"""The vectors of a generation: exhaustive inner-product search over half-precision floats, by FAISS.

Why this kind of index: docs/decisions/vectors.md.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np

KIND = "faiss IndexScalarQuantizer QT_fp16, inner product"
FILE = "vectors.faiss"
_CHUNK = 8192  # vectors added at once: bounds the memory taken while writing


class VectorIndex:
    """One vector for each position. Safe for many threads; the file is memory-mapped, so opening costs nothing."""

    def __init__(self, path: Path) -> None:
        """Raises RuntimeError (FAISS) when the file is not an index."""
        self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self.dimension = int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The `k` positions (int64) with the highest inner product to `vector` (d,), and those (float32), best first.

        Fewer than `k` come back when there are fewer.
        """
        k = min(k, len(self))
        if k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        # One query is a scan that one core finishes before others are awake; the setting holds for this thread only.
        faiss.omp_set_num_threads(1)
        scores, positions = self._index.search(np.ascontiguousarray(vector, np.float32)[None, :], k)
        return positions[0], scores[0]

    def scores(self, vector: np.ndarray, positions: np.ndarray) -> np.ndarray:
        """The inner product of `vector` (d,) with the vector at each position: float32, the same as `search` gives."""
        return self.vectors(positions) @ np.asarray(vector, np.float32)

    def vectors(self, positions: np.ndarray) -> np.ndarray:
        """The stored vectors, float32 (len(positions), d). Raises IndexError for a position that is not there."""
        positions = np.ascontiguousarray(positions, np.int64)
        if len(positions) == 0:
            return np.empty((0, self.dimension), np.float32)
        if positions.min() < 0 or positions.max() >= len(self):  # FAISS would read beyond its memory
            raise IndexError(f"no vector at position {positions.min()} or {positions.max()}: there are {len(self)}")
        return self._index.reconstruct_batch(positions)


def write_vectors(
    path: Path,
    dimension: int,
    origins: np.ndarray,
    base: VectorIndex | None,
    fresh: Callable[[np.ndarray], np.ndarray],
) -> None:
    """Write the vectors of a new generation.

    `origins[p]` is the position in `base` of the vector for position p, or -1 when it is new: `fresh` is asked for
    the new ones by their position. Half floats read back and written again are the same bits, so that a vector
    does not drift however often it is carried over. Raises OSError when the disk is full.
    """
    index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    for start in range(0, len(origins), _CHUNK):
        origin = origins[start : start + _CHUNK]
        chunk = np.empty((len(origin), dimension), np.float32)
        old = origin >= 0
        if base is not None and old.any():
            chunk[old] = base.vectors(origin[old])
        if not old.all():
            chunk[~old] = fresh(start + np.flatnonzero(~old))
        index.add(chunk)
    failure: list[OSError] = []
    with path.open("wb") as file:

        def write(data: bytes) -> int:  # FAISS turns an exception in here into a bare RuntimeError
            try:
                return file.write(data)
            except OSError as error:
                failure.append(error)
                return 0

        try:
            faiss.write_index(index, faiss.PyCallbackIOWriter(write, 1 << 20))  # type: ignore[attr-defined]
        except RuntimeError:
            if failure:
                raise failure[0] from None
            raise
