"""Terms: BM25 against bm25s, updates against a fresh build, weights."""

import math

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.index.terms import TermIndex, write_terms

PASSAGES = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=12), min_size=1, max_size=12)


def _written(folder, passages: list[list[str]]) -> TermIndex:
    write_terms(folder, np.full(len(passages), -1), None, passages)
    return TermIndex(folder)


@pytest.fixture
def corpus() -> list[list[str]]:
    generator = np.random.default_rng(3)
    words = [f"mot{n}" for n in range(200)]
    chances = 1 / np.arange(1, 201)
    return [list(generator.choice(words, generator.integers(5, 80), p=chances / chances.sum())) for _ in range(400)]


def test_scores_equal_bm25s(tmp_path, corpus) -> None:
    index = _written(tmp_path / "terms", corpus)
    outside = bm25s.BM25(k1=0.9, b=0.4, method="lucene")
    outside.index(corpus, show_progress=False)
    for query in (["mot3"], ["mot0", "mot17", "mot150"], ["mot5", "mot5", "mot9"]):
        expected = outside.get_scores(query)
        weights = {stem: float(query.count(stem)) for stem in query}
        np.testing.assert_allclose(index.scores(weights, np.arange(len(corpus))), expected, rtol=1e-4, atol=1e-5)
        positions, scores = index.search(weights, 30)
        np.testing.assert_allclose(scores, np.sort(expected)[::-1][: len(scores)], rtol=1e-4)
        np.testing.assert_allclose(index.scores(weights, positions), scores, rtol=1e-5)


def test_search_takes_the_best_k_of_the_whole_ranking(tmp_path, corpus) -> None:
    index = _written(tmp_path / "terms", corpus)
    weights = {"mot2": 1.0, "mot40": 0.3, "unbekannt": 5.0}
    every, scores = index.search(weights, len(corpus))
    for k in (0, 1, 7, 100):
        np.testing.assert_array_equal(index.search(weights, k)[0], every[:k])
    assert np.all(scores > 0)


def test_weights_scale_the_part_of_their_stem(tmp_path, corpus) -> None:
    index = _written(tmp_path / "terms", corpus)
    everywhere = np.arange(len(corpus))
    one, other = index.scores({"mot2": 1.0}, everywhere), index.scores({"mot7": 1.0}, everywhere)
    np.testing.assert_allclose(index.scores({"mot2": 0.5, "mot7": 2.0}, everywhere), 0.5 * one + 2 * other, rtol=1e-4)


@settings(max_examples=60, deadline=None)
@given(PASSAGES, PASSAGES, st.data())
def test_an_update_equals_a_fresh_build(tmp_path_factory, before, new, data) -> None:
    folder = tmp_path_factory.mktemp("terms")
    base = _written(folder / "base", before)
    kept = data.draw(st.lists(st.sampled_from(range(len(before))), unique=True))
    origins = np.array(data.draw(st.permutations([*kept, *[-1] * len(new)])), np.int64)
    write_terms(folder / "updated", origins, base, new)
    rest = iter(new)
    _written(folder / "fresh", [before[origin] if origin >= 0 else next(rest) for origin in origins])
    for file in (folder / "fresh").iterdir():
        assert file.read_bytes() == (folder / "updated" / file.name).read_bytes(), file.name


def test_idf_frequency_and_vocabulary(tmp_path) -> None:
    index = _written(tmp_path / "terms", [["vin", "rouge"], ["vin", "blanc", "vin"], []])
    assert index.vocabulary == ["blanc", "rouge", "vin"]
    assert len(index) == 3
    assert (index.document_frequency("vin"), index.document_frequency("eau")) == (2, 0)
    assert index.idf("vin") == pytest.approx(math.log(1 + 1.5 / 2.5))
    assert index.idf("eau") > index.idf("rouge") > index.idf("vin")


def test_an_index_without_any_word(tmp_path) -> None:
    index = _written(tmp_path / "terms", [[], []])
    assert index.vocabulary == []
    assert len(index.search({"vin": 1.0}, 5)[0]) == 0
    np.testing.assert_array_equal(index.scores({"vin": 1.0}, np.array([1, 0])), [0, 0])
