"""The product as its users get it, and with other weights, thresholds and embedders."""

from __future__ import annotations

import hashlib
from collections.abc import Collection as Ids
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rag import conversation
from rag.answering.extractive import Settings as ReaderSettings
from rag.assistant import Assistant
from rag.embedding import Embedder, open_embedder
from rag.evaluation.collection import Collection
from rag.evaluation.records import Dataset, Example, Prediction, Quote
from rag.evaluation.systems import overrides
from rag.evaluation.systems.stages import Stages
from rag.index import Index
from rag.progress import Progress
from rag.records import Answer, Hit, SourcierError
from rag.reranking import NO_RERANKER, Reranker
from rag.retrieval import Fusion, Retriever
from rag.settings import BUNDLED

_EVIDENCE = 100  # passages kept for the ranking of an answered question
_RANKED = 1000  # passages asked for where only the ranking counts


class Product:
    """The ask trip over a data set. `retrieval`: "hybrid" as shipped, "lexical" (BM25 alone) or "dense" (vectors alone).

    Options: `embedder` and `reranker` (folder or hub name; no reranker: `none`), `top_k` (passages in the ranking of an
    answered question), the weights of `rag.retrieval.Fusion`, and the settings of the reader (`threshold`, `passages`, …).
    """

    def __init__(self, name: str, options: dict[str, str], *, retrieval: str = "hybrid") -> None:
        """Raises SourcierError for an option that is not known."""
        fusion, reader = Fusion.load(), asdict(ReaderSettings())
        values = overrides(
            name, options, {"embedder": "", "reranker": "", "top_k": _EVIDENCE, **asdict(fusion), **reader}
        )
        self.name = name
        self._retrieval = retrieval
        self._embedder_name: str | None = values.pop("embedder", None)
        self._reranker: str | None = values.pop("reranker", None)
        self._top_k: int = values.pop("top_k", _EVIDENCE)
        self._reader = {key: value for key, value in values.items() if key in reader}
        self._fusion = replace(fusion, **{key: value for key, value in values.items() if key not in reader})

    def open(self, dataset: Dataset, work: Path, progress: Progress) -> Collection:
        self._embedder = open_embedder(self._embedder_name)
        self._collection = Collection(dataset, work, self._embedder, progress)
        self._assistant = _Configured(
            self._collection.directory, self._embedder, self._reranker, self._fusion, self._retrieval, self._reader
        )
        return self._collection

    def describe(self) -> dict[str, Any]:
        models = self._assistant.models
        return {
            "retrieval": {"mode": self._retrieval, "top_k": self._top_k, **asdict(self._fusion)},
            "embedder": {"name": self._embedder.name, "fingerprint": self._embedder.fingerprint},
            "reranker": _named(
                models.get("reranker", models["reader"]) if self._retrieval == "hybrid" else NO_RERANKER
            ),
            "reader": {
                "name": models["reader"],
                "fingerprint": _fingerprint(BUNDLED / "reader"),
                **self._assistant.settings,
            },
        }

    def predict(self, example: Example, mode: str) -> Prediction:
        if mode == "retrieval":
            return self._rank(example)
        within = self._collection.gold(example) if mode == "reading" else None
        try:
            answer = self._assistant.ask(example.question, example.history, top_k=self._top_k, within=within)
        except SourcierError as refusal:  # a question that the product does not take, e.g. one of 5,000 characters
            return Prediction(example.id, answer=str(refusal), abstained=True)
        return self._prediction(example, answer)

    def close(self) -> None:
        self._assistant.index.close()
        self._collection.close()

    def _rank(self, example: Example) -> Prediction:
        stages = Stages()
        with stages("total"):
            with stages("standalone"):
                question = conversation.standalone(example.question, example.history)
            with stages("retrieval"):
                hits = self._assistant.search(question, _RANKED)
        return Prediction(example.id, ranking=self._collection.ranking(hits), timings_ms=stages.ms)

    def _prediction(self, example: Example, answer: Answer) -> Prediction:
        candidate = answer.short_answer or answer.candidate or ""
        return Prediction(
            id=example.id,
            answer=answer.answer,
            short_answer="" if answer.abstained else candidate or answer.answer,
            candidate=candidate,
            abstained=answer.abstained,
            confidence=answer.confidence,
            ranking=self._collection.ranking(answer.evidence),
            quotes=tuple(
                Quote(
                    marker=citation.marker,
                    document=self._collection.label(citation.document.id),
                    start=citation.start,
                    end=citation.end,
                    text=citation.quote,
                    verbatim=self._text(citation.document.id)[citation.start : citation.end] == citation.quote,
                )
                for citation in answer.citations
            ),
            timings_ms=answer.timings_ms,
            tokens=answer.tokens,
        )

    def _text(self, document_id: str) -> str:
        return self._collection.index.document(document_id).text


class _Configured(Assistant):
    """The assistant with one way of retrieval, and other settings of its reader."""

    def __init__(
        self,
        directory: Path,
        embedder: Embedder,
        reranker: str | None,
        fusion: Fusion,
        mode: str,
        reader_settings: dict[str, Any],
    ) -> None:
        self._mode, self._reader_settings = mode, reader_settings
        super().__init__(directory, embedder, fusion=fusion, reranker=reranker)

    def _open(self) -> Any:
        generation = super()._open()
        generation.reader.settings = replace(generation.reader.settings, **self._reader_settings)
        self.settings = asdict(generation.reader.settings)
        retriever = _OneMode(generation.index, self._embedder, self._fusion, self._mode, self._reranker)
        return replace(generation, retriever=retriever)


class _OneMode(Retriever):
    """A retriever whose mode is settled. It changes which passages are found and their order; what the reader is told of
    them stays on the scale of the fusion, which it was fitted on, and would take others for bad evidence."""

    def __init__(
        self, index: Index, embedder: Embedder, fusion: Fusion | None, mode: str, reranker: Reranker | None
    ) -> None:
        super().__init__(index, embedder, fusion, reranker=reranker)
        self._mode = mode

    def search(
        self,
        question: str,
        top_k: int = 10,
        *,
        mode: str = "hybrid",
        within: Ids[str] | None = None,
        rerank: bool = True,
    ) -> list[Hit]:
        hits = super().search(question, top_k, mode=self._mode, within=within, rerank=rerank)
        if self._mode == "hybrid":
            return hits
        most = max((hit.parts["bm25"] for hit in hits), default=0.0) or 1.0
        return [
            replace(
                hit, parts={**hit.parts, "fused": hit.parts["bm25"] / most + self.fusion.dense * hit.parts["dense"]}
            )
            for hit in hits
        ]


def _named(model: str) -> dict[str, str]:
    """A model's name, and the fingerprint of its folder where it has one of its own."""
    folder = Path(model)
    return {"name": model, "fingerprint": _fingerprint(folder)} if folder.is_dir() else {"name": model}


def _fingerprint(folder: Path) -> str:
    """SHA-256 over the files of a model folder, shortened."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
