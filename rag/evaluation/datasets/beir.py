"""BEIR folders: corpus.jsonl, queries.jsonl, qrels/<split>.tsv, each plain, .gz or .xz.

Format: Thakur et al. 2021, "BEIR", https://github.com/beir-cellar/beir.
"""

from __future__ import annotations

from pathlib import Path

from rag.evaluation.datasets.fields import (
    Malformed,
    Record,
    identifier,
    optional_text,
    parse_object,
    required,
    shown,
    text_of,
    whole,
)
from rag.evaluation.datasets.files import Files, either, plain_name
from rag.evaluation.datasets.gathering import Gathering
from rag.evaluation.records import Dataset, Example
from rag.records import Document, SourcierError

_SPLITS = ("test", "dev", "train")


def is_beir(folder: Path) -> bool:
    """Whether a folder has a BEIR corpus and queries."""
    return either(folder, "corpus.jsonl") is not None and either(folder, "queries.jsonl") is not None


def read(folder: Path, files: Files, *, judgements: Path | None = None) -> Dataset:
    """The queries that `judgements` judges: a file of qrels/; without it the split test, else dev, else train.

    Raises SourcierError when a part is missing, and for a malformed record unless `files.skip_bad`.
    """
    corpus, queries = either(folder, "corpus.jsonl"), either(folder, "queries.jsonl")
    assert corpus
    assert queries
    judgements = judgements or _split(folder)
    name = folder.resolve().name
    gathering = Gathering(
        name if judgements.name.startswith("test.") else f"{name}-{plain_name(judgements)[:-4]}", files
    )
    empty = _read_corpus(corpus, gathering)
    asked: dict[str, tuple[str, str]] = {}  # id -> question, where
    for number, line in files.lines(queries):
        where = f"{queries}, line {number}"
        with files.record(where):
            row = parse_object(line)
            query = _id(row)
            question = text_of(row, "text").strip()
            if asked.setdefault(query, (question, where))[0] != question:
                raise Malformed("_id", f"is used twice: {shown(query)}, first at {asked[query][1]}")
    grades = _read_judgements(judgements, asked, empty, gathering)
    for query, (question, where) in asked.items():
        if query not in grades:
            continue  # of another split
        if gold := {document: grade for document, grade in grades[query].items() if grade > 0}:
            gathering.example(Example(query, question, gold=gold), where)
        else:
            files.leave_out(f"{where}: no document is relevant to it in {judgements}")
    return gathering.dataset()


def _split(folder: Path) -> Path:
    for split in _SPLITS:
        if path := either(folder / "qrels", f"{split}.tsv"):
            return path
    raise SourcierError(
        f"{folder}: a BEIR folder needs qrels/test.tsv (or dev.tsv, train.tsv) beside corpus and queries."
    )


def _id(row: Record) -> str:
    name = required(row, "_id", "id")
    return identifier(row[name], name)


def _read_corpus(path: Path, gathering: Gathering) -> set[str]:
    """Take in the documents; the ids of those without any text, which no system can find, are returned."""
    empty: set[str] = set()
    for number, line in gathering.files.lines(path):
        where = f"{path}, line {number}"
        with gathering.files.record(where):
            row = parse_object(line)
            document, title = _id(row), optional_text(row, "title").strip()
            text = text_of(row, "text", blank=True)
            if text.strip() or title:
                gathering.document(Document(document, text if text.strip() else title, title, str(path)))
            else:
                empty.add(document)
                gathering.files.leave_out(f"{where}: a document without text")
    return empty


def _read_judgements(
    path: Path, asked: dict[str, tuple[str, str]], empty: set[str], gathering: Gathering
) -> dict[str, dict[str, int]]:
    """query -> document -> grade. A header line is passed over; TREC's four columns will do as well."""
    grades: dict[str, dict[str, int]] = {}
    for number, line in gathering.files.lines(path):
        cells = line.rstrip().split("\t") if "\t" in line else line.split()
        if number == 1 and not cells[-1].strip().lstrip("-").replace(".", "", 1).isdigit():
            continue
        with gathering.files.record(f"{path}, line {number}"):
            if len(cells) == 4:
                del cells[1]
            if len(cells) != 3:
                raise Malformed("", f"three columns were expected (query-id, corpus-id, score), not {len(cells)}")
            query, document = cells[0].strip(), cells[1].strip()
            if query not in asked:
                raise Malformed("query-id", f"names no query: {shown(query)}")
            if document not in gathering.documents and document not in empty:
                raise Malformed("corpus-id", f"names no document: {shown(document)}")
            grades.setdefault(query, {})[document] = whole(cells[2].strip(), "score")
    return grades
