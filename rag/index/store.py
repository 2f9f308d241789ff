"""The store of a generation (SQLite): documents, passages, files and learnt acronyms, for readers.

A passage's text is not kept twice: it is cut from its document's. The table layout is here too; what changes a
store is in `store_writer.py`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rag.records import Document, DocumentReference, Passage, Span

FILE = "store.sqlite"

SCHEMA = """
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    author TEXT,
    date TEXT,
    source TEXT,
    path TEXT NOT NULL,
    language TEXT NOT NULL,
    details TEXT NOT NULL,          -- JSON: tags, clutter, facts, pages
    sha256 BLOB NOT NULL UNIQUE,    -- of text: the same text is stored once
    text TEXT NOT NULL              -- last: the columns before it are read without it
);
CREATE TABLE files (                -- one row for each article that a file or address holds
    path TEXT NOT NULL,             -- absolute, or the address
    record INTEGER NOT NULL,        -- the how-manieth article of the file
    name TEXT NOT NULL,             -- the id that its reader gave
    shown TEXT NOT NULL,            -- the path that its reader gave
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    size INTEGER,                   -- of the file when it was read to its end, else NULL
    mtime_ns INTEGER,
    sha256 BLOB,
    state INTEGER NOT NULL          -- of the run that writes: 0 gone, 1 there, 2 to be read
);
CREATE INDEX files_path ON files(path, name);
CREATE INDEX files_document ON files(document);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again, so that a vector kept under it stays right
    position INTEGER,                       -- in vectors and terms; NULL while the vector is missing
    id TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    heading TEXT NOT NULL
);
CREATE INDEX passages_document ON passages(document, start);
CREATE TABLE acronym_uses (
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    short TEXT NOT NULL,
    long TEXT NOT NULL
);
CREATE INDEX acronym_uses_document ON acronym_uses(document);
CREATE VIEW acronyms AS SELECT short, long, COUNT(*) AS count FROM acronym_uses GROUP BY short, long;
CREATE TABLE failures (             -- records that could not be read, of files that otherwise could
    path TEXT NOT NULL,
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    kept INTEGER NOT NULL           -- whether the article that was there before stays
);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

STAMPS = "SELECT DISTINCT path, size, mtime_ns, sha256 FROM files"
FAILURES = "SELECT path, line, reason, kept FROM failures ORDER BY path, line"
DOCUMENT_COLUMNS = "id, title, author, date, source, path, language, details, text"
REFERENCE_COLUMNS = "id, title, source, path, author, date"
_MOST = 900  # parameters in one statement


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells whether a file has changed. An address has none of these."""

    size: int | None = None
    mtime_ns: int | None = None
    sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class FailedRecord:
    """A record of a file that could not be read; `kept`: the one there before stays. `path` is absolute, or the address."""

    path: str
    line: int
    reason: str
    kept: bool


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A line of the list of documents: the reference, and into how many passages the document went."""

    reference: DocumentReference
    passages: int


