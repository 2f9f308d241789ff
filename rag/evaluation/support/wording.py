"""What a French text says, as far as its words tell: names, numbers with what they count, what is denied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from rag import french
from rag.evaluation.support.lexicon import (
    ALONE,
    BELIEVED,
    COMPARATORS,
    COUNTRIES,
    GIVING_UP,
    INFINITIVE,
    INSTEAD,
    INTENDED,
    INTENDED_TO,
    MAGNITUDES,
    MONTH_STEMS,
    ONLY,
    PLANNED,
    SECOND,
    SOFTENED,
    UNITS,
)
from rag.french.dates import MONTHS

# --- normalising before tokens are cut ----------------------------------------------------------------------------

_MARKER = re.compile(r"\[\s*\d{1,4}(?:\s*[,;]\s*\d{1,4})*\s*\]")
_DAY_FIRST = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<![\d/.-])(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?!\d)")
_SIGNS = (
    (re.compile(r"\b(?:É|E)tats[- ]Unis\b(?: d[’']Amérique)?|\bUSA\b|\bU\.S\.A\.", re.IGNORECASE), "Amérique"),
    (re.compile(r"\b(?:Royaume[- ]Uni|Grande[- ]Bretagne)\b", re.IGNORECASE), "Britannia"),
    (re.compile(r"\bPays[- ]Bas\b"), "Néerlande"),
    (re.compile(r"(?<=\d)\s*%|\bpour[- ]?cents?\b", re.IGNORECASE), " pourcent"),
    (re.compile(r"(?<=\d)\s*km\b"), " kilomètres"),
    (re.compile(r"(?<=\d)\s*kg\b"), " kilogrammes"),
    (re.compile(r"(?<=\d)\s*m\b"), " mètres"),
    (re.compile(r"\s*€"), " euros"),
    (re.compile(r"\s*\$"), " dollars"),
)


def _written_out(day: str, month: str, year: str, otherwise: str) -> str:
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}" if 1 <= int(month) <= 12 else otherwise


def _normalised(text: str) -> str:
    text = _MARKER.sub(" ", text)
    text = _DAY_FIRST.sub(lambda m: _written_out(m[1], m[3], m[4], m[0]), text)
    text = _YEAR_FIRST.sub(lambda m: _written_out(m[4], m[3], m[1], m[0]), text)
    for sign, word in _SIGNS:
        text = sign.sub(word, text)
    return text


_HAVING = frozenset("a ont avait avaient ait aient aura auront aurait auraient ayant avoir ai avons avez".split())
_REACH = 4  # content words that a denial reaches
_BREAK = re.compile(r"[,;:.!?…()\n]|\s[-–—]\s|—")
_END = re.compile(r"[.;!?…\n]")
_UNREAL = re.compile(r"rai(?:t|ent)$")
_BREAKERS = frozenset("mais car donc puis tandis alors".split())
_STARTER = re.compile(r"[.!?…:\n]")


@dataclass(frozen=True, slots=True)
class Word:
    """One token. `kind`: "number", "unit", "name", "acronym", "word" or "stop"; `first`: it begins a sentence.

    `clause` and `part` count the stretches between commas and the like, and between full stops and semicolons.
    """

    written: str  # in lower case
    folded: str
    stem: str
    kind: str
    clause: int
    part: int
    first: bool = False
    capital: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """A number, the stem of what it counts ("" where none follows) and the word that bounds it ("more", "less", …)."""

    number: str
    counted: str
    bound: str


@dataclass(frozen=True, slots=True)
class Denial:
    """Words in the reach of what makes them less than stated: their places in `Wording.words`.

    `kind`: "not", "only" (a restriction), "meant" (the infinitive after a word of intention, or what is merely believed),
    "planned" (all that follows a verb of intention up to the next full stop or semicolon), "dropped" (renounced, refused).
    """

    kind: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """The analysis of one text."""

    words: tuple[Word, ...]
    counts: tuple[Count, ...]
    denials: tuple[Denial, ...]
    compounds: frozenset[str] = field(default_factory=frozenset)

    def content(self) -> Iterator[tuple[int, Word]]:
        """The words that are not stop words, with their places."""
        return ((place, word) for place, word in enumerate(self.words) if word.kind != "stop")


@lru_cache(maxsize=1 << 12)
def analyse(text: str) -> Wording:
    """The words, counts and denials of a text. Markers such as [1] are no part of it."""
    text = _normalised(text)
    words = _words(text)
    return Wording(tuple(words), tuple(_counts(words)), tuple(_denials(words)), frozenset(french.terms(text)))


# --- words --------------------------------------------------------------------------------------------------------


def _words(text: str) -> list[Word]:
    words: list[Word] = []
    clause = part = end = 0
    tokens = french.tokens(text)
    shouted = 2 * sum(text[t.start].isupper() for t in tokens) > len(tokens) > 3  # a heading in capitals
    for token in tokens:
        written = text[token.start : token.end]
        folded = french.fold(written).replace("'", "")
        if _BREAK.search(text, end, token.start) or folded in _BREAKERS:
            clause += 1
        part += bool(_END.search(text, end, token.start))
        first = not words or bool(_STARTER.search(text, end, token.start))
        capital = written[0].isupper() and not shouted
        kind = _kind(written, folded, token, capital and not first)
        previous = words[-1] if words else None
        if folded == "ete" and previous and previous.folded in _HAVING:
            kind = "stop"  # a été, not the summer
        end = token.end
        if previous and previous.kind == "number" and token.stem in MAGNITUDES and previous.clause == clause:
            words[-1] = Word(
                written.lower(), folded, _multiplied(previous.stem, token.stem), "number", clause, part, previous.first
            )
            continue
        words.append(Word(written.lower(), folded, token.stem, kind, clause, part, first, capital))
    return words


def _kind(written: str, folded: str, token: french.Token, name: bool) -> str:
    if token.stem.replace(".", "").isdecimal():
        return "number"
    if token.stem in UNITS:
        return "unit"
    if (len(written) > 1 and written.isupper()) or any(map(str.isdecimal, written)):
        return "acronym"
    if token.stem in COUNTRIES or folded in ("nord", "sud") or sum(map(str.isupper, written)) > 1:
        return "name"
    if written.lower() in ("né", "nés"):  # not "ne", which they become without accents
        return "word"
    if token.stop or folded in ALONE or folded in SECOND:
        return "stop"
    return "name" if name else "word"


def _multiplied(number: str, magnitude: str) -> str:
    return f"{(Decimal(number) * MAGNITUDES[magnitude]).normalize():f}"


# --- counts -------------------------------------------------------------------------------------------------------


def _counts(words: Sequence[Word]) -> Iterator[Count]:
    for place, word in enumerate(words):
        if word.kind != "number":
            continue
        before = " ".join(w.folded for w in words[max(0, place - 5) : place] if w.clause == word.clause)
        bound = next((name for name, pattern in COMPARATORS if pattern.search(before)), "")
        after = words[place + 1 : place + 4]
        counted = next((w.stem for w in after if w.kind != "stop" and w.clause == word.clause), "")
        yield Count(word.stem, counted, bound)
    for month, year in pairwise(words):
        if month.stem in MONTH_STEMS and year.kind == "number":
            yield Count(year.stem, month.stem, "of")


# --- denials ------------------------------------------------------------------------------------------------------


def _reach(words: Sequence[Word], cue: int, skip: int = 1, limit: int = _REACH) -> tuple[int, ...]:
    """The next content words of the clause of the word `cue`, from `skip` words after it; the ones before if there is none."""
    clause = [
        p for p, word in enumerate(words) if word.clause == words[cue].clause and word.kind != "stop" and p != cue
    ]
    after = [p for p in clause if p >= cue + skip]
    return tuple(after[:limit] or clause[-limit:])


def _denials(words: Sequence[Word]) -> Iterator[Denial]:
    folded = [word.folded for word in words]
    used: set[int] = set()
    for place, word in enumerate(words):
        following = folded[place + 1] if place + 1 < len(words) else ""
        if word.written in ("ne", "n"):
            yield from _split_negation(words, place, used)
        elif place in used:
            continue
        elif word.folded == "sans" and any(w.part == word.part and _UNREAL.search(w.folded) for w in words):
            continue  # sans les abeilles, tout serait perdu: there are bees
        elif word.folded in ALONE and following not in SOFTENED:
            yield Denial("not", _reach(words, place, 1, 3))
        elif word.folded in ONLY and (place == 0 or folded[place - 1] not in ("pas", "non")):
            yield Denial("only", _reach(words, place, 1, 3))
        elif BELIEVED.match(f"{word.folded} {following}"):
            yield Denial("meant", _reach(words, place, 2))
        elif INTENDED.fullmatch(word.folded) or INTENDED_TO.fullmatch(word.folded):
            verbs = [p for p in _reach(words, place) if INFINITIVE.fullmatch(words[p].folded)][:1]
            if verbs or INTENDED.fullmatch(word.folded):
                yield Denial("meant", tuple(verbs))
            if PLANNED.fullmatch(word.folded):
                rest = [p for p in range(place + 1, len(words)) if words[p].part == word.part]
                yield Denial("planned", tuple(p for p in rest if words[p].kind != "stop"))
        elif INSTEAD.match(" ".join(folded[place : place + 3])):
            yield Denial("not", _reach(words, place, 2, 3))
        elif word.stem.startswith(GIVING_UP) and following in ("a", "de", "d"):
            yield Denial("dropped", _reach(words, place, 2, 3))


def _split_negation(words: Sequence[Word], place: int, used: set[int]) -> Iterator[Denial]:
    """ne … pas, ne … que, aucun … ne, and what is neither."""
    clause = [p for p in range(len(words)) if words[p].clause == words[place].clause]
    later = [p for p in clause if place < p <= place + 8]
    second = next((p for p in later if words[p].folded in SECOND), None)
    if second is None:
        if that := next((p for p in later if words[p].folded in ("que", "qu")), None):
            yield Denial("only", _reach(words, that, 1, 3))
        elif any(words[p].folded in SECOND for p in clause if p < place):
            yield Denial("not", _reach(words, place))
        return
    used.add(second)
    if second + 1 < len(words) and words[second + 1].folded in SOFTENED:
        used.add(second + 1)
        return
    yield Denial("not", _reach(words, place))


def initials(words: Sequence[Word], short: str) -> list[tuple[int, ...]]:
    """Runs of content words whose initials spell `short`: the places of `intelligence artificielle` for `ia`."""
    places = [place for place, word in enumerate(words) if word.kind != "stop"]
    runs = (tuple(places[i : i + len(short)]) for i in range(len(places) - len(short) + 1))
    return [
        run
        for run in runs
        if words[run[0]].clause == words[run[-1]].clause
        and all(words[p].folded[:1] == c for p, c in zip(run, short, strict=True))
    ]
