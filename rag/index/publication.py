"""Who may write to an index folder, and how a finished building becomes its newest generation."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rag.index import fresh, manifest, store
from rag.index.generation import generation_name, published
from rag.index.manifest import Manifest
from rag.records import SourcierError

BUILDING = "building"
_REMOVING = "removing-"
_LOCK = "writer.lock"


@contextmanager
def sole_writer(directory: Path) -> Iterator[None]:
    """Hold the folder for writing; makes it when missing. Raises SourcierError when another writer has it."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise SourcierError(f"{directory} cannot hold an index: {error.strerror}; name another with --index") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SourcierError(
                f"Another `sourcier index` is writing to {directory}: wait until it has finished"
            ) from None
        yield
    finally:
        os.close(descriptor)


def unfinished(directory: Path) -> bool:
    """Whether an interrupted run has left work in this folder."""
    return (directory / BUILDING).exists()


def abandon(directory: Path) -> None:
    """Drop the work of an interrupted run."""
    delete(directory / BUILDING)


def remove_old(directory: Path) -> None:
    """Remove the generations before the newest that no reader holds; the others go at the next occasion."""
    for number, folder in published(directory)[:-1]:
        try:
            descriptor = os.open(folder / manifest.FILE, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            descriptor = None
        try:
            if descriptor is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover = directory / f"{_REMOVING}{number}"
            folder.rename(leftover)  # at once, so that no reader finds half a generation
            delete(leftover)
        except BlockingIOError:
            continue
        finally:
            if descriptor is not None:
                os.close(descriptor)


def publish(folder: Path, directory: Path) -> Manifest:
    """Turn a finished building into the newest generation."""
    db = sqlite3.connect(folder / store.FILE)
    text = db.execute("SELECT value FROM meta WHERE name = 'manifest'").fetchone()[0]
    db.close()
    for leftover in (fresh.FILE, f"{fresh.FILE}-journal", manifest.FILE):
        (folder / leftover).unlink(missing_ok=True)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    made = replace(
        Manifest.from_json(text),
        generation=max((number for number, _ in published(directory)), default=0) + 1,
        sizes={path.relative_to(folder).as_posix(): path.stat().st_size for path in files},
    )
    (folder / manifest.FILE).write_text(made.to_json(), "utf-8")
    sync_tree(folder)
    folder.rename(directory / generation_name(made.generation))
    _sync(directory)
    return made


def sync_tree(folder: Path) -> None:
    for base, _, names in os.walk(folder):
        for name in names:
            _sync(Path(base, name))
        _sync(Path(base))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(directory: Path) -> None:
    for path in directory.glob(f"{_REMOVING}*"):
        delete(path)
    remove_old(directory)


def delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
