"""A generation in the making: begun, gone on with after an interruption, and published by one atomic rename.

Everything is written in `building/` and reaches the disk before the rename; until then readers see nothing of it.
`building/` outlives an interruption and is gone on with when it fits what is asked now.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from rag import __version__, french
from rag.index import changes, fresh, store, terms, vectors
from rag.index.fresh import FreshVectors
from rag.index.generation import Index
from rag.index.manifest import FORMAT, EmbedderIdentity, EmbedderUsed, Manifest
from rag.index.publication import BUILDING, delete, publish, remove_leftovers, remove_old, sync_tree
from rag.index.store import FailedRecord, FileStamp
from rag.index.store_writer import StoreWriter
from rag.index.terms import write_terms
from rag.index.vectors import write_vectors
from rag.records import Document, Passage, SourcierError

Progress = Callable[[str, int, int | None], None]  # stage, done, total when it is known


class Building:
    """What the index trip works on, between `sole_writer` and `publish`. Base: the generation published last."""

    def __init__(
        self,
        directory: Path,
        *,
        embedder: EmbedderIdentity,
        passages: Mapping[str, int],
        split: Callable[[Document], list[Passage]],
        contextual: Callable[[Passage], str],
    ) -> None:
        """`passages` are the settings of `split`; `contextual` says what of a passage is embedded and indexed.

        Publishes first what an interrupted run had finished building.
        """
        self.directory = directory
        self.folder = directory / BUILDING
        self.embedder = EmbedderUsed(embedder.name, embedder.fingerprint, embedder.dimension)
        self._passages = dict(passages)
        self._split, self._contextual = split, contextual
        self._writer: StoreWriter | None = None
        self._fresh: FreshVectors | None = None
        self.base: Index | None = None
        remove_leftovers(directory)
        if self._started() and self._is_closed():
            publish(self.folder, directory)
        self.base = self._usable_base()

    def close(self) -> None:
        """Leave what was committed for the next run."""
        for part in (self._writer, self._fresh, self.base):
            if part is not None:
                part.close()
        self._writer = self._fresh = self.base = None

    def __enter__(self) -> Building:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _store_path(self) -> Path:
        return self.folder / store.FILE

    @property
    def _base_store(self) -> Path | None:
        return self.base.folder / store.FILE if self.base else None

    def _started(self) -> bool:
        return self._store_path.is_file()

    def _is_closed(self) -> bool:
        """Whether the building is finished but for its publication."""
        try:
            db = sqlite3.connect(self._store_path)
            try:
                return db.execute("SELECT 1 FROM meta WHERE name = 'manifest'").fetchone() is not None
            finally:
                db.close()
        except sqlite3.DatabaseError:  # damaged, e.g. by a failing disk: start again
            self._discard()
            return False

    def _usable_base(self) -> Index | None:
        """The generation to go on from: none when it is missing, damaged, or its passages were cut otherwise."""
        try:
            base = Index.open(self.directory)
        except SourcierError:
            return None
        if dict(base.manifest.passages) == self._passages:
            return base
        base.close()
        return None

    def known(self) -> tuple[dict[str, FileStamp], list[FailedRecord]]:
        """The files read so far with the records that failed in them: of an interrupted run, else of the base."""
        if self._started():
            return self.writer.stamps(), self.writer.failures()
        return (self.base.store.stamps(), self.base.store.failures()) if self.base else ({}, [])

    @property
    def is_current(self) -> bool:
        """Whether the base was made by this embedder and no interrupted run has left work behind."""
        return self.same_embedder and not self._started()

    @property
    def same_embedder(self) -> bool:
        """Whether the vectors of the base still hold."""
        return self.base is not None and self.base.manifest.embedder.fingerprint == self.embedder.fingerprint

    @property
    def writer(self) -> StoreWriter:
        """The store of the new generation: begun as a copy of the base's, or gone on with."""
        if self._writer is None:
            began = {
                "base": self.base.manifest.generation if self.base else 0,
                "analyser": french.ANALYSER,
                "format": FORMAT,
                "passages": self._passages,
            }
            wanted = json.dumps(began, sort_keys=True)
            if self._started():
                self._writer = StoreWriter(self._store_path, self._split, self._contextual)
                if self._writer.meta("began") != wanted:
                    self._discard()
            if self._writer is None:
                self._begin(wanted)
                self._writer = StoreWriter(self._store_path, self._split, self._contextual)
            self._fit_embedder(self._writer)
        return self._writer

    def _begin(self, began: str) -> None:
        self._discard()
        self.folder.mkdir()
        partial = self.folder / "store.partial"
        if self._base_store:
            shutil.copyfile(self._base_store, partial)
        else:
            StoreWriter.create(partial)
        writer = StoreWriter(partial, self._split, self._contextual)
        writer.set_meta("manifest", None)
        writer.set_meta("began", began)
        if self.base:
            writer.set_meta("embedder", self.base.manifest.embedder.fingerprint)
        writer.commit()
        writer.close()
        partial.rename(self._store_path)

    def _fit_embedder(self, writer: StoreWriter) -> None:
        """Forget the vectors of any other embedder."""
        if writer.meta("embedder") != self.embedder.fingerprint:
            (self.folder / fresh.FILE).unlink(missing_ok=True)
            (self.folder / f"{fresh.FILE}-journal").unlink(missing_ok=True)
            writer.passages.forget_positions()
            writer.set_meta("embedder", self.embedder.fingerprint)
            writer.commit()

    @property
    def fresh(self) -> FreshVectors:
        """The vectors computed for this generation so far."""
        if self._fresh is None:
            self._fresh = FreshVectors(self.folder / fresh.FILE, self.embedder.dimension)
        return self._fresh

    def missing(self) -> np.ndarray:
        """The keys of the passages that have no vector yet, in order, int64."""
        keys, origins = self.writer.passages.origins()
        new = keys[origins < 0]
        return new[~np.isin(new, self.fresh.keys())]

    def changes(self) -> changes.Changes:
        """What the new generation changes of the base."""
        self.writer.commit()
        return changes.compare(self._base_store, self._store_path)

    def publish(self, arguments: Sequence[str], progress: Progress) -> Manifest:
        """Write vectors and terms, publish the generation, and remove older ones that no reader holds.

        Every passage must have its vector (`missing` is empty).
        """
        writer = self.writer
        keys, origins = writer.passages.origins()
        new = keys[origins < 0]
        for name in (vectors.FILE, terms.FOLDER):  # of a run that was interrupted right here
            delete(self.folder / name)
        base = self.base
        write_vectors(
            self.folder / vectors.FILE,
            self.embedder.dimension,
            origins,
            base.vectors if base and self.same_embedder else None,
            lambda positions: self.fresh.get(keys[positions]),
        )

        def analysed() -> Iterator[list[str]]:
            for done, text in enumerate(writer.passages.texts(new)):
                if done % 512 == 0:
                    progress("terms", done, len(new))
                yield french.terms(text)
            progress("terms", len(new), len(new))

        write_terms(self.folder / terms.FOLDER, origins, base.terms if base else None, analysed())
        progress("publish", 0, None)
        sync_tree(self.folder)
        writer.passages.number()
        made = Manifest(
            generation=0,  # known when it is published
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            sourcier=__version__,
            embedder=self.embedder,
            counts=writer.counts(),
            arguments=tuple(arguments),
            bm25={"k1": terms.K1, "b": terms.B},
            passages=self._passages,
            vectors=vectors.KIND,
        )
        writer.set_meta("manifest", json.dumps(asdict(made), ensure_ascii=False))
        writer.commit()  # from here on the building is finished, whatever happens
        writer.compact()
        self.close()
        made = publish(self.folder, self.directory)
        remove_old(self.directory)
        return made

    def discard(self) -> None:
        """Drop the building: nothing in it differs from the base."""
        self._discard()

    def _discard(self) -> None:
        for part in (self._writer, self._fresh):
            if part is not None:
                part.close()
        self._writer = self._fresh = None
        delete(self.folder)
