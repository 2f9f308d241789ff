"""Candidate short answers of a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.spans import candidates, has_enumeration, has_place


def spans(sentence: str, kind: str) -> list[str]:
    return [sentence[s.start : s.end] for s in candidates(sentence) if s.kind == kind]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Il dispose de 88,5 pétaflops.", "88,5 pétaflops"),
        ("La ville investit 600 milliards de wons cette année.", "600 milliards de wons"),
        ("Elle ouvre plus de 3 300 infrastructures au public.", "plus de 3 300 infrastructures"),
        ("Le taux atteint 12 % en mars.", "12 %"),
        ("On compte trois axes.", "trois axes"),
    ],
)
def test_quantities_come_with_their_unit(sentence: str, expected: str) -> None:
    assert expected in spans(sentence, "number")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Le 17 février, Séoul a réagi.", "17 février"),
        ("La loi date du 1er mars 2025.", "1er mars 2025"),
        ("Elle a été votée en décembre 2024.", "décembre 2024"),
        ("Ouvert depuis 2023, il tourne.", "2023"),
        ("Au XIXe siècle, tout change.", "XIXe siècle"),
    ],
)
def test_dates(sentence: str, expected: str) -> None:
    assert expected in spans(sentence, "date")


def test_a_year_is_a_date_and_not_a_quantity() -> None:
    assert spans("Ouvert depuis 2023, il tourne.", "number") == []


def test_names_leave_out_the_capital_of_the_sentence() -> None:
    assert spans("Selon Oh Sang-jin, la ville avance.", "name") == ["Oh Sang-jin"]
    assert spans("Le centre de Gwangju a grandi.", "name") == ["Gwangju"]


def test_quotations_and_reasons() -> None:
    assert spans("Le slogan « Gwangju à votre service » plaît.", "quote") == ["Gwangju à votre service"]
    assert spans("Il a fermé parce que la neige bloquait la route.", "reason") == [
        "parce que la neige bloquait la route"
    ]


def test_places_and_enumerations() -> None:
    assert has_place("Le centre ouvre à Gwangju.")
    assert not has_place("Le centre ouvre demain.")
    assert has_enumeration("Elle aide les écoles, les usines et les hôpitaux.")
    assert not has_enumeration("Elle aide les écoles.")


@given(st.text(max_size=300))
def test_spans_lie_in_their_sentence(sentence: str) -> None:
    for span in candidates(sentence):
        assert 0 <= span.start < span.end <= len(sentence)
