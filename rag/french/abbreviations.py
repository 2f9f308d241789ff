"""Acronyms that a text explains itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.french.analysis import STOP_WORDS, fold

_SHORT = r"(?P<short>[A-ZÀ-Þ](?:[.&’'-]?\w){1,11})\.?"
_SHORT_INSIDE = re.compile(rf"\(\s*[«\"“]?\s*{_SHORT}\s*[»\"”]?\s*[),;:]")
_LONG_INSIDE = re.compile(
    rf"(?<![\w.]){_SHORT}\s*[»\"”]?\s*\(\s*[«\"“]?\s*(?P<long>[^().;:]{{3,160}}?)\s*[»\"”]?\s*[).;:]"
)
_LONGEST = 160  # characters of an explained name
_BORDER = re.compile(r"[().;:!?]|\n\s*\n")
_PIECE = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[\s,'’ʼ«»\"“”\-\u2010\u2011]*")  # what may stand between the words of one name
_SKIPPED = STOP_WORDS | {"and", "contre", "for", "in", "of", "the"}


def acronyms(text: str) -> dict[str, str]:
    """Pairs that the text itself explains: `l'intelligence artificielle (IA)` gives {"IA": "intelligence artificielle"}.

    Either may come first: `PME (petites et moyennes entreprises)`. The initials of the words must spell the short
    form; articles and prepositions may lend theirs or not. Short forms are given without points and plural s
    (`O.N.U.` as `ONU`, `ONGs` as `ONG`). The first explanation stands. After Schwartz & Hearst (2003), "A simple
    algorithm for identifying abbreviation definitions in biomedical text", reduced to initials.
    """
    pairs: dict[str, str] = {}
    for match in _SHORT_INSIDE.finditer(text):
        first = max(0, match.start() - _LONGEST)
        before = text[first : match.start()]
        if first:
            before = before.partition(" ")[2]  # the window may begin inside a word
        _add(pairs, match.group("short"), _BORDER.split(before)[-1], at_end=True)
    for match in _LONG_INSIDE.finditer(text):
        _add(pairs, match.group("short"), match.group("long"), at_end=False)
    return pairs


def _add(pairs: dict[str, str], short: str, long: str, at_end: bool) -> None:
    short = re.sub(r"[.&]", "", short)
    if len(short) > 2 and short.endswith("s") and short[:-1].isupper():
        short = short[:-1]
    letters = re.sub(r"\W", "", fold(short))
    if len(letters) > 1 and (found := _spelled(long, letters, at_end)):
        pairs.setdefault(short, " ".join(found.split()))


def _spelled(text: str, letters: str, at_end: bool) -> str | None:
    """The end of `text`, or all of it, whose words spell `letters`."""
    pieces = list(_PIECE.finditer(text))
    words = [fold(piece.group()) for piece in pieces]
    last = len(pieces) - 1
    for first in range(last - 1, -1, -1) if at_end else [0] if last > 0 else []:
        if not _BETWEEN.fullmatch(text, pieces[first].end(), pieces[first + 1].start()):
            return None
        if words[first][0] == letters[0] and _spells(words[first:], letters):
            return text[pieces[first].start() : pieces[last].end()]
    return None


def _spells(words: Sequence[str], letters: str) -> bool:
    if not words or not letters:
        return not letters and all(word in _SKIPPED for word in words)
    if words[0][0] == letters[0] and _spells(words[1:], letters[1:]):
        return True
    return words[0] in _SKIPPED and _spells(words[1:], letters)
