"""Exact match, F1 and the SQuAD 2.0 variants, to the last digit as independent implementations have them.

Question by question against torchmetrics' SQuAD; whole runs, best thresholds included, against what transformers'
SQuAD 2.0 evaluation said of random predictions (`make_squad2_reference.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchmetrics.functional.text.squad import squad

from rag.evaluation import metrics
from rag.evaluation.metrics.exact_match import exact_match
from rag.evaluation.metrics.squad2 import BestThreshold, given_answer, gold_answers, no_answer_probability, squad2
from rag.evaluation.metrics.token_f1 import token_f1
from rag.evaluation.records import Example, Prediction

CASES = json.loads((Path(__file__).parent / "squad2_reference.json").read_text(encoding="utf-8"))
PIECES = st.sampled_from(
    "la le l'État d’Amiens Paris paris. PARIS élection élection, 2019 1,5 « » the The a an Beatles beatles' "
    "state-of-the-art New York — € aujourd'hui of".split()
)
TEXT = st.lists(PIECES, max_size=7).map(" ".join) | st.text(alphabet="aetThé '’.,-\u00a0", max_size=20)


@pytest.fixture(scope="module", autouse=True)
def _doubles() -> Iterator[None]:
    # torchmetrics counts in torch's default type, whose seven digits would hide a difference
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@given(TEXT, st.lists(TEXT, min_size=1, max_size=3))
def test_agrees_with_torchmetrics(prediction: str, answers: list[str]) -> None:
    expected = squad(
        [{"id": "1", "prediction_text": prediction}],
        [{"id": "1", "answers": {"text": answers, "answer_start": [0] * len(answers)}}],
    )
    assert 100.0 * exact_match(prediction, answers, "english") == expected["exact_match"].item()
    assert 100.0 * token_f1(prediction, answers, "english") == expected["f1"].item()


def records(case: dict[str, Any]) -> tuple[list[Example], list[Prediction]]:
    examples, predictions = [], []
    for one in case["questions"]:
        answers = tuple(one["answers"])
        examples.append(Example(one["id"], "?", answers=answers, unanswerable=not answers))
        given_text = one["prediction"]
        predictions.append(
            Prediction(
                one["id"],
                short_answer=given_text,
                candidate=given_text or "Paris",
                abstained=not given_text,
                confidence=one["confidence"],
            )
        )
    return examples, predictions


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{len(case['questions'])} questions")
def test_each_question_agrees_with_the_squad2_evaluation(case: dict[str, Any]) -> None:
    for example, prediction in zip(*records(case), strict=True):
        scores = squad2(example, prediction, "english")
        assert scores["exact_match"] == case["exact"][example.id]
        assert scores["f1"] == case["f1"][example.id]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{len(case['questions'])} questions")
def test_whole_runs_agree_with_the_squad2_evaluation(case: dict[str, Any]) -> None:
    found = metrics.aggregates(*records(case), mode="reading", normalisation="english")
    names = {
        "exact": "exact_match", "f1": "f1", "HasAns_exact": "has_ans_exact", "HasAns_f1": "has_ans_f1",
        "NoAns_exact": "no_ans", "NoAns_f1": "no_ans", "best_exact": "best_exact", "best_f1": "best_f1",
    }  # fmt: skip
    whole = case["whole"]
    compared = [name for name in names if name in whole]
    ours = {name: round(100.0 * found["metrics"][names[name]]["value"], 10) for name in compared}
    assert ours == {name: round(whole[name], 10) for name in compared}
    assert found["thresholds"] == {"best_exact": whole["best_exact_thresh"], "best_f1": whole["best_f1_thresh"]}
    for name, total in (("exact_match", "total"), ("has_ans_exact", "HasAns_total"), ("no_ans", "NoAns_total")):
        assert found["metrics"].get(name, {"n": 0})["n"] == whole.get(total, 0)


@given(TEXT, st.lists(TEXT, min_size=1, max_size=3))
def test_bounds_and_order_of_the_two(prediction: str, answers: list[str]) -> None:
    exact, f1 = exact_match(prediction, answers), token_f1(prediction, answers)
    assert 0.0 <= exact <= f1 <= 1.0
    assert token_f1(answers[0], [prediction]) == token_f1(prediction, answers[:1])
    assert exact_match(answers[-1], answers) == token_f1(answers[-1], answers) == 1.0


def test_french_normalisation_forgives_what_the_english_one_does_not() -> None:
    assert exact_match("l’État", ["État"]) == 1.0
    assert exact_match("l’État", ["État"], "english") == 0.0
    assert token_f1("dans la ville d'Amiens", ["Amiens"]) == pytest.approx(2 * (1 / 4) / (1 + 1 / 4))


def test_a_refusal_is_an_empty_answer_whatever_the_record_holds() -> None:
    refused = Prediction("1", short_answer="Paris", abstained=True, confidence=0.25)
    assert given_answer(refused) == ""
    assert no_answer_probability(refused) == 0.75
    assert squad2(Example("1", "?", answers=("Paris",)), refused)["f1"] == 0.0
    assert squad2(Example("1", "?", unanswerable=True), refused) == {"exact_match": 1.0, "f1": 1.0, "no_ans": 1.0}


def test_answering_the_unanswerable_counts_nothing() -> None:
    scores = squad2(Example("1", "?", unanswerable=True), Prediction("1", short_answer="Paris"))
    assert scores == {"exact_match": 0.0, "f1": 0.0, "no_ans": 0.0}


def test_without_gold_answers_nothing_applies() -> None:
    assert squad2(Example("1", "?", gold={"d": 1}), Prediction("1", short_answer="Paris")) == {}


def test_gold_answers_that_normalise_to_nothing_are_left_out() -> None:
    assert gold_answers(Example("1", "?", answers=("« »", "Paris"))) == ["Paris"]
    assert gold_answers(Example("1", "?", answers=("« »",))) == [""]


def test_among_equal_probabilities_the_order_of_the_file_decides() -> None:
    right_first = [1.0] * 50 + [0.0] * 50
    answerable = [True] * 50 + [False] * 50
    sweep = BestThreshold(right_first, answerable, [True] * 100, [0.5] * 100)
    assert sweep(np.ones((1, 100)))[0] == 1.0  # as the script does, though no threshold parts them
    other = BestThreshold(right_first[::-1], answerable[::-1], [True] * 100, [0.5] * 100)
    assert other(np.ones((1, 100)))[0] == 0.5
    assert (sweep.threshold, other.threshold) == (0.5, 0.0)


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 9)), min_size=20, max_size=60)
)
def test_the_sweep_is_the_walk_that_its_definition_describes(questions: list[tuple[bool, float, int]]) -> None:
    answerable, scores, tenths = zip(*questions, strict=True)
    probabilities = [tenth / 10 for tenth in tenths]
    walked = best = sum(not one for one in answerable)
    threshold = 0.0
    for place in sorted(range(len(questions)), key=probabilities.__getitem__):
        walked += scores[place] if answerable[place] else -1
        if walked > best:
            best, threshold = walked, probabilities[place]
    sweep = BestThreshold(scores, answerable, [True] * len(questions), probabilities)
    assert sweep(np.ones((1, len(questions))))[0] == best / len(questions)
    assert sweep.threshold == threshold
