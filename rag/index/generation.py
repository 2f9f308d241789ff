"""A published generation, opened: vectors, terms and store that share the positions 0..n-1.

An index folder holds `generation-000007/` and the like; the highest number counts. Who reads one holds a shared
lock on its manifest, so that it is not removed under the reader while newer ones are published.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from rag.index import manifest as manifests
from rag.index import store as stores
from rag.index import terms, vectors
from rag.index.manifest import EmbedderIdentity, Manifest, check, index_command, read_manifest
from rag.index.store import DocumentSummary, Store
from rag.index.terms import TermIndex
from rag.index.vectors import VectorIndex
from rag.records import Document, DocumentReference, Passage, SourcierError

_NAME = re.compile(r"generation-(\d{6,})")


def generation_name(number: int) -> str:
    return f"generation-{number:06d}"


def published(directory: Path) -> list[tuple[int, Path]]:
    """The generations in an index folder, oldest first. A missing folder has none."""
    try:
        names = [path.name for path in directory.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SourcierError(f"{directory} cannot be read as an index folder: {error.strerror}") from error
    return sorted((int(match[1]), directory / name) for name in names if (match := _NAME.fullmatch(name)))


class Index:
    """One generation of an index, read-only and safe for many threads.

    >>> with Index.open(Path("indexes/default")) as index:      # doctest: +SKIP
    ...     positions, scores = index.terms.search({"foret": 1.0}, k=10)
    ...     index.passages(positions)
    """

    def __init__(self, directory: Path, folder: Path, manifest: Manifest, lock: BinaryIO) -> None:
        """Use `Index.open`. `lock` is the open manifest, with the shared lock."""
        self.directory = directory
        self.folder = folder
        self.manifest = manifest
        self._lock = lock  # an Index that is dropped without `close` lets go of it too
        self.vectors = VectorIndex(folder / vectors.FILE)
        self.terms = TermIndex(folder / terms.FOLDER, **manifest.bm25)
        self.store = Store(folder / stores.FILE)

    @classmethod
    def open(cls, directory: Path | str, *, embedder: EmbedderIdentity | None = None) -> Index:
        """The newest generation in a folder.

        Raises SourcierError, with the command to run, when there is none, when it is damaged or of another format,
        and when it does not fit this analyser or the given embedder.
        """
        directory = Path(directory)
        while True:
            generations = published(directory)
            if not generations:
                command = index_command(None, directory)
                raise SourcierError(f"There is no index in {directory}: make one with `{command}`")
            folder = generations[-1][1]
            lock = _lock(folder)
            if lock is None:  # removed since it was listed: there is a newer one
                if published(directory) == generations:
                    command = index_command(None, directory)
                    raise SourcierError(f"The index in {directory} is damaged: make it again with `{command}`")
                continue
            try:
                manifest = read_manifest(folder, directory)
                check(manifest, directory, embedder)
                return cls(directory, folder, manifest, lock)
            except (RuntimeError, ValueError, OSError, sqlite3.Error) as error:
                lock.close()
                command = index_command(None, directory)
                raise SourcierError(f"The index in {directory} is damaged: make it again with `{command}`") from error
            except BaseException:
                lock.close()
                raise

    def close(self) -> None:
        """Let go of the generation, so that a writer may remove it once it is superseded."""
        self.store.close()
        self._lock.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """The number of passages."""
        return self.manifest.counts.passages

    def newest(self) -> bool:
        """Whether no newer generation has been published since this one was opened."""
        generations = published(self.directory)
        return not generations or generations[-1][0] <= self.manifest.generation

    @property
    def stale(self) -> bool:
        """Whether a newer generation is there to be opened."""
        return not self.newest()

    def passages(self, positions: Iterable[int]) -> list[Passage]:
        """The passages at these positions, in the order asked. Raises IndexError for a position that is not there."""
        return self.store.passages(positions)

    def positions(self, document_ids: Iterable[str]) -> list[int]:
        """Where the passages of these documents stand, ascending; unknown ids are left out."""
        return self.store.positions(document_ids)

    def document(self, document_id: str) -> Document:
        """The whole document. Raises KeyError when there is none with this id."""
        return self.store.document(document_id)

    def references(self, ids: Iterable[str]) -> dict[str, DocumentReference]:
        """What a citation says of each of these documents; ids that are not there are left out."""
        return self.store.references(ids)

    def documents(self) -> list[DocumentSummary]:
        """Every document with its number of passages, sorted by title."""
        return self.store.documents()

    @cached_property
    def acronyms(self) -> dict[str, str]:
        """The expansions of acronyms that the documents themselves explain, e.g. {"IA": "intelligence artificielle"}."""
        return self.store.acronyms()


def _lock(folder: Path) -> BinaryIO | None:
    """The manifest of a generation, open and with a shared lock, or None when it has been removed meanwhile."""
    path = folder / manifests.FILE
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourcierError(f"The index in {folder.parent} cannot be opened: {error.strerror}") from error
    fcntl.flock(file, fcntl.LOCK_SH)
    try:
        same = os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        same = False
    if not same:
        file.close()
        return None
    return file
