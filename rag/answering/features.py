"""What the sentence scorer knows of each sentence of the evidence, as numbers.

The features are meant to hold for a folder of two articles and for one of a hundred thousand: word weights
mix the index's own document frequencies with those of general French.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from rag import french
from rag.answering import spans
from rag.answering.question import TYPES, Question
from rag.records import Hit

Idf = Callable[[str], float]
WordVectors = Callable[[Sequence[str]], np.ndarray]

_ANAPHORA = frozenset("il elle ils elles ce cela celui celle ceux celles cette ces ceci leur".split())
_KINDS = ("number", "date", "name", "quote", "reason")

SENTENCE_FEATURES = (
    "overlap", "overlap_with_title", "overlap_before", "overlap_after", "overlap_passage", "general_overlap",
    "soft", "soft_passage", "soft_before", "cosine", "cosine_passage", "fused", "fused_gap", "rank", "names",
    "names_passage", "bigrams", "head", "soft_head", "novelty", "length", "place_in_passage", "first", "no_end",
    "is_question", "anaphora", "relative_overlap", "relative_soft", "relative_cosine", "best_overlap", "best_soft",
    *(f"has_{kind}" for kind in _KINDS), "has_place", "has_enumeration", "near_number", "near_date", "near_name",
    "question_length", "missed", "missed_passage", "has_person", "counts_asked",
    *(f"type_{name}" for name in TYPES),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the evidence: where it stands, and its analysis."""

    hit: Hit
    rank: int  # of its passage
    place: int  # among the sentences of its passage
    start: int  # in the document
    end: int
    text: str
    tokens: tuple[french.Token, ...]
    stems: frozenset[str]
    spans: tuple[spans.AnswerSpan, ...]


def cut(evidence: Sequence[Hit]) -> list[Sentence]:
    """The sentences of the evidence, passage after passage."""
    sentences = []
    for rank, hit in enumerate(evidence):
        begin = hit.passage.start
        for place, (start, end, text, tokens, stems, found) in enumerate(_analysed(hit.passage.text)):
            sentences.append(Sentence(hit, rank, place, begin + start, begin + end, text, tokens, stems, found))
    return sentences


_Analysed = tuple[int, int, str, tuple[french.Token, ...], frozenset[str], tuple[spans.AnswerSpan, ...]]


@lru_cache(maxsize=512)  # questions about the same articles meet the same passages
def _analysed(passage: str) -> tuple[_Analysed, ...]:
    found: list[_Analysed] = []
    for start, end in french.sentences(passage):
        text = passage[start:end]
        tokens = tuple(french.tokens(text))
        stems = frozenset(token.stem for token in tokens if not token.stop)
        found.append((start, end, text, tokens, stems, tuple(spans.candidates(text))))
    return tuple(found)


def ends(sentence: Sentence) -> bool:
    """Whether it is closed by a mark, as sentences are and headings are not."""
    return sentence.text.rstrip('"»”’) \u00a0\u202f').endswith((".", "!", "?", "…", ":", ";"))


