"""Documents and examples as they are read: ids told apart, contexts numbered, and in the end the `Dataset`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.evaluation.datasets.fields import Malformed, shown
from rag.evaluation.datasets.files import ACCEPTED, Files
from rag.evaluation.records import Dataset, Example
from rag.records import Document, SourcierError


class Gathering:
    """What one data set holds so far, in the order of its files."""

    def __init__(self, name: str, files: Files) -> None:
        self.name = name
        self.files = files
        self.documents: dict[str, Document] = {}
        self.examples: dict[str, Example] = {}
        self._where: dict[str, str] = {}  # where an example was first seen
        self._contexts: dict[str, str] = {}  # text -> id of the document
        self._numbers: dict[str, int] = {}  # paragraphs so far of each title

    def context(self, text: str, title: str, path: Path | str) -> str:
        """The id "<title>/<n>" of a paragraph; one text is one document, however often it comes.

        A retrieval that finds the other copy would count as wrong otherwise.
        """
        if text not in self._contexts:
            title = title.strip()
            name = title or self.name
            self._numbers[name] = number = self._numbers.get(name, 0) + 1
            self.document(Document(f"{name}/{number}", text, title, str(path)))
        return self._contexts[text]

    def known(self, text: str) -> str | None:
        """The id of the document with exactly this text, or None."""
        return self._contexts.get(text)

    def document(self, document: Document) -> None:
        """Add a document. Raises Malformed when its id already stands for another text."""
        known = self.documents.setdefault(document.id, document)
        if known.text != document.text:
            raise Malformed("id", f"is used for two texts: {shown(document.id)}")
        self._contexts.setdefault(document.text, document.id)

    def example(self, example: Example, where: str) -> None:
        """Add an example. The same one again is left out and counted.

        Raises Malformed when its id already stands for another question.
        """
        known = self.examples.setdefault(example.id, example)
        if known is example:
            self._where[example.id] = where
        elif known == example:
            self.files.leave_out(f"{where}: repeats {self._where[example.id]}")
        else:
            raise Malformed("id", f"is used twice: {shown(example.id)}, first at {self._where[example.id]}")

    def dataset(self, *, paths: Sequence[str] = ()) -> Dataset:
        """All of it. Raises SourcierError when there is no question."""
        if not self.examples:
            left = (
                f" ({len(self.files.skipped)} left out, first: {self.files.skipped[0]})" if self.files.skipped else ""
            )
            raise SourcierError(f"{self.name}: no question to ask{left}: {ACCEPTED}")
        return Dataset(
            name=self.name,
            examples=tuple(self.examples.values()),
            documents=tuple(self.documents.values()),
            paths=tuple(paths),
            digest=self.files.digest(),
            skipped=tuple(self.files.skipped),
        )
