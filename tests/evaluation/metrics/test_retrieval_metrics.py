"""Retrieval metrics against trec_eval itself (pytrec_eval), ties and short rankings included."""

from __future__ import annotations

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.metrics.retrieval import RETRIEVAL_METRICS, retrieval_scores
from rag.evaluation.records import Example, Prediction

NAMES = {
    "hit@1": "success_1", "hit@5": "success_5", "hit@10": "success_10",
    "recall@5": "recall_5", "recall@10": "recall_10", "recall@100": "recall_100",
    "ndcg@10": "ndcg_cut_10", "map": "map",
}  # fmt: skip
DOCUMENTS = [f"d{number}" for number in range(30)]
GOLD = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 3), min_size=1, max_size=5).filter(
    lambda gold: any(gold.values())
)
# few scores, so that many are equal; two that only differ beyond 32 bits
SCORES = st.sampled_from([0.0, 0.5, 1.0, 1.0 + 1e-12, 2.5, -3.0])
RANKING = st.dictionaries(st.sampled_from(DOCUMENTS), SCORES, max_size=30)


def trec_eval(gold: dict[str, int], run: dict[str, float]) -> dict[str, float]:
    wanted = {"success.1,5,10", "recall.5,10,100", "ndcg_cut.10", "map", "recip_rank"}
    found = pytrec_eval.RelevanceEvaluator({"q": gold}, wanted).evaluate({"q": run})["q"]
    first_ten = dict(sorted(run.items(), key=lambda one: (float_32(one[1]), one[0]), reverse=True)[:10])
    cut = pytrec_eval.RelevanceEvaluator({"q": gold}, {"recip_rank"}).evaluate({"q": first_ten})["q"]
    return {name: found[theirs] for name, theirs in NAMES.items()} | {"mrr@10": cut["recip_rank"]}


def float_32(number: float) -> float:
    return round(number, 6)  # as near as trec_eval tells these scores apart


@given(st.lists(st.tuples(GOLD, RANKING.filter(bool)), min_size=1, max_size=4))
def test_agrees_with_trec_eval(topics: list[tuple[dict[str, int], dict[str, float]]]) -> None:
    examples = [Example(str(place), "?", gold=gold) for place, (gold, _) in enumerate(topics)]
    predictions = [Prediction(str(place), ranking=tuple(run.items())) for place, (_, run) in enumerate(topics)]
    assert retrieval_scores(examples, predictions) == [trec_eval(gold, run) for gold, run in topics]


def scores_of(gold: dict[str, int], *ranking: tuple[str, float]) -> dict[str, float]:
    return retrieval_scores([Example("q", "?", gold=gold)], [Prediction("q", ranking=ranking)])[0]


def test_equal_scores_are_ordered_by_id_as_trec_eval_does() -> None:
    assert scores_of({"a": 1}, ("a", 1.0), ("b", 1.0))["mrr@10"] == 0.5
    assert scores_of({"b": 1}, ("a", 1.0), ("b", 1.0))["hit@1"] == 1.0


def test_the_tenth_rank_counts_and_the_eleventh_does_not() -> None:
    ranking = [(f"x{number:02}", 100.0 - number) for number in range(20)]
    assert scores_of({"x09": 1}, *ranking)["mrr@10"] == pytest.approx(1 / 10)
    eleventh = scores_of({"x10": 1}, *ranking)
    assert (eleventh["mrr@10"], eleventh["recall@100"], eleventh["map"]) == (0.0, 1.0, pytest.approx(1 / 11))


def test_a_document_that_stands_twice_counts_once_with_its_best_score() -> None:
    twice = scores_of({"a": 1, "c": 1}, ("a", 3.0), ("b", 2.0), ("a", 1.0), ("c", 0.5))
    assert twice == scores_of({"a": 1, "c": 1}, ("a", 3.0), ("b", 2.0), ("c", 0.5))


def test_an_empty_ranking_is_zero_and_no_gold_does_not_apply() -> None:
    assert scores_of({"a": 1}) == dict.fromkeys(RETRIEVAL_METRICS, 0.0)
    assert scores_of({}, ("a", 1.0)) == {}
    assert scores_of({"a": 0}, ("a", 1.0)) == {}
    found = retrieval_scores(
        [Example("q", "?"), Example("q", "?", gold={"a": 1})], [Prediction("q"), Prediction("q", ranking=(("a", 1.0),))]
    )
    assert found[0] == {}
    assert found[1]["map"] == 1.0


def test_grades_weigh_in_ndcg() -> None:
    best_first = scores_of({"a": 3, "b": 1}, ("a", 2.0), ("b", 1.0))["ndcg@10"]
    assert best_first == 1.0 > scores_of({"a": 3, "b": 1}, ("b", 2.0), ("a", 1.0))["ndcg@10"]


def test_any_string_may_be_a_document_id() -> None:
    odd = Example("q", "?", gold={"\ud800": 1, "": 1, "a b\n": 1})
    ranked = Prediction("q", ranking=(("🙂\x00", 3.0), ("\ud800", 2.0), ("", 1.0)))
    (scores,) = retrieval_scores([odd], [ranked])
    assert scores["mrr@10"] == 0.5
    assert scores["recall@5"] == pytest.approx(2 / 3)
