"""The index trip: files -> documents -> passages -> (vectors, terms, store) -> a new generation, published at once.

>>> from rag.embedding import open_embedder                                     # doctest: +SKIP
>>> build_index(["corpus"], Path("indexes/default"), embedder=open_embedder("…"))   # doctest: +SKIP
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rag import documents, passages
from rag.documents import Location, ReadFailure
from rag.embedding import Embedder
from rag.index import (
    Building,
    Changes,
    FileStamp,
    Manifest,
    Progress,
    StoreWriter,
    abandon,
    sole_writer,
    unfinished,
)
from rag.records import Document, SourcierError

_BATCH = 512  # passages embedded, and kept on the disk, at once
_TABLES = (".csv", ".jsonl")


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or one line of a file, that could not be read; `kept`: its former version stays in the index."""

    path: str
    reason: str
    line: int | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run did. Counts are of documents, against the generation before."""

    added: int
    updated: int
    unchanged: int
    removed: int
    duplicates: int  # articles whose text another one has, so that it is stored once
    documents: int
    passages: int
    generation: int
    published: bool  # False: nothing had changed
    seconds: float
    failures: tuple[Failure, ...] = ()
    dropped: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # id -> (reason, excerpt) of clutter

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def build_index(
    arguments: Sequence[str],
    directory: Path | str,
    *,
    embedder: Embedder,
    progress: Progress = lambda stage, done, total: None,
    verbose: bool = False,
) -> IndexReport:
    """Add, update and remove so that the index in `directory` equals the files, folders and addresses named.

    Only what has changed is read, and only passages that are new are embedded. Interrupted at any moment, the
    published index stays as it was, and the next run goes on with the work that was done. `progress` is told
    (stage, done, total or None) with the stages "read", "embed", "terms" and "publish"; with `verbose` the report
    says what was set aside as clutter in the documents that were read.

    Raises SourcierError when nothing can be read, another writer is at work, or the disk is full.
    """
    directory = Path(directory)
    trip = _Trip([str(argument) for argument in arguments], directory, embedder, progress, verbose)
    with _clear_errors(directory), sole_writer(directory):
        resumed = unfinished(directory)
        try:
            return trip.run()
        except (OSError, sqlite3.OperationalError) as error:
            if not (resumed and _is_full(error)):
                raise
            abandon(directory)  # what an earlier run left may be what fills the disk
            return trip.run()


class _Trip:
    """One run, with the folder held for writing."""

    def __init__(
        self, arguments: list[str], directory: Path, embedder: Embedder, progress: Progress, verbose: bool
    ) -> None:
        self._began = time.perf_counter()
        self._arguments = arguments
        self._locations = {_key(location): location for location in documents.find(arguments)}
        self._directory = directory
        self._embedder = embedder
        self._progress = progress
        self._verbose = verbose

    def run(self) -> IndexReport:
        self._failures: list[Failure] = []
        self._dropped: dict[str, list[tuple[str, str]]] = {}
        with Building(
            self._directory,
            embedder=self._embedder,
            passages={"longest": passages.LONGEST, "shortest": passages.SHORTEST, "rules": documents.RULES},
            split=passages.split,
            contextual=passages.contextual_text,
        ) as building:
            known, failed_records = building.known()
            unchanged = _unchanged(self._locations, known)
            self._failures += [
                Failure(self._locations[record.path].path, record.reason, record.line, record.kept)
                for record in failed_records
                if record.path in unchanged
            ]
            if building.is_current and len(unchanged) == len(self._locations) == len(known):
                return self._nothing_new(building)
            self._read(building, unchanged)
            changes = building.changes()
            if building.base and building.same_embedder and not changes.any:
                building.discard()
                return self._nothing_new(building)
            _embed(building, self._embedder, self._progress)
            manifest = building.publish([_absolute(argument) for argument in self._arguments], self._progress)
            return self._report(manifest, changes)

    def _read(self, building: Building, unchanged: dict[str, FileStamp]) -> None:
        """Bring the store to what the paths hold. Raises SourcierError when that is nothing."""
        to_read = {path: location for path, location in self._locations.items() if path not in unchanged}
        tables = any(path.lower().endswith(_TABLES) for path in to_read)
        total = None if tables else len(to_read)
        self._progress("read", 0, total)
        writer = building.writer
        writer.begin(unchanged, list(to_read))
        self._done = 0
        for path, location in to_read.items():
            for _ in self._read_file(writer, path, location):
                self._progress("read", self._done, total)
        writer.end(building.fresh.keys().tolist())
        if not writer.counts().documents:
            reason = f" ({self._failures[0].path}: {self._failures[0].reason})" if self._failures else ""
            raise SourcierError(f"Nothing could be read{reason}: name files with text, or folders that hold some")

    def _read_file(self, writer: StoreWriter, path: str, location: Location) -> Iterator[None]:
        """Put the articles of one file; yields now and then, for the progress to be told."""
        stamp = _stamp(location)
        writer.begin_file(path)
        try:
            for record, item in enumerate(_articles(location)):
                if isinstance(item, ReadFailure):
                    kept = writer.fail_record(path, record, item.line, item.reason)
                    self._failures.append(Failure(location.path, item.reason, item.line, kept))
                    continue
                document_id = writer.put(path, record, item)
                if self._verbose and (described := documents.describe_dropped(item)):
                    self._dropped[document_id] = described
                self._done += 1
                if self._done % 16 == 0:
                    yield
            # a file written to while it was read is read again the next time
            writer.end_file(path, stamp if stamp == _stamp(location) else FileStamp())
        except SourcierError as error:
            reason = str(error).removeprefix(f"{location.path}: ")
            self._failures.append(Failure(location.path, reason, kept=writer.fail_file(path)))
        yield

    def _nothing_new(self, building: Building) -> IndexReport:
        assert building.base is not None
        manifest = building.base.manifest
        return self._report(manifest, Changes(unchanged=manifest.counts.documents), published=False)

    def _report(self, manifest: Manifest, changes: Changes, published: bool = True) -> IndexReport:
        counts = manifest.counts
        return IndexReport(
            added=changes.added,
            updated=changes.updated,
            unchanged=changes.unchanged,
            removed=changes.removed,
            duplicates=counts.files - counts.documents,
            documents=counts.documents,
            passages=counts.passages,
            generation=manifest.generation,
            published=published,
            seconds=round(time.perf_counter() - self._began, 3),
            failures=tuple(self._failures),
            dropped=self._dropped,
        )


def _articles(location: Location) -> Iterator[Document | ReadFailure]:
    """What the reader gives; one file that a library chokes on must not end the trip for all the others."""
    try:
        yield from documents.read(location)
    except SourcierError:
        raise
    except Exception as error:
        raise SourcierError(f"{location.path}: damaged ({type(error).__name__}: {error})") from error


def _embed(building: Building, embedder: Embedder, progress: Progress) -> None:
    """Give every passage that has none its vector, and keep each batch on the disk."""
    missing = building.missing()
    progress("embed", 0, len(missing))
    for start in range(0, len(missing), _BATCH):
        keys = missing[start : start + _BATCH]
        building.fresh.add(keys, embedder.encode(list(building.writer.passages.texts(keys))))
        progress("embed", start + len(keys), len(missing))


def _unchanged(locations: dict[str, Location], known: dict[str, FileStamp]) -> dict[str, FileStamp]:
    """The files that need not be read: same size and time, or else the same content. An address always is read."""
    unchanged = {}
    for path, location in locations.items():
        before = known.get(path)
        if before is None or before.size is None or location.is_url:
            continue
        try:
            status = Path(location.path).stat()
            if (status.st_size, status.st_mtime_ns) == (before.size, before.mtime_ns):
                unchanged[path] = before
            elif status.st_size == before.size and (now := _stamp(location)).sha256 == before.sha256:
                unchanged[path] = now
        except OSError:  # its reader will say what is wrong
            continue
    return unchanged


def _stamp(location: Location) -> FileStamp:
    """The stamp of a file; empty for an address, and for a file that cannot be read."""
    try:
        if not location.is_url:
            with Path(location.path).open("rb") as file:
                status = os.fstat(file.fileno())
                return FileStamp(status.st_size, status.st_mtime_ns, hashlib.file_digest(file, "sha256").digest())
    except OSError:
        pass
    return FileStamp()


def _key(location: Location) -> str:
    """What a file goes by in the store, wherever the command is run from."""
    return location.path if location.is_url else _absolute(location.path)


def _absolute(argument: str) -> str:
    path = argument if "://" in argument else str(Path(argument).resolve())
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")  # a name need not be UTF-8


def _is_full(error: OSError | sqlite3.Error) -> bool:
    if isinstance(error, OSError):  # numpy reports a short write without a number
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, None)
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL or error.sqlite_errorcode == sqlite3.SQLITE_IOERR_WRITE


@contextmanager
def _clear_errors(directory: Path) -> Iterator[None]:
    """A failing disk in one line that says what to do."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if _is_full(error):
            message = f"No space is left for the index in {directory}: free some and run the same command again"
        else:
            message = f"The index in {directory} could not be written ({error}): see to it and run the command again"
        raise SourcierError(f"{message}; the index that was published is as it was") from error
