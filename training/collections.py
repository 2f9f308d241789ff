"""The collections that models are tuned on, indexed by the product's own ingestion into a work folder."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rag import conversation
from rag.embedding import Embedder
from rag.index import Index
from rag.ingestion import build_index
from rag.records import Document
from training.data import Data, Question


@dataclass(frozen=True)
class Collection:
    """An index and the questions asked of it."""

    name: str
    directory: Path
    questions: list[Question]

    def open(self, embedder: Embedder) -> Index:
        return Index.open(self.directory, embedder=embedder)


def build(
    name: str, documents: Iterable[Document], questions: list[Question], work: Path, embedder: Embedder
) -> Collection:
    """Index documents, written as one .jsonl file, into `work/NAME`; at once when nothing changed."""
    folder = work / name
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "documents.jsonl"
    lines = "".join(
        json.dumps({"id": d.id, "title": d.title, "text": d.text}, ensure_ascii=False) + "\n" for d in documents
    )
    if not source.exists() or source.read_text("utf-8") != lines:
        source.write_text(lines, "utf-8")
    build_index([str(source)], folder / "index", embedder=embedder)
    return Collection(name, folder / "index", questions)


def piaf(data: Data, part: str, work: Path, embedder: Embedder) -> Collection:
    """The questions of one part over the passages of both."""
    documents = data.piaf("train")[0] + data.piaf("dev")[0]
    return build("piaf", documents, data.piaf(part)[1], work, embedder)


def news(data: Data, part: str, work: Path, embedder: Embedder) -> Collection:
    """The questions of one part over all 31,273 articles."""
    return build("news", data.news.values(), data.news_questions(part), work, embedder)


def small(
    data: Data, count: int, work: Path, embedder: Embedder, *, part: str = "train", seed: int = 3
) -> list[Collection]:
    """Folders of 2 to 12 articles with their questions, and a few about other articles, which have no answer there.

    That is what a person has who tries the product.
    """
    rng = random.Random(seed)
    by_document: dict[str, list[Question]] = {}
    documents = dict(data.news)
    questions = data.news_questions(part)
    if part == "train":
        texts, more = data.wiki_questions()
        documents |= texts
        questions = questions + more
    for question in questions:
        by_document.setdefault(question.document_id, []).append(question)
    asked = sorted(by_document)
    collections = []
    for number in range(count):
        members = rng.sample(asked, rng.choice([2, 2, 3, 4, 6, 8, 12]))
        chosen = [question for member in members for question in by_document[member]]
        outside = [by_document[other] for other in rng.sample(asked, len(members)) if other not in members]
        chosen += [replace(rng.choice(found), kind="unanswerable", history=()) for found in outside for _ in range(2)]
        collections.append(build(f"small-{part}-{number}", (documents[m] for m in members), chosen, work, embedder))
    return collections


def standalone(question: Question) -> str:
    """The question as the ask trip would search it."""
    return conversation.standalone(question.text, question.history)
