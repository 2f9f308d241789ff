"""The rule: what the quotes of a sentence must hold for it to stand on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rag import french
from rag.evaluation.support import exchange
from rag.evaluation.support.lexicon import BOUNDS, COUNTRIES, DEGREES, MONTH_STEMS, SUPERLATIVES
from rag.evaluation.support.wording import Count, Wording, analyse, initials
from rag.frequencies import general_french

SHARE = 0.55  # of the weight of a sentence's content words that must stand in the quotes
_RARE = 6.0  # idf in general French from which a capitalised first word is taken for a name
_HEAVIEST = 9.0  # idf: an unknown word weighs no more than a rare one
_FAMILY = 5  # letters that two stems of one word family share: investir, investissement
_PLANNED = 0.5  # share of a sentence from which it takes for done what is planned
_ACRONYM = range(2, 9)  # letters


def supports(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether one of the `quotes`, or all of them taken together, hold what the `sentence` says.

    The rule stands in `rag.evaluation.metrics.grounding`, with how well it agrees with labels given by hand.
    """
    return any(_stands_on(sentence, [quote]) for quote in quotes) or (len(quotes) > 1 and _stands_on(sentence, quotes))


def _stands_on(sentence: str, quotes: Sequence[str]) -> bool:
    compared = _Comparison(sentence, quotes)
    if not compared.stems:
        return False
    return compared.repeated(quotes) or (
        compared.names_and_numbers()
        and compared.counts()
        and compared.as_strong()
        and compared.same_polarity()
        and not compared.exchanged()
        and compared.share() >= SHARE
    )


