"""Both languages say the same things, and each as its typography wants it."""

from __future__ import annotations

import re
import string
from datetime import date, datetime
from pathlib import Path

import pytest

import rag.web
from rag.web.words import LANGUAGES, Plural, Words, french_spaces, preferred_language

SOURCES = "\n".join(
    path.read_text("utf-8") for path in Path(rag.web.__file__).parent.glob("*.py") if path.name != "words.py"
)
KEYS = sorted(set().union(*LANGUAGES.values()))


def _forms(language: str, key: str) -> list[str]:
    word = LANGUAGES[language][key]
    return list(word) if isinstance(word, Plural) else [word]


@pytest.mark.parametrize("key", KEYS)
def test_every_word_is_in_both_languages_with_the_same_places(key: str) -> None:
    assert all(key in words for words in LANGUAGES.values())
    french, english = (
        [{name for _, name, _, _ in string.Formatter().parse(form) if name} for form in _forms(language, key)]
        for language in ("fr", "en")
    )
    assert french == english


@pytest.mark.parametrize("key", KEYS)
def test_every_word_is_used(key: str) -> None:
    assert f'"{key}"' in SOURCES


def test_every_word_that_is_used_exists() -> None:
    used = set(re.findall(r'\b(?:words|french)\(\s*"(\w+)"', SOURCES))
    used |= set(re.findall(r'state="(\w+)"', SOURCES)) - {"done", "pending", "writing"}
    assert len(used) > 20
    assert used <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_french_typography(key: str) -> None:
    for form in _forms("fr", key):
        written = french_spaces(form)
        assert "'" not in written, "the apostrophe is ’"
        assert "..." not in written
        assert not re.search(r'[ ][;:?!»]|«[ ]|"', written)
        assert not re.search(r"[^\s\u00a0\u202f][;?!»]", written), "a no-break space comes before"
        assert not re.search(r"[^\s\u00a0][:]", written)


def test_text_that_is_put_in_stays_as_it_is() -> None:
    assert Words("fr")("open_source", marker=3, title="a ; b {x}") == "Source 3\u00a0: ouvrir «\u00a0a ; b {x}\u00a0»"


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("fr", 0, "0 document"), ("fr", 1, "1 document"), ("fr", 2, "2 documents"),
        ("fr", 12345, "12\u202f345 documents"),
        ("en", 0, "0 documents"), ("en", 1, "1 document"), ("en", 12345, "12,345 documents"),
    ],
)  # fmt: skip
def test_counts(language: str, count: int, expected: str) -> None:
    assert Words(language)("documents", count=count) == expected


def test_dates() -> None:
    assert Words("fr").date(date(2025, 3, 17)) == "17\u00a0mars 2025"
    assert Words("fr").date(date(2025, 8, 1)) == "1er\u00a0août 2025"
    assert Words("en").date(datetime(2025, 8, 1, 12, 0)) == "1\u00a0August 2025"


def test_an_unknown_language_is_french() -> None:
    assert Words("de").language == "fr"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "fr"), ("", "fr"), ("*", "fr"), ("fr", "fr"), ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"), ("de-DE", "en"), ("en;q=0.5, fr", "fr"), ("FR-fr", "fr"),
        ("frr", "en"), ("en;q=0,fr;q=0.1", "fr"), ("en;q=abc", "fr"), (";;;,,,q=", "en"),
    ],
)  # fmt: skip
def test_preferred_language(header: str | None, language: str) -> None:
    assert preferred_language(header) == language
