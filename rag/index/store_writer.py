"""The store of the generation that is being built: every change to documents, files and passages.

Which article is which, over the runs: the same text is one document, however many files hold it. A document that no
file holds any more goes at the end of the run; until then its text may turn up elsewhere, and its id is free.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rag import french
from rag.index.manifest import Counts
from rag.index.passage_rows import PassageRows
from rag.index.store import (
    DOCUMENT_COLUMNS,
    FAILURES,
    SCHEMA,
    STAMPS,
    FailedRecord,
    FileStamp,
    connect,
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
        self.passages = PassageRows(self._execute, contextual)
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
        self.passages.bequeath({int(key) for key in embedded})
        self._execute("DELETE FROM documents WHERE key NOT IN (SELECT document FROM files)")
        nameless = self._execute(
            "SELECT documents.key, record, name FROM documents JOIN files ON document = documents.key "
            "WHERE id >= ? AND id < ? GROUP BY documents.key",
            (_NO_ID, _NO_ID + "a"),
        ).fetchall()
        for key, record, name in nameless:
            self._update(key, replace(self.passages.document(key), id=name), record)
        self._execute(
            "UPDATE documents SET path = (SELECT shown FROM files WHERE document = documents.key ORDER BY rowid LIMIT 1) "
            "WHERE path NOT IN (SELECT shown FROM files WHERE document = documents.key)"
        )
        self.commit()

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
                self._update(key, document, record)
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
        self._pending += self.passages.insert(key, self._split(document)) + 1
        self._learn(key, document)
        return key

    def _update(self, key: int, document: Document, record: int) -> None:
        """The same text, but something else may have changed: the id, what is said about it, or where its passages lie."""
        before = self.passages.document(key)
        document = replace(document, id=self._free_id(document, record, key))
        if document != before:
            self._execute(
                f"UPDATE documents SET ({DOCUMENT_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE key = ?",
                (*row_of(document), key),
            )
            self._pending += self.passages.replace(key, before, self._split(document))

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

    def counts(self) -> Counts:
        sql = "SELECT (SELECT COUNT(*) FROM documents), (SELECT COUNT(*) FROM passages), (SELECT COUNT(*) FROM files)"
        return Counts(*self._execute(sql).fetchone())

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