class Store:
    """Read-only access, safe for many threads: each query borrows a connection that no other has."""

    def __init__(self, path: Path) -> None:
        # immutable: a published generation never changes, so SQLite needs no locks and no journal
        self._uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._idle: list[sqlite3.Connection] = []  # append and pop are atomic
        self._closed = False

    def close(self) -> None:
        """Close the connections; one in use is closed when it comes back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
            connection.execute("PRAGMA mmap_size = 1073741824")
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            self._idle.append(connection)
            if self._closed:
                self.close()

    def _rows_in(self, sql: str, values: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
        """The rows of a statement that ends in `IN`, for any number of values."""
        unique = list(dict.fromkeys(values))
        for start in range(0, len(unique), _MOST):
            part = unique[start : start + _MOST]
            yield from self._rows(f"{sql} ({','.join('?' * len(part))})", part)

    def passages(self, positions: Iterable[int]) -> list[Passage]:
        """The passages at these positions, in the order asked. Raises IndexError for a position that is not there."""
        asked = [int(position) for position in positions]
        rows = {
            row[0]: row[1:]
            for row in self._rows_in(
                "SELECT position, passages.id, document, documents.id, start, stop, heading, title "
                "FROM passages JOIN documents ON documents.key = document WHERE position IN",
                asked,
            )
        }
        # Cut in Python: SQLite's substr ends at a NUL character
        texts = dict(self._rows_in("SELECT key, text FROM documents WHERE key IN", (row[1] for row in rows.values())))
        found = {
            position: Passage(
                id=passage,
                document_id=document,
                start=start,
                end=stop,
                text=texts[key][start:stop],
                title=title,
                heading=heading,
            )
            for position, (passage, key, document, start, stop, heading, title) in rows.items()
        }
        try:
            return [found[position] for position in asked]
        except KeyError as error:
            raise IndexError(f"no passage at position {error}") from None

    def positions(self, document_ids: Iterable[str]) -> list[int]:
        """Where the passages of these documents stand in vectors and terms, ascending; unknown ids are left out."""
        rows = self._rows_in(
            "SELECT position FROM passages JOIN documents ON documents.key = document WHERE documents.id IN",
            document_ids,
        )
        return sorted(row[0] for row in rows)

    def document(self, document_id: str) -> Document:
        """The whole document. Raises KeyError when there is none with this id."""
        rows = self._rows(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id = ?", (document_id,))
        if not rows:
            raise KeyError(document_id)
        return document_of(rows[0])

    def references(self, ids: Iterable[str]) -> dict[str, DocumentReference]:
        """What a citation says of each of these documents; ids that are not there are left out."""
        rows = self._rows_in(f"SELECT {REFERENCE_COLUMNS} FROM documents WHERE id IN", ids)
        return {row[0]: _reference(row) for row in rows}

    def documents(self) -> list[DocumentSummary]:
        """Every document, sorted by title."""
        rows = self._rows(
            f"SELECT {REFERENCE_COLUMNS}, (SELECT COUNT(*) FROM passages WHERE document = documents.key) "
            "FROM documents ORDER BY title COLLATE NOCASE, id"
        )
        return [DocumentSummary(_reference(row[:6]), row[6]) for row in rows]

    def acronyms(self) -> dict[str, str]:
        """The expansion that the documents give most often for each acronym."""
        rows = self._rows("SELECT short, long FROM acronyms ORDER BY count, long DESC")
        return dict(rows)  # the last one of each, that is the most frequent, stays

    def stamps(self) -> dict[str, FileStamp]:
        """The files that were indexed, by absolute path or address."""
        return {row[0]: FileStamp(*row[1:]) for row in self._rows(STAMPS)}

    def failures(self) -> list[FailedRecord]:
        """The records that could not be read in files that otherwise could."""
        return [FailedRecord(path, line, reason, bool(kept)) for path, line, reason, kept in self._rows(FAILURES)]


def connect(path: Path) -> sqlite3.Connection:
    """A connection that writes; transactions are begun and ended explicitly."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -65536")  # 64 MiB
    return connection


def row_of(document: Document) -> tuple[Any, ...]:
    """The values of `DOCUMENT_COLUMNS`."""
    details = {
        "tags": document.tags,
        "clutter": [(span.start, span.end, span.reason) for span in document.clutter],
        "facts": [(span.start, span.end, span.reason) for span in document.facts],
        "pages": document.pages,
    }
    return (
        document.id,
        document.title,
        document.author,
        document.date.isoformat() if document.date else None,
        document.source,
        document.path,
        document.language,
        json.dumps({name: value for name, value in details.items() if value}, ensure_ascii=False),
        document.text,
    )


def document_of(row: tuple[Any, ...]) -> Document:
    """The document that `row_of` made a row of."""
    details = json.loads(row[7])
    return Document(
        id=row[0],
        title=row[1],
        author=row[2],
        date=_date(row[3]),
        source=row[4],
        path=row[5],
        language=row[6],
        tags=tuple(details.get("tags", ())),
        clutter=tuple(Span(*span) for span in details.get("clutter", ())),
        facts=tuple(Span(*span) for span in details.get("facts", ())),
        pages=tuple(details.get("pages", ())),
        text=row[8],
    )


def _reference(row: tuple[Any, ...]) -> DocumentReference:
    return DocumentReference(id=row[0], title=row[1], source=row[2], path=row[3], author=row[4], date=_date(row[5]))


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
