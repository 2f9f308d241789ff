"""What every system has to beat: the first sentence of the best BM25 passage, and a sentence by chance."""

from __future__ import annotations

import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag import conversation, french
from rag.citations import cite
from rag.embedding import open_embedder
from rag.evaluation.collection import DEPTH, Collection
from rag.evaluation.records import Dataset, Example, Prediction, Quote
from rag.evaluation.systems import overrides
from rag.evaluation.systems.stages import Stages
from rag.progress import Progress
from rag.records import Claim, Passage
from rag.retrieval import Fusion, Retriever


class _Baseline:
    """Opens the index; quotes one sentence of a passage as the whole answer, and never refuses."""

    def __init__(self, name: str, options: dict[str, str]) -> None:
        """Raises SourcierError for any option."""
        overrides(name, options, {})
        self.name = name

    def open(self, dataset: Dataset, work: Path, progress: Progress) -> Collection:
        self._embedder = open_embedder()  # of the index, which is shared with the other systems
        self._collection = Collection(dataset, work, self._embedder, progress)
        return self._collection

    def close(self) -> None:
        self._collection.close()

    def _quoted(
        self,
        example: Example,
        passage: Passage | None,
        sentence: tuple[int, int],
        confidence: float,
        ranking: tuple[tuple[str, float], ...],
        stages: Stages,
    ) -> Prediction:
        """The stretch `sentence` of a passage's text as an answer with its citation; nothing without a passage."""
        index = self._collection.index
        claims = []
        if passage is not None:
            start, end = sentence
            text, begin = passage.text[start:end], passage.start + start
            claims = [Claim(text, passage.id, passage.document_id, begin, passage.start + end)]
        answer, citations = cite(claims, index.document, lambda name: index.references([name])[name])
        quotes = tuple(
            Quote(c.marker, self._collection.label(c.document.id), c.start, c.end, c.quote, verbatim=True)
            for c in citations
        )
        said = claims[0].text if claims else ""
        return Prediction(
            id=example.id,
            answer=answer,
            short_answer=said,
            candidate=said,
            abstained=not said,
            confidence=round(confidence, 4),
            ranking=ranking,
            quotes=quotes,
            timings_ms=stages.ms,
        )


class Lead(_Baseline):
    """The first sentence of the best BM25 passage. Its confidence is that passage's BM25 score as a share of the most
    that any passage could have."""

    def open(self, dataset: Dataset, work: Path, progress: Progress) -> Collection:
        collection = super().open(dataset, work, progress)
        self._retriever = Retriever(collection.index, self._embedder, Fusion.load())
        return collection

    def describe(self) -> dict[str, Any]:
        return {"retrieval": {"mode": "lexical", **asdict(Fusion.load())}, "reader": {"name": "lead sentence"}}

    def predict(self, example: Example, mode: str) -> Prediction:
        stages = Stages()
        within = self._collection.gold(example) if mode == "reading" else None
        with stages("total"):
            with stages("standalone"):
                question = conversation.standalone(example.question, example.history)
            with stages("retrieval"):
                hits = self._retriever.search(question, 1000, mode="lexical", within=within)
            ranking = self._collection.ranking(hits)
            with stages("answering"):
                passage = hits[0].passage if hits else self._any(within)
                first = _first_sentence(passage.text) if passage else (0, 0)
        if mode == "retrieval":
            return Prediction(example.id, ranking=ranking, timings_ms=stages.ms)
        confidence = min(max(hits[0].parts["lexical"], 0.0), 1.0) if hits else 0.0
        return self._quoted(example, passage, first, confidence, ranking, stages)

    def _any(self, within: list[str] | None) -> Passage | None:
        """The first passage there is: where no word of the question is known, all are equally good."""
        index = self._collection.index
        positions = range(len(index)) if within is None else index.positions(within)
        return index.passages(positions[:1])[0] if positions else None


def _first_sentence(text: str) -> tuple[int, int]:
    """The first stretch that ends as a sentence does, which a heading does not; else the first there is."""
    stretches = list(french.sentences(text)) or [(0, len(text))]
    ends = (span for span in stretches if text[slice(*span)].rstrip('»”") \u00a0\u202f').endswith((".", "!", "?", "…")))
    return next(ends, stretches[0])


class RandomPassage(_Baseline):
    """A random passage and a random sentence of it, settled by the seed and the id of the question."""

    def __init__(self, name: str, options: dict[str, str], *, seed: int) -> None:
        super().__init__(name, options)
        self._seed = seed

    def open(self, dataset: Dataset, work: Path, progress: Progress) -> Collection:
        collection = super().open(dataset, work, progress)
        self._documents = sorted(summary.reference.id for summary in collection.index.documents() if summary.passages)
        return collection

    def describe(self) -> dict[str, Any]:
        return {"retrieval": {"mode": "random"}, "reader": {"name": "random sentence"}}

    def predict(self, example: Example, mode: str) -> Prediction:
        stages = Stages()
        chance = random.Random(f"{self._seed} {example.id}")
        index = self._collection.index
        with stages("total"):
            with stages("retrieval"):
                documents = self._collection.gold(example) if mode == "reading" else self._documents
                positions = index.positions(documents) if mode == "reading" else range(self._collection.passages)
                chosen = index.passages([chance.choice(positions)])[0] if positions else None
                drawn = chance.sample(documents, min(DEPTH, len(documents)))
                if chosen is not None:
                    drawn = [chosen.document_id, *(name for name in drawn if name != chosen.document_id)]
                labels = [self._collection.label(name) for name in drawn][:DEPTH]
                ranking = tuple((label, float(len(labels) - rank)) for rank, label in enumerate(dict.fromkeys(labels)))
            with stages("answering"):
                sentences = list(french.sentences(chosen.text)) if chosen else []
                sentence = chance.choice(sentences) if sentences else (0, len(chosen.text) if chosen else 0)
        if mode == "retrieval":
            return Prediction(example.id, ranking=ranking, timings_ms=stages.ms)
        return self._quoted(example, chosen, sentence, 0.5, ranking, stages)
