"""Follow-ups made to stand alone, and small talk told from questions."""

from __future__ import annotations

import pytest

from rag.conversation import leans_on_history, small_talk, standalone
from rag.records import Turn

GWANGJU = Turn("user", "Quelle est la capacité de calcul du centre de données de Gwangju ?")
REPLY = Turn("assistant", "Il dispose de 88,5 pétaflops [1].")


@pytest.mark.parametrize(
    "question",
    [
        "Et combien de start-ups ?",
        "Et à Busan ?",
        "Pourquoi ?",
        "Qui l'a annoncé ?",
        "Quand a-t-il ouvert ?",
        "Où se trouve-t-elle ?",
        "Quel âge avaient les victimes ?",
        "Dans quel journal l'a-t-elle dit ?",
        "Combien le gouvernement en veut-il d'ici à 2030 ?",
        "Devant quel tribunal les habitants doivent-ils donc aller ?",
    ],
)
def test_a_follow_up_carries_what_it_leans_on(question: str) -> None:
    rewritten = standalone(question, [GWANGJU, REPLY])
    assert rewritten.startswith(question)
    assert "Gwangju" in rewritten


@pytest.mark.parametrize(
    "question",
    [
        "Quelle loi l'Assemblée nationale de Corée a-t-elle adoptée en décembre 2024 ?",
        "Pourquoi Gwangju attire-t-elle les entreprises d'intelligence artificielle ?",
        "Qui est le vice-ministre vietnamien Hoang Minh ?",
        "Combien de processeurs graphiques la Corée du Sud veut-elle acheter en 2025 ?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert standalone(question, [GWANGJU, REPLY]) == question


def test_without_history_every_question_is_left_alone() -> None:
    assert standalone("Et combien de start-ups ?") == "Et combien de start-ups ?"


def test_the_last_question_comes_first_and_nothing_is_said_twice() -> None:
    history = [Turn("user", "Que fait Naver ?"), REPLY, GWANGJU, REPLY]
    rewritten = standalone("Et combien de centres ?", history)
    assert rewritten.index("Gwangju") < rewritten.index("Naver")
    assert rewritten.lower().count("centre") == 1


def test_small_talk_between_questions_carries_nothing() -> None:
    assert "merci" not in standalone("Et combien de start-ups ?", [GWANGJU, REPLY, Turn("user", "Merci !")]).lower()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Bonjour", "greeting"),
        ("Salut !", "greeting"),
        ("bonjour, comment ça va ?", "greeting"),
        ("MERCI BEAUCOUP !!", "thanks"),
        ("Ok, merci", "thanks"),
        ("Super merci pour ton aide", "thanks"),
        ("Que peux-tu faire ?", "help"),
        ("qui es-tu ?", "help"),
        ("À bientôt", "goodbye"),
    ],
)
def test_small_talk(text: str, kind: str) -> None:
    assert small_talk(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, qui est Oh Sang-jin ?",
        "Qui est Simon Robben ?",
        "Merci de me dire combien de projets",
        "aide aux start-ups de Gwangju",
        "",
    ],
)
def test_a_question_is_not_small_talk(text: str) -> None:
    assert small_talk(text) is None


def test_leaning_does_not_depend_on_case_or_apostrophes() -> None:
    assert leans_on_history("QUI L’A ANNONCÉ ?") == leans_on_history("qui l'a annonce ?") is True
