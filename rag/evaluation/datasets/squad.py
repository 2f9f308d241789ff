"""SQuAD 1.1 and 2.0 JSON, as FQuAD, FQuAD 2.0, PIAF and newsquadfr have it; also one record a question ("flat").

Format: Rajpurkar et al. 2016 and 2018, https://rajpurkar.github.io/SQuAD-explorer/. A paragraph is a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.evaluation.datasets.fields import (
    Malformed,
    Record,
    as_text,
    identifier,
    objects,
    optional_text,
    parse,
    present,
    required,
    shown,
    text_of,
    truth_of,
)
from rag.evaluation.datasets.files import ACCEPTED, Files
from rag.evaluation.datasets.gathering import Gathering
from rag.evaluation.records import Dataset, Example
from rag.records import SourcierError

_TITLES = ("title", "article_title")
_STARTS = ("answer_start", "answers_start", "answer_starts")


def read(paths: list[Path], name: str, files: Files) -> Dataset:
    """The questions of these files, in order, over all their paragraphs.

    Raises SourcierError for a file that is not SQuAD JSON, and for a malformed record unless `files.skip_bad`.
    """
    gathering = Gathering(name, files)
    for path in paths:
        articles = articles_of(_parsed(path, files))
        if articles is None:
            raise SourcierError(f'{path}: no SQuAD JSON (a list under "data" with paragraphs or contexts): {ACCEPTED}')
        root, rows = articles
        for number, article in enumerate(rows):
            _read_article(article, number + 1, f"{path}, {root}[{number}]", path, gathering)
    return gathering.dataset()


def _parsed(path: Path, files: Files) -> Any:
    try:
        return parse(files.text(path))
    except Malformed as bad:
        raise SourcierError(f"{path}: {bad}: {ACCEPTED}") from None


def articles_of(value: Any) -> tuple[str, list[Any]] | None:
    """Where the articles of a JSON file stand, and they; None when it has no such thing."""
    root = ""
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        root, value = "data", value["data"]
    elif isinstance(value, dict) and ("paragraphs" in value or "qas" in value):
        value = [value]
    if not isinstance(value, list) or not value:
        return None
    known = any(isinstance(row, dict) and ("paragraphs" in row or "context" in row) for row in value)
    return (root, value) if known else None


def _read_article(article: Any, number: int, where: str, path: Path, gathering: Gathering) -> None:
    with gathering.files.record(where):
        if not isinstance(article, dict):
            raise Malformed("", "an article must be a JSON object")
        if "paragraphs" not in article:
            if "qas" in article:
                _read_paragraph(article, where, optional_text(article, *_TITLES), path, gathering)
            else:
                read_flat(article, number, where, path, gathering)
            return
        title = optional_text(article, *_TITLES)
        for place, paragraph in enumerate(objects(article["paragraphs"], "paragraphs")):
            _read_paragraph(paragraph, f"{where}.paragraphs[{place}]", title, path, gathering)


def _read_paragraph(paragraph: Any, where: str, title: str, path: Path, gathering: Gathering) -> None:
    with gathering.files.record(where):
        if not isinstance(paragraph, dict):
            raise Malformed("", "a paragraph must be a JSON object")
        questions = objects(paragraph[required(paragraph, "qas")], "qas")
        try:
            context = text_of(paragraph, "context")
        except Malformed as bad:
            raise Malformed("", f"{bad} ({len(questions)} questions lost with it)") from None
        document = gathering.context(context, title, path)
        for number, row in enumerate(questions):
            _read_question(row, f"{where}.qas[{number}]", context, document, gathering)


def read_flat(record: Record, number: int, where: str, path: Path | str, gathering: Gathering) -> None:
    """One question that carries its own context: what `datasets` yields for SQuAD-like data.

    `number` stands in for an id where there is none.
    """
    with gathering.files.record(where):
        context = text_of(record, "context")
        document = gathering.context(context, optional_text(record, *_TITLES), path)
        _read_question({"id": f"{gathering.name}-{number}", **record}, where, context, document, gathering)


def _read_question(row: Any, where: str, context: str, document: str, gathering: Gathering) -> None:
    with gathering.files.record(where):
        if not isinstance(row, dict):
            raise Malformed("", "a question must be a JSON object")
        answers, unanswerable = _answers(row, context)
        gathering.example(
            Example(
                id=identifier(row[required(row, "id")], "id"),
                question=text_of(row, "question").strip(),
                answers=answers,
                unanswerable=unanswerable,
                gold={document: 1},
                type=optional_text(row, "type", "question_type"),
            ),
            where,
        )


def _answers(row: Record, context: str) -> tuple[tuple[str, ...], bool]:
    """The gold answers, and whether there are none on purpose.

    As in the official SQuAD 2.0 script, an empty list without `is_impossible` says that there is no answer.
    """
    impossible = truth_of(row, "is_impossible")
    if impossible:
        return (), True  # `plausible_answers`, where there are any, are wrong ones
    name = required(row, "answers", "answer")
    answers = dict.fromkeys(_checked(*answer, context) for answer in located_answers(row[name], name))
    if not answers and impossible is False:
        raise Malformed(name, "is empty though is_impossible is false")
    return tuple(answers), not answers


def located_answers(value: Any, name: str) -> Iterator[tuple[str, int | None, str]]:
    """(text, offset or None, field) of each answer: a list of objects, or one object of parallel lists (`datasets`)."""
    if isinstance(value, dict):
        texts = objects(value.get("text"), f"{name}.text")
        key = present(value, *_STARTS)
        starts = objects(value[key], f"{name}.{key}") if key else [None] * len(texts)
        if len(starts) != len(texts):
            raise Malformed(f"{name}.{key}", f"has {len(starts)} entries for {len(texts)} texts")
        for number, (text, start) in enumerate(zip(texts, starts, strict=True)):
            yield (
                as_text(text, f"{name}.text[{number}]"),
                _offset(start, f"{name}.{key}[{number}]"),
                f"{name}.text[{number}]",
            )
        return
    for number, answer in enumerate(objects(value, name)):
        where = f"{name}[{number}]"
        if not isinstance(answer, dict):
            raise Malformed(where, f"must be an object with text and answer_start, not {shown(answer)}")
        if "text" not in answer:
            raise Malformed(f"{where}.text", "is missing")
        key = present(answer, *_STARTS)
        start = _offset(answer[key], f"{where}.{key}") if key else None
        yield as_text(answer["text"], f"{where}.text"), start, f"{where}.text"


def _offset(value: object, name: str) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise Malformed(name, f"must be a whole number, not {shown(value)}")
    return value


def _checked(answer: str, start: int | None, field: str, context: str) -> str:
    """The answer, which stands in its context. A wrong offset is forgiven: only the text is ever compared.

    Spaces may differ, which editors of such files change unawares; then the context's own writing is the answer.
    """
    if (start is not None and start >= 0 and context.startswith(answer, start)) or answer in context:
        return answer
    spaced = re.search(r"\s+".join(map(re.escape, answer.split())), context)
    if spaced is None:
        raise Malformed(field, f"is not in the context: {shown(answer)}")
    return spaced.group()