def describe(
    question: Question, sentences: Sequence[Sentence], *, idf: Idf, general_idf: Idf, word_vectors: WordVectors
) -> np.ndarray:
    """Features of shape (len(sentences), len(SENTENCE_FEATURES)), float32."""
    weights = np.array([idf(stem) for stem in question.stems], np.float32)
    general = np.array([general_idf(stem) for stem in question.stems], np.float32)
    weights = weights / max(weights.sum(), 1e-6)
    general = general / max(general.sum(), 1e-6)
    match = np.array([[stem in s.stems for stem in question.stems] for s in sentences], np.float32)
    match = match.reshape(len(sentences), len(question.stems))
    soft = _soft_match(question, sentences, word_vectors, match)
    embedded = word_vectors([question.text, *(s.text for s in sentences)])
    cosine = embedded[1:] @ embedded[0]

    passages = _group(sentences)
    rows = np.zeros((len(sentences), len(SENTENCE_FEATURES)), np.float32)
    best_fused = max((s.hit.parts.get("fused", s.hit.score) for s in sentences), default=0.0)
    for members in passages:
        passage = sentences[members[0]].hit.passage
        title_stems = set(french.terms(f"{passage.title}\n{passage.heading}"))
        in_title = np.array([stem in title_stems for stem in question.stems], np.float32)
        in_passage = np.maximum(match[members].max(0), in_title)
        soft_passage = soft[members].max(0)
        for order, i in enumerate(members):
            s = sentences[i]
            before = match[members[order - 1]] if order else in_title
            after = match[members[order + 1]] if order + 1 < len(members) else np.zeros_like(in_title)
            soft_before = soft[members[order - 1]] if order else soft[i]
            rows[i, : len(SENTENCE_FEATURES) - len(TYPES)] = (
                weights @ match[i],
                weights @ np.maximum(match[i], in_title),
                weights @ np.maximum(match[i], before),
                weights @ np.maximum(match[i], after),
                weights @ in_passage,
                general @ match[i],
                weights @ soft[i],
                weights @ soft_passage,
                weights @ np.maximum(soft[i], soft_before),
                cosine[i],
                s.hit.parts.get("dense", 0.0),
                s.hit.parts.get("fused", s.hit.score),
                best_fused - s.hit.parts.get("fused", s.hit.score),
                1 / (1 + s.rank),
                _share(question.names, s.stems),
                _share(question.names, {q for q, m in zip(question.stems, in_passage, strict=True) if m}),
                _bigrams(question, s),
                _share(question.head, s.stems, empty=0.5),
                _soft_share(question.head, question.stems, soft[i]),
                _novelty(question, s, general_idf),
                math.log(1 + len(s.text)),
                order / len(members),
                float(order == 0),
                float(not ends(s)),
                float(s.text.rstrip().endswith("?")),
                float(bool(s.tokens) and s.tokens[0].stem in _ANAPHORA),
                0.0, 0.0, 0.0, 0.0, 0.0,
                *_new_kinds(question, s),
                float(spans.has_place(s.text)),
                float(spans.has_enumeration(s.text)),
                *(_nearness(question, s, kind) for kind in ("number", "date", "name")),
                math.log(1 + len(question.stems)),
                _most_missed(general, np.maximum(soft[i], in_title)),
                _most_missed(general, np.maximum(soft_passage, in_title)),
                _has_person(question, s),
                _counts_asked(question, s),
            )  # fmt: skip
    _compare(rows)
    rows[:, len(SENTENCE_FEATURES) - len(TYPES) + TYPES.index(question.type)] = 1
    return rows


def _compare(rows: np.ndarray) -> None:
    """How a sentence stands beside the best of the others."""
    names = SENTENCE_FEATURES.index
    for source, relative, best in (
        ("overlap", "relative_overlap", "best_overlap"), ("soft", "relative_soft", "best_soft"),
        ("cosine", "relative_cosine", None),
    ):  # fmt: skip
        if len(rows):
            top = rows[:, names(source)].max()
            rows[:, names(relative)] = rows[:, names(source)] - top
            if best:
                rows[:, names(best)] = top


def _group(sentences: Sequence[Sentence]) -> list[list[int]]:
    groups: dict[int, list[int]] = {}
    for i, sentence in enumerate(sentences):
        groups.setdefault(sentence.rank, []).append(i)
    return list(groups.values())


