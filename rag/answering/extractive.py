"""The bundled reader: it quotes the sentences that answer, and knows how likely they do.

A small perceptron over the features of `features.py` gives each sentence of the evidence its share of the belief
that it is the one that answers; a logistic regression turns the best into the probability that what is quoted
holds the answer at all.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag import french
from rag.answering import Draft
from rag.answering.features import SENTENCE_FEATURES, Idf, Sentence, WordVectors, cut, describe
from rag.answering.question import TYPES, Question, analyse
from rag.answering.scorer import Perceptron
from rag.answering.short import short_answer
from rag.frequencies import GeneralFrequencies, general_french
from rag.records import Claim, Hit

_OF_BEST = (
    "overlap", "overlap_with_title", "overlap_before", "overlap_passage", "general_overlap", "soft", "soft_passage",
    "cosine", "cosine_passage", "fused", "names", "names_passage", "bigrams", "head", "soft_head", "novelty", "length",
    "near_number", "near_date", "near_name", "has_number", "has_date", "has_name", "best_overlap", "best_soft",
    "question_length", "missed", "missed_passage", "is_question", "has_place", "has_enumeration", "has_reason", "has_person",
    "counts_asked",
)  # fmt: skip
CONFIDENCE_FEATURES = (
    "logit", "best", "second", "top_three", "same_passage", "unknown", "unknown_names", "lexical", "kind_missing",
    "far_from_topic", "names_missing", *_OF_BEST, *(f"type_{name}" for name in TYPES),
)  # fmt: skip
# What a sentence must hold to answer a question of the type
_MUST_HOLD = {"who": "has_person", "when": "has_date", "howmany": "has_number", "where": "has_place"}


_ITEM = re.compile(r"(?:[-*•–—]|\d{1,2}[.)])\s|[a-zà-ÿ]")  # of a list: a bullet, a number, or a lower-case letter


@dataclass(frozen=True, slots=True)
class Settings:
    """Fitted on development data: see training/fit_reader.py."""

    threshold: float = 0.5  # confidence under which it says "je ne sais pas"
    passages: int = 8  # read for a question
    companion: float = 0.25  # a further sentence is quoted when its probability is this share of the best one's
    most: int = 3  # sentences quoted at most


class ExtractiveReader:
    """Answers by quoting. `idf(stem)` weighs words by the open index; `known(stem)` tells whether it has them."""

    name = "phrases-1"

    def __init__(self, folder: Path, *, idf: Idf, known: Idf, word_vectors: WordVectors) -> None:
        self._sentence = Perceptron.load(folder / "sentence.safetensors")
        self._confidence = Perceptron.load(folder / "confidence.safetensors")
        self._general = general_french()
        self.settings = Settings(**json.loads((folder / "settings.json").read_text("utf-8")))
        self._idf, self._known, self._word_vectors = idf, known, word_vectors

    def answer(self, question: str, evidence: Sequence[Hit]) -> Draft:
        asked = analyse(question)
        sentences = cut(evidence[: self.settings.passages])
        if not asked.stems or not sentences:
            return Draft((), None, 0.0, abstained=True)
        features = describe(
            asked, sentences, idf=self._idf, general_idf=self._general.idf, word_vectors=self._word_vectors
        )
        logits = self._sentence.logits(features)
        probabilities = softmax(logits)
        order = np.argsort(-logits, kind="stable")
        row = confidence_features(asked, sentences, features, logits, self._known, self._general)
        confidence = float(self._confidence(row[None])[0])
        chosen = choose(sentences, probabilities, order, self.settings)
        return Draft(
            claims=tuple(_claim(sentences[i]) for i in chosen),
            short_answer=short_answer(asked, sentences[chosen[0]]),
            confidence=round(confidence, 4),
            abstained=confidence < self.settings.threshold,
        )


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
            if _ends(sentences[i]) and not _ends(sentences[twin]):
                chosen[chosen.index(twin)] = i
        elif len(chosen) < settings.most:
            chosen.append(i)
    return chosen


def _says_the_same(a: Sentence, b: Sentence) -> bool:
    least = min(len(a.stems), len(b.stems))
    return not least or len(a.stems & b.stems) >= 0.75 * least


def _ends(sentence: Sentence) -> bool:
    return sentence.text.rstrip('"»”’) \u00a0\u202f').endswith((".", "!", "?", "…", ":", ";"))


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
        return float(features[best, SENTENCE_FEATURES.index(name)])

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
        *(of_best(name) for name in _OF_BEST),
        *(float(question.type == name) for name in TYPES),
    ]
    return np.asarray(row, np.float32)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Shares that add up to one, shape as given."""
    shares = np.exp(logits - logits.max())
    return shares / shares.sum()


def _logit(p: float) -> float:
    p = min(max(float(p), 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))
