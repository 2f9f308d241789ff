"""The store of the generation that is being built: every change to documents, files and passages.

Which article is which, over the runs: the same text is one document, however many files hold it. A document that no
file holds any more goes at the end of the run; until then its text may turn up elsewhere, and its id is free.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag import french
from rag.index.manifest import Counts
from rag.index.store import (
    DOCUMENT_COLUMNS,
    FAILURES,
    SCHEMA,
    STAMPS,
    FailedRecord,
    FileStamp,
    connect,
    document_of,
    row_of,
)
from rag.records import Document, Passage

GONE, THERE, TO_READ = 0, 1, 2  # files.state
_BATCH = 2000  # passages in one transaction
_NO_ID = "\x00"  # begins the id of a document that had to give up its own


class StoreWriter:
    """One writer. Changes are committed by themselves every `_BATCH` passages and by `commit`."""

    def __init__(
        self, path: Path, split: Callable[[Document], list[Passage]], contextual: Callable[[Passage], str]
    ) -> None:
        """`split` cuts a document into passages, `contextual` says what of a passage is embedded."""
        self._db = connect(path)
        self._split = split
        self._contextual = contextual
        self._pending = 0

    @staticmethod
    def create(path: Path) -> None:
        """An empty store. Raises sqlite3.Error."""
        db = connect(path)
        db.executescript(SCHEMA)
        db.close()

    def close(self) -> None:
        """What was not committed is undone."""
        self._db.close()

    def commit(self) -> None:
        if self._db.in_transaction:
            self._db.execute("COMMIT")
        self._pending = 0

    def _execute(self, sql: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        return self._db.execute(sql, parameters)

    def meta(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_meta(self, name: str, value: str | None) -> None:
        """Part of the present transaction; None takes the entry away."""
        self._execute("DELETE FROM meta WHERE name = ?", (name,))
        if value is not None:
            self._execute("INSERT INTO meta VALUES (?, ?)", (name, value))

    # --- files -----------------------------------------------------------------------------------------------------

    def stamps(self) -> dict[str, FileStamp]:
        """Every file that is known, with its stamp from when it was last read to its end."""
        return {row[0]: FileStamp(*row[1:]) for row in self._db.execute(STAMPS)}

    def failures(self) -> list[FailedRecord]:
        """The records that could not be read in files that otherwise could."""
        return [FailedRecord(path, line, reason, bool(kept)) for path, line, reason, kept in self._db.execute(FAILURES)]

    def begin(self, unchanged: Mapping[str, FileStamp], to_read: Sequence[str]) -> None:
        """Start a run: these files stay as they are, those will be read, any other is gone."""
        self._execute("UPDATE files SET state = ?", (GONE,))
        self._db.executemany(
            "UPDATE files SET state = ?, size = ?, mtime_ns = ?, sha256 = ? WHERE path = ?",
            [(THERE, s.size, s.mtime_ns, s.sha256, path) for path, s in unchanged.items()],
        )
        self._db.executemany("UPDATE files SET state = ? WHERE path = ?", [(TO_READ, path) for path in to_read])
        self.commit()

    def begin_file(self, path: str) -> None:
        """From here on the articles of this file are put; what it held before is free to be taken over."""
        self._execute("DELETE FROM failures WHERE path = ?", (path,))
        self._execute("UPDATE files SET state = ?, size = NULL WHERE path = ?", (GONE, path))

    def fail_record(self, path: str, record: int, line: int, reason: str) -> bool:
        """The article at this place cannot be read: the one that was there before stays. Returns whether one was."""
        kept = self._execute(
            "UPDATE files SET state = ? WHERE path = ? AND record = ? AND state = ?", (TO_READ, path, record, GONE)
        ).rowcount
        self._execute("INSERT INTO failures VALUES (?, ?, ?, ?)", (path, line, reason, int(kept > 0)))
        return kept > 0

    def end_file(self, path: str, stamp: FileStamp) -> None:
        """The file was read to its end: what it held before and was not taken over is let go."""
        self._execute("DELETE FROM files WHERE path = ? AND state = ?", (path, GONE))
        self._drop_taken_over(path)
        self._execute(
            "UPDATE files SET state = ?, size = ?, mtime_ns = ?, sha256 = ? WHERE path = ?",
            (THERE, stamp.size, stamp.mtime_ns, stamp.sha256, path),
        )

    def fail_file(self, path: str) -> bool:
        """The file cannot be read (any further): what it held before stays. Returns whether there is anything."""
        self._drop_taken_over(path)
        return self._execute("UPDATE files SET state = ? WHERE path = ?", (THERE, path)).rowcount > 0

    def _drop_taken_over(self, path: str) -> None:
        """A former article of the file goes when one read now has its document, or its name."""
        for column in ("document", "name"):
            self._execute(
                f"DELETE FROM files WHERE path = ? AND state != ? AND {column} IN "
                f"(SELECT {column} FROM files WHERE path = ? AND state = ?)",
                (path, THERE, path, THERE),
            )

    def end(self, embedded: Iterable[int] = ()) -> None:
        """Let go of the files that are gone, and of the documents that no file holds any more.

        Their passages leave their vectors to new ones that read the same; `embedded` are the keys of passages
        whose vector was computed since the generation before.
        """
        self._execute("DELETE FROM files WHERE state = ?", (GONE,))
        self._execute("DELETE FROM failures WHERE path NOT IN (SELECT path FROM files)")
        self._bequeath({int(key) for key in embedded})
        self._execute("DELETE FROM documents WHERE key NOT IN (SELECT document FROM files)")
        nameless = self._execute(
            "SELECT documents.key, record, name, documents.sha256 FROM documents JOIN files ON document = documents.key "
            "WHERE id >= ? AND id < ? GROUP BY documents.key",
            (_NO_ID, _NO_ID + "a"),
        ).fetchall()
        for key, record, name, sha256 in nameless:
            self._update(key, replace(self._document(key), id=name), record, sha256)
        self._execute(
            "UPDATE documents SET path = (SELECT shown FROM files WHERE document = documents.key ORDER BY rowid LIMIT 1) "
            "WHERE path NOT IN (SELECT shown FROM files WHERE document = documents.key)"
        )
        self.commit()

    def _bequeath(self, embedded: set[int]) -> None:
        """Passages that read the same as one of a document that goes take over its key and position, and so its vector."""
        going = self._execute("SELECT key FROM documents WHERE key NOT IN (SELECT document FROM files)").fetchall()
        if not going:
            return
        placed = {row[0] for row in self._execute("SELECT key FROM passages WHERE position IS NOT NULL")} | embedded
        left: dict[bytes, list[int]] = {}
        for (document,) in going:
            for key, passage in self._passages(document, self._document(document)):
                if key in placed:
                    left.setdefault(self._digest(passage), []).append(key)
        heirs = self._execute("SELECT DISTINCT document FROM passages WHERE position IS NULL").fetchall()
        for document in {row[0] for row in heirs} - {row[0] for row in going}:
            for key, passage in self._passages(document, self._document(document)):
                if key not in placed and (keys := left.get(self._digest(passage))):
                    inherited = keys.pop()
                    position = self._execute("SELECT position FROM passages WHERE key = ?", (inherited,)).fetchone()[0]
                    self._execute("DELETE FROM passages WHERE key = ?", (inherited,))
                    self._execute("UPDATE passages SET key = ?, position = ? WHERE key = ?", (inherited, position, key))

    def _digest(self, passage: Passage) -> bytes:
        return hashlib.sha256(self._contextual(passage).encode()).digest()

    # --- documents -------------------------------------------------------------------------------------------------

    def put(self, path: str, record: int, document: Document) -> str:
        """Keep one article of a file, and return the id of the document that holds it.

        Raises UnicodeEncodeError for text that cannot be written as UTF-8.
        """
        sha256 = hashlib.sha256(document.text.encode()).digest()
        row = self._execute("SELECT key FROM documents WHERE sha256 = ?", (sha256,)).fetchone()
        if row is None:
            key = self._insert(document, record, sha256)
        else:
            key = int(row[0])
            if self._may_change(key, path, document):
                self._update(key, document, record, sha256)
        self._execute(
            "INSERT INTO files (path, record, name, shown, document, state) VALUES (?, ?, ?, ?, ?, ?)",
            (path, record, document.id, document.path, key, THERE),
        )
        if self._pending >= _BATCH:
            self.commit()
        return str(self._db.execute("SELECT id FROM documents WHERE key = ?", (key,)).fetchone()[0])

    def _is_free(self, key: int) -> bool:
        """Whether no file holds the document any more, so that another article may take it over."""
        sql = "SELECT 1 FROM files WHERE document = ? AND state != ? LIMIT 1"
        return self._execute(sql, (key, GONE)).fetchone() is None

    def _may_change(self, key: int, path: str, document: Document) -> bool:
        """Whether this article speaks for the document: no other does, or it is the first of the file it came from."""
        if self._is_free(key):
            return True
        owner = self._execute("SELECT path FROM documents WHERE key = ?", (key,)).fetchone()[0]
        sql = "SELECT 1 FROM files WHERE document = ? AND path = ? AND state = ? LIMIT 1"
        return bool(owner == document.path and not self._execute(sql, (key, path, THERE)).fetchone())

    def _insert(self, document: Document, record: int, sha256: bytes) -> int:
        document = replace(document, id=self._free_id(document, record, None))
        cursor = self._execute(
            f"INSERT INTO documents ({DOCUMENT_COLUMNS}, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row_of(document), sha256),
        )
        key = int(cursor.lastrowid or 0)
        self._insert_passages(key, self._split(document))
        self._learn(key, document)
        return key

    def _update(self, key: int, document: Document, record: int, sha256: bytes) -> None:
        before = self._document(key)
        document = replace(document, id=self._free_id(document, record, key))
        if document == before:
            return
        kept: dict[str, list[int]] = {}  # passages whose vector still holds, by what of them was embedded
        for passage_key, passage in self._passages(key, before):
            kept.setdefault(self._contextual(passage), []).append(passage_key)
        self._execute(
            f"UPDATE documents SET ({DOCUMENT_COLUMNS}, sha256) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE key = ?",
            (*row_of(document), sha256, key),
        )
        new = []
        for passage in self._split(document):
            if same := kept.get(self._contextual(passage)):
                self._execute(
                    "UPDATE passages SET id = ?, start = ?, stop = ?, heading = ? WHERE key = ?",
                    (passage.id, passage.start, passage.end, passage.heading, same.pop(0)),
                )
            else:
                new.append(passage)
        self._db.executemany("DELETE FROM passages WHERE key = ?", [(k,) for keys in kept.values() for k in keys])
        self._insert_passages(key, new)
        if document.text != before.text:
            self._execute("DELETE FROM acronym_uses WHERE document = ?", (key,))
            self._learn(key, document)

    def _insert_passages(self, key: int, passages: list[Passage]) -> None:
        self._db.executemany(
            "INSERT INTO passages (id, document, start, stop, heading) VALUES (?, ?, ?, ?, ?)",
            [(passage.id, key, passage.start, passage.end, passage.heading) for passage in passages],
        )
        self._pending += len(passages) + 1

    def _learn(self, key: int, document: Document) -> None:
        self._db.executemany(
            "INSERT INTO acronym_uses VALUES (?, ?, ?)",
            [(key, short, long) for short, long in french.acronyms(_around_parentheses(document.text)).items()],
        )

    def _free_id(self, document: Document, record: int, key: int | None) -> str:
        """The id that the reader gave, with a few digits of the path behind it when another document has it."""
        path = document.path.encode("utf-8", "surrogateescape")
        digits, more = hashlib.sha256(path).hexdigest(), hashlib.sha256(b"%b#%d" % (path, record)).hexdigest()
        for suffix in ("", "-" + digits[:6], "-" + more[:6], "-" + more):
            candidate = document.id + suffix
            row = self._execute("SELECT key FROM documents WHERE id = ?", (candidate,)).fetchone()
            if row is None or row[0] == key:
                break
            if self._is_free(row[0]):  # it goes, or gets its own id when its article is read: see `end`
                self._execute("UPDATE documents SET id = ? WHERE key = ?", (f"{_NO_ID}{row[0]}", row[0]))
                break
        return candidate

    def _document(self, key: int) -> Document:
        row = self._execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE key = ?", (key,)).fetchone()
        return document_of(row)

    def _passages(self, key: int, document: Document) -> list[tuple[int, Passage]]:
        """The passages of a document, in order, with their keys."""
        rows = self._execute(
            "SELECT key, id, start, stop, heading FROM passages WHERE document = ? ORDER BY start", (key,)
        )
        return [
            (
                passage_key,
                Passage(
                    id=passage_id,
                    document_id=document.id,
                    start=start,
                    end=stop,
                    text=document.text[start:stop],
                    title=document.title,
                    heading=heading,
                ),
            )
            for passage_key, passage_id, start, stop, heading in rows
        ]

    # --- passages --------------------------------------------------------------------------------------------------

    def forget_positions(self) -> None:
        """No vector holds any more (another embedder): every passage is new. Part of the present transaction."""
        self._execute("UPDATE passages SET position = NULL")

    def origins(self) -> tuple[np.ndarray, np.ndarray]:
        """The passages in the order of their positions to come: keys, and old positions (-1 when new), int64."""
        rows = self._execute("SELECT key, IFNULL(position, -1) FROM passages ORDER BY document, start").fetchall()
        keys, origins = np.array(rows, np.int64).reshape(-1, 2).T
        return keys, origins

    def texts(self, keys: Iterable[int]) -> Iterator[str]:
        """What of these passages is embedded and indexed. `keys` in the order of `origins`: a document is read once."""
        owner: int | None = None
        texts: dict[int, str] = {}
        for key in keys:
            if key not in texts:
                owner = self._execute("SELECT document FROM passages WHERE key = ?", (int(key),)).fetchone()[0]
                texts = {k: self._contextual(p) for k, p in self._passages(owner, self._document(owner))}
            yield texts[key]

    def counts(self) -> Counts:
        sql = "SELECT (SELECT COUNT(*) FROM documents), (SELECT COUNT(*) FROM passages), (SELECT COUNT(*) FROM files)"
        return Counts(*self._execute(sql).fetchone())

    def number(self) -> None:
        """Give the passages the positions of `origins`. Part of the present transaction."""
        self._execute("DROP INDEX IF EXISTS passages_position")
        self._execute(
            "UPDATE passages SET position = rank FROM (SELECT key AS ranked, "
            "row_number() OVER (ORDER BY document, start) - 1 AS rank FROM passages) "
            "WHERE ranked = key AND position IS NOT rank"
        )
        self._execute("CREATE INDEX passages_position ON passages(position)")

    def compact(self) -> None:
        """Give space back when more than a quarter of the file is free."""
        free, pages = (self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count"))
        if free > pages / 4:
            self._db.execute("VACUUM")


def _around_parentheses(text: str) -> str:
    """The only stretches that can explain an acronym, kept apart: searching whole articles takes ten times as long."""
    stretches: list[str] = []
    end = 0
    for match in re.finditer(r"\(", text):
        start = max(end, match.start() - 250)
        if start > end or not stretches:
            stretches.append("")
        end = max(end, match.start() + 250)
        stretches[-1] += text[start:end]
    return "\n.\n".join(stretches)
