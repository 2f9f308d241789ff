"""The rule: what the quotes of a sentence must hold for it to stand on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag import french
from rag.evaluation.support.lexicon import (
    ARTICLES,
    AUXILIARIES,
    BOUNDS,
    COUNTRIES,
    DEGREES,
    MONTH_STEMS,
    OPPOSITES,
    opposed,
)
from rag.evaluation.support.wording import Count, Word, Wording, analyse, initials
from rag.frequencies import general_french

SHARE = 0.7  # of the weight of a sentence's content words that must stand in the quotes
_RARE = 6.0  # idf in general French from which a capitalised first word is taken for a name
_HEAVIEST = 9.0  # idf: an unknown word weighs no more than a rare one
_FAMILY = 5  # letters that two stems of one word family share: investir, investissement
_ACRONYM = range(2, 9)  # letters
_PREPOSITIONS = {"d": "de", "du": "de", "des": "de", "au": "à", "aux": "à", "à": "à"}  # "a" is the auxiliary


def supports(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether one of the `quotes`, or all of them taken together, hold what the `sentence` says.

    The rule stands in `rag.evaluation.metrics.grounding`, with how well it agrees with labels given by hand.
    """
    said = analyse(sentence)
    return any(_stands_on(said, [quote]) for quote in quotes) or (len(quotes) > 1 and _stands_on(said, quotes))


def _stands_on(said: Wording, quotes: Sequence[str]) -> bool:
    quoted = _Quoted(quotes)
    if not quoted.stems:
        return False
    if quoted.repeats(said):
        return True
    return (
        all(quoted.holds(word) for word in said.words if quoted.must_hold(word))
        and all(map(quoted.counts_so, said.counts))
        and quoted.as_strong(said)
        and quoted.same_polarity(said)
        and not quoted.turned_round(said)
        and not quoted.of_another(said)
        and not quoted.replaced(said)
        and quoted.share(said) >= SHARE
    )


