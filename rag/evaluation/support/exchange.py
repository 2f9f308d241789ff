"""Whether a sentence says what its quotes say, but of somebody else or with another word in the place of one of theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.evaluation.support.lexicon import ADJECTIVE, ARTICLES, AUXILIARIES, COUNTRIES, OPPOSITES, opposed
from rag.evaluation.support.wording import Word, Wording

_PREPOSITIONS = {"d": "de", "du": "de", "des": "de", "au": "à", "aux": "à", "à": "à"}  # "a" is the auxiliary

_NO_DEEDS = frozenset("devant derriere malgre".split())  # prepositions that the analyser keeps


def turned_round(missing: Sequence[str], stems: set[str]) -> bool:
    """Whether a word that the quotes lack is the opposite of one that they have: `fermé` for `ouvert`."""
    return any(OPPOSITES.get(stem, frozenset()) & stems or any(opposed(stem, s) for s in stems) for stem in missing)


def of_another(said: Wording, quotes: Sequence[Wording], weight: Callable[[str], float]) -> bool:
    """Whether the part of a quote that holds most of the sentence names somebody else, and none of the sentence's names.

    Parts end at full stops and semicolons.
    """
    own = {one_name(word) for _, word in said.content() if word.kind == "name"}
    rest = {word.stem for _, word in said.content() if word.kind not in ("name", "acronym")}
    if not own or not rest:
        return False
    best, names = 0.0, own
    for words in _parts(quotes):
        shared = sum(map(weight, {word.stem for word in words} & rest))
        if shared > best:
            best, names = shared, {one_name(word) for word in words if word.kind == "name"}
    return bool(names) and not names & own


def other_agent(said: Wording, quotes: Sequence[Wording]) -> bool:
    """Whether somebody else does it: `Apple a battu Samsung` for `Samsung a battu Apple` or `Apple a été battu par Samsung`."""
    agents: dict[str, set[str]] = {}
    for quote in quotes:
        for deed, names in _deeds(quote):
            agents.setdefault(deed, set()).update(names)
    there = {one_name(word) for quote in quotes for word in quote.words}
    return any(deed in agents and not names & agents[deed] and names & there for deed, names in _deeds(said))


def replaced(said: Wording, quotes: Sequence[Wording], known: Callable[[int], bool]) -> bool:
    """Whether a word stands in the place of another: after the same word, with the same small words but articles between.

    `l'État, les syndicats` for `l'État, les entreprises`; `né à Paris` for `né à Besançon`, though Paris is there too. `known`
    tells of a place in `said.words` whether the quotes hold it. Where a verb may stand nothing is said, for people choose
    other verbs freely.
    """
    held = {word.stem for _, word in said.content()}
    slots: dict[tuple[str, tuple[str, ...]], set[Word]] = {}
    for quote in quotes:
        for pair in _pairs(quote):
            slots.setdefault((pair.first.stem, pair.between), set()).add(pair.second)
    for pair in _pairs(said):
        fixed = pair.second.kind in ("name", "number")
        words = slots.get((pair.first.stem, pair.between), set())
        there = {word.stem for word in words if not fixed or word.kind == pair.second.kind}
        if not there or pair.second.stem in there or there & held:
            continue
        if fixed and pair.between:
            return True
        if pair.second.kind == "word" and pair.nominal and not known(pair.place):
            return True
    return False


def one_name(word: Word) -> str:
    """The stem of a name; the same for a country and its adjective."""
    return COUNTRIES.get(word.stem, word.stem)


class _Pair(NamedTuple):
    """Two content words that follow one another in a part, and the small words between them but articles."""

    first: Word
    between: tuple[str, ...]
    second: Word
    place: int  # of the second
    nominal: bool  # the second is hardly a verb


def _pairs(wording: Wording) -> Iterator[_Pair]:
    for (place, first), (following, second) in pairwise(wording.content()):
        if first.part != second.part or first.kind == "number":
            continue
        words = [_PREPOSITIONS.get(word.written, word.folded) for word in wording.words[place + 1 : following]]
        adjective = first.kind != "name" and ADJECTIVE.fullmatch(second.written) is not None
        nominal = not AUXILIARIES.intersection(words) if words else adjective
        yield _Pair(first, tuple(word for word in words if word not in ARTICLES), second, following, nominal)


def _parts(quotes: Sequence[Wording]) -> Iterator[list[Word]]:
    for quote in quotes:
        for part in sorted({word.part for word in quote.words}):
            yield [word for _, word in quote.content() if word.part == part]


def _deeds(wording: Wording) -> Iterator[tuple[str, set[str]]]:
    """Words that may be verbs, each with the names that stand right before it, or after `par` right behind it."""
    words = wording.words
    for place, word in enumerate(words):
        if word.kind != "word" or word.folded in _NO_DEEDS:
            continue
        rest = [w for w in words[place + 1 : place + 8] if w.clause == word.clause]
        if any(w.folded == "par" for w in rest[:1]):
            names = _names(rest[1:], ARTICLES)
        else:
            before = [w for w in words[max(0, place - 8) : place] if w.clause == word.clause]
            helped = False
            while before and (before[-1].folded in AUXILIARIES or before[-1].folded in ("ne", "n", "le", "la", "l")):
                helped = before.pop().folded in AUXILIARIES or helped
            if helped and len(before) > 1 and before[-1].kind == "word" and before[-2].kind == "name":
                before.pop()  # the Assemblée nationale
            names = _names(before[::-1])
        if names:
            yield word.stem, names


def _names(words: Sequence[Word], skipped: Collection[str] = ()) -> set[str]:
    """The names that `words` begin with, `et` between them."""
    names: set[str] = set()
    for word in words:
        if word.kind == "name":
            names.add(one_name(word))
        elif not (word.folded in skipped and not names) and not (word.folded == "et" and names):
            break
    return names
