"""Questions about an article itself, told from questions about its content."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answering import metadata
from rag.records import Document, Hit, Passage, Span

TEXT = "Par Anne Le Goff\n\nLe pont de Kerbihan rouvre lundi."
DOCUMENT = Document(
    id="pont.txt",
    text=TEXT,
    title="Le pont rouvre",
    path="pont.txt",
    author="Anne Le Goff",
    date=date(2025, 3, 1),
    clutter=(Span(0, 16, "byline"),),
    facts=(Span(0, 16, "author"),),
)
HIT = Hit(Passage(f"pont.txt:18-{len(TEXT)}", "pont.txt", 18, len(TEXT), TEXT[18:]), 1.2)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("Qui a écrit l'article sur le pont ?", "author"),
        ("qui a ecrit cet article", "author"),
        ("Qui est l'auteur de l'article sur le pont ?", "author"),
        ("De quand date l’article sur le pont ?", "date"),
        ("Quelle est la date de publication de cet article ?", "date"),
        ("Quand l'article sur le pont a-t-il été publié ?", "date"),
        ("D'où vient cet article ?", "source"),
        ("Quelle est la source de l'article ?", "source"),
        ("Quel est le titre de l'article ?", "title"),
    ],
)
def test_questions_about_the_article(question: str, fact: str) -> None:
    assert metadata.asked_fact(question) == fact


@pytest.mark.parametrize(
    "question",
    [
        "Qui a écrit Les Misérables ?",
        "Comment s'appelle le moteur de recherche dont parle l'article ?",
        "À quelle date le pont rouvre-t-il ?",
        "Quelle source d'énergie le centre utilise-t-il ?",
        "Quand la publication des résultats aura-t-elle lieu ?",
        "Où se trouve le pont ?",
        "Qui a signé le traité ?",
    ],
)
def test_questions_about_the_content(question: str) -> None:
    assert metadata.asked_fact(question) is None


def test_the_topic_is_what_is_left() -> None:
    assert metadata.topic("Qui a écrit l'article sur le pont de Kerbihan ?").split() == ["pont", "kerbihan"]


def test_the_fact_is_quoted_where_the_text_states_it() -> None:
    draft = metadata.answer("author", [HIT], lambda _: DOCUMENT)
    assert draft is not None
    assert draft.short_answer == "Anne Le Goff"
    (claim,) = draft.claims
    assert TEXT[claim.start : claim.end] == "Par Anne Le Goff"
    assert claim.text == "L’article « Le pont rouvre » a pour auteur Anne Le Goff."


def test_a_fact_that_the_text_does_not_state_is_not_answered() -> None:
    assert metadata.answer("date", [HIT], lambda _: DOCUMENT) is None
    assert metadata.answer("author", [], lambda _: DOCUMENT) is None
