"""What a question asks for, however it is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.question import TYPES, analyse, question_type


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Qui dirige l'unité de coopération ?", "who"),
        ("C'est qui le directeur ?", "who"),
        ("Quelle ministre a signé la loi ?", "who"),
        ("Quand la loi a-t-elle été votée ?", "when"),
        ("En quelle année le centre a-t-il ouvert ?", "when"),
        ("Combien de start-ups ont été accompagnées ?", "howmany"),
        ("Quelle est la capacité du centre ?", "howmany"),
        ("COMBIEN DE PROJETS", "howmany"),
        ("Où se trouve le centre ?", "where"),
        ("Dans quelle ville se trouve-t-il ?", "where"),
        ("Pourquoi Séoul a-t-il interdit l'application ?", "why"),
        ("Pour quelle raison ?", "why"),
        ("Comment la ville aide-t-elle les entreprises ?", "how"),
        ("De quelle manière procède-t-elle ?", "how"),
        ("Quels sont les trois axes ?", "list"),
        ("Citez les cinq éléments", "list"),
        ("Que dit Hoang Minh de l'IA ?", "quote"),
        ("Est-ce que le centre est ouvert ?", "yesno"),
        ("Le centre est-il ouvert ?", "yesno"),
        ("Quelle est la devise de la ville ?", "what"),
        ("Qu'est-ce que CLOVA X ?", "what"),
        ("capacité centre gwangju", "keywords"),
    ],
)
def test_types(text: str, kind: str) -> None:
    assert question_type(text) == kind


@pytest.mark.parametrize("text", ["Quelle est la capacité du centre ?", "Où est l’école ?", "Pourquoi l'été ?"])
def test_the_type_does_not_hang_on_accents_but_for_where(text: str) -> None:
    assert question_type(text) == question_type(text.replace("’", "'"))


@given(st.text(max_size=200))
def test_any_text_has_a_type_and_words_for_its_stems(text: str) -> None:
    question = analyse(text)
    assert question.type in TYPES
    assert len(question.words) == len(question.stems) == len(set(question.stems))
    assert question.names <= set(question.stems)


def test_names_and_numbers_are_what_an_answer_must_not_get_wrong() -> None:
    question = analyse("Combien de projets le centre de Gwangju soutenait-il en 2023 ?")
    assert question.names == {"gwangju", "2023"}
    assert "projet" in question.head


def test_capitals_say_nothing_when_all_is_in_capitals() -> None:
    assert analyse("COMBIEN DE PROJETS À GWANGJU ?").names == frozenset()
