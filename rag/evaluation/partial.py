"""Predictions kept question by question, so that a run that was interrupted goes on where it was."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import rag
from rag.evaluation.records import Prediction
from rag.records import SourcierError

FILE = "predictions.partial.jsonl"


class Partial:
    """The predictions of a run under way: a line that says which run it is, then one line a question, in their order.

    `kept` holds what an earlier, interrupted run of the same `identity` left; `outdated` tells that there was one of
    another identity, whose predictions were given up. A last line that was cut short is dropped.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], ids: Sequence[str]) -> None:
        """Raises SourcierError when the folder cannot be written, or another run is writing there."""
        self.path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = self.path.open("a+b")
        except OSError as error:
            raise SourcierError(
                f"{folder} cannot be written ({error.strerror}): name another folder with --out."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise SourcierError(
                f"Another benchmark is writing to {folder}: wait for it, or name another --out."
            ) from None
        heading = _line(identity)
        self._file.seek(0)
        content = self._file.read()
        lines = content.split(b"\n")[:-1]
        self.kept: list[Prediction] = []
        length = 0
        if lines and lines[0] + b"\n" == heading:
            length = len(heading)
            for line, wanted in zip(lines[1:], ids, strict=False):
                try:
                    prediction = Prediction.from_json(json.loads(line))
                except (KeyError, TypeError, ValueError):
                    break
                if prediction.id != wanted:
                    break
                self.kept.append(prediction)
                length += len(line) + 1
        self.outdated = len(lines) > 1 and not self.kept
        self._file.truncate(length)
        if not length:
            self._file.write(heading)
            self._file.flush()

    def add(self, prediction: Prediction) -> None:
        """Keep one more; it is with the operating system when this returns."""
        self._file.write(_line(prediction.to_json()))
        self._file.flush()

    def __enter__(self) -> Partial:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True).encode() + b"\n"


@cache
def code_digest() -> str:
    """SHA-256 over the package, code and bundled models: predictions of other code are not mixed with new ones."""
    digest = hashlib.sha256()
    package = Path(rag.__file__).parent
    for file in sorted(path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
