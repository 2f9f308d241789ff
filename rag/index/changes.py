"""How one store differs from another: what a report says, and whether there is anything to publish."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

_DOCUMENTS = "SELECT id, title, author, date, source, path, language, details, sha256 FROM {}.documents"
_FILES = "SELECT files.path, record, id FROM {0}.files JOIN {0}.documents ON key = document"


@dataclass(frozen=True, slots=True)
class Changes:
    """Counted in documents, by their ids; `files` counts those that are new, gone, or hold another document."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    files: int = 0

    @property
    def any(self) -> bool:
        return bool(self.added or self.updated or self.removed or self.files)


def compare(old: Path | None, new: Path) -> Changes:
    """The changes from one store file to another. Without an old one, everything is added."""
    db = sqlite3.connect(new)
    try:
        if old is None:
            return Changes(added=_count(db, "SELECT 1 FROM documents"), files=_count(db, "SELECT 1 FROM files"))
        db.execute("ATTACH ? AS old", (str(old),))
        before, after = (_DOCUMENTS.format(schema) for schema in ("old", "main"))
        files_before, files_after = (_FILES.format(schema) for schema in ("old", "main"))
        unchanged = _count(db, f"{after} INTERSECT {before}")
        added = _count(db, "SELECT id FROM main.documents EXCEPT SELECT id FROM old.documents")
        return Changes(
            added=added,
            updated=_count(db, "SELECT 1 FROM main.documents") - added - unchanged,
            unchanged=unchanged,
            removed=_count(db, "SELECT id FROM old.documents EXCEPT SELECT id FROM main.documents"),
            files=_count(db, f"{files_after} EXCEPT {files_before}")
            + _count(db, f"{files_before} EXCEPT {files_after}"),
        )
    finally:
        db.close()


def _count(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(f"SELECT COUNT(*) FROM ({query})").fetchone()[0])
