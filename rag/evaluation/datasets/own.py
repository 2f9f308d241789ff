"""Our own JSON Lines: one question a line, with its answers and where they stand. docs/datasets.md describes the fields.

The chat's "thumbs down" and "add to benchmark" write such lines too; those without a right answer are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from rag.documents import Location
from rag.evaluation.datasets import corpus
from rag.evaluation.datasets.fields import (
    Malformed,
    Record,
    identifier,
    optional_text,
    parse_object,
    present,
    shown,
    text_of,
    texts_of,
    truth_of,
)
from rag.evaluation.datasets.files import Files
from rag.evaluation.datasets.gathering import Gathering
from rag.evaluation.datasets.squad import located_answers
from rag.evaluation.records import Dataset, Example
from rag.records import Document, SourcierError, Turn
from rag.serialisation import turns_from_json

_QUESTIONS = ("question", "questions")
_DOCUMENTS = ("document", "documents", "article")
_ANSWERS = ("answers", "answer")
_TABLES = (".csv", ".jsonl")


def is_own(record: object) -> bool:
    """Whether a line's JSON value is one of ours."""
    return isinstance(record, dict) and any(name in record for name in _QUESTIONS)


def read(paths: list[Path], name: str, files: Files, arguments: Sequence[str] = ()) -> Dataset:
    """The questions of these files, in order. `arguments` name the documents that they are about.

    Raises SourcierError for a malformed record unless `files.skip_bad`.
    """
    return _Reader(name, files, arguments).read(paths)


class _Reader:
    def __init__(self, name: str, files: Files, arguments: Sequence[str]) -> None:
        self._files = files
        self._gathering = Gathering(name, files)
        self._paths = corpus.take(arguments, self._gathering)
        self._corpus = _Names(corpus.locations(self._paths, files)) if self._paths else None
        self._has_records = bool(self._gathering.documents)
        if self._corpus and self._has_records:
            raise SourcierError(
                f"--corpus names both record files and {self._paths[0]}: give files of one kind, or index them as one folder."
            )
        self._turns: dict[str, list[Turn]] = {}  # of each conversation so far

    def read(self, paths: list[Path]) -> Dataset:
        for path in paths:
            for number, line in self._files.lines(path):
                where = f"{path}, line {number}"
                with self._files.record(where):
                    self._record(parse_object(line), where, path, number)
        return self._gathering.dataset(paths=self._paths)

    def _record(self, record: Record, where: str, path: Path, number: int) -> None:
        name = present(record, "id", "_id")
        key = identifier(record[name], name) if name else f"{self._gathering.name}-{number}"
        if "questions" in record and "question" not in record:
            self._variants(record, key, where, path)
            return
        question = text_of(record, "question").strip()
        answers, unanswerable = _answers(record)
        has_context = present(record, "context") is not None
        if not (answers or unanswerable):
            if "verdict" in record or record.get("source") == "feedback":
                self._files.leave_out(f"{where}: feedback without a right answer")
                return
            if has_context or present(record, *_DOCUMENTS) is None:
                raise Malformed("answers", 'is missing or empty (say "unanswerable": true where that is meant)')
        gold = self._context(record, path) if has_context else self._named(record)
        conversation = optional_text(record, "conversation") or None
        example = Example(
            id=key,
            question=question,
            answers=answers,
            unanswerable=unanswerable,
            gold=gold,
            quotes=tuple(quote for quote in _texts(record, "quote", "quotes", "evidence") if quote.strip()),
            history=self._history(record, conversation),
            conversation=conversation,
            type=optional_text(record, "type"),
        )
        self._gathering.example(example, where)
        if conversation:
            turns = self._turns.setdefault(conversation, [])
            turns.append(Turn("user", question))
            turns += [Turn("assistant", answer) for answer in answers[:1]]

    def _history(self, record: Record, conversation: str | None) -> tuple[Turn, ...]:
        """The turns before: as written, else those of the same conversation above, with their gold answers."""
        if record.get("history") is not None:
            try:
                return tuple(turns_from_json(record["history"], 'the field "history"'))
            except SourcierError as error:
                raise Malformed("", str(error).rstrip(".")) from None
        return tuple(self._turns.get(conversation, ())) if conversation else ()

    def _context(self, record: Record, path: Path) -> dict[str, int]:
        """The document that the record carries itself."""
        if self._corpus:
            raise Malformed("context", f"brings its own document, so leave --corpus {self._paths[0]} out")
        text, title = text_of(record, "context"), optional_text(record, "title", "article_title")
        names = _names(record)
        if len(names) > 1:
            raise Malformed("document", f"names {len(names)} documents where the context is one")
        for name, grade in names.items():
            if known := self._gathering.known(text):  # the same text under two names is one document
                return {known: grade}
            try:
                self._gathering.document(Document(name, text, title, str(path)))
            except Malformed:
                raise Malformed("context", f"is another text than the one seen before for {shown(name)}") from None
            return {name: grade}
        return {self._gathering.context(text, title, path): 1}

    def _named(self, record: Record) -> dict[str, int]:
        """The documents that the record names, which the corpus must have where there is one."""
        gold: dict[str, int] = {}
        for name, grade in _names(record).items():
            known = self._corpus.find(name) if self._corpus else name
            if known is None or (self._has_records and known not in self._gathering.documents):
                raise Malformed("document", f"names no document of the corpus: {shown(name)}")
            gold[known] = grade
        return gold

    def _variants(self, record: Record, key: str, where: str, path: Path) -> None:
        """An entry of frequent questions: the answer is a document that each wording should find."""
        text = text_of(record, "answer")
        questions = texts_of(record, "questions")
        if not questions:
            raise Malformed("questions", "is empty")
        if self._corpus:
            raise Malformed("answer", f"is the document itself, so leave --corpus {self._paths[0]} out")
        self._gathering.document(Document(key, text, optional_text(record, "title"), str(path)))
        for number, question in enumerate(questions, 1):
            example = Example(f"{key}/{number}", question.strip(), gold={key: 1}, type=optional_text(record, "type"))
            self._gathering.example(example, where)


