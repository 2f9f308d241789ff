"""What the user named on the command line, as single files and addresses."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.records import SourcierError

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".odt", ".epub", ".csv", ".jsonl")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """One file or address: `path` as shown and stored, `relative` to the folder that was named (or the file name)."""

    path: str
    relative: str
    is_url: bool = False


def find(arguments: Sequence[str]) -> list[Location]:
    """Expand files, folders, globs and http(s) addresses into locations, sorted by path, each file once.

    Folders are searched recursively; hidden files and folders in them are passed over, and so is what has none of
    `SUFFIXES`. Raises SourcierError for a path that does not exist, a file named outright whose suffix is not
    readable, and a folder or glob without any article.
    """
    if not arguments:
        raise SourcierError("name at least one file, folder or http(s) address to read")
    found: dict[str, Location] = {}
    for argument in arguments:
        for location in _expand(str(argument)):
            key = location.path if location.is_url else os.path.realpath(location.path)
            found.setdefault(key, location)
    return sorted(found.values())


def _expand(argument: str) -> list[Location]:
    if scheme := _SCHEME.match(argument):
        if scheme.group(1).lower() not in ("http", "https"):
            raise SourcierError(f"{argument}: only http and https addresses can be read")
        return [Location(argument, argument, is_url=True)]
    path = Path(argument)
    if path.is_dir():
        return _nonempty(list(_walk(path)), f"{argument}: no readable article in this folder")
    if path.exists():
        if path.suffix.lower() not in SUFFIXES:
            kind = path.suffix or "without a suffix"
            raise SourcierError(
                f"{argument}: this kind of file ({kind}) cannot be read; readable: {' '.join(SUFFIXES)}"
            )
        return [Location(argument, _posix(path.name))]
    if glob.has_magic(argument):
        return _nonempty(list(_glob(argument)), f"{argument}: no readable article matches")
    if path.is_symlink():
        raise SourcierError(f"{argument}: a link to a file that does not exist")
    raise SourcierError(f"{argument}: no such file or folder")


def _nonempty(locations: list[Location], message: str) -> list[Location]:
    if not locations:
        raise SourcierError(f"{message}; readable: {' '.join(SUFFIXES)}")
    return locations


def _posix(path: str | Path) -> str:
    """A relative path as an identifier: forward slashes, and no bytes that are not UTF-8."""
    return Path(path).as_posix().encode("utf-8", "replace").decode()


def _walk(folder: Path) -> Iterator[Location]:
    def refuse(error: OSError) -> None:
        raise SourcierError(f"{error.filename}: this folder cannot be opened ({error.strerror})")

    seen: set[str] = set()
    for base, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(base)
        folders[:] = [] if real in seen else sorted(name for name in folders if not name.startswith("."))
        if real in seen:  # a link back to a folder above
            continue
        seen.add(real)
        for name in sorted(files):
            path = Path(base, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES and path.is_file():
                yield Location(str(path), _posix(path.relative_to(folder)))


def _glob(pattern: str) -> Iterator[Location]:
    parts = Path(pattern).parts
    fixed = Path(*parts[: next(i for i, part in enumerate(parts) if glob.has_magic(part))])
    for name in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 (Path.glob takes no absolute pattern)
        path = Path(name)
        if path.is_dir():
            for location in _walk(path):
                yield Location(location.path, _posix(os.path.relpath(location.path, fixed)))
        elif path.suffix.lower() in SUFFIXES:
            yield Location(name, _posix(os.path.relpath(path, fixed)))
