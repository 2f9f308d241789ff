"""The two normalisations, and the words in which an answer is looked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.metrics.normalisation import normalise, words
from rag.records import SourcierError

FRENCH_TEXT = st.text(alphabet="aàbdeélsux19 lL'’ «»-,.…\u00a0\u202f€%", max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’État", "état"),
        ("l'eau de la Seine", "eau de seine"),
        ("Du pain, des jeux et UN cirque !", "pain jeux et cirque"),
        ("aux États-Unis", "étatsunis"),
        ("d’Amiens", "d amiens"),
        ("« Aujourd'hui »…", "aujourd hui"),
        ("3\u202f300\u00a0habitants", "3 300 habitants"),
        ("88,5 % — environ", "885 environ"),
        ("e\u0301lue", "élue"),
        ("là", "là"),  # a place, not an article
        ("Lelan", "lelan"),
        ("L", "l"),  # without an apostrophe it is a letter
        ("Un", ""),
        ("", ""),
    ],
)
def test_french(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Beatles' best", "beatles best"),
        ("an «A» team", "« » team"),  # only ASCII punctuation goes
        ("l’eau, l'eau", "l’eau leau"),
        ("a  the", ""),
    ],
)
def test_english_is_that_of_squad(text: str, expected: str) -> None:
    assert normalise(text, "english") == expected


def test_unknown_normalisation_is_one_clear_line() -> None:
    for function in (normalise, words):
        with pytest.raises(SourcierError, match="french, english"):
            function("mot", "german")


@given(FRENCH_TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(FRENCH_TEXT)
def test_case_apostrophes_spaces_and_articles_do_not_count(text: str) -> None:
    other = text.upper().replace("'", "’").replace(" ", "\u00a0")
    assert normalise(f"les {other} ") == normalise(text)


def test_words_are_separated_by_punctuation() -> None:
    assert words("La ligne Paris–Lyon (l'express), 1,5 h") == ["ligne", "paris", "lyon", "express", "1", "5", "h"]
    assert words("The A-team", "english") == ["team"]
