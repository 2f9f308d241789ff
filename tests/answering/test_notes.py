"""Notes beside an answer: sources that disagree, and words that count time from the day of their article."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering import Draft
from rag.answering.notes import differ, notes
from rag.records import Citation, Claim, DocumentReference, Note
from rag.web.notes import note_line
from rag.web.words import Words


def citation(marker: int, quote: str, document: str = "a", day: date | None = date(2025, 3, 17)) -> Citation:
    return Citation(marker, DocumentReference(document, document, None, document, date=day), "p", 0, len(quote), quote)


def draft(citations: list[Citation], said: list[tuple[int, str]]) -> Draft:
    claims = tuple(Claim(c.quote, c.passage_id, c.document.id, c.start, c.end) for c in citations)
    return Draft(claims, said[0][1] if said else None, 0.9, abstained=False, said=tuple(said))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("3 300 GPU", "3\u202f500 GPU", True),
        ("en 2019", "2021", True),
        ("3 mai 2024", "12 mai 2024", True),
        ("mai 2024", "juin 2024", True),
        ("3 300 GPU", "3300 GPU", False),
        ("2019", "mars 2019", False),
        ("10 GPU", "10 millions d'euros", False),
        ("12 élèves", "40 ans", False),
        ("Gwangju", "Séoul", False),
        ("", "3", False),
    ],
)
def test_two_values_of_the_same_thing_differ(one: str, other: str, expected: bool) -> None:
    assert differ(one, other) is expected
    assert differ(other, one) is expected


@given(st.text(max_size=40))
def test_nothing_differs_from_itself(text: str) -> None:
    assert not differ(text, text)
    assert not differ(text, f"{text} {text}")


def test_sources_that_disagree_are_named_with_their_dates() -> None:
    citations = [
        citation(1, "La région achète 3 300 processeurs.", "a"),
        citation(2, "La région achète 3 500 processeurs.", "b", date(2025, 4, 1)),
    ]
    (note,) = notes(draft(citations, [(0, "3 300 processeurs"), (1, "3 500 processeurs")]), citations)
    assert note == Note("disagreement", (1, 2), ("3 300 processeurs", "3 500 processeurs"))
    assert note_line(note, citations, Words("fr")) == (
        "Les sources ne donnent pas la même réponse\u00a0: «\u00a03 300 processeurs\u00a0» [1] (17\u00a0mars 2025), "
        "«\u00a03 500 processeurs\u00a0» [2] (1er\u00a0avril 2025)."
    )
    assert note_line(note, citations, Words("en")).startswith("The sources do not give the same answer: “3 300")


def test_one_document_does_not_disagree_with_itself() -> None:
    citations = [citation(1, "Elle compte 40 places."), citation(2, "L'autre salle compte 60 places.")]
    assert notes(draft(citations, [(0, "40 places"), (1, "60 places")]), citations) == ()


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("Le ministre viendra lundi.", ("lundi",)),
        ("Il a parlé hier soir, puis ce matin.", ("hier soir", "ce matin")),
        ("Aujourd’hui, la ville vote.", ("Aujourd’hui",)),
        ("Le projet a commencé l'année dernière.", ("l'année dernière",)),
        ("Il est mort il y a trois ans.", ("il y a trois ans",)),
        ("Le musée ferme le lundi et ouvre du mardi au samedi.", None),
        ("Le vote aura lieu lundi 3 mars.", None),
        ("Le centre compte 88,5 pétaflops.", None),
    ],
)
def test_words_that_count_from_the_day_of_the_article(quote: str, words: tuple[str, ...] | None) -> None:
    citations = [citation(1, quote)]
    found = notes(draft(citations, []), citations)
    assert found == ((Note("relative_date", (1,), words),) if words else ())
    undated = [citation(1, quote, day=None)]
    assert notes(draft(undated, []), undated) == ()
    if words:
        assert note_line(found[0], citations, Words("fr")).endswith("l’article [1] est daté du 17\u00a0mars 2025.")
