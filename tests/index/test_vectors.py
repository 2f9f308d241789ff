"""Vectors: exact on what is stored, carried over without drift, no read beyond the end."""

import faiss
import numpy as np
import pytest

from rag.index.vectors import VectorIndex, write_vectors


def _unit(count: int, dimension: int = 24, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _written(path, vectors: np.ndarray) -> VectorIndex:
    write_vectors(path, vectors.shape[1], np.full(len(vectors), -1), None, lambda positions: vectors[positions])
    return VectorIndex(path)


def test_search_finds_what_an_exact_search_finds(tmp_path) -> None:
    vectors = _unit(3000)
    index = _written(tmp_path / "v.faiss", vectors)
    exact = faiss.IndexFlatIP(vectors.shape[1])
    exact.add(vectors)
    queries = _unit(20, seed=1)
    _, expected = exact.search(queries, 50)
    overlap = [len(set(index.search(q, 50)[0]) & set(e)) / 50 for q, e in zip(queries, expected, strict=True)]
    assert np.mean(overlap) > 0.98


def test_scores_are_those_of_search(tmp_path) -> None:
    index = _written(tmp_path / "v.faiss", _unit(500))
    query = _unit(1, seed=2)[0]
    positions, scores = index.search(query, 40)
    assert np.all(np.diff(scores) <= 0)
    np.testing.assert_allclose(index.scores(query, positions), scores, atol=1e-5)
    np.testing.assert_allclose(index.vectors(positions) @ query, scores, atol=1e-5)


def test_vectors_carried_over_many_times_do_not_drift(tmp_path) -> None:
    index = _written(tmp_path / "0.faiss", _unit(300))
    first = index.vectors(np.arange(300))
    for step in range(1, 6):
        path = tmp_path / f"{step}.faiss"
        write_vectors(path, index.dimension, np.arange(300), index, lambda positions: pytest.fail("nothing is new"))
        index = VectorIndex(path)
    np.testing.assert_array_equal(index.vectors(np.arange(300)), first)


def test_old_and_new_are_put_where_they_belong(tmp_path) -> None:
    old, new = _unit(10), _unit(10, seed=5)
    base = _written(tmp_path / "old.faiss", old)
    origins = np.array([7, -1, 2, -1, 0])
    write_vectors(tmp_path / "new.faiss", base.dimension, origins, base, lambda positions: new[positions])
    expected = np.stack([old[7], new[1], old[2], new[3], old[0]])
    np.testing.assert_allclose(VectorIndex(tmp_path / "new.faiss").vectors(np.arange(5)), expected, atol=1e-3)


def test_more_asked_than_there_is_and_an_empty_index(tmp_path) -> None:
    positions, scores = _written(tmp_path / "3.faiss", _unit(3)).search(_unit(1)[0], 10)
    assert sorted(positions) == [0, 1, 2]
    assert len(scores) == 3
    empty = _written(tmp_path / "0.faiss", np.zeros((0, 24), np.float32))
    assert len(empty) == 0
    assert empty.search(_unit(1)[0], 10)[0].shape == (0,)
    assert empty.vectors(np.array([], np.int64)).shape == (0, 24)


@pytest.mark.parametrize("position", [-1, 3])
def test_a_position_that_is_not_there_is_refused(tmp_path, position: int) -> None:
    index = _written(tmp_path / "v.faiss", _unit(3))
    with pytest.raises(IndexError):
        index.vectors(np.array([position]))
