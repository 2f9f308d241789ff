"""What a French text says, as far as its words tell: names, numbers with what they count, what is denied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from rag import french
from rag.french.dates import MONTHS

# --- normalising before tokens are cut ----------------------------------------------------------------------------

_MARKER = re.compile(r"\[\s*\d+(?:\s*[,;]\s*\d+)*\s*\]")
_DAY_FIRST = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<![\d/.-])(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?!\d)")
_SIGNS = (
    (re.compile(r"\b(?:É|E)tats[- ]Unis\b(?: d[’']Amérique)?|\bUSA\b|\bU\.S\.A\.", re.IGNORECASE), "Amérique"),
    (re.compile(r"\b(?:Royaume[- ]Uni|Grande[- ]Bretagne)\b", re.IGNORECASE), "Britannia"),
    (re.compile(r"\bPays[- ]Bas\b"), "Néerlande"),
    (re.compile(r"(?<=\d)\s*%|\bpour[- ]?cents?\b", re.IGNORECASE), " pourcent"),
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


# --- closed classes -----------------------------------------------------------------------------------------------

_MAGNITUDES = {"1000": 1_000, "million": 10**6, "milliard": 10**9}
_WEEKDAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche"
_MONTHS = frozenset(map(french.stem, MONTHS))
UNITS = _MONTHS | frozenset(
    map(
        french.stem,
        f"{_WEEKDAYS} pourcent million milliard euro dollar franc livre yen yuan won dong kilo tonne".split(),
    )
)
# Country or continent, then its adjective
_COUNTRIES = (
    "corée:coréen chine:chinois vietnam:vietnamien japon:japonais france:français canada:canadien italie:italien "
    "inde:indien russie:russe europe:européen afrique:africain asie:asiatique belgique:belge norvège:norvégien "
    "autriche:autrichien roumanie:roumain ukraine:ukrainien algérie:algérien maroc:marocain tunisie:tunisien "
    "égypte:égyptien sénégal:sénégalais brésil:brésilien mexique:mexicain argentine:argentin chili:chilien "
    "colombie:colombien australie:australien indonésie:indonésien thaïlande:thaïlandais taïwan:taïwanais "
    "israël:israélien iran:iranien irak:irakien syrie:syrien liban:libanais québec:québécois californie:californien "
    "amérique:américain britannia:britannique angleterre:anglais allemagne:allemand espagne:espagnol néerlande:néerlandais "
    "grèce:grec turquie:turc danemark:danois suède:suédois pologne:polonais portugal:portugais hongrie:hongrois "
    "tchéquie:tchèque irlande:irlandais écosse:écossais finlande:finlandais"
)


def _feminine(adjective: str) -> str:
    return adjective + ("ne" if adjective.endswith("en") else "" if adjective.endswith("e") else "e")


def _countries() -> dict[str, str]:
    """The stem of each country and of its adjective -> one name for both."""
    names: dict[str, str] = {}
    for entry in _COUNTRIES.split():
        country, adjective = entry.split(":")
        for form in (country, adjective, _feminine(adjective)):
            names[french.stem(form)] = french.stem(country)
    return names


COUNTRIES = _countries()

_SECOND = frozenset("pas plus jamais rien aucun aucune guere personne ni nul nulle point nullement".split())
_ALONE = frozenset("pas jamais aucun aucune sans ni nul nulle non nullement".split())  # deny without "ne"
_SOFTENED = frozenset("seulement uniquement exclusivement que qu".split())  # pas seulement: nothing is denied
_ONLY = frozenset("seulement uniquement exclusivement seul seule seuls seules".split())
_INSTEAD = re.compile(r"(?:loin|au lieu|faute) (?:de|d)|plutot (?:que|qu)")
_GIVING_UP = ("renonc", "refus", "evit", "cess", "empech")
_REACH = 4  # content words that a denial reaches

_COMPARATORS = (
    ("less", re.compile(r"(?:moins (?:de|d)|inferieure?s? a|en dessous de|sous les)$")),
    ("most", re.compile(r"(?:au plus|au maximum|jusqu a|tout au plus)$")),
    ("least", re.compile(r"(?:au moins|au minimum)$")),
    ("more", re.compile(r"(?:(?<!non )plus (?:de|d)|superieure?s? a|au dela (?:de|des)|au dessus (?:de|des))$")),
    ("more", re.compile(r"(?:depasse\w*|excede\w*)(?: (?:les|le|la|l|de|des))*$")),
    ("about", re.compile(r"(?:environ|pres (?:de|d)|quelque|presque|autour de|a peu pres|une? \w+aine de)$")),
    ("exact", re.compile(r"(?:exactement|precisement|tout juste)$")),
)
_BREAK = re.compile(r"[,;:.!?…()\n]|\s[-–—]\s|—")
_BREAKERS = frozenset("mais car donc puis tandis alors".split())
_STARTERS = re.compile(r"(?:^|[.!?…:]\s*|\n\s*)[\W_]*$")


@dataclass(frozen=True, slots=True)
class Word:
    """One token. `kind`: "number", "name", "unit", "word" or "stop"; `first`: it begins a sentence."""

    folded: str
    stem: str
    kind: str
    clause: int
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
    """Words in the reach of a negation ("not") or of a restriction ("only"): their places in `Wording.words`."""

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
    clause = end = 0
    tokens = french.tokens(text)
    shouted = 2 * sum(text[t.start].isupper() for t in tokens) > len(tokens) > 3  # a heading in capitals
    for token in tokens:
        written = text[token.start : token.end]
        folded = french.fold(written).replace("'", "")
        if _BREAK.search(text, end, token.start) or folded in _BREAKERS:
            clause += 1
        first = bool(_STARTERS.search(text[: token.start]))
        capital = written[0].isupper() and not shouted
        kind = _kind(written, folded, token, capital and not first)
        previous = words[-1] if words else None
        end = token.end
        if previous and previous.kind == "number" and token.stem in _MAGNITUDES and previous.clause == clause:
            words[-1] = Word(folded, _multiplied(previous.stem, token.stem), "number", clause, first=previous.first)
            continue
        words.append(Word(folded, token.stem, kind, clause, first, capital))
    return words


def _kind(written: str, folded: str, token: french.Token, name: bool) -> str:
    if token.stem.replace(".", "").isdecimal():
        return "number"
    if token.stem in UNITS:
        return "unit"
    acronym = len(written) > 1 and sum(map(str.isupper, written)) > 1
    if acronym or any(map(str.isdecimal, written)) or token.stem in COUNTRIES or folded in ("nord", "sud"):
        return "name"
    if folded in _ALONE or folded in _SECOND or token.stop:
        return "stop"
    return "name" if name else "word"


def _multiplied(number: str, magnitude: str) -> str:
    value = round(float(number) * _MAGNITUDES[magnitude], 3)
    return str(int(value)) if value == int(value) else str(value)


# --- counts -------------------------------------------------------------------------------------------------------


def _counts(words: Sequence[Word]) -> Iterator[Count]:
    for place, word in enumerate(words):
        if word.kind != "number":
            continue
        before = " ".join(w.folded for w in words[max(0, place - 5) : place] if w.clause == word.clause)
        bound = next((name for name, pattern in _COMPARATORS if pattern.search(before)), "")
        after = words[place + 1 : place + 4]
        counted = next((w.stem for w in after if w.kind != "stop" and w.clause == word.clause), "")
        yield Count(word.stem, counted, bound)
    for month, year in pairwise(words):
        if month.stem in _MONTHS and year.kind == "number":
            yield Count(year.stem, month.stem, "of")


# --- denials ------------------------------------------------------------------------------------------------------


def _reach(words: Sequence[Word], start: int, limit: int = _REACH) -> tuple[int, ...]:
    """The next content words of the clause that begins at or holds `start`."""
    found: list[int] = []
    for place in range(start, len(words)):
        if words[place].clause != words[min(start, len(words) - 1)].clause or len(found) == limit:
            break
        if words[place].kind != "stop":
            found.append(place)
    return tuple(found)


def _denials(words: Sequence[Word]) -> Iterator[Denial]:
    folded = [word.folded for word in words]
    used: set[int] = set()
    for place, word in enumerate(words):
        following = folded[place + 1] if place + 1 < len(words) else ""
        if word.folded in ("ne", "n"):
            yield from _split_negation(words, place, used)
        elif place in used:
            continue
        elif word.folded in _ALONE and following not in _SOFTENED:
            yield Denial("not", _reach(words, place + 1, 3))
        elif word.folded in _ONLY and (place == 0 or folded[place - 1] not in ("pas", "non")):
            yield Denial("only", _reach(words, place + 1, 3))
        elif (word.stem.startswith(_GIVING_UP) and following in ("a", "de", "d")) or _INSTEAD.match(
            " ".join(folded[place : place + 3])
        ):
            yield Denial("not", _reach(words, place + 2, 3))


def _split_negation(words: Sequence[Word], place: int, used: set[int]) -> Iterator[Denial]:
    """ne … pas, ne … que, aucun … ne, and what is neither."""
    clause = [p for p in range(len(words)) if words[p].clause == words[place].clause]
    later = [p for p in clause if place < p <= place + 8]
    second = next((p for p in later if words[p].folded in _SECOND), None)
    if second is None:
        if that := next((p for p in later if words[p].folded in ("que", "qu")), None):
            yield Denial("only", _reach(words, that + 1, 3))
        elif any(words[p].folded in _SECOND for p in clause if p < place):
            yield Denial("not", _reach(words, place + 1))
        return
    used.add(second)
    if second + 1 < len(words) and words[second + 1].folded in _SOFTENED:
        used.add(second + 1)
        return
    yield Denial("not", _reach(words, place + 1))


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
