"""Finding a gold answer in the quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.metrics.answer_in_quote import answer_in_quote
from rag.evaluation.metrics.correctness import is_correct
from rag.evaluation.records import Example, Prediction, Quote

WORDS = st.lists(st.sampled_from("maire Paris élu 2019 voix loi votée hier".split()), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("quotes", "answers", "expected"),
    [
        (["Élu en 2019, le maire de Paris part."], ["LE MAIRE DE PARIS"], 1.0),
        (["Le TGV Paris–Lyon"], ["Lyon"], 1.0),
        (["C'est l’État qui paie."], ["l'État"], 1.0),
        (["En 1930 déjà"], ["3"], 0.0),
        (["En 1930 déjà"], ["30"], 0.0),
        (["En 1930 déjà"], ["19"], 0.0),
        (["Le maire part.", "De Paris"], ["maire de Paris"], 0.0),  # in one quote, not across two
        (["rien"], ["autre", "rien"], 1.0),
        ([], ["Paris"], 0.0),
        (["Paris"], [], None),
        (["Paris"], ["« »"], None),
    ],
)
def test_cases(quotes: list[str], answers: list[str], expected: float | None) -> None:
    assert answer_in_quote(quotes, answers) == expected


@given(WORDS, WORDS, WORDS)
def test_found_wherever_it_stands(before: list[str], answer: list[str], after: list[str]) -> None:
    quote = " ".join(before) + ", les " + " ".join(answer) + " (" + " ".join(after) + ")."
    assert answer_in_quote(["Un autre.", quote], [" ".join(answer).upper()]) == 1.0


def quoted(text: str) -> tuple[Quote, ...]:
    return (Quote(1, "d", 0, len(text), text, True),)


def test_correct_by_f1_or_by_quote() -> None:
    example = Example("1", "?", answers=("maire de Paris",))
    assert is_correct(example, Prediction("1", candidate="le maire de Lyon"))  # two words of three
    assert not is_correct(example, Prediction("1", candidate="Lyon"))
    assert is_correct(example, Prediction("1", candidate="Lyon", quotes=quoted("Le maire de Paris est élu.")))
    assert is_correct(example, Prediction("1", short_answer="maire de Paris"))  # a system without candidates
    assert is_correct(example, Prediction("1", candidate="maire de Paris", abstained=True))
    assert not is_correct(example, Prediction("1"))
    nothing = Example("2", "?", unanswerable=True)
    assert not is_correct(nothing, Prediction("2", candidate="", abstained=True))
    assert not is_correct(nothing, Prediction("2", candidate="« »"))  # nothing is left of it, yet it is no refusal
