"""A data set in the product's own index: ids go to and fro between the two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from rag.embedding import Embedder
from rag.evaluation.records import Dataset, Example
from rag.index import Index
from rag.ingestion import build_index
from rag.progress import Progress
from rag.records import Document, Hit, SourcierError

DEPTH = 100  # documents in a ranking


class Collection:
    """The documents of a data set, indexed by the product's ingestion into a work folder.

    The index is shared by all systems with the same embedder, and kept: the next run with the same data finds it.
    What the index calls a document may go by another id in the data set (a file's name), or by several (the same text
    twice, which the index keeps once).
    """

    def __init__(self, dataset: Dataset, work: Path, embedder: Embedder, progress: Progress) -> None:
        """Index the documents, or find them indexed. Raises SourcierError when there is nothing to index."""
        key = hashlib.sha256(f"{dataset.digest} {embedder.fingerprint}".encode()).hexdigest()[:16]
        folder = work / f"index-{key}"
        self.directory = folder / "index"
        if not dataset.documents and not dataset.paths:
            raise SourcierError(
                f"{dataset.name} holds questions but no documents: name the files or folders to search with --corpus."
            )
        paths = dataset.paths or (str(_written(dataset.documents, folder)),)
        report = build_index(paths, self.directory, embedder=embedder, progress=progress)
        self.failures = tuple(f"{failure.path}: {failure.reason}" for failure in report.failures)
        self._index = Index.open(self.directory, embedder=embedder)
        references = [summary.reference for summary in self._index.documents()]
        if dataset.documents:
            self._labels = _twins(dataset.documents, {reference.id for reference in references})
        else:
            gold = {name for example in dataset.examples for name in example.gold}
            self._labels = {reference.id: (_file_name(reference.id, reference.path, gold),) for reference in references}
        self._indexed: dict[str, list[str]] = {}  # the way back; records of one table may share the file's name
        for document, labels in self._labels.items():
            for label in labels:
                self._indexed.setdefault(label, []).append(document)

    @property
    def documents(self) -> int:
        """The number of documents that can be found."""
        return self._index.manifest.counts.documents

    @property
    def passages(self) -> int:
        """The number of passages, which stand at the positions 0..n-1 of `index`."""
        return len(self._index)

    @property
    def index(self) -> Index:
        """The open index."""
        return self._index

    @property
    def size(self) -> int:
        """Bytes of the published index on the disk."""
        return sum(file.stat().st_size for file in self._index.folder.rglob("*") if file.is_file())

    @property
    def texts(self) -> Mapping[str, str]:
        """The text of each document by the id that the data set gives it, read when asked for."""
        return _Texts(self._index, self._indexed)

    def gold(self, example: Example) -> list[str]:
        """The ids in the index of the gold documents of an example."""
        relevant = [label for label, grade in example.gold.items() if grade > 0]
        return sorted({document for label in relevant for document in self._indexed.get(label, ())})

    def label(self, document_id: str) -> str:
        """The id that the data set gives a document of the index."""
        return self._labels.get(document_id, (document_id,))[0]

    def ranking(self, hits: Iterable[Hit]) -> tuple[tuple[str, float], ...]:
        """Documents by their best passage, best first, each once, at most DEPTH.

        Scores fall strictly, if need be by a hair, so that tools which sort by score (trec_eval: by 32-bit scores, equal
        ones by id) see the same order.
        """
        ranked: dict[str, float] = {}
        last = float("inf")
        for hit in hits:
            for label in self._labels.get(hit.passage.document_id, (hit.passage.document_id,)):
                if label not in ranked and len(ranked) < DEPTH:
                    last = round(min(hit.score, last - 1e-6 * max(1.0, abs(hit.score))), 6)
                    ranked[label] = last
        return tuple(ranked.items())

    def close(self) -> None:
        self._index.close()


def _written(documents: Iterable[Document], folder: Path) -> Path:
    """The documents as a file that the ingestion reads, written only when it would change."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "documents.jsonl"
    lines = "".join(
        json.dumps({"id": d.id, "title": d.title, "text": d.text if d.text.strip() else d.title}) + "\n"
        for d in documents
        if d.text.strip() or d.title.strip()
    )
    if not file.exists() or file.read_text("ascii") != lines:
        file.write_text(lines, "ascii")
    return file


def _twins(documents: Iterable[Document], indexed: set[str]) -> dict[str, tuple[str, ...]]:
    """For each document of the index its id, and the ids of documents with the same text, which the index left out."""
    labels = {document: [document] for document in indexed}
    by_text: dict[str, str] = {}
    left_out = []
    for document in documents:
        if document.id in indexed:
            by_text.setdefault(document.text, document.id)
        else:
            left_out.append(document)
    for document in left_out:
        if twin := by_text.get(document.text):
            labels[twin].append(document.id)
    return {document: tuple(names) for document, names in labels.items()}


def _file_name(document_id: str, path: str, gold: set[str]) -> str:
    """What the data set calls a file: the id, or the end of the path, that a question names; else the id."""
    parts = PurePath(path).parts
    ends = ("/".join(parts[-count:]) for count in range(1, len(parts) + 1))
    return next((name for name in (document_id, path, *ends) if name in gold), document_id)


class _Texts(Mapping[str, str]):
    """Texts of documents, from the index."""

    def __init__(self, index: Index, indexed: Mapping[str, Sequence[str]]) -> None:
        self._index, self._indexed = index, indexed

    def __getitem__(self, label: str) -> str:
        return self._index.document(self._indexed[label][0]).text

    def __iter__(self) -> Iterator[str]:
        return iter(self._indexed)

    def __len__(self) -> int:
        return len(self._indexed)
