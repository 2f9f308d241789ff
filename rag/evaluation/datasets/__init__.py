"""Data sets for the benchmark, whatever format they come in: recognised by content, read into one `Dataset`.

    >>> load("piaf-dev.json").examples[0].question          # doctest: +SKIP

A format is one file of this package, entered below. docs/datasets.md describes them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from rag.evaluation.datasets import beir, corpus, hub, own, squad, trec
from rag.evaluation.datasets.fields import Malformed, parse
from rag.evaluation.datasets.files import ACCEPTED, Files, head, lines, plain_name, stem, walk
from rag.evaluation.records import Dataset
from rag.records import SourcierError

__all__ = ["load"]

_LINES = 20  # to recognise a file by
_FILES = (".json", ".jsonl", ".tsv", ".txt", ".xml", ".csv", ".gz", ".xz", ".md", ".zip", ".html", ".pdf")


def load(argument: str, *, corpus: Sequence[str] = (), skip_bad: bool = False) -> Dataset:
    """The data set in a file or folder, or of that name on the Hugging Face hub.

    `corpus` names the files and folders that the questions are about, for our own JSON Lines and for TREC.
    With `skip_bad` malformed records are counted in `Dataset.skipped`; without it the first one raises.

    Raises SourcierError, in one line that says what to do, when nothing usable is there.
    """
    files = Files(skip_bad=skip_bad)
    path = Path(argument)
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except OSError as error:  # a name that is too long
        raise SourcierError(f"{argument[:60]}…: {error.strerror}: {ACCEPTED}") from None
    if not argument.strip():
        raise SourcierError(f"A data set without a name: {ACCEPTED}")
    if is_folder:
        return _folder(path, files, corpus)
    if exists:
        return _file(path, files, corpus)
    if not hub.is_name(argument) or path.suffix.lower() in _FILES or (path.parts[1:] and path.parent.exists()):
        raise SourcierError(f"{argument}: no such file or folder: {ACCEPTED}")
    _without(corpus, argument)
    return hub.read(argument, files)


def _file(path: Path, files: Files, named: Sequence[str]) -> Dataset:
    if not path.is_file():
        raise SourcierError(f"{path}: neither a file nor a folder: {ACCEPTED}")
    if path.stat().st_size == 0 or not any(True for _ in lines(path)):
        raise SourcierError(f"{path}: empty: {ACCEPTED}")
    kind = _kind(path)
    if kind == "own":
        return own.read([path], stem(path), files, named)
    if kind == "squad":
        _without(named, str(path))
        return squad.read([path], stem(path), files)
    if path.parent.name == "qrels" and beir.is_beir(path.parent.parent):
        _without(named, str(path))
        return beir.read(path.parent.parent, files, judgements=path)
    if trec.is_topics(path) or trec.is_qrels(path):
        return trec.read(path.parent, files, named, only=path)
    if corpus.holds_records(path):
        raise SourcierError(
            f'{path}: documents, but no field "question": name them with --corpus beside a file of questions.'
        )
    raise SourcierError(f"{path}: not recognised: {ACCEPTED}")


def _folder(folder: Path, files: Files, named: Sequence[str]) -> Dataset:
    if beir.is_beir(folder):
        _without(named, str(folder))
        return beir.read(folder, files)
    found = walk(folder)
    if not found:
        raise SourcierError(f"{folder}: an empty folder: {ACCEPTED}")
    if hub.is_folder(found):
        _without(named, str(folder))
        return hub.read(str(folder), files)
    if any(trec.is_qrels(path) for path in found):
        return trec.read(folder, files, named)
    kinds = {path: _kind(path) for path in found if plain_name(path).lower().endswith((".json", ".jsonl"))}
    questions = [path for path, kind in kinds.items() if kind == "own"]
    articles = [path for path, kind in kinds.items() if kind == "squad" and _is_squad(path)]
    if questions and articles:
        raise SourcierError(f"{folder}: both {articles[0].name} (SQuAD) and {questions[0].name}: name one file.")
    if articles:
        _without(named, str(folder))
        return squad.read(articles, folder.resolve().name, files)
    if questions:
        return own.read(questions, folder.resolve().name, files, named)
    if any(trec.is_topics(path) for path in found):
        return trec.read(folder, files, named)
    raise SourcierError(f"{folder}: no data set recognised in this folder: {ACCEPTED}")


def _kind(path: Path) -> str:
    """ "own" for JSON Lines with questions, "squad" for other JSON, "" for anything else."""
    start = head(path).lstrip("\ufeff \t\r\n")
    jsonl = plain_name(path).lower().endswith(".jsonl")
    if not start.startswith(("{", "[")):
        return "own" if jsonl else ""
    first: Any = None
    for _, line in islice(lines(path), _LINES):
        try:
            first = parse(line)
        except Malformed:
            break
        if squad.articles_of(first):
            return "squad"
        if own.is_own(first):
            return "own"
    documents = isinstance(first, dict) and not own.is_own(first)
    return "" if jsonl and documents else "own" if jsonl else "squad"


def _is_squad(path: Path) -> bool:
    """Whether a JSON file of a folder is to be read: not another's valid JSON, such as a description of the data."""
    try:
        return squad.articles_of(parse("\n".join(line for _, line in lines(path)))) is not None
    except Malformed:
        return True  # the reader says what is wrong with it


def _without(named: Sequence[str], argument: str) -> None:
    if named:
        raise SourcierError(f"{argument}: has its own documents: leave --corpus {named[0]} out.")
