"""The ask trip, the only place that knows all the parts.

question (+ history) -> standalone question -> ranked evidence -> draft -> verified citations -> Answer
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rag import conversation
from rag.answering import Draft, examples, metadata
from rag.answering.extractive import ExtractiveReader
from rag.answering.notes import notes
from rag.answering.reading import SpanReader
from rag.citations import cite
from rag.embedding import Embedder, open_embedder, word_embedder
from rag.index import Index
from rag.records import Answer, Document, DocumentReference, Hit, SourcierError, Turn
from rag.reranking import BUNDLED_RERANKER, NO_RERANKER, CrossEncoderReranker, Reranker
from rag.retrieval import Fusion, Retriever
from rag.settings import BUNDLED, Settings

LONGEST_QUESTION = 2000  # characters

ABSTENTION = "Je ne sais pas : les documents indexés ne permettent pas de répondre à cette question."
SMALL_TALK = {
    "greeting": "Bonjour ! Posez-moi une question sur les articles indexés : je réponds en citant mes sources.",
    "thanks": "Avec plaisir ! N’hésitez pas si vous avez une autre question sur ces articles.",
    "goodbye": "Au revoir, et à bientôt !",
    "help": "Je réponds en français aux questions sur les articles indexés, et chaque phrase de ma réponse renvoie au "
    "passage dont elle vient. Quand les articles ne disent rien, je le dis. Essayez par exemple : « {example} »",
}


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What is open: for the page, `sourcier info` and the log."""

    name: str
    documents: int
    passages: int
    created: datetime
    generation: int
    embedder: str


@dataclass(frozen=True, slots=True)
class _Generation:
    """What answers one question: index, retriever and reader of one generation, never mixed with another's."""

    index: Index
    retriever: Retriever
    reader: ExtractiveReader

    def document(self, identifier: str) -> Document:
        try:
            return self.index.document(identifier)
        except KeyError:
            raise SourcierError(
                f"No document {identifier!r} in this index: ask again, it may have been updated."
            ) from None

    def reference(self, identifier: str) -> DocumentReference:
        return self.index.references({identifier})[identifier]

    def draft(self, question: str, evidence: Sequence[Hit], within: Collection[str] | None = None) -> Draft:
        """The reader's draft; a question about an article itself is answered from what is known of it."""
        if (fact := metadata.asked_fact(question)) and (subject := metadata.topic(question)):
            about = self.retriever.search(subject, 5, within=within, rerank=False)
            if about and (draft := metadata.answer(fact, about, self.document)):
                return draft
        return self.reader.answer(self.retriever.corrected(question), evidence)


