"""Questions with the evidence that the product retrieves for them, analysed: what the reader's weights are fitted on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from rag import french
from rag.answering.extractive import Settings, read
from rag.answering.features import Sentence, cut, describe
from rag.answering.question import analyse
from rag.answering.reading import Reading, SpanReader, span_features
from rag.embedding import Embedder, open_embedder, word_embedder
from rag.frequencies import GeneralFrequencies, general_french
from rag.index.terms import TermIndex
from rag.records import Hit
from rag.retrieval import Retriever
from rag.settings import BUNDLED
from training import collections
from training.collections import Collection
from training.data import Data, Question
from training.reading_examples import for_confidence

SETTINGS = Settings()


@dataclass
class Example:
    """A question with the analysed sentences of its evidence, and the readings of its passages."""

    question: Question
    sentences: list[Sentence]
    readings: dict[int, Reading]
    features: np.ndarray
    labels: np.ndarray  # 1 right, 0 wrong, -1 unclear: outside the gold document, but with the answer's words
    known: frozenset[str]  # the question's stems that the index has
    text: str


def right(sentence: Sentence, question: Question, *, in_gold: bool) -> int:
    """Whether the sentence holds the answer: by offset in PIAF, by evidence sentence elsewhere."""
    if question.kind == "unanswerable":
        return 0
    holds = any(answer in sentence.text for answer in question.answers)
    if not in_gold:
        return -1 if holds and max(map(len, question.answers)) > 6 else 0
    if question.answer_start >= 0:
        start, end = question.answer_start, question.answer_start + len(question.answers[0])
        return int(sentence.start < end and start < sentence.end)
    if question.evidence and (question.evidence in sentence.text or sentence.text in question.evidence):
        return int(holds or len(sentence.text) > 0.5 * len(question.evidence))
    return -1 if holds else 0


def examples(
    collection: Collection,
    embedder: Embedder,
    general: GeneralFrequencies,
    spans: SpanReader,
    *,
    unseen: Callable[[Question], bool] = lambda question: True,
    without_gold: Callable[[Question], bool] = lambda question: False,
    swapped: Callable[[Question], bool] = lambda question: False,
) -> Iterator[Example]:
    """The questions of a collection with their evidence, retrieved as the product does.

    `without_gold`: the gold article is taken out of the evidence. `swapped`: a name or number of the question is
    changed for another one. Both leave a question without an answer.
    """
    words = word_embedder(embedder)
    names = sorted({name for question in collection.questions for name in written_names(question.text)})
    with collection.open(embedder) as index:
        retriever = Retriever(index, embedder, reranker=spans)
        for question in collection.questions:
            if not unseen(question):
                continue
            if swapped(question) and (changed := swap_name(question, names)):
                question = changed
            text = collections.standalone(question)
            hidden = without_gold(question)
            hits = retriever.search(text, SETTINGS.passages + 6)
            if hidden:
                hits = [hit for hit in hits if hit.passage.document_id != question.document_id]
                question = replace(question, kind="unanswerable")
            example = _example(question, text, hits[: SETTINGS.passages], index.terms, general, words, spans)
            if example:
                yield example


def written_names(text: str) -> list[str]:
    """The names and numbers of a question as written; nothing from one in capitals or without a capital."""
    wanted = analyse(text).names
    return [text[t.start : t.end] for t in french.tokens(text) if t.stem in wanted]


def swap_name(question: Question, names: Sequence[str]) -> Question | None:
    """The question with one of its names or numbers changed for another of `names` of its kind, without an answer."""
    rng = random.Random(question.id)
    own = written_names(question.text)
    if question.kind != "answerable" or not own:
        return None
    old = rng.choice(own)
    others = [name for name in rng.sample(names, min(50, len(names))) if name[0].isdigit() == old[0].isdigit()]
    new = next((name for name in others if french.stem(name) not in {french.stem(n) for n in own}), None)
    return replace(question, text=question.text.replace(old, new), kind="unanswerable") if new else None


def _example(
    question: Question,
    text: str,
    hits: Sequence[Hit],
    terms: TermIndex,
    general: GeneralFrequencies,
    words: Embedder,
    spans: SpanReader,
) -> Example | None:
    asked = analyse(text)
    sentences = cut(hits)
    if not asked.stems or not sentences:
        return None
    described = describe(asked, sentences, idf=terms.idf, general_idf=general.idf, word_vectors=words.encode)
    readings = read(text, sentences, spans)
    features = np.hstack([described, span_features(sentences, readings)])
    labels = np.array(
        [right(s, question, in_gold=s.hit.passage.document_id == question.document_id) for s in sentences], np.int8
    )
    known = frozenset(stem for stem in asked.stems if terms.document_frequency(stem))
    return Example(question, sentences, readings, features.astype(np.float32), labels, known, text)


def collect(
    data: Data, work: Path, embedder: Embedder, *, folders: int
) -> tuple[list[Example], dict[str, list[Example]]]:
    """The examples to fit on, of questions that neither embedder nor neural reader was trained on, and those of the
    development sets: PIAF, all news, and folders of a few articles of each kind. One process for each core."""
    asked = [
        (collections.piaf(data, "train", work, embedder), True),
        (collections.news(data, "train", work, embedder), True),
        *((folder, True) for folder in collections.small(data, folders, work, embedder)),
        (collections.piaf(data, "dev", work, embedder), False),
        (collections.news(data, "dev", work, embedder), False),
        *((folder, False) for folder in collections.small(data, 40, work, embedder, part="dev")),
    ]
    training: list[Example] = []
    development: dict[str, list[Example]] = {}
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for (collection, fitted), found in zip(asked, pool.map(_of_collection, *zip(*asked, strict=True)), strict=True):
            if fitted:
                training += found
            else:
                development.setdefault(f"{collection.name.partition('-')[0]}-dev", []).extend(found)
            print(f"{collection.name}: {len(found)} examples", flush=True)
    return training, development


def _of_collection(collection: Collection, fitted: bool) -> list[Example]:
    """The examples of one collection, `fitted` on or of a development set, whose questions are all used."""
    every = {"unseen": for_confidence, "without_gold": _hidden, "swapped": _swapped}
    chosen = every if fitted else {"without_gold": _hidden} if collection.name == "piaf" else {}
    embedder = open_embedder(str(BUNDLED / "embedder"))
    return list(examples(collection, embedder, general_french(), _spans(), **chosen))


@cache
def _spans() -> SpanReader:
    return SpanReader(BUNDLED / "reader", threads=1)


def _hidden(question: Question) -> bool:
    return question.kind != "unanswerable" and hash_of(question) < 0.33


def _swapped(question: Question) -> bool:
    return 0.33 <= hash_of(question) < 0.5


def hash_of(question: Question) -> float:
    """A fixed number in 0..1 for each question."""
    return random.Random(question.id).random()
