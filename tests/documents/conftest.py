"""Helpers shared by the tests of this folder: write a file, read it through the public surface."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from document_invariants import check_invariants

from rag.documents import ReadFailure, find, read
from rag.records import Document


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file under a fresh folder and return its path."""

    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def read_all() -> Callable[[Path], list[Document | ReadFailure]]:
    """All that one path gives."""

    def _read(path: Path) -> list[Document | ReadFailure]:
        found = [item for location in find([str(path)]) for item in read(location)]
        for item in found:
            if isinstance(item, Document):
                check_invariants(item)
        return found

    return _read


@pytest.fixture
def read_one(read_all: Callable[[Path], list[Document | ReadFailure]]) -> Callable[[Path], Document]:
    """The one document of a file."""

    def _read(path: Path) -> Document:
        (document,) = read_all(path)
        assert isinstance(document, Document)
        return document

    return _read


@pytest.fixture
def article(
    write: Callable[[str, str | bytes], Path], read_one: Callable[[Path], Document]
) -> Callable[[str], Document]:
    """A text as a .txt file, read."""
    return lambda text: read_one(write("article.txt", text))


def content(document: Document) -> str:
    """What is left of the text without its clutter."""
    text, position = "", 0
    for span in document.clutter:
        text += document.text[position : span.start]
        position = span.end
    return text + document.text[position:]


@pytest.fixture
def left() -> Callable[[Document], list[str]]:
    """The lines of content, without their blanks."""
    return lambda document: [line.strip() for line in content(document).split("\n") if line.strip()]


@pytest.fixture
def quoted() -> Callable[[Document], dict[str, str]]:
    """What the text says at each fact span."""
    return lambda document: {span.reason: document.text[span.start : span.end] for span in document.facts}
