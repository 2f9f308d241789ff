"""From a location to documents: which reader takes which file, and what identifies a document."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from rag.documents import csv, docx, epub, html, jsonl, markdown, odt, pdf, plain_text
from rag.documents.draft import Draft, finish
from rag.documents.encoding import storable
from rag.documents.locations import SUFFIXES, Location
from rag.documents.record_fields import BadRecord
from rag.documents.url import fetch
from rag.records import Document, SourcierError

ARTICLES: dict[str, Callable[[bytes, str | None], Draft]] = {
    ".txt": plain_text.read,
    ".md": markdown.read,
    ".html": html.read,
    ".htm": html.read,
    ".pdf": pdf.read,
    ".docx": docx.read,
    ".odt": odt.read,
    ".epub": epub.read,
}
RECORDS: dict[str, Callable[[BinaryIO], Iterator[tuple[int, Draft | BadRecord]]]] = {
    ".csv": csv.read,
    ".jsonl": jsonl.read,
}


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """One record that could not be read; the records after it follow. `str()` gives the line to show."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.reason}"


def read(location: Location) -> Iterator[Document | ReadFailure]:
    """The documents of one location: one for an article, one for each record of a table.

    Records are streamed. A record that cannot be read comes as a `ReadFailure` in its place; a file or address that
    cannot be read at all raises SourcierError, which names it, when the iteration reaches it.
    """
    path = storable(location.path)
    try:
        yield from _read_url(location, path) if location.is_url else _read_file(location, path)
    except SourcierError as error:
        raise SourcierError(_one_line(f"{path}: {error}")) from error.__cause__


def _one_line(message: str) -> str:
    """A message may quote the file, whose column names can hold anything."""
    return " ".join("".join(c if c.isprintable() else " " for c in message).split())


def _read_file(location: Location, path: str) -> Iterator[Document | ReadFailure]:
    file = Path(location.path)
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise SourcierError(f"this kind of file cannot be read; readable: {' '.join(SUFFIXES)}")
    try:
        if suffix in RECORDS:
            with file.open("rb") as stream:
                yield from _records(stream, suffix, location, path)
        else:
            yield _article(file.read_bytes(), None, suffix, location, path)
    except OSError as error:
        raise SourcierError(f"cannot be opened ({error.strerror or error})") from None


def _read_url(location: Location, path: str) -> Iterator[Document | ReadFailure]:
    fetched = fetch(location.path, SUFFIXES)
    if fetched.suffix in RECORDS:
        yield from _records(io.BytesIO(fetched.content), fetched.suffix, location, path)
    else:
        yield _article(fetched.content, fetched.charset, fetched.suffix, location, path, source=location.path)


def _article(
    content: bytes, charset: str | None, suffix: str, location: Location, path: str, source: str | None = None
) -> Document:
    if not content.strip():
        raise SourcierError("empty: there is no text to read")
    draft = ARTICLES[suffix](content, charset)
    if source:
        draft = replace(draft, source=source, facts=tuple(fact for fact in draft.facts if fact.reason != "source"))
    return finish(draft, storable(location.relative), path)


def _records(stream: BinaryIO, suffix: str, location: Location, path: str) -> Iterator[Document | ReadFailure]:
    number = 0
    for line, draft in RECORDS[suffix](stream):
        number += 1
        if isinstance(draft, BadRecord):
            yield ReadFailure(path, line, _one_line(str(draft)))
            continue
        try:
            yield finish(draft, draft.id or f"{storable(location.relative)}#{number}", path)
        except SourcierError as error:
            yield ReadFailure(path, line, str(error))
    if not number:
        raise SourcierError("empty: there is no record to read")
