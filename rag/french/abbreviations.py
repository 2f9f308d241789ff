"""Acronyms that a text explains itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.french.analysis import STOP_WORDS, fold

_SHORT = r"[A-ZÀ-Þ](?:[.&’'-]?[\w]){1,11}\.?"
_LONG_THEN_SHORT = re.compile(rf"(?P<long>[^().;:!?]{{3,160}})\(\s*[«\"“]?\s*(?P<short>{_SHORT})\s*[»\"”]?\s*[),;:]")
_SHORT_THEN_LONG = re.compile(
    rf"(?<![\w.])(?P<short>{_SHORT})\s*[»\"”]?\s*\(\s*[«\"“]?\s*(?P<long>[^(),;:]{{3,160}}?)\s*[»\"”]?\s*[),;:]"
)
_PIECE = re.compile(r"[^\W_]+")
_INSIDE = re.compile(r"[\s'’ʼ«»\"“”\-\u2010\u2011]*")  # what may stand between the words of one name


def acronyms(text: str) -> dict[str, str]:
    """Pairs that the text itself explains: `l'intelligence artificielle (IA)` gives {"IA": "intelligence artificielle"}.

    Either may come first: `PME (petites et moyennes entreprises)`. The initials of the words must spell the short
    form; articles and prepositions may lend theirs or not. Short forms are given without points and plural s
    (`O.N.U.` as `ONU`, `ONGs` as `ONG`). The first explanation stands. After Schwartz & Hearst (2003), "A simple
    algorithm for identifying abbreviation definitions in biomedical text", reduced to initials.
    """
    pairs: dict[str, str] = {}
    for pattern in (_LONG_THEN_SHORT, _SHORT_THEN_LONG):
        for match in pattern.finditer(text):
            short = re.sub(r"[.&]", "", match.group("short"))
            if len(short) > 2 and short.endswith("s") and short[:-1].isupper():
                short = short[:-1]
            letters = re.sub(r"\W", "", fold(short))
            if (found := _spelled(match.group("long"), letters, at_end=pattern is _LONG_THEN_SHORT)) and len(
                letters
            ) > 1:
                pairs.setdefault(short, " ".join(found.split()))
    return pairs


def _spelled(text: str, letters: str, at_end: bool) -> str | None:
    """The end of `text`, or all of it, whose words spell `letters`."""
    pieces = list(_PIECE.finditer(text))
    words = [fold(piece.group()) for piece in pieces]
    last = len(pieces) - 1
    for first in range(last - 1, -1, -1) if at_end else [0] if last > 0 else []:
        if not _INSIDE.fullmatch(text, pieces[first].end(), pieces[first + 1].start()):
            return None
        if words[first][0] == letters[0] and _spells(words[first:], letters):
            return text[pieces[first].start() : pieces[last].end()]
    return None


def _spells(words: Sequence[str], letters: str) -> bool:
    if not words or not letters:
        return not letters and all(word in STOP_WORDS for word in words)
    if words[0][0] == letters[0] and _spells(words[1:], letters[1:]):
        return True
    return words[0] in STOP_WORDS and _spells(words[1:], letters)