class _Quoted:
    """The quotes of one sentence, analysed."""

    def __init__(self, quotes: Sequence[str]) -> None:
        self.wordings = [analyse(quote) for quote in quotes]
        words = [word for wording in self.wordings for word in wording.words]
        self.stems = {word.stem for word in words}.union(*(wording.compounds for wording in self.wordings))
        self.folded = {word.folded for word in words}
        self.names = {word.stem for word in words if word.kind in ("name", "acronym")}
        self.countries = {COUNTRIES[stem] for stem in self.stems if stem in COUNTRIES}
        self.counts = {count for wording in self.wordings for count in wording.counts}
        self.whole = [tuple(w.stem for w in analyse(s).words) for quote in quotes for s in (quote, *_sentences(quote))]
        self.reached: dict[str, set[str]] = {"not": set(), "only": set(), "meant": set()}
        self.plain: dict[str, set[str]] = {"not": set(), "only": set(), "meant": set()}
        for wording in self.wordings:
            for kind in self.reached:
                places = {place for denial in wording.denials if denial.kind == kind for place in denial.places}
                for place, word in wording.content():
                    (self.reached if place in places else self.plain)[kind].add(word.stem)

    def repeats(self, said: Wording) -> bool:
        """Whether a quote, or a sentence of one, is the same words in the same order."""
        return bool(said.words) and tuple(word.stem for word in said.words) in self.whole

    # --- names, numbers, degrees --------------------------------------------------------------------------------

    def must_hold(self, word: Word) -> bool:
        """Whether a word has to stand in the quotes: numbers, units, names."""
        if word.first and word.capital and word.kind == "word":
            return word.stem in self.names or general_french().idf(word.stem) >= _RARE
        return word.kind in ("number", "unit", "name", "acronym")

    def holds(self, word: Word) -> bool:
        """Whether a word that must be there is, be it as the adjective of a country or as the words of an acronym."""
        if word.stem in self.stems or COUNTRIES.get(word.stem) in self.countries:
            return True
        return (
            word.kind == "acronym"
            and len(word.stem) in _ACRONYM
            and any(initials(wording.words, word.stem) for wording in self.wordings)
        )

    def counts_so(self, said: Count) -> bool:
        """Whether the quotes give this number to what it counts, under a bound that allows it."""
        if said.bound != "of" and not any(
            count.number == said.number and count.bound in BOUNDS[said.bound] for count in self.counts
        ):
            return False
        others = {count.number for count in self.counts if said.counted and count.counted == said.counted}
        return said.number in others or not (others or (said.counted in MONTH_STEMS and said.bound != "of"))

    def as_strong(self, said: Wording) -> bool:
        """Whether each word of degree (all, best, entirely, always, little) has one of its class in the quotes."""
        degrees = {DEGREES[folded] for folded in self.folded if folded in DEGREES}
        for place, word in enumerate(said.words):
            if word.folded not in DEGREES or DEGREES[word.folded] in degrees:
                continue
            around = {said.words[p].written for p in (place - 1, place + 1) if 0 <= p < len(said.words)}
            if word.folded != "peu" or not around & {"un", "à", "après", "avant", "depuis"}:
                return False
        return not _superlative(said) or any(map(_superlative, self.wordings))

    # --- denials ------------------------------------------------------------------------------------------------

    def same_polarity(self, said: Wording) -> bool:
        """Whether the sentence denies, restricts and asserts what the quotes deny, restrict and assert."""
        denied: set[int] = set()
        for denial in said.denials:
            stems = [said.words[place].stem for place in denial.places]
            if denial.kind == "not":
                denied.update(denial.places)
                known = [stem for stem in stems if stem in self.stems]
                if not (any(stem in self.reached["not"] for stem in known) if known else self._has("not")):
                    return False
            elif denial.kind == "only" and not self._has("only"):
                return False
        affirmed = {word.stem for place, word in said.content() if place not in denied}
        if self._lifted("not", affirmed):
            return False
        return any(denial.kind == "meant" for denial in said.denials) or not self._lifted("meant", affirmed)

    def _lifted(self, kind: str, affirmed: set[str]) -> bool:
        """Whether the sentence affirms what the quotes hold only in the reach of such a denial."""
        alone = self.reached[kind] - self.plain[kind]
        for wording in self.wordings:
            for denial in wording.denials:
                stems = [wording.words[place].stem for place in denial.places]
                turned = [stem for stem in stems if stem in affirmed and stem in alone]
                if denial.kind == kind and turned and (stems[0] in turned or 2 * len(turned) > len(stems)):
                    return True
        return False

    def _has(self, kind: str) -> bool:
        return any(denial.kind == kind for wording in self.wordings for denial in wording.denials)

    # --- what was put in place of what ----------------------------------------------------------------------------

    def turned_round(self, said: Wording) -> bool:
        """Whether a word of the sentence is missing and its opposite stands in the quotes."""
        missing = [word.stem for _, word in said.content() if not (word.stem in self.stems or word.kind == "number")]
        return any(OPPOSITES.get(stem, frozenset()) & self.stems for stem in missing) or any(
            opposed(stem, other) for stem in missing for other in self.stems
        )

    def of_another(self, said: Wording) -> bool:
        """Whether the quotes say it of somebody else.

        The part of a quote (between full stops or semicolons) that holds most of what the sentence says has a name that
        the sentence has not, and none of those that it has.
        """
        own = {_one_name(word) for _, word in said.content() if word.kind == "name"}
        rest = {word.stem for _, word in said.content() if word.kind not in ("name", "acronym")}
        if not own or not rest:
            return False
        best, names = 0.0, own
        for words in self._parts():
            weight = sum(_weight(word.stem) for word in {w.stem: w for w in words if w.stem in rest}.values())
            if weight > best:
                best, names = weight, {_one_name(word) for word in words if word.kind == "name"}
        return bool(names) and not names & own

    def _parts(self) -> Iterator[list[Word]]:
        for wording in self.wordings:
            for part in sorted({word.part for word in wording.words}):
                yield [word for _, word in wording.content() if word.part == part]

    def replaced(self, said: Wording) -> bool:
        """Whether one word stands in the place of another: after the same word, with the same small words between.

        `l'État, les syndicats` for `l'État, les entreprises`. What may be a verb does not count, since people choose other
        verbs freely: what follows an auxiliary, a name, or the first content word.
        """
        held = {word.stem for _, word in said.content()}
        slots = {(pair.first.stem, pair.between): pair.second.stem for w in self.wordings for pair in _pairs(w)}
        spelled = self._spelled(said)
        return any(
            pair.nominal
            and slots.get((pair.first.stem, pair.between), pair.second.stem) not in held
            and pair.place not in spelled
            and not self._related(pair.second.stem)
            for pair in _pairs(said)
            if pair.second.kind == "word"
        )

    # --- the remaining words --------------------------------------------------------------------------------------

    def share(self, said: Wording) -> float:
        """The share of the sentence's content words that the quotes hold, weighted by idf in general French."""
        spelled = self._spelled(said)
        weights = [
            (
                _weight(word.stem),
                place in spelled or self.holds(word) or (word.kind == "word" and self._related(word.stem)),
            )
            for place, word in said.content()
        ]
        total = sum(weight for weight, _ in weights)
        return sum(weight for weight, there in weights if there) / total if total else 1.0

    def _spelled(self, said: Wording) -> set[int]:
        """The places of words that an acronym of the quotes stands for: `intelligence artificielle` for `IA`."""
        short = [name for name in self.names if len(name) in _ACRONYM]
        return {place for name in short for run in initials(said.words, name) for place in run}

    def _related(self, stem: str) -> bool:
        """Whether the quotes hold the stem or one of its family."""
        if stem in self.stems:
            return True
        return len(stem) >= _FAMILY and any(other[:_FAMILY] == stem[:_FAMILY] for other in self.stems)


def _superlative(wording: Wording) -> bool:
    """Whether something is said to be the most: `le plus important`, not `l'un des plus importants`."""
    return any(a.folded in ("le", "la") and b.folded == "plus" for a, b in pairwise(wording.words))


def _weight(stem: str) -> float:
    return min(general_french().idf(stem), _HEAVIEST)


def _one_name(word: Word) -> str:
    return COUNTRIES.get(word.stem, word.stem)


class _Pair(NamedTuple):
    """Two content words that follow one another in a part, and the small words between them but articles."""

    first: Word
    between: tuple[str, ...]
    second: Word
    place: int  # of the second
    nominal: bool  # the second is hardly a verb


def _pairs(wording: Wording) -> Iterator[_Pair]:
    content = list(wording.content())
    for number, ((place, first), (following, second)) in enumerate(pairwise(content)):
        if first.part != second.part:
            continue
        words = [_PREPOSITIONS.get(word.written, word.folded) for word in wording.words[place + 1 : following]]
        nominal = not AUXILIARIES.intersection(words) if words else number > 0 and first.kind != "name"
        yield _Pair(first, tuple(word for word in words if word not in ARTICLES), second, following, nominal)


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in french.sentences(text)]