class _Names:
    """The documents of a corpus that the product reads: by path in the folder, or by file name where it is the only one."""

    def __init__(self, found: list[Location]) -> None:
        self._relative = {location.relative for location in found}
        self._by_name: dict[str, str | None] = {}
        for location in found:
            name = PurePosixPath(location.relative).name
            self._by_name[name] = None if name in self._by_name else location.relative
        # the records of a table, and what an address redirects to, have names of their own
        self._open = any(location.is_url or location.path.lower().endswith(_TABLES) for location in found)

    def find(self, name: str) -> str | None:
        if name in self._relative:
            return name
        return self._by_name.get(PurePosixPath(name).name) or (name if self._open else None)


def _names(record: Record) -> dict[str, int]:
    """The documents that a record names, with their grades: a name, a list of them, or {name: grade}."""
    field = present(record, *_DOCUMENTS)
    if field is None:
        return {}
    value = record[field]
    if isinstance(value, dict):
        for name, grade in value.items():
            if isinstance(grade, bool) or not isinstance(grade, int):
                raise Malformed(f"{field}.{name}", f"must be a whole number, not {shown(grade)}")
        return {identifier(name, field): grade for name, grade in value.items() if grade > 0}
    return dict.fromkeys((identifier(name, field) for name in (value if isinstance(value, list) else [value])), 1)


def _answers(record: Record) -> tuple[tuple[str, ...], bool]:
    """The gold answers, and whether the record says that there are none."""
    said = truth_of(record, "unanswerable", "is_impossible")
    unanswerable = said if said is not None else record.get("kind") == "unanswerable"
    field = present(record, *_ANSWERS)
    value: Any = record[field] if field else []
    if field and _is_squad(value):  # {"text": […], "answer_start": […]}, as `datasets` writes JSON Lines
        answers = tuple(dict.fromkeys(text for text, _, _ in located_answers(value, field)))
        unanswerable = unanswerable or (said is None and not answers)
    else:
        answers = _texts(record, *_ANSWERS)
    if unanswerable and answers:
        raise Malformed(field or "answers", f"must be empty in an unanswerable record, not {shown(list(answers))}")
    return answers, unanswerable


def _is_squad(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _texts(record: Record, *names: str) -> tuple[str, ...]:
    """As `texts_of`; "" stands for none."""
    name = present(record, *names)
    return (
        ()
        if name is None or record[name] == ""
        else texts_of(
            record,
            *names,
        )
    )
