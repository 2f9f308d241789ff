"""The files of a data set: opened whatever their compression and encoding, and counted into one digest."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from rag.documents.encoding import decode, detect, is_binary
from rag.evaluation.datasets.fields import Malformed
from rag.records import SourcierError

_SAMPLE = 1 << 16
_COMPRESSED = (".gz", ".xz")


class Files:
    """What is read of one data set, in order, and what had to be left out of it.

    `skip_bad`: a malformed record becomes a line of `skipped` instead of an error.
    """

    def __init__(self, *, skip_bad: bool = False) -> None:
        self.skip_bad = skip_bad
        self.skipped: list[str] = []
        self._read: dict[Path, None] = {}  # a set in the order of reading
        self._other = hashlib.sha256()
        self._has_other = False

    def text(self, path: Path) -> str:
        """The whole text of a file. Raises SourcierError when it cannot be read or is no text."""
        self.count(path)
        with _opened(path) as stream:
            return _decoded(stream.read(), path)

    def lines(self, path: Path) -> Iterator[tuple[int, str]]:
        """(number, text) of each line that is not blank, streamed; numbers from 1."""
        self.count(path)
        return lines(path)

    def count(self, path: Path) -> None:
        """Have the digest stand for this file as well."""
        self._read.setdefault(path)

    def count_bytes(self, content: bytes) -> None:
        """Have the digest stand for what is in no file: rows of a hub's data set, an address."""
        self._other.update(content)
        self._has_other = True

    def digest(self) -> str:
        """SHA-256 over the bytes of every file read, in order, each as it is on the disk; then over the rest, if any.

        For a data set of one file it is what `sha256sum` prints.
        """
        total = hashlib.sha256()
        for path in self._read:
            with _no_traceback(path), path.open("rb") as stream:
                while piece := stream.read(1 << 20):
                    total.update(piece)
        if self._has_other:
            total.update(self._other.digest())
        return total.hexdigest()

    @contextmanager
    def record(self, where: str) -> Iterator[None]:
        """One record, read in the block: when it is malformed, an error that says `where`, or a line of `skipped`."""
        try:
            yield
        except Malformed as bad:
            line = _one_line(f"{where}: {bad}")
            if not self.skip_bad:
                raise SourcierError(f"{line.rstrip('.')}; --skip-bad goes on without such records.") from None
            self.skipped.append(line)

    def leave_out(self, line: str) -> None:
        """Count a record that is no mistake, but that nothing can be measured with."""
        self.skipped.append(_one_line(line))


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """(number, text) of each line of a file that is not blank. Bytes that are not UTF-8 are read as `decode` does."""
    with _opened(path) as stream:
        sample = stream.peek(_SAMPLE)[:_SAMPLE]
        if is_binary(sample):
            raise _no_text(path)
        if detect(sample).startswith("utf-16"):
            for number, line in enumerate(_decoded(stream.read(), path).split("\n"), 1):
                if line.strip():
                    yield number, line
            return
        encoding = ""
        for number, raw in enumerate(stream, 1):
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            raw = raw.rstrip(b"\r\n")
            if raw.strip():
                try:
                    yield number, raw.decode()
                except UnicodeDecodeError:
                    encoding = encoding or detect(raw)
                    yield number, raw.decode(encoding, "replace")


def head(path: Path) -> str:
    """The beginning of a file's text, to recognise it by; "" where it is no text."""
    with _opened(path) as stream:
        sample = stream.read(_SAMPLE)
    return "" if is_binary(sample) else sample.decode(detect(sample), "replace")


def stem(path: Path) -> str:
    """The file's name without its suffix, nor that of its compression: "qa.jsonl.xz" is "qa"."""
    return Path(plain_name(path)).stem


def plain_name(path: Path) -> str:
    """The file's name without the suffix of its compression: "corpus.jsonl.gz" is "corpus.jsonl"."""
    return path.stem if path.suffix.lower() in _COMPRESSED else path.name


def either(folder: Path, name: str) -> Path | None:
    """The file `name` of a folder, plain or compressed, or None."""
    candidates = (folder / f"{name}{suffix}" for suffix in ("", *_COMPRESSED))
    return next((path for path in candidates if path.is_file()), None)


def walk(folder: Path) -> list[Path]:
    """The files under a folder that are not hidden, sorted by path."""
    found = []
    with _no_traceback(folder):
        for base, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            found += [Path(base, name) for name in names if not name.startswith(".")]
    return sorted(path for path in found if path.is_file())


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    """The decompressed bytes of a file; what it was compressed with is told by its first bytes."""
    with _no_traceback(path), path.open("rb") as raw:
        first = raw.peek(6)
        if first.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield cast(io.BufferedReader, unpacked)
        elif first.startswith(b"\xfd7zXZ\x00"):
            with lzma.LZMAFile(raw) as unpacked:
                yield cast(io.BufferedReader, unpacked)
        else:
            yield raw


@contextmanager
def _no_traceback(path: Path) -> Iterator[None]:
    try:
        yield
    except (gzip.BadGzipFile, lzma.LZMAError, zlib.error, EOFError):
        raise SourcierError(f"{path}: damaged compressed file: fetch it again.") from None
    except OSError as error:
        raise SourcierError(f"{path}: cannot be opened ({error.strerror or error}).") from None


def _decoded(content: bytes, path: Path) -> str:
    try:
        return decode(content).removeprefix("\ufeff")
    except SourcierError:
        raise _no_text(path) from None


def _no_text(path: Path) -> SourcierError:
    return SourcierError(f"{path}: not a text file: {ACCEPTED}")


def _one_line(message: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in message).split())


ACCEPTED = (
    "give SQuAD JSON, a BEIR folder, a folder with TREC topics and qrels, JSON Lines with a question each, "
    "or the name of a Hugging Face data set (docs/datasets.md)."
)
