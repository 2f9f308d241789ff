"""TREC test collections: topics (classic <top>, XML, TSV), qrels and a corpus in one folder, told apart by content.

Formats: https://trec.nist.gov/data.html; CLEF's, with fields such as <FR-title>, are the same.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from rag.evaluation.datasets import corpus
from rag.evaluation.datasets.fields import Malformed, identifier, shown, whole
from rag.evaluation.datasets.files import Files, head, lines, plain_name, stem, walk
from rag.evaluation.datasets.gathering import Gathering
from rag.evaluation.records import Dataset, Example
from rag.records import SourcierError

_TOPIC = re.compile(r"<(top|topic)\b([^>]*)>(.*?)(?=</\1\s*>|<\1\b|\Z)", re.IGNORECASE | re.DOTALL)
_FIELD = re.compile(r"<(?:[A-Za-z]{2}-)?([A-Za-z]+)[^<>]*>([^<]*)")
_NUMBER = re.compile(r"""\b(?:number|num|id|qid)\s*=\s*["']([^"']+)""", re.IGNORECASE)
_LABEL = re.compile(r"\s*(?:number|topic|description|title)\s*:", re.IGNORECASE)
_SAID = re.compile(r"(?P<topics>topic|quer)|corpus|collection|doc|passage", re.IGNORECASE)
_NUMBERS = ("num", "number", "identifier", "id", "qid")
_ASKED = ("title", "question", "query", "desc", "description")


def is_qrels(path: Path) -> bool:
    """Whether a file's first line is a judgement (topic, iteration, document, grade)."""
    first = next((line for line in head(path).split("\n") if line.strip()), "")
    cells = _cells(first)
    return len(cells) == 4 and (cells[1].isdigit() or cells[1].upper() == "Q0") and _is_grade(cells[3])


def is_topics(path: Path) -> bool:
    """Whether a file holds topics in <top> or <topic> elements."""
    return re.search(r"<(?:top|topic)\b[^>]*>", head(path), re.IGNORECASE) is not None and not corpus.is_sgml(path)


def read(folder: Path, files: Files, arguments: Sequence[str] = (), *, only: Path | None = None) -> Dataset:
    """The judged topics of a folder. `arguments` name the corpus where the folder has none.

    `only`: of several files with topics, or with judgements, the one to use. Raises SourcierError when a part is
    missing, and for a malformed record unless `files.skip_bad`.
    """
    parts = _Parts(folder, with_corpus=not arguments)
    if only is not None:
        parts.restrict(only)
    name = folder.resolve().name if only is None else f"{folder.resolve().name}-{stem(only)}"
    gathering = Gathering(name, files)
    grades: dict[str, dict[str, int]] = {}
    for path in parts.qrels:
        _read_qrels(path, grades, files)
    parts.settle(grades)
    for path in parts.corpus:
        corpus.read(path, gathering)
    paths = corpus.take(arguments, gathering)
    if paths and gathering.documents:
        raise SourcierError(f"--corpus names both record files and {paths[0]}: give files of one kind.")
    if not paths and not gathering.documents:
        raise SourcierError(f"{folder}: topics and qrels but no documents: name them with --corpus.")
    found = {location.relative for location in corpus.locations(paths, files)} if paths else set(gathering.documents)
    judged = {document for row in grades.values() for document in row}
    if not judged & found:
        raise SourcierError(
            f"{folder}: none of the {len(judged)} judged documents is in the corpus (such as {shown(min(judged, default=''))})."
        )
    for path in parts.topics:
        for topic, question, where in _topics(path, files):
            _add(topic, question, where, grades, gathering)
    return gathering.dataset(paths=paths)


class _Parts:
    """Which file of a folder is what."""

    def __init__(self, folder: Path, *, with_corpus: bool) -> None:
        self.folder = folder
        self.qrels: list[Path] = []
        self.topics: list[Path] = []
        self.corpus: list[Path] = []
        self._tables: list[Path] = []  # topics or documents
        for path in walk(folder):
            name = plain_name(path).lower()
            if name.endswith(".jsonl") or corpus.is_sgml(path):
                self.corpus.append(path)
            elif is_qrels(path) or "qrel" in name:
                self.qrels.append(path)
            elif is_topics(path):
                self.topics.append(path)
            elif _is_table(path):
                self._tables.append(path)
        if not with_corpus:
            self.corpus = []
        self._with_corpus = with_corpus

    def restrict(self, only: Path) -> None:
        """Leave the other files of the same kind as `only` out."""
        if only in self.qrels:
            self.qrels = [only]
        elif only in self.topics:
            self.topics, self._tables = [only], [path for path in self._tables if "topic" not in path.name]

    def settle(self, grades: dict[str, dict[str, int]]) -> None:
        """Tell tables of topics from tables of documents: by name, or the ids that are judged. Raises SourcierError without topics."""
        judged = {document for row in grades.values() for document in row}
        for path in self._tables:
            ids = {line.split("\t")[0].strip() for _, line in islice(lines(path), 2000)}
            said = _SAID.search(path.name)  # where topics and documents are both numbered, the ids do not tell
            if said["topics"] is not None if said else len(ids & grades.keys()) > len(ids & judged):
                self.topics.append(path)
            elif self._with_corpus:
                self.corpus.append(path)
        if not self.qrels:
            raise SourcierError(f"{self.folder}: topics but no qrels (four columns: topic, 0, document, grade).")
        if not self.topics:
            raise SourcierError(
                f"{self.folder}: qrels but no topics (<top> elements, XML, or id and question in a .tsv)."
            )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")] if "\t" in line else line.split()


def _is_grade(text: str) -> bool:
    return text.removeprefix("-").isdigit()


def _is_table(path: Path) -> bool:
    """Whether the first lines are an id, a tab and a text."""
    rows = [line for line in head(path).split("\n")[:5] if line.strip()]
    return bool(rows) and all(re.match(r"[^\s]+\t\s*\S", row) for row in rows) and len(_cells(rows[0])) != 6


def _read_qrels(path: Path, grades: dict[str, dict[str, int]], files: Files) -> None:
    for number, line in files.lines(path):
        with files.record(f"{path}, line {number}"):
            cells = _cells(line)
            if len(cells) != 4:
                raise Malformed("", f"four columns were expected (topic, 0, document, grade), not {len(cells)}")
            grades.setdefault(cells[0], {})[cells[2]] = whole(cells[3], "grade")


def _topics(path: Path, files: Files) -> Iterator[tuple[str, str, str]]:
    """(id, question, where) of each topic: its title, for that is what TREC runs are made from."""
    if not is_topics(path):
        for number, line in files.lines(path):
            where = f"{path}, line {number}"
            with files.record(where):
                topic, tab, question = line.partition("\t")
                if not tab or not question.strip():
                    raise Malformed("question", "is missing (id, tab, question)")
                yield identifier(topic, "id"), " ".join(question.split()), where
        return
    text = files.text(path)
    for match in _TOPIC.finditer(text):
        where = f"{path}, line {text.count(chr(10), 0, match.start()) + 1}"
        with files.record(where):
            said: dict[str, str] = {}
            for tag, content in _FIELD.findall(match[3]):
                said.setdefault(tag.lower(), " ".join(html.unescape(_LABEL.sub("", content, count=1)).split()))
            number_ = _NUMBER.search(match[2])
            topic = number_[1].strip() if number_ else next((said[name] for name in _NUMBERS if said.get(name)), "")
            if not topic:
                raise Malformed("num", "is missing")
            question = next((said[name] for name in _ASKED if said.get(name)), "")
            if not question:
                raise Malformed("title", "is missing")
            yield topic, question, where


def _add(topic: str, question: str, where: str, grades: dict[str, dict[str, int]], gathering: Gathering) -> None:
    if topic not in grades:
        return  # not judged: trec_eval does not count it either
    with gathering.files.record(where):
        if gold := {document: grade for document, grade in grades[topic].items() if grade > 0}:
            gathering.example(Example(topic, question, gold=gold), where)
        else:
            gathering.files.leave_out(f"{where}: no document is relevant to topic {topic}")
