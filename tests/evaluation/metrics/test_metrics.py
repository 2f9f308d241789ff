"""Which metrics apply to which question, and what a whole run comes to."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag.evaluation import metrics
from rag.evaluation.metrics.retrieval import RETRIEVAL_METRICS
from rag.evaluation.records import Example, Prediction, Quote
from rag.records import SourcierError

TEXT = "La loi fut votée en 2019. Le maire de Paris l'approuve."
ANSWERS = {"exact_match", "f1", "has_ans_exact", "has_ans_f1", "answer_in_quote"}
GROUNDING = {"citation_precision", "citation_recall", "quote_fidelity", "unsupported_sentences"}

ANSWERABLE = Example("a", "Quand ?", answers=("en 2019", "2019"), gold={"d": 1}, type="when")
RIGHT = Prediction(
    "a", answer="La loi fut votée en 2019. [1]", short_answer="2019", candidate="2019", confidence=0.9,
    ranking=(("d", 2.0), ("e", 1.0)), quotes=(Quote(1, "d", 0, 25, TEXT[:25], True),),
)  # fmt: skip
UNANSWERABLE = Example("u", "Qui ?", unanswerable=True, type="who")
REFUSED = Prediction("u", answer="Je ne sais pas.", candidate="le maire", abstained=True, confidence=0.2)


def test_an_answerable_question_has_everything_but_no_ans() -> None:
    scores = metrics.per_question(ANSWERABLE, RIGHT, mode="open")
    assert set(scores) == {*RETRIEVAL_METRICS, *ANSWERS, *GROUNDING, "refused"}
    assert {scores[name] for name in ANSWERS} == {1.0}
    assert (scores["mrr@10"], scores["refused"], scores["citation_recall"]) == (1.0, 0.0, 1.0)
    assert all(type(value) is float for value in scores.values())


def test_what_applies_in_each_mode() -> None:
    assert set(metrics.per_question(ANSWERABLE, RIGHT, mode="retrieval")) == set(RETRIEVAL_METRICS)
    assert set(metrics.per_question(ANSWERABLE, RIGHT, mode="reading")) == {*ANSWERS, *GROUNDING, "refused"}
    assert metrics.per_question(UNANSWERABLE, REFUSED, mode="retrieval") == {}
    only_gold = replace(ANSWERABLE, answers=())
    assert set(metrics.per_question(only_gold, RIGHT, mode="open")) == {*RETRIEVAL_METRICS, *GROUNDING, "refused"}


def test_a_refusal() -> None:
    scores = metrics.per_question(UNANSWERABLE, REFUSED, mode="open")
    assert scores == {"exact_match": 1.0, "f1": 1.0, "no_ans": 1.0, "refused": 1.0}
    wrongly = metrics.per_question(ANSWERABLE, replace(RIGHT, abstained=True, short_answer=""), mode="reading")
    assert wrongly == dict.fromkeys(ANSWERS, 0.0) | {"refused": 1.0}


def test_quotes_are_looked_up_in_the_documents_when_these_are_given() -> None:
    claimed = metrics.per_question(ANSWERABLE, RIGHT, mode="open")["quote_fidelity"]
    found = metrics.per_question(ANSWERABLE, RIGHT, mode="open", documents={"d": TEXT})["quote_fidelity"]
    assert claimed == found == 1.0
    for documents in ({"d": TEXT.replace("2019", "2018")}, {"other": TEXT}):
        scores = metrics.per_question(ANSWERABLE, RIGHT, mode="open", documents=documents)
        assert scores["quote_fidelity"] == 0.0


def test_many_at_once_are_as_one_by_one() -> None:
    examples, predictions = run(25)
    one_by_one = [metrics.per_question(*pair, mode="open") for pair in zip(examples, predictions, strict=True)]
    assert metrics.per_questions(examples, predictions, mode="open") == one_by_one


def run(size: int) -> tuple[list[Example], list[Prediction]]:
    """A run in which every fourth question has no answer, and every third is refused."""
    examples, predictions = [], []
    for number in range(size):
        example, prediction = (UNANSWERABLE, RIGHT) if number % 4 == 0 else (ANSWERABLE, RIGHT)
        if number % 3 == 0:
            prediction = REFUSED
        elif number % 5 == 0:
            prediction = replace(RIGHT, short_answer="la loi", candidate="la loi", quotes=(), answer="La loi.")
        confidence = round((number * 37 % size) / size, 2)
        examples.append(replace(example, id=str(number)))
        predictions.append(replace(prediction, id=str(number), confidence=confidence))
    return examples, predictions


def test_a_whole_run() -> None:
    examples, predictions = run(60)
    scores = metrics.per_questions(examples, predictions, mode="open")
    found = metrics.aggregates(examples, predictions, mode="open")
    for name in ("f1", "no_ans", "mrr@10", "citation_recall", "refused"):
        values = [record[name] for record in scores if name in record]
        assert found["metrics"][name]["value"] == pytest.approx(sum(values) / len(values))
        assert found["metrics"][name]["n"] == len(values)
    # of 20 refused (every third), 5 (every twelfth) have no answer, of 15
    assert found["metrics"]["abstention_precision"]["value"] == pytest.approx(5 / 20)
    assert found["metrics"]["abstention_recall"]["value"] == pytest.approx(5 / 15)
    assert found["metrics"]["abstention_f1"]["value"] == pytest.approx(2 * 5 / 35)
    assert {"best_exact", "best_f1", "aurc", "ece"} < set(found["metrics"])
    for name, metric in found["metrics"].items():
        assert set(metric) == {"value", "low", "high", "n"}, name
        assert 0.0 <= metric["low"] <= metric["value"] <= metric["high"] <= 1.0, name
    best, plain = found["metrics"]["best_f1"]["value"], found["metrics"]["f1"]["value"]
    assert best >= plain
    assert set(found["thresholds"]) == {"best_exact", "best_f1"}
    assert found["curves"]["risk_coverage"][-1][0] == 1.0
    assert sum(count for _, _, count in found["curves"]["reliability"]) == 60


def test_the_same_run_gives_the_same_bytes_and_known_scores_change_nothing() -> None:
    examples, predictions = run(40)
    scores = metrics.per_questions(examples, predictions, mode="open")
    first, second, third = (
        json.dumps(metrics.aggregates(examples, predictions, mode="open", **more), allow_nan=False)
        for more in ({}, {}, {"scores": scores})
    )
    assert first == second == third
    assert first != json.dumps(metrics.aggregates(examples, predictions, mode="open", seed=8))
    by_type = metrics.by_type(examples, predictions, mode="open")
    assert by_type == metrics.by_type(examples, predictions, mode="open", scores=scores)


def test_in_retrieval_only_retrieval() -> None:
    examples, predictions = run(20)
    found = metrics.aggregates(examples, predictions, mode="retrieval")
    assert set(found["metrics"]) == set(RETRIEVAL_METRICS)
    assert (found["thresholds"], found["curves"]) == ({}, {"risk_coverage": [], "reliability": []})


def test_what_is_not_defined_is_absent() -> None:
    for prediction in (RIGHT, replace(RIGHT, abstained=True)):
        found = metrics.aggregates([ANSWERABLE], [prediction], mode="open")["metrics"]
        assert "no_ans" not in found
        assert not any(name.startswith("abstention") for name in found)
    nobody_refused = metrics.aggregates([UNANSWERABLE], [replace(RIGHT, id="u")], mode="open")["metrics"]
    assert "abstention_precision" not in nobody_refused
    assert nobody_refused["abstention_recall"]["value"] == 0.0
    empty = metrics.aggregates([], [], mode="open")
    assert empty == {"metrics": {}, "thresholds": {}, "curves": {"risk_coverage": [], "reliability": []}}
    assert metrics.by_type([], [], mode="open") == {}


def test_by_type() -> None:
    examples, predictions = run(24)
    untyped = replace(examples[-1], type="")
    found = metrics.by_type([*examples[:-1], untyped], predictions, mode="open")
    assert list(found) == ["other", "when", "who"]
    assert (found["other"]["n"], found["when"]["n"], found["who"]["n"]) == (1, 17, 6)
    assert set(found["when"]) == {"n", "f1", "exact_match", "answer_in_quote", "mrr@10", "refused"}
    assert set(found["who"]) == {"n", "f1", "exact_match", "refused"}
    assert found["who"]["refused"] == pytest.approx({"value": 2 / 6, "low": 0.0, "high": 2 / 3, "n": 6}, abs=0.2)
    assert metrics.by_type([replace(one, type="") for one in examples], predictions, mode="open") == {}


def test_bad_input_is_one_clear_line() -> None:
    with pytest.raises(SourcierError, match="same order"):
        metrics.aggregates([ANSWERABLE, UNANSWERABLE], [REFUSED, RIGHT], mode="open")
    with pytest.raises(SourcierError, match=r"question a: a confidence lies in 0\.\.1"):
        metrics.aggregates([ANSWERABLE], [replace(RIGHT, confidence=1.5)], mode="open")
    with pytest.raises(SourcierError, match="do not go with"):
        metrics.by_type([ANSWERABLE], [RIGHT], mode="open", scores=[])
    with pytest.raises(SourcierError, match="french, english"):
        metrics.per_question(ANSWERABLE, RIGHT, mode="open", normalisation="latin")
