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
from rag.index import Building, FailedRecord, FileStamp, Progress, StoreWriter, sole_writer
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
    began = time.perf_counter()
    directory = Path(directory)
    arguments = [str(argument) for argument in arguments]
    locations = {_key(location): location for location in documents.find(arguments)}
    with (
        _clear_errors(directory),
        sole_writer(directory),
        Building(
            directory,
            embedder=embedder,
            passages={"longest": passages.LONGEST, "shortest": passages.SHORTEST},
            split=passages.split,
            contextual=passages.contextual_text,
        ) as building,
    ):
        known, failed_records = building.known()
        unchanged = _unchanged(locations, known)
        failures = [_failure(record, locations) for record in failed_records if record.path in unchanged]
        dropped: dict[str, list[tuple[str, str]]] = {}
        base = building.base
        complete = base is not None and building.same_embedder and not building.interrupted
        if not (complete and len(unchanged) == len(locations) == len(known)):
            to_read = {path: location for path, location in locations.items() if path not in unchanged}
            building.writer.begin(unchanged, list(to_read))
            failures += _read(building.writer, to_read, progress, dropped if verbose else None)
            building.writer.end()
            counts, changes = building.writer.counts(), building.changes()
            if not counts.documents:
                building.discard()
                reason = f" ({failures[0].path}: {failures[0].reason})" if failures else ""
                raise SourcierError(f"Nothing could be read{reason}: name files with text, or folders that hold some")
            if changes.any or not (base and building.same_embedder):
                _embed(building, embedder, progress)
                manifest = building.publish([_absolute(argument) for argument in arguments], progress)
                return IndexReport(
                    added=changes.added,
                    updated=changes.updated,
                    unchanged=changes.unchanged,
                    removed=changes.removed,
                    duplicates=counts.files - counts.documents,
                    documents=counts.documents,
                    passages=counts.passages,
                    generation=manifest.generation,
                    published=True,
                    seconds=round(time.perf_counter() - began, 3),
                    failures=tuple(failures),
                    dropped=dropped,
                )
            building.discard()
        assert base is not None
        counts = base.manifest.counts
        return IndexReport(
            added=0,
            updated=0,
            unchanged=counts.documents,
            removed=0,
            duplicates=counts.files - counts.documents,
            documents=counts.documents,
            passages=counts.passages,
            generation=base.manifest.generation,
            published=False,
            seconds=round(time.perf_counter() - began, 3),
            failures=tuple(failures),
            dropped=dropped,
        )


def _read(
    writer: StoreWriter,
    locations: dict[str, Location],
    progress: Progress,
    dropped: dict[str, list[tuple[str, str]]] | None,
) -> list[Failure]:
    """Read the locations into the store; returns what could not be read."""
    failures: list[Failure] = []
    done = 0
    total = None if any(path.lower().endswith(_TABLES) for path in locations) else len(locations)
    progress("read", 0, total)
    for path, location in locations.items():
        stamp = _stamp(location)
        writer.begin_file(path)
        try:
            for record, item in enumerate(_articles(location)):
                if isinstance(item, ReadFailure):
                    kept = writer.fail_record(path, record, item.line, item.reason)
                    failures.append(Failure(item.path, item.reason, item.line, kept))
                    continue
                document_id = writer.put(path, record, item)
                if dropped is not None and (described := documents.describe_dropped(item)):
                    dropped[document_id] = described
                done += 1
                if done % 20 == 0:
                    progress("read", done, total)
            if stamp != _stamp(location):  # written to while it was read: read it again next time
                stamp = FileStamp()
            writer.end_file(path, stamp)
        except SourcierError as error:
            kept = writer.fail_file(path)
            failures.append(Failure(location.path, str(error).removeprefix(f"{location.path}: "), kept=kept))
    progress("read", done, total)
    return failures


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
        building.fresh.add(keys, embedder.encode(list(building.writer.texts(keys))))
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


def _failure(record: FailedRecord, locations: dict[str, Location]) -> Failure:
    return Failure(locations[record.path].path, record.reason, record.line, record.kept)


@contextmanager
def _clear_errors(directory: Path) -> Iterator[None]:
    """A failing disk in one line that says what to do."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        # numpy reports a short write without a number
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, None)
        full |= isinstance(error, sqlite3.Error) and error.sqlite_errorcode in (
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR_WRITE,
        )
        if full:
            message = f"No space is left for the index in {directory}: free some and run the same command again"
        else:
            message = f"The index in {directory} could not be written ({error}): see to it and run the command again"
        raise SourcierError(f"{message}; the index that was published is as it was") from error