class _Comparison:
    """A sentence and its quotes, analysed."""

    def __init__(self, sentence: str, quotes: Sequence[str]) -> None:
        said, *held = map(analyse, (sentence, *quotes))
        names = {word.stem for wording in (said, *held) for word in wording.words if word.kind == "name"}
        self.said, *self.quotes = (_named(wording, names) for wording in (said, *held))
        words = [word for quote in self.quotes for word in quote.words]
        self.stems = {word.stem for word in words}.union(*(quote.compounds for quote in self.quotes))
        self.folded = {word.folded for word in words}
        self.countries = {COUNTRIES[stem] for stem in self.stems if stem in COUNTRIES}
        acronyms = {word.stem for word in words if word.kind in ("name", "acronym") and len(word.stem) in _ACRONYM}
        # intelligence artificielle, where the quotes say IA
        self.spelled = {p for acronym in acronyms for run in initials(self.said.words, acronym) for p in run}

    def repeated(self, quotes: Sequence[str]) -> bool:
        """Whether a quote, or a sentence of one, is the same words in the same order."""
        wanted = [word.stem for word in self.said.words]
        pieces = (piece for quote in quotes for piece in (quote, *_sentences(quote)))
        return bool(wanted) and any([word.stem for word in analyse(piece).words] == wanted for piece in pieces)

    def _holds(self, place: int) -> bool:
        """Whether the quotes hold a word, be it as the adjective of a country, as an acronym or as its words."""
        word = self.said.words[place]
        if place in self.spelled or word.stem in self.stems or COUNTRIES.get(word.stem) in self.countries:
            return True
        if word.kind == "acronym" and len(word.stem) in _ACRONYM:
            return any(initials(quote.words, word.stem) for quote in self.quotes)
        return word.kind == "word" and any(_kin(word.stem, stem) for stem in self.stems)

    # --- names, numbers, degrees --------------------------------------------------------------------------------

    def names_and_numbers(self) -> bool:
        """Whether all of them stand in the quotes; months, weekdays and currencies too."""
        return all(self._holds(p) for p, w in self.said.content() if w.kind != "word")

    def counts(self) -> bool:
        """Whether the quotes give each number to what it counts, under a bound that allows it."""
        held = {count for quote in self.quotes for count in quote.counts}
        return all(_counted_so(count, held) for count in self.said.counts)

    def as_strong(self) -> bool:
        """Whether each word of degree (all, best, entirely, always, little) has one of its class in the quotes."""
        degrees = {DEGREES[folded] for folded in self.folded if folded in DEGREES}
        words = self.said.words
        for place, word in enumerate(words):
            if word.folded not in DEGREES or DEGREES[word.folded] in degrees:
                continue
            if word.folded.startswith("seul") and self._has("only"):
                continue
            around = {words[p].written for p in (place - 1, place + 1) if 0 <= p < len(words)}
            if word.folded != "peu" or not around & {"un", "à", "après", "avant", "depuis"}:
                return False
        return not _superlative(self.said) or bool(self.folded & SUPERLATIVES) or any(map(_superlative, self.quotes))

    # --- denials ------------------------------------------------------------------------------------------------

    def same_polarity(self) -> bool:
        """Whether the sentence denies, restricts and asserts what the quotes deny, restrict and assert."""
        said = self.said
        denied = {p for denial in said.denials if denial.kind in ("not", "dropped") for p in denial.places}
        refused, _ = self._reached("not", "dropped")
        for denial in said.denials:
            if denial.kind == "not":
                known = {said.words[place].stem for place in denial.places} & self.stems
                if not (2 * len(known & refused) > len(known) if known else self._has("not", "dropped")):
                    return False
            elif (
                denial.kind == "only"
                and not self._has("only")
                and not self.folded & {"seul", "seule", "seuls", "seules"}
            ):
                return False
        affirmed = {word.stem for place, word in said.content() if place not in denied}
        if self._lifted(affirmed, "not", "dropped"):
            return False
        if any(denial.kind == "meant" for denial in said.denials):
            return True
        # has built, for wants to build
        affirmed |= {
            stem for stem in self._reached("meant")[0] if any(_kin(stem, other) for other in affirmed - self.stems)
        }
        return not self._lifted(affirmed, "meant") and not self._as_if_done()

    def _as_if_done(self) -> bool:
        """Whether most of what the sentence states is only planned in the quotes."""
        planned, outside = self._reached("planned")
        weights = {w.stem: _weight(w.stem) for _, w in self.said.content() if w.kind not in ("name", "acronym")}
        only = sum(weight for stem, weight in weights.items() if stem in planned - outside)
        return only > _PLANNED * sum(weights.values())

    def _reached(self, *kinds: str) -> tuple[set[str], set[str]]:
        """The stems of the quotes in the reach of such denials, and those that also stand elsewhere."""
        inside, outside = set[str](), set[str]()
        for quote in self.quotes:
            places = {place for denial in quote.denials if denial.kind in kinds for place in denial.places}
            for place, word in quote.content():
                (inside if place in places else outside).add(word.stem)
        return inside, outside

    def _lifted(self, affirmed: set[str], *kinds: str) -> bool:
        """Whether the sentence affirms what the quotes hold only in the reach of such a denial."""
        inside, outside = self._reached(*kinds)
        alone = inside - outside
        for quote in self.quotes:
            for denial in quote.denials:
                if denial.kind in kinds and denial.places:
                    stems = [quote.words[place].stem for place in denial.places]
                    turned = [stem for stem in stems if stem in alone and stem in affirmed]
                    if stems[0] in turned or 2 * len(turned) > len(stems):
                        return True
        return False

    def _has(self, *kinds: str) -> bool:
        return any(denial.kind in kinds for quote in self.quotes for denial in quote.denials)

    # --- the remaining words --------------------------------------------------------------------------------------

    def exchanged(self) -> bool:
        """Whether the sentence says it of somebody else, or with another word, than the quotes do."""
        said = self.said
        missing = [word.stem for _, word in said.content() if word.stem not in self.stems and word.kind != "number"]
        return (
            exchange.turned_round(missing, self.stems)
            or exchange.of_another(said, self.quotes, _weight)
            or exchange.other_agent(said, self.quotes)
            or exchange.replaced(said, self.quotes, self._holds)
        )

    def share(self) -> float:
        """The share of the sentence's content words that the quotes hold, weighted by idf in general French."""
        weights = [(_weight(word.stem), self._holds(place)) for place, word in self.said.content()]
        total = sum(weight for weight, _ in weights)
        return sum(weight for weight, there in weights if there) / total if total else 1.0


def _named(wording: Wording, names: set[str]) -> Wording:
    """With the first words of sentences that are names marked so: known ones, and those rare in French."""
    words = tuple(
        replace(word, kind="name")
        if word.first
        and word.capital
        and word.kind == "word"
        and (word.stem in names or general_french().idf(word.stem) >= _RARE)
        else word
        for word in wording.words
    )
    return replace(wording, words=words)


def _counted_so(said: Count, held: set[Count]) -> bool:
    if said.bound != "of" and not any(c.number == said.number and c.bound in BOUNDS[said.bound] for c in held):
        return False
    others = {count.number for count in held if said.counted and count.counted == said.counted}
    return said.number in others or not (others or (said.counted in MONTH_STEMS and said.bound != "of"))


def _superlative(wording: Wording) -> bool:
    """Whether something is said to be the most: `le plus important`, not `l'un des plus importants`."""
    return any(a.folded in ("le", "la") and b.folded == "plus" for a, b in pairwise(wording.words))


def _kin(a: str, b: str) -> bool:
    """Whether two stems begin as words of one family do."""
    return len(a) >= _FAMILY and a[:_FAMILY] == b[:_FAMILY]


def _weight(stem: str) -> float:
    return min(general_french().idf(stem), _HEAVIEST)


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in french.sentences(text)]
