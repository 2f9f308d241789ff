"""Grounding: whether what an answer says stands in the quotes that it cites.

Citation precision and recall after ALCE (Gao et al. 2023), without a model and without a judge. A sentence is supported
by a quote, or by several taken together as one text, when it is, but for case, accents and punctuation, the quote or a
sentence of it, or else when all of this holds (words compared by the stems of `rag.french`):

1. Every number, month, weekday, currency, name and acronym stands in the quotes. Numbers are brought to one form (3 300,
   88,5, trois mille, 600 milliards, 17/03/2025), a country equals its adjective, an acronym the words that it abbreviates.
   The first word of a sentence is a name where it is one elsewhere, or is rare in general French (idf from 6).
2. A number counts what it counts in the quotes, and a bound on it (plus de, moins de, environ) is theirs.
3. Words of degree (tous, meilleur, entièrement, toujours, peu, seul, le plus …) have one of their class in the quotes.
4. Polarity agrees: more than half of the known words in the reach of a negation (ne … pas, aucun, jamais, sans, ni, non,
   plutôt que …) are denied in the quotes too, a restriction (ne … que, seulement) is theirs, and nothing is affirmed that
   stands there only denied, renounced, or as an intention (veut, prévoit, objectif …) that the sentence leaves out.
5. Nothing was exchanged: no missing word is the opposite of one of theirs (ouvert, fermé), the part of the quotes that says
   most of it names nobody else instead, nobody else does it, and no noun, adjective, name or number stands after the very
   word after which the quotes have another one.
6. At least 0.55 of its content words, weighted by idf in general French, stand in the quotes, a word family counting as one.

On 200 pairs labelled by hand, half of them subtly wrong, the rule and the labels agree on 0.975 of the 120 that it was tuned
on (kappa 0.95) and on 0.825 of the 80 held out (95% interval 0.738 to 0.900; precision 0.810, recall 0.850, kappa
0.65); counting words alone agrees on 0.512 of those. See docs/grounding.md; `python -m benchmarks.grounding` measures it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag import french
from rag.evaluation.records import Prediction
from rag.evaluation.support import supports

__all__ = ["Statement", "grounding", "statements", "supports"]

_MARKERS = re.compile(r"(?:\[\s*\d{1,4}(?:\s*[,;]\s*\d{1,4})*\s*\]\s*)+")
_ENDED = re.compile(r"[.!?…;:»”\"]\s*$")


class Statement(NamedTuple):
    """A sentence of an answer without its markers, and the numbers of the citations that it carries, each once."""

    text: str
    markers: tuple[int, ...]


def statements(answer: str) -> list[Statement]:
    """The sentences of an answer. A marker belongs to the sentence that it stands in or right after.

    >>> statements("Il fonctionne depuis 2023. [1] Sa puissance [2] est grande [3].")
    [Statement(text='Il fonctionne depuis 2023.', markers=(1,)), Statement(text='Sa puissance est grande.', markers=(2, 3))]
    """
    return [statement for piece, marks in _pieces(answer) for statement in _cut(piece, marks)]


def _pieces(answer: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Stretches that end where a marker ends a sentence: their text without markers, and (place, number) of each."""
    text, marks, last = "", list[tuple[int, int]](), 0
    for match in _MARKERS.finditer(answer):
        text += answer[last : match.start()].rstrip()
        last = match.end()
        marks += [(len(text), int(number)) for number in re.findall(r"\d+", match.group())]
        following = answer[last : last + 1]
        if not following or "\n" in match.group() or _ENDED.search(text) or following.isupper():
            yield text, marks
            text, marks = "", []
        elif following.isalnum():
            text += " "
    if text + answer[last:]:
        yield text + answer[last:], marks


def _cut(text: str, marks: Sequence[tuple[int, int]]) -> Iterator[Statement]:
    spans = [(start, end) for start, end in french.sentences(text) if any(map(str.isalnum, text[start:end]))]
    for place, (start, end) in enumerate(spans):
        until = spans[place + 1][0] if place + 1 < len(spans) else len(text)
        since = start if place else -1
        own = (number for at, number in marks if since < at <= until)
        yield Statement(text[start:end], tuple(dict.fromkeys(own)))


def grounding(prediction: Prediction) -> dict[str, float]:
    """Whether the answer of one question stands in its quotes, each value in 0..1.

    - "citation_recall": share of the answer's sentences that the quotes cited in them, taken together, support.
    - "citation_precision": share of the citations that are useful: their sentence is supported, and the quote supports
      it alone or the sentence's other quotes do not support it without this one.
    - "unsupported_sentences": share of sentences that not even all quotes of the answer together support.
    - "quote_fidelity": share of the quotes that stand verbatim at their offsets; absent without quotes.

    Empty for an abstention and for an answer without a sentence. An answer that cites nothing has precision and recall
    0. A marker without a quote is a citation that supports nothing. Recall and precision after ALCE (Gao et al. 2023,
    "Enabling Large Language Models to Generate Text with Citations", section 4.3), the entailment model replaced by
    `supports`.
    """
    said = [] if prediction.abstained else statements(prediction.answer)
    if not said:
        return {}
    quotes = {quote.marker: quote.text for quote in prediction.quotes}
    everything = list(quotes.values())
    supported = [_supported(statement, quotes, statement.markers) for statement in said]
    citations = sum(len(statement.markers) for statement in said)
    useful = sum(_useful(statement, quotes) for statement, whole in zip(said, supported, strict=True) if whole)
    values = {
        "citation_precision": useful / citations if citations else 0.0,
        "citation_recall": sum(supported) / len(said),
        "unsupported_sentences": sum(not supports(statement.text, everything) for statement in said) / len(said),
    }
    if prediction.quotes:
        values["quote_fidelity"] = sum(quote.verbatim for quote in prediction.quotes) / len(prediction.quotes)
    return values


def _supported(statement: Statement, quotes: dict[int, str], markers: Sequence[int]) -> bool:
    return supports(statement.text, [quotes[marker] for marker in markers if marker in quotes])


def _useful(statement: Statement, quotes: dict[int, str]) -> int:
    """How many citations of a supported statement support it alone, or are missed when they are taken away."""
    markers = statement.markers
    return sum(
        _supported(statement, quotes, [marker])
        or not _supported(statement, quotes, [other for other in markers if other != marker])
        for marker in markers
    )
