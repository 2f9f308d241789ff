"""What a generation says about itself, and why it may be refused."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from rag import french
from rag.records import SourcierError

FORMAT = 1  # of the files of a generation: raise it when an older Sourcier could not read a newer index, or the reverse
FILE = "manifest.json"


class EmbedderIdentity(Protocol):
    """The part of an embedder that an index remembers. Read-only, so that any embedder fits."""

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...


@dataclass(frozen=True, slots=True)
class EmbedderUsed:
    """The embedder that made the vectors; `fingerprint` changes when its weights do."""

    name: str
    fingerprint: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a generation holds; `files` counts sources, so two files with one text are two files, one document."""

    documents: int
    passages: int
    files: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of manifest.json. `created` is ISO 8601 in UTC, `sizes` the bytes of each file of the generation."""

    generation: int
    created: str
    sourcier: str
    embedder: EmbedderUsed
    counts: Counts
    arguments: tuple[str, ...]  # what was indexed: absolute paths and addresses
    bm25: Mapping[str, float]
    passages: Mapping[str, int]  # the settings of the splitter
    vectors: str
    analyser: str = french.ANALYSER
    format: int = FORMAT
    sizes: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Raises ValueError when this is not a manifest of the present format."""
        values: dict[str, Any] = json.loads(text)
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise ValueError("another format")
        try:
            values["embedder"] = EmbedderUsed(**values["embedder"])
            values["counts"] = Counts(**values["counts"])
            values["arguments"] = tuple(values["arguments"])
            return cls(**values)
        except (KeyError, TypeError) as error:
            raise ValueError("not a manifest") from error


def index_command(arguments: tuple[str, ...] | None, directory: Path, embedder: EmbedderIdentity | None = None) -> str:
    """The command that makes this index again, ready to paste into a shell."""
    words = ["sourcier", "index"]
    words += [shlex.quote(_short(argument)) for argument in arguments] if arguments else ["PATH…"]
    words += ["--index", shlex.quote(_short(str(directory)))]
    if embedder is not None and os.sep in embedder.name:  # the bundled one has a bare name and needs no option
        words += ["--embedder", shlex.quote(embedder.name)]
    return " ".join(words)


def read_manifest(generation: Path, directory: Path) -> Manifest:
    """The manifest of a generation's folder, whose files are checked to be all there.

    Raises SourcierError, with the command that makes the index again, when it is damaged or of another format.
    """
    text = (generation / FILE).read_text("utf-8")
    try:
        manifest = Manifest.from_json(text)
    except ValueError:
        command = index_command(_arguments(text), directory)
        raise SourcierError(
            f"The index in {directory} was written by another version of Sourcier: make it again with `{command}`"
        ) from None
    for name, size in manifest.sizes.items():
        file = generation / name
        if not file.is_file() or file.stat().st_size != size:
            command = index_command(manifest.arguments, directory)
            raise SourcierError(f"The index in {directory} is damaged ({name}): make it again with `{command}`")
    return manifest


def check(manifest: Manifest, directory: Path, embedder: EmbedderIdentity | None) -> None:
    """Refuse an index whose vectors or terms do not match what would now be asked of it (SourcierError)."""
    if manifest.analyser != french.ANALYSER:
        command = index_command(manifest.arguments, directory)
        raise SourcierError(
            f"The index in {directory} holds the terms of analyser {manifest.analyser}, this Sourcier has "
            f"{french.ANALYSER}: make it again with `{command}`"
        )
    if embedder is not None and embedder.fingerprint != manifest.embedder.fingerprint:
        command = index_command(manifest.arguments, directory, embedder)
        raise SourcierError(
            f"The index in {directory} was made with the embedder {manifest.embedder.name} "
            f"({manifest.embedder.fingerprint}), not with {embedder.name} ({embedder.fingerprint}): "
            f"make it again with `{command}`"
        )


def _short(path: str) -> str:
    """The path relative to the working folder when it lies inside it."""
    if not Path(path).is_absolute():
        return path
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _arguments(text: str) -> tuple[str, ...] | None:
    """The indexed arguments out of a manifest that is otherwise unreadable, if it still says them."""
    try:
        arguments = json.loads(text)["arguments"]
        return tuple(arguments) if all(isinstance(a, str) for a in arguments) else None
    except (ValueError, KeyError, TypeError):
        return None