class Assistant:
    """Answers questions from one index. Thread-safe; `refresh` changes to a newer generation between questions."""

    def __init__(
        self, directory: Path, embedder: Embedder, *, fusion: Fusion | None = None, reranker: str | None = None
    ) -> None:
        """`reranker`: "bundled", "none", or the folder or hub name of a cross-encoder; by default that of the settings."""
        self._directory, self._embedder, self._fusion = directory, embedder, fusion
        self._words = word_embedder(embedder)
        self._spans = SpanReader(BUNDLED / "reader")
        self._reranker = self._open_reranker(reranker or Settings().reranker)
        self._lock = threading.Lock()
        self._now = self._open()

    @classmethod
    def open(cls, index: Path, *, embedder: str | None = None, reranker: str | None = None) -> Assistant:
        """The assistant over the index in a folder. Raises SourcierError when there is none, when it was made with another
        embedder, or when there is no such model."""
        return cls(index, open_embedder(embedder), reranker=reranker)

    def _open_reranker(self, name: str) -> Reranker | None:
        if name == NO_RERANKER:
            return None
        return self._spans if name == BUNDLED_RERANKER else CrossEncoderReranker(name)

    def _open(self) -> _Generation:
        index = Index.open(self._directory, embedder=self._embedder)
        reader = ExtractiveReader(
            BUNDLED / "reader",
            spans=self._spans,
            idf=index.terms.idf,
            known=index.terms.document_frequency,
            word_vectors=self._words.encode,
        )
        return _Generation(index, Retriever(index, self._embedder, self._fusion, reranker=self._reranker), reader)

    @property
    def index(self) -> Index:
        """The generation that is open now."""
        return self._now.index

    def refresh(self) -> bool:
        """Open a newer generation if one was published; questions under way finish on the old one."""
        with self._lock:
            if not self.index.stale:
                return False
            self._now = self._open()
            return True

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        top_k: int = 10,
        within: Collection[str] | None = None,
    ) -> Answer:
        """Answer a question, with the turns before it if it leans on them; from the documents `within` alone if given.

        Raises SourcierError for an empty question or one over LONGEST_QUESTION characters.
        """
        question = question.strip()
        if not question:
            raise SourcierError("La question est vide : écrivez une question.")
        if len(question) > LONGEST_QUESTION:
            raise SourcierError(f"La question dépasse {LONGEST_QUESTION} caractères : raccourcissez-la.")
        now = self._now
        timings: dict[str, float] = {}
        with _timed(timings, "total"):
            if kind := conversation.small_talk(question):
                return self._small_talk(question, kind)
            with _timed(timings, "standalone"):
                standalone = conversation.standalone(question, history)
            with _timed(timings, "retrieval"):
                evidence = now.retriever.search(standalone, max(top_k, now.reader.settings.passages), within=within)
            with _timed(timings, "answering"):
                draft = now.draft(standalone, evidence, within)
            with _timed(timings, "citations"):
                text, citations = cite(() if draft.abstained else draft.claims, now.document, now.reference)
        abstained = draft.abstained or not citations
        return Answer(
            question=question,
            standalone_question=standalone,
            answer=ABSTENTION if abstained else text,
            short_answer=None if abstained else draft.short_answer,
            candidate=draft.short_answer or (draft.claims[0].text if draft.claims else None),
            abstained=abstained,
            confidence=draft.confidence,
            citations=citations,
            notes=notes(draft, citations),
            evidence=tuple(evidence[:top_k]),
            documents=now.index.references({hit.passage.document_id for hit in evidence[:top_k]}),
            timings_ms={name: round(value, 2) for name, value in timings.items()},
            models=self.models,
            tokens=draft.tokens,
        )

    def _small_talk(self, question: str, kind: str) -> Answer:
        text = SMALL_TALK[kind]
        if "{example}" in text:
            text = text.format(example=next(iter(self.examples(1)), "De quoi parlent ces articles ?"))
        return Answer(question, question, text, None, abstained=False, confidence=1.0, models=self.models)

    def search(
        self, question: str, top_k: int = 10, *, mode: str = "hybrid", within: Collection[str] | None = None
    ) -> list[Hit]:
        """Ranked passages alone, without an answer; `within`: of these documents alone."""
        return self._now.retriever.search(question, top_k, mode=mode, within=within)

    def document(self, identifier: str) -> Document:
        """A whole document. Raises SourcierError when the index does not hold it."""
        return self._now.document(identifier)

    @property
    def models(self) -> dict[str, str]:
        """The models that answer, as `sourcier ask --json` reports them."""
        models = {"embedder": self._embedder.name, "reader": self._now.reader.name}
        if self._reranker is not self._spans:  # the reader ranks, too, where nothing else does
            models["reranker"] = self._reranker.name if self._reranker else NO_RERANKER
        return models

    def info(self) -> IndexInfo:
        """What is open."""
        manifest = self.index.manifest
        return IndexInfo(
            name=self._directory.name,
            documents=manifest.counts.documents,
            passages=manifest.counts.passages,
            created=datetime.fromisoformat(manifest.created),
            generation=manifest.generation,
            embedder=self._embedder.name,
        )

    def examples(self, count: int = 5) -> list[str]:
        """Questions that this index answers, made from its own sentences and tried; fewer when it holds little."""
        found: list[str] = []
        passages = self.index.passages(range(min(len(self.index), 40 * count)))
        for candidate in examples.candidates(passages):
            if len(found) == count:
                break
            answer = self.ask(candidate.question)
            if not answer.abstained and any(candidate.answer in citation.quote for citation in answer.citations):
                found.append(candidate.question)
        return found


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        timings[stage] = (time.perf_counter() - started) * 1000
