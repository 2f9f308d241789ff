"""Whether a sentence stands on its quotes: a rule over words, without a model and without a judge."""

from __future__ import annotations

from collections.abc import Sequence

from rag import french
from rag.evaluation.wording import COUNTRIES, Count, Word, Wording, analyse, initials
from rag.frequencies import general_french

SHARE = 0.5  # of the weight of the remaining content words that must stand in the quotes
_RARE = 6.0  # idf in general French from which a capitalised first word is taken for a name
_FAMILY = 5  # letters that two stems of one word family share: investir, investissement
_BOUNDS = {  # what a sentence may say of a number, given what the quote says of it
    "": {"", "more", "less", "most", "least", "about", "exact", "of"},
    "more": {"more"},
    "least": {"more", "least", "", "exact"},
    "less": {"less"},
    "most": {"less", "most", "", "exact"},
    "about": {"", "more", "less", "about", "exact"},
    "exact": {"", "exact"},
    "of": {"of"},
}
_OPPOSITES = """
hausse:baisse augmenter:diminuer avant:après premier:dernier ouvert:fermé public:privé début:fin gagner:perdre
majorité:minorité fort:faible accepter:refuser autoriser:interdire souvent:rarement plus:moins meilleur:pire
ancien:nouveau grand:petit facile:difficile rapide:lent national:international entrer:sortir vendre:acheter
avantage:inconvénient succès:échec
"""


def _opposites() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split():
        a, b = (french.stem(word) for word in pair.split(":"))
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return found


OPPOSITES = _opposites()


def supports(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether the `quotes` taken together hold what the `sentence` says; the rule stands in `metrics.grounding`."""
    said = analyse(sentence)
    quoted = _Quoted(quotes)
    if not quoted.stems:
        return False
    if quoted.repeats(said):
        return True
    return (
        all(quoted.holds(word) for word in said.words if _strict(word, quoted))
        and all(map(quoted.counts_so, said.counts))
        and quoted.same_polarity(said)
        and not quoted.turned_round(said)
        and quoted.share(said) >= SHARE
    )


def _strict(word: Word, quoted: _Quoted) -> bool:
    """Whether a word must stand in the quotes: numbers, units, names."""
    if word.first and word.capital and word.kind == "word":
        return word.stem in quoted.names or general_french().idf(word.stem) >= _RARE
    return word.kind in ("number", "unit", "name")


class _Quoted:
    """The quotes of one sentence, analysed."""

    def __init__(self, quotes: Sequence[str]) -> None:
        self.wordings = [analyse(quote) for quote in quotes]
        self.stems = {w.stem for wording in self.wordings for w in wording.words}
        self.stems |= {stem for wording in self.wordings for stem in wording.compounds}
        self.names = {w.stem for wording in self.wordings for w in wording.words if w.kind == "name"}
        self.countries = {COUNTRIES[stem] for stem in self.stems if stem in COUNTRIES}
        self.counts = {count for wording in self.wordings for count in wording.counts}
        self.whole = [tuple(w.stem for w in analyse(s).words) for quote in quotes for s in (quote, *_sentences(quote))]
        self.denied, self.affirmed = set[str](), set[str]()
        for wording in self.wordings:
            negated = {place for denial in wording.denials if denial.kind == "not" for place in denial.places}
            for place, word in wording.content():
                (self.denied if place in negated else self.affirmed).add(word.stem)

    def repeats(self, said: Wording) -> bool:
        """Whether a quote, or a sentence of one, is the same words in the same order."""
        return bool(said.words) and tuple(word.stem for word in said.words) in self.whole

    def holds(self, word: Word) -> bool:
        """Whether a word that must be there is, be it as the adjective of a country or as the words of an acronym."""
        if word.stem in self.stems or COUNTRIES.get(word.stem) in self.countries:
            return True
        return 2 <= len(word.stem) <= 8 and any(initials(wording.words, word.stem) for wording in self.wordings)

    def counts_so(self, said: Count) -> bool:
        """Whether the quotes give this number to what it counts, under the same bound."""
        same = [count for count in self.counts if count.number == said.number]
        if said.bound != "of" and not any(count.bound in _BOUNDS[said.bound] for count in same):
            return False
        others = {count.number for count in self.counts if said.counted and count.counted == said.counted}
        return not others or said.number in others

    def same_polarity(self, said: Wording) -> bool:
        """Whether what the sentence denies is denied in the quotes, and what it affirms is not denied there."""
        reached: set[int] = set()
        for denial in said.denials:
            stems = [said.words[place].stem for place in denial.places]
            if denial.kind == "not":
                reached.update(denial.places)
                known = [stem for stem in stems if stem in self.stems]
                if not (any(stem in self.denied for stem in known) if known else self._denies("not")):
                    return False
            elif not self._denies("only"):
                return False
        affirmed = {word.stem for place, word in said.content() if place not in reached}
        for wording in self.wordings:
            for denial in wording.denials:
                stems = {wording.words[place].stem for place in denial.places}
                turned = stems & affirmed & (self.denied - self.affirmed)
                if denial.kind == "not" and turned and 2 * len(turned) >= len(stems):
                    return False
        return True

    def _denies(self, kind: str) -> bool:
        return any(denial.kind == kind for wording in self.wordings for denial in wording.denials)

    def turned_round(self, said: Wording) -> bool:
        """Whether a word of the sentence is missing and its opposite stands in the quotes."""
        return any(
            word.stem not in self.stems and OPPOSITES.get(word.stem, set()) & self.stems for _, word in said.content()
        )

    def share(self, said: Wording) -> float:
        """The share of the sentence's remaining content words that the quotes hold, weighted by idf in general French."""
        spelled = {
            place for name in self.names if 2 <= len(name) <= 8 for run in initials(said.words, name) for place in run
        }
        weights = [
            (general_french().idf(word.stem), place in spelled or self._related(word.stem))
            for place, word in said.content()
            if word.kind == "word"
        ]
        total = sum(weight for weight, _ in weights)
        return sum(weight for weight, there in weights if there) / total if total else 1.0

    def _related(self, stem: str) -> bool:
        if stem in self.stems:
            return True
        return len(stem) >= _FAMILY and any(other[:_FAMILY] == stem[:_FAMILY] for other in self.stems)


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in french.sentences(text)]
