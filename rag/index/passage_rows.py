"""The passages of the store that is being built: their keys, and through these their vectors."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from rag.index.store import DOCUMENT_COLUMNS, document_of
from rag.records import Document, Passage


class PassageRows:
    """Rows of `passages`, changed in the transaction of the `StoreWriter` that owns this."""

    def __init__(self, execute: Callable[..., sqlite3.Cursor], contextual: Callable[[Passage], str]) -> None:
        """`contextual` says what of a passage is embedded and indexed."""
        self._execute = execute
        self._contextual = contextual

    def document(self, key: int) -> Document:
        """The document with this key."""
        row = self._execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE key = ?", (key,)).fetchone()
        return document_of(row)

    def of(self, key: int, document: Document) -> list[tuple[int, Passage]]:
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

    def insert(self, document: int, passages: Sequence[Passage]) -> int:
        """New passages, which have no vector yet. Returns how many."""
        for passage in passages:
            self._execute(
                "INSERT INTO passages (id, document, start, stop, heading) VALUES (?, ?, ?, ?, ?)",
                (passage.id, document, passage.start, passage.end, passage.heading),
            )
        return len(passages)

    def replace(self, document: int, before: Document, passages: Iterable[Passage]) -> int:
        """The passages of a document that was changed; those that read the same keep their vector. Returns how many
        are new."""
        kept: dict[bytes, list[int]] = {}
        for key, passage in self.of(document, before):
            kept.setdefault(self._digest(passage), []).append(key)
        new = []
        for passage in passages:
            if same := kept.get(self._digest(passage)):
                self._execute(
                    "UPDATE passages SET id = ?, start = ?, stop = ?, heading = ? WHERE key = ?",
                    (passage.id, passage.start, passage.end, passage.heading, same.pop(0)),
                )
            else:
                new.append(passage)
        for key in (key for keys in kept.values() for key in keys):
            self._execute("DELETE FROM passages WHERE key = ?", (key,))
        return self.insert(document, new)

    def bequeath(self, embedded: set[int]) -> None:
        """Passages that read the same as one of a document that goes take over its key and position, and so its vector."""
        going = self._execute("SELECT key FROM documents WHERE key NOT IN (SELECT document FROM files)").fetchall()
        if not going:
            return
        placed = {row[0] for row in self._execute("SELECT key FROM passages WHERE position IS NOT NULL")} | embedded
        left: dict[bytes, list[int]] = {}
        for (document,) in going:
            for key, passage in self.of(document, self.document(document)):
                if key in placed:
                    left.setdefault(self._digest(passage), []).append(key)
        heirs = self._execute("SELECT DISTINCT document FROM passages WHERE position IS NULL").fetchall()
        for document in {row[0] for row in heirs} - {row[0] for row in going}:
            for key, passage in self.of(document, self.document(document)):
                if key not in placed and (keys := left.get(self._digest(passage))):
                    inherited = keys.pop()
                    position = self._execute("SELECT position FROM passages WHERE key = ?", (inherited,)).fetchone()[0]
                    self._execute("DELETE FROM passages WHERE key = ?", (inherited,))
                    self._execute("UPDATE passages SET key = ?, position = ? WHERE key = ?", (inherited, position, key))

    def _digest(self, passage: Passage) -> bytes:
        return hashlib.sha256(self._contextual(passage).encode()).digest()

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
                texts = {k: self._contextual(p) for k, p in self.of(owner, self.document(owner))}
            yield texts[key]

    def number(self) -> None:
        """Give the passages the positions of `origins`. Part of the present transaction."""
        self._execute("DROP INDEX IF EXISTS passages_position")
        self._execute(
            "UPDATE passages SET position = rank FROM (SELECT key AS ranked, "
            "row_number() OVER (ORDER BY document, start) - 1 AS rank FROM passages) "
            "WHERE ranked = key AND position IS NOT rank"
        )
        self._execute("CREATE INDEX passages_position ON passages(position)")
