"""The bundled reader: it quotes the sentences that answer, and knows how likely they do.

The neural reader (`reading.py`) says where in each passage an answer may stand. A small perceptron over that and over the
features of `features.py` gives each sentence its share of the belief that it is the one that answers. Another one turns
the best into the probability that what is quoted holds the answer at all.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag import french
from rag.answering import Draft
from rag.answering.features import SENTENCE_FEATURES, Idf, Sentence, WordVectors, cut, describe, ends
from rag.answering.question import TYPES, Question, analyse
from rag.answering.reading import NAME, SPAN_FEATURES, Reading, SpanReader, span_features
from rag.answering.scorer import Perceptron
from rag.answering.short import short_answer
from rag.frequencies import GeneralFrequencies, general_french
from rag.records import Claim, Hit

_OF_BEST = (
    "overlap", "overlap_with_title", "overlap_before", "overlap_passage", "general_overlap", "soft", "soft_passage",
    "cosine", "cosine_passage", "fused", "names", "names_passage", "bigrams", "head", "soft_head", "novelty", "length",
    "near_number", "near_date", "near_name", "has_number", "has_date", "has_name", "best_overlap", "best_soft",
    "question_length", "missed", "missed_passage", "is_question", "has_place", "has_enumeration", "has_reason", "has_person",
    "counts_asked", *SPAN_FEATURES,
)  # fmt: skip
# Of the few words that would be the short answer
SPOKEN = (
    "spoken_number",
    "spoken_capital",
    "spoken_date",
    "spoken_words",
    "spoken_asked",
    "spoken_unfit",
    "spoken_begins",
)
FEATURES = (*SENTENCE_FEATURES, *SPAN_FEATURES)
CONFIDENCE_FEATURES = (
    "logit", "best", "second", "top_three", "same_passage", "unknown", "unknown_names", "lexical", "kind_missing",
    "far_from_topic", "names_missing", "best_margin", "second_margin", *SPOKEN, *_OF_BEST, *(f"type_{name}" for name in TYPES),
)  # fmt: skip
# What a sentence must hold to answer a question of the type
_MUST_HOLD = {"who": "has_person", "when": "has_date", "howmany": "has_number", "where": "has_place"}


# A subject that only the sentence before names; not the "il" of "il y a", "il faut", "il est possible que"
_LEANS = re.compile(
    r"[«\"“\s-]*(?:Elles?|Ils|(?:Celui|Celle|Ceux|Celles)-ci|Ce dernier|Cette dernière|Ces derni[eè]re?s"
    r"|Il(?! (?:n['’])?(?:y |faut|faudra|fallait|s['’]agi|suffit|semble|para[iî]t|vaut|reste |manque|existe|convient|arrive qu|pleut"
    r"|(?:est|était|serait|sera) (?:\w+ )?(?:possible|nécessaire|important|prévu|temps|vrai|probable|difficile|interdit|question)))"
    r")\b"
)
_LIKELY = 0.5  # of the best sentence's probability: what such a sentence says is an answer too
_ITEM = re.compile(r"(?:[-*•–—]|\d{1,2}[.)])\s|[a-zà-ÿ]")  # of a list: a bullet, a number, or a lower-case letter


@dataclass(frozen=True, slots=True)
class Settings:
    """Fitted on development data: see training/fit_reader.py."""

    threshold: float = 0.5  # confidence under which it says "je ne sais pas"
    passages: int = 8  # that are read; the weights are fitted with as many
    companion: float = 0.25  # a further sentence is quoted when its probability is this share of the best one's
    most: int = 3  # sentences quoted at most


class ExtractiveReader:
    """Answers by quoting. `spans` reads the passages; `idf(stem)` weighs words by the open index, and `known(stem)` tells
    whether it has them."""

    name = NAME

    def __init__(self, folder: Path, *, spans: SpanReader, idf: Idf, known: Idf, word_vectors: WordVectors) -> None:
        self._sentence = Perceptron.load(folder / "sentence.safetensors")
        self._confidence = Perceptron.load(folder / "confidence.safetensors")
        self._general = general_french()
        self._spans = spans
        self.settings = Settings(**json.loads((folder / "settings.json").read_text("utf-8")))
        self._idf, self._known, self._word_vectors = idf, known, word_vectors

    def answer(self, question: str, evidence: Sequence[Hit]) -> Draft:
        asked = analyse(question)
        sentences = cut(evidence[: self.settings.passages])
        if not asked.stems or not sentences:
            return Draft((), None, 0.0, abstained=True)
        words = describe(
            asked, sentences, idf=self._idf, general_idf=self._general.idf, word_vectors=self._word_vectors
        )
        readings = read(question, sentences, self._spans)
        features = np.hstack([words, span_features(sentences, readings)])
        logits = self._sentence.logits(features)
        probabilities = softmax(logits)
        order = np.argsort(-logits, kind="stable")
        row = confidence_features(asked, sentences, readings, features, logits, self._known, self._general)
        confidence = float(self._confidence(row[None])[0])
        chosen = choose(sentences, probabilities, order, self.settings)
        quoted = with_subjects(sentences, chosen)
        likely = [i for i in chosen if probabilities[i] >= _LIKELY * probabilities[chosen[0]]]
        short = {i: short_answer(sentences[i], readings[sentences[i].rank]) for i in likely}
        return Draft(
            claims=tuple(_claim(sentences[i]) for i in quoted),
            short_answer=short[chosen[0]],
            confidence=round(confidence, 4),
            abstained=confidence < self.settings.threshold,
            said=tuple((quoted.index(i), text) for i, text in short.items() if text),
            tokens=sum(reading.tokens for reading in readings.values()),
        )


def read(question: str, sentences: Sequence[Sentence], spans: SpanReader) -> dict[int, Reading]:
    """The readings of the passages of these sentences, by rank."""
    passages = {sentence.rank: sentence.hit.passage for sentence in sentences}
    return dict(zip(passages, spans.read(question, list(passages.values())), strict=True))


def choose(
    sentences: Sequence[Sentence], probabilities: np.ndarray, order: np.ndarray, settings: Settings
) -> list[int]:
    """The best sentence, and those nearly as good that say something else; `order` is best first.

    A heading gives way to a sentence that says the same.
    """
    best = int(order[0])
    chosen = [best]
    for i in map(int, order[1 : 2 * settings.most]):
        if probabilities[i] < settings.companion * probabilities[best]:
            break
        twin = next((j for j in chosen if _says_the_same(sentences[i], sentences[j])), None)
        if twin is not None:
            if ends(sentences[i]) and not ends(sentences[twin]):
                chosen[chosen.index(twin)] = i
        elif len(chosen) < settings.most:
            chosen.append(i)
    return chosen


def with_subjects(sentences: Sequence[Sentence], chosen: Sequence[int]) -> list[int]:
    """The chosen sentences; one that begins with a pronoun ("Elle a…") comes after the sentence before it."""
    complete: list[int] = []
    for i in chosen:
        before = i - 1
        leans = _LEANS.match(sentences[i].text) and before >= 0 and sentences[before].rank == sentences[i].rank
        if leans and before not in chosen and ends(sentences[before]) and len(sentences[before].text) <= 400:
            complete.append(before)
        complete.append(i)
    return complete


def _says_the_same(a: Sentence, b: Sentence) -> bool:
    least = min(len(a.stems), len(b.stems))
    return not least or len(a.stems & b.stems) >= 0.75 * least


def _claim(sentence: Sentence) -> Claim:
    """The sentence as a claim; one that announces a list comes with the items that follow it."""
    passage, start = sentence.hit.passage, sentence.start - sentence.hit.passage.start
    end = after = sentence.end - sentence.hit.passage.start
    if sentence.text.rstrip().endswith(":"):
        for begin, finish in french.sentences(passage.text[after:]):
            if not _ITEM.match(passage.text[after + begin : after + finish]):
                break
            end = after + finish
    return Claim(
        text=passage.text[start:end],
        passage_id=passage.id,
        document_id=passage.document_id,
        start=sentence.start,
        end=passage.start + end,
    )


def confidence_features(
    question: Question,
    sentences: Sequence[Sentence],
    readings: Mapping[int, Reading],
    features: np.ndarray,
    logits: np.ndarray,
    known: Idf,
    general: GeneralFrequencies,
) -> np.ndarray:
    """What tells whether the best sentence answers: shape (len(CONFIDENCE_FEATURES),)."""
    order = np.argsort(-logits, kind="stable")
    probabilities = softmax(logits)
    best = int(order[0])
    top = np.zeros(3)
    top[: min(3, len(order))] = probabilities[order[:3]]
    weights = {stem: general.idf(stem) for stem in question.stems}
    total = max(sum(weights.values()), 1e-6)
    unknown = {stem for stem in question.stems if not known(stem)}
    hit = sentences[best].hit

    def of_best(name: str) -> float:
        return float(features[best, FEATURES.index(name)])

    must = _MUST_HOLD.get(question.type)
    row = [
        logits[best],
        _logit(top[0]),
        _logit(top[1]),
        float(top.sum()),
        float(sum(sentences[i].rank == sentences[best].rank for i in order[:3])),
        sum(weights[stem] for stem in unknown) / total,
        float(len(unknown & question.names)),
        hit.parts.get("lexical", 0.0),
        float(must is not None and not of_best(must)) + float(of_best("counts_asked") == 0),
        max(0.0, 0.6 - of_best("soft_passage")),
        (1 - of_best("names_passage")) * min(len(question.names), 3),
        *_two_best([float(m) for m in features[:, FEATURES.index("span_passage")]]),
        *_spoken(question, sentences[best], readings[sentences[best].rank]),
        *(of_best(name) for name in _OF_BEST),
        *(float(question.type == name) for name in TYPES),
    ]
    return np.asarray(row, np.float32)


def _spoken(question: Question, sentence: Sentence, reading: Reading) -> tuple[float, ...]:
    """SPOKEN: whether what would be said is the kind of thing asked for, and not the question's own words."""
    shift = sentence.start - sentence.hit.passage.start
    start, end, _ = reading.best(shift, sentence.end - sentence.hit.passage.start)
    inside = [token for token in sentence.tokens if start <= token.start + shift < end]
    content = [token.stem for token in inside if not token.stop]
    number = any(stem[:1].isdigit() for stem in content)
    capital = any(sentence.text[token.start].isupper() for token in inside)
    date = any(s.kind == "date" and s.start + shift < end and start < s.end + shift for s in sentence.spans)
    unfit = {"howmany": not number, "when": not date, "who": not capital, "where": not capital}.get(
        question.type, False
    )
    asked = sum(stem in question.stems for stem in content) / len(content) if content else 1.0
    begins = not inside or inside[0] is sentence.tokens[0]
    return float(number), float(capital), float(date), math.log(1 + len(inside)), asked, float(unfit), float(begins)


def _two_best(margins: Sequence[float]) -> tuple[float, float]:
    """The neural reader's margin in the passage where it is surest, and in the next one (the same where there is one)."""
    distinct = sorted(set(margins), reverse=True)
    return distinct[0], distinct[min(1, len(distinct) - 1)]


def softmax(logits: np.ndarray) -> np.ndarray:
    """Shares that add up to one, shape as given."""
    shares = np.exp(logits - logits.max())
    return shares / shares.sum()


def _logit(p: float) -> float:
    p = min(max(float(p), 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))