def _soft_match(
    question: Question, sentences: Sequence[Sentence], word_vectors: WordVectors, match: np.ndarray
) -> np.ndarray:
    """For each sentence and question word, the best cosine with a word of the sentence; 1 where the stem stands.

    After BERTScore's greedy matching (Zhang et al., 2020), on static vectors.
    """
    if not question.stems or not sentences:
        return match
    index: dict[str, int] = {}
    columns: list[list[int]] = []
    for sentence in sentences:
        words = [
            french.fold(sentence.text[t.start : t.end]) for t in sentence.tokens if not t.stop and t.end - t.start > 2
        ]
        columns.append([index.setdefault(word, len(index)) for word in words])
    if not index:
        return match
    similarity = word_vectors(question.words) @ word_vectors(list(index)).T
    filled = [row for row, column in enumerate(columns) if column]
    starts = np.cumsum([0] + [len(columns[row]) for row in filled[:-1]])
    flat = similarity[:, np.concatenate([columns[row] for row in filled])]
    best = np.zeros(match.shape, np.float32)
    best[filled] = np.maximum.reduceat(flat, starts, axis=1).T
    return np.maximum(match, np.clip(best, 0, 1))


def _share(wanted: frozenset[str], there: set[str] | frozenset[str], empty: float = 1.0) -> float:
    return len(wanted & there) / len(wanted) if wanted else empty


def _soft_share(head: frozenset[str], stems: tuple[str, ...], soft: np.ndarray) -> float:
    found = [soft[i] for i, stem in enumerate(stems) if stem in head]
    return float(np.mean(found)) if found else 0.0


def _most_missed(weights: np.ndarray, matched: np.ndarray) -> float:
    """The weight of the question word that is met worst: what a near miss asks for and the text does not give."""
    return float((weights * (1 - matched)).max(initial=0.0))


def _has_person(question: Question, sentence: Sentence) -> float:
    """Whether somebody is named in full (two capitals, no figure) whom the question does not name."""
    asked = set(question.stems)
    for span in sentence.spans:
        words = [t for t in sentence.tokens if span.start <= t.start < span.end and not t.stop]
        if (
            span.kind == "name"
            and len(words) > 1
            and all(sentence.text[t.start].isupper() for t in words)
            and not asked.intersection(t.stem for t in words)
        ):
            return 1.0
    return 0.0


def _counts_asked(question: Question, sentence: Sentence) -> float:
    """Whether a number counts the very thing that "combien de…" asks for; 0.5 for other questions."""
    if question.type != "howmany" or not question.head:
        return 0.5
    for span in sentence.spans:
        if span.kind == "number":
            following = [t.stem for t in sentence.tokens if t.start >= span.start][:5]
            if question.head.intersection(following):
                return 1.0
    return 0.0


def _bigrams(question: Question, sentence: Sentence) -> float:
    pairs = set(pairwise(question.stems))
    content = [token.stem for token in sentence.tokens if not token.stop]
    return len(pairs & set(pairwise(content))) / len(pairs) if pairs else 0.0


def _novelty(question: Question, sentence: Sentence, idf: Idf) -> float:
    """The weight of what the sentence adds to the question, logarithmic: an echo of the question answers nothing."""
    return math.log(1 + sum(idf(stem) for stem in sentence.stems.difference(question.stems)))


def _new_kinds(question: Question, sentence: Sentence) -> list[float]:
    """For each kind of span, whether the sentence has one that the question does not already give."""
    asked = set(question.stems)
    fresh = {
        span.kind
        for span in sentence.spans
        if any(t.stem not in asked for t in sentence.tokens if span.start <= t.start < span.end and not t.stop)
    }
    return [float(kind in fresh) for kind in _KINDS]


def _nearness(question: Question, sentence: Sentence, kind: str) -> float:
    """1 / (1 + words between a question word and a new span of this kind), 0 without one."""
    asked = set(question.stems)
    matched = [i for i, token in enumerate(sentence.tokens) if token.stem in asked and not token.stop]
    best = 0.0
    for span in sentence.spans:
        if span.kind == kind and matched:
            inside = [i for i, t in enumerate(sentence.tokens) if span.start <= t.start < span.end]
            if inside and any(sentence.tokens[i].stem not in asked for i in inside):
                outside = [m for m in matched if m not in inside] or [matched[0] + 20]
                best = max(best, 1 / (1 + min(abs(m - i) for m in outside for i in inside)))
    return best
