"""The terms of a generation: BM25 over the stems of `rag.french`, for weighted queries.

BM25 as Lucene computes it without rounding lengths (Kamphuis et al. 2020, "Which BM25 Do You Mean?"):
score(q, p) = sum over stems t of weight(t) * idf(t) * tf / (tf + k1 * (1 - b + b * length(p) / mean length)).

Stored are the counts alone, by stem (a compressed sparse column matrix); scores come out of them as a query is
asked. So an update has no scores to recompute, and the counts by passage are the same matrix turned round.
Why not a library: docs/decisions/bm25.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import scipy.sparse

K1, B = 0.9, 0.4
FOLDER = "terms"
_MOST = np.iinfo(np.uint16).max


class TermIndex:
    """BM25 over the passages of a generation, by position. Safe for many threads; postings are memory-mapped."""

    def __init__(self, folder: Path, *, k1: float = K1, b: float = B) -> None:
        """`k1` and `b` are BM25's, as the manifest says them. Raises OSError or ValueError for a damaged folder."""
        text = (folder / "vocabulary.txt").read_text("utf-8")
        self.vocabulary: list[str] = text.split("\n") if text else []  # the stems, sorted
        self._ids = {stem: number for number, stem in enumerate(self.vocabulary)}
        self._starts = np.load(folder / "starts.npy")
        self._positions = np.asarray(np.load(folder / "positions.npy", mmap_mode="r"))
        self._counts = np.asarray(np.load(folder / "counts.npy", mmap_mode="r"))
        self._lengths = np.load(folder / "lengths.npy")
        mean = float(self._lengths.mean()) if len(self._lengths) else 0.0
        self._norms = (k1 * (1 - b + b * self._lengths / (mean or 1.0))).astype(np.float32)

    def __len__(self) -> int:
        """The number of passages."""
        return len(self._lengths)

    def document_frequency(self, stem: str) -> int:
        """The number of passages that hold the stem."""
        number = self._ids.get(stem)
        return 0 if number is None else int(self._starts[number + 1] - self._starts[number])

    def idf(self, stem: str) -> float:
        """log(1 + (N - df + .5) / (df + .5)); a stem that no passage holds has the highest there can be."""
        frequency = self.document_frequency(stem)
        return math.log(1 + (len(self) - frequency + 0.5) / (frequency + 0.5))

    def search(self, weights: Mapping[str, float], k: int) -> tuple[np.ndarray, np.ndarray]:
        """The `k` best positions (int64) and their scores (float32) for weighted stems, best first.

        Passages that score 0 or less do not come back. Equal scores stand in the order of their positions.
        """
        totals = np.zeros(len(self), np.float32)
        for stem, weight in weights.items():
            number = self._ids.get(stem)
            if number is not None and weight:
                postings = slice(self._starts[number], self._starts[number + 1])
                positions = self._positions[postings]  # none twice, so += adds every one
                totals[positions] += self._scores(stem, weight, positions, self._counts[postings])
        found = np.flatnonzero(totals > 0)
        if 0 < k < len(found):  # only what can be among the best is sorted
            least = np.partition(totals[found], len(found) - k)[len(found) - k]
            found = found[totals[found] >= least]
        found = found[np.argsort(-totals[found], kind="stable")][: max(k, 0)]
        return found, totals[found]

    def scores(self, weights: Mapping[str, float], positions: np.ndarray) -> np.ndarray:
        """The score of each of the given positions, float32, as `search` would give it; 0 where no stem occurs."""
        asked = np.asarray(positions, np.int64)
        totals = np.zeros(len(asked), np.float32)
        for stem, weight in weights.items():
            number = self._ids.get(stem)
            if number is None or not weight:
                continue
            postings = slice(self._starts[number], self._starts[number + 1])
            holders = self._positions[postings]
            places = np.minimum(np.searchsorted(holders, asked), len(holders) - 1)
            held = holders[places] == asked
            totals[held] += self._scores(stem, weight, asked[held], self._counts[postings][places[held]])
        return totals

    def _scores(self, stem: str, weight: float, positions: np.ndarray, counts: np.ndarray) -> np.ndarray:
        tf = counts.astype(np.float32)
        return np.float32(weight * self.idf(stem)) * (tf / (tf + self._norms[positions]))

    @cached_property
    def by_passage(self) -> scipy.sparse.csr_matrix:
        """How often each stem (column) occurs in each passage (row): what an update carries over."""
        columns = scipy.sparse.csc_matrix(
            (self._counts, self._positions, self._starts), shape=(len(self), len(self.vocabulary))
        )
        return columns.tocsr()


def write_terms(
    folder: Path,
    origins: np.ndarray,
    base: TermIndex | None,
    fresh: Iterable[list[str]],
) -> None:
    """Write the terms of a new generation into a new folder.

    `origins[p]` is the position in `base` of the passage now at p, or -1 when it is new; `fresh` gives the stems of
    the new ones, in order. The result does not depend on what was carried over and what is new.
    """
    ids: dict[str, int] = {stem: number for number, stem in enumerate(base.vocabulary if base else [])}
    flat: list[int] = []
    starts = [0]
    for stems in fresh:
        flat.extend([ids.setdefault(stem, len(ids)) for stem in stems])
        starts.append(len(flat))
    if len(starts) - 1 != int((origins < 0).sum()):
        raise ValueError("the stems of the new passages do not match their number")

    width = len(ids)
    ones = np.ones(len(flat), np.int32)
    new = scipy.sparse.csr_matrix(
        (ones, np.array(flat, np.int32), np.array(starts, np.int64)), shape=(len(starts) - 1, width)
    )
    new.sum_duplicates()
    if base is not None:
        old = base.by_passage[origins[origins >= 0]].astype(np.int32)
        old.resize(old.shape[0], width)
        new = scipy.sparse.vstack([old, new], format="csr")
    # the rows stand as carried over, then new: bring them into the order of their positions
    order = np.empty(len(origins), np.int64)
    order[np.concatenate([np.flatnonzero(origins >= 0), np.flatnonzero(origins < 0)])] = np.arange(len(origins))
    rows = new[order]

    # keep the stems that still occur, and number them as they sort
    used = np.flatnonzero(np.bincount(rows.indices, minlength=width))
    names = list(ids)
    sorted_ids = np.array(sorted(used, key=lambda number: names[number]), np.int64)
    renumbered = np.zeros(width, np.int32)
    renumbered[sorted_ids] = np.arange(len(sorted_ids), dtype=np.int32)
    rows = scipy.sparse.csr_matrix(
        (rows.data, renumbered[rows.indices], rows.indptr), shape=(len(origins), len(sorted_ids))
    )
    lengths = np.asarray(rows.sum(axis=1), np.int64).ravel().astype(np.int32)
    columns = rows.tocsc()
    columns.sort_indices()

    folder.mkdir()
    (folder / "vocabulary.txt").write_text("\n".join(names[number] for number in sorted_ids), "utf-8")
    np.save(folder / "starts.npy", columns.indptr.astype(np.int64))
    np.save(folder / "positions.npy", columns.indices.astype(np.int32))
    np.save(folder / "counts.npy", np.minimum(columns.data, _MOST).astype(np.uint16))
    np.save(folder / "lengths.npy", lengths)
