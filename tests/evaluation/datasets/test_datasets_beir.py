"""BEIR folders: splits, compression, and what goes wrong in them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.evaluation.datasets import load
from rag.records import SourcierError

WriteLines = Callable[..., Path]

HEADER = "query-id\tcorpus-id\tscore"


@pytest.fixture
def folder(write_lines: WriteLines) -> Path:
    """Three documents, four queries, two splits."""
    write_lines(
        "potager/corpus.jsonl",
        {"_id": "d1", "title": "Poireau", "text": "Le poireau se repique en juin.", "metadata": {}},
        {"_id": "d2", "title": "", "text": "La fève se sème en février."},
        {"_id": "d3", "title": "Courge", "text": ""},
    )
    write_lines(
        "potager/queries.jsonl",
        *({"_id": f"q{n}", "text": text} for n, text in enumerate(["poireau ?", "fève ?", "courge ?", "chou ?"], 1)),
    )
    write_lines("potager/qrels/test.tsv", HEADER, "q3\td3\t1", "q1\td1\t2", "q1\td2\t0", "q1\td3\t1")
    return write_lines("potager/qrels/dev.tsv", HEADER, "q2\td2\t1").parent.parent


def test_the_test_split_with_its_grades(folder: Path) -> None:
    dataset = load(str(folder))
    assert dataset.name == "potager"
    assert [(d.id, d.title, d.text) for d in dataset.documents] == [
        ("d1", "Poireau", "Le poireau se repique en juin."),
        ("d2", "", "La fève se sème en février."),
        ("d3", "Courge", "Courge"),
    ]
    assert [(e.id, e.question, dict(e.gold)) for e in dataset.examples] == [
        ("q1", "poireau ?", {"d1": 2, "d3": 1}),
        ("q3", "courge ?", {"d3": 1}),
    ]
    assert not any(e.answers or e.unanswerable for e in dataset.examples)
    read = b"".join((folder / name).read_bytes() for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"))
    assert dataset.digest == hashlib.sha256(read).hexdigest()


def test_another_split_by_its_file_or_where_it_is_all_there_is(folder: Path) -> None:
    named = load(str(folder / "qrels" / "dev.tsv"))
    assert (named.name, [e.id for e in named.examples]) == ("potager-dev", ["q2"])
    (folder / "qrels" / "test.tsv").unlink()
    assert load(str(folder)) == named


def test_compressed_files(folder: Path) -> None:
    plain = load(str(folder))
    for path in [p for p in folder.rglob("*") if p.is_file()]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    packed = load(str(folder))
    assert packed.examples == plain.examples
    assert [d.text for d in packed.documents] == [d.text for d in plain.documents]


def test_a_folder_without_judgements_says_which_file_it_needs(folder: Path) -> None:
    for path in (folder / "qrels").iterdir():
        path.unlink()
    with pytest.raises(SourcierError, match=r"needs qrels/test\.tsv"):
        load(str(folder))


@pytest.mark.parametrize(
    ("file", "row", "message"),
    [
        ("corpus.jsonl", {"_id": "d9"}, 'line 4: the field "text" is missing'),
        ("corpus.jsonl", {"text": "x"}, 'line 4: the field "_id" is missing'),
        ("corpus.jsonl", {"_id": "d1", "text": "autre"}, 'line 4: the field "id" is used for two texts: "d1"'),
        ("corpus.jsonl", "{", "line 4: malformed JSON"),
        ("queries.jsonl", {"_id": "q9", "text": ""}, 'line 5: the field "text" is empty'),
        ("queries.jsonl", {"_id": "q1", "text": "autre ?"}, 'line 5: the field "_id" is used twice'),
        ("qrels/test.tsv", "q1\td1", "line 6: three columns were expected"),
        ("qrels/test.tsv", "q1\td2\tbeaucoup", 'line 6: the field "score" must be a whole number, not "beaucoup"'),
        ("qrels/test.tsv", "q8\td1\t1", 'line 6: the field "query-id" names no query: "q8"'),
        ("qrels/test.tsv", "q1\td8\t1", 'line 6: the field "corpus-id" names no document: "d8"'),
    ],
)
def test_a_malformed_record_is_named_or_skipped(
    folder: Path, write_lines: WriteLines, file: str, row: object, message: str
) -> None:
    path = folder / file
    write_lines(f"potager/{file}", *path.read_text("utf-8").splitlines(), row)
    with pytest.raises(SourcierError) as raised:
        load(str(folder))
    assert str(raised.value).startswith(f"{path}, {message}")
    dataset = load(str(folder), skip_bad=True)
    assert [(e.id, dict(e.gold)) for e in dataset.examples] == [("q1", {"d1": 2, "d3": 1}), ("q3", {"d3": 1})]
    assert len(dataset.skipped) == 1


def test_what_nothing_can_be_measured_with_is_counted(folder: Path, write_lines: WriteLines) -> None:
    rows = (folder / "corpus.jsonl").read_text("utf-8").splitlines()
    write_lines("potager/corpus.jsonl", *rows, {"_id": "d4", "title": "", "text": " "})
    rows = (folder / "qrels" / "test.tsv").read_text("utf-8").splitlines()
    write_lines("potager/qrels/test.tsv", *rows, "q4\td4\t0", "q1\td4\t1")
    dataset = load(str(folder))
    assert [d.id for d in dataset.documents] == ["d1", "d2", "d3"]
    assert dataset.examples[0].gold == {"d1": 2, "d3": 1, "d4": 1}  # judged relevant, though no system can find it
    assert [line.rpartition("/")[2] for line in dataset.skipped] == [
        "corpus.jsonl, line 4: a document without text",
        "test.tsv",
    ]
    assert "no document is relevant" in dataset.skipped[1]
