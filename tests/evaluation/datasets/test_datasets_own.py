"""Our own JSON Lines: documents named, carried along or given as a corpus; conversations; feedback of the chat."""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.documents import find, read
from rag.evaluation.datasets import load
from rag.records import SourcierError, Turn

WriteLines = Callable[..., Path]

ASKED = {"id": "a1", "question": "Qui tient la forge ?", "answers": ["Élise Roux"], "document": "forge.md"}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    (folder / "nord").mkdir(parents=True)
    (folder / "forge.md").write_text("# La forge\n\nÉlise Roux tient la forge depuis 2009.\n", "utf-8")
    (folder / "nord" / "tuilerie.txt").write_text("La tuilerie emploie douze ouvriers.\n", "utf-8")
    return folder


def test_every_field(write_lines: WriteLines, corpus: Path) -> None:
    path = write_lines(
        "questions.jsonl",
        {
            "id": 7,
            "kind": "answerable",
            "type": "who",
            "question": " Qui tient la forge ? ",
            "answers": ["Élise Roux", "Roux", "Roux"],
            "document": ["forge.md", "nord/tuilerie.txt"],
            "quote": ["Élise Roux tient la forge depuis 2009."],
            "history": [{"role": "user", "content": "Parle-moi du village."}, "Et sa forge ?"],
            "unknown": 1,
        },
        {"question": "Qui l'a vendue ?", "kind": "unanswerable", "answers": [], "evidence": ""},
        {"question": "Combien d'ouvriers ?", "answer": "douze", "document": "tuilerie.txt", "unanswerable": False},
        {"question": "Où lire sur la forge ?", "document": {"forge.md": 2, "tuilerie.txt": 0}},
    )
    dataset = load(str(path), corpus=[str(corpus)])
    first, second, third, fourth = dataset.examples
    assert (first.id, first.type, first.question) == ("7", "who", "Qui tient la forge ?")
    assert first.answers == ("Élise Roux", "Roux")
    assert first.gold == {"forge.md": 1, "nord/tuilerie.txt": 1}
    assert first.quotes == ("Élise Roux tient la forge depuis 2009.",)
    assert first.history == (Turn("user", "Parle-moi du village."), Turn("user", "Et sa forge ?"))
    assert (second.id, second.unanswerable, second.answers, second.gold) == ("questions-2", True, (), {})
    assert (third.answers, third.gold) == (("douze",), {"nord/tuilerie.txt": 1})
    assert (fourth.answers, fourth.unanswerable, fourth.gold) == ((), False, {"forge.md": 2})
    assert dataset.paths == (str(corpus),)
    assert dataset.documents == ()


def test_gold_names_are_the_ids_that_the_product_gives(write_lines: WriteLines, corpus: Path) -> None:
    path = write_lines("q.jsonl", {"question": "Combien ?", "answers": ["douze"], "document": "tuilerie.txt"})
    gold = load(str(path), corpus=[str(corpus)]).examples[0].gold
    ids = {document.id for location in find([str(corpus)]) for document in read(location)}
    assert set(gold) <= ids


def test_the_digest_stands_for_questions_and_articles(write_lines: WriteLines, corpus: Path) -> None:
    path = write_lines("q.jsonl", ASKED)
    assert load(str(path)).digest == hashlib.sha256(path.read_bytes()).hexdigest()
    before = load(str(path), corpus=[str(corpus)])
    assert load(str(path), corpus=[str(corpus)]) == before
    (corpus / "nord" / "tuilerie.txt").write_text("La tuilerie emploie treize ouvriers.\n", "utf-8")
    assert load(str(path), corpus=[str(corpus)]).digest != before.digest


def test_questions_that_carry_their_context(write_lines: WriteLines) -> None:
    context = "Le pont de Vaux date de 1772."
    path = write_lines(
        "q.jsonl",
        {"id": "1", "question": "De quand date-t-il ?", "answers": ["1772"], "context": context, "title": "Vaux"},
        {"id": "2", "question": "Qui l'a bâti ?", "unanswerable": True, "context": context, "title": "Vaux"},
        {"id": "3", "question": "Où ?", "answers": ["Brou"], "article": "brou", "context": "À Brou."},
    )
    dataset = load(str(path))
    assert [(d.id, d.title, d.text) for d in dataset.documents] == [
        ("Vaux/1", "Vaux", context),
        ("brou", "", "À Brou."),
    ]
    assert [e.gold for e in dataset.examples] == [{"Vaux/1": 1}, {"Vaux/1": 1}, {"brou": 1}]


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.xz", "jsonl.gz", "tsv"])
def test_a_corpus_of_records(write_lines: WriteLines, tmp_path: Path, suffix: str) -> None:
    rows = [{"id": str(n), "title": f"Titre {n}", "text": f"Texte numéro {n}."} for n in range(50)]
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if suffix == "tsv":
        content = "".join("\t".join(row.values()) + "\n" for row in rows)
    pack = {"jsonl.xz": lzma.compress, "jsonl.gz": gzip.compress}.get(suffix, bytes)
    documents = tmp_path / f"news.{suffix}"
    documents.write_bytes(pack(content.encode()))
    path = write_lines("q.jsonl", {"question": "Lequel ?", "answers": ["17"], "article": 17})
    dataset = load(str(path), corpus=[str(documents)])
    assert [(d.id, d.title, d.text) for d in dataset.documents] == [tuple(row.values()) for row in rows]
    assert dataset.examples[0].gold == {"17": 1}
    assert dataset.digest == hashlib.sha256(documents.read_bytes() + path.read_bytes()).hexdigest()
    bad = write_lines("bad.jsonl", {"question": "Lequel ?", "answers": ["17"], "article": "99"})
    with pytest.raises(SourcierError, match='line 1: the field "document" names no document of the corpus: "99"'):
        load(str(bad), corpus=[str(documents)])


def test_a_malformed_document_of_the_corpus_is_named(write_lines: WriteLines) -> None:
    documents = write_lines(
        "d.jsonl", {"id": "a", "text": "Un."}, {"id": "b"}, {"text": "Deux."}, {"id": "a", "text": "Trois."}
    )
    path = write_lines("q.jsonl", {"question": "Quoi ?", "answers": ["Un"], "document": "a"})
    with pytest.raises(SourcierError, match=r"d\.jsonl, line 2: no field with a text"):
        load(str(path), corpus=[str(documents)])
    dataset = load(str(path), corpus=[str(documents)], skip_bad=True)
    assert [d.id for d in dataset.documents] == ["a"]
    assert [line.split(": ")[0].rpartition(" ")[2] for line in dataset.skipped] == ["2", "3", "4"]


def test_turns_of_a_conversation_know_what_was_said_before(write_lines: WriteLines) -> None:
    path = write_lines(
        "q.jsonl",
        {"id": "1", "conversation": "c", "question": "Qui tient la forge ?", "answers": ["Élise Roux", "Roux"]},
        {"id": "x", "conversation": "d", "question": "Et l'école ?", "unanswerable": True},
        {"id": "2", "conversation": "c", "question": "Depuis quand ?", "answers": ["2009"]},
        {"id": "3", "conversation": "c", "question": "Seule question ?", "answers": ["oui"], "history": []},
    )
    first, other, second, third = load(str(path)).examples
    assert [e.conversation for e in (first, other, second, third)] == ["c", "d", "c", "c"]
    assert first.history == other.history == third.history == ()
    assert second.history == (Turn("user", "Qui tient la forge ?"), Turn("assistant", "Élise Roux"))


def test_frequent_questions_find_their_answer(write_lines: WriteLines) -> None:
    path = write_lines(
        "faq.jsonl",
        {"id": "velo", "questions": ["Où garer mon vélo ?", "Un abri à vélos ?"], "answer": "Sous la halle."},
    )
    dataset = load(str(path))
    assert [(d.id, d.text) for d in dataset.documents] == [("velo", "Sous la halle.")]
    assert [(e.id, e.gold, e.answers) for e in dataset.examples] == [
        ("velo/1", {"velo": 1}, ()),
        ("velo/2", {"velo": 1}, ()),
    ]


def test_feedback_of_the_chat(write_lines: WriteLines) -> None:
    down = {
        "id": "feedback-1", "source": "feedback", "verdict": "down", "reason": "wrong", "created": "2025-03-17T09:30:00Z",
        "question": "Qui tient la forge ?", "history": [], "given_answer": "La mairie tient la forge [1].", "answers": [],
    }  # fmt: skip
    path = write_lines(
        "feedback.jsonl",
        down,
        {**down, "id": "feedback-2", "answers": ["Élise Roux"], "document": "forge.md"},
        {**down, "id": "feedback-3", "unanswerable": True, "reason": "should_refuse"},
        {**down, "id": "feedback-4", "document": ["forge.md"]},
    )
    dataset = load(str(path))
    assert [(e.id, e.answers, e.unanswerable, dict(e.gold)) for e in dataset.examples] == [
        ("feedback-2", ("Élise Roux",), False, {"forge.md": 1}),
        ("feedback-3", (), True, {}),
    ]
    assert dataset.skipped == (
        f"{path}, line 1: feedback without a right answer",
        f"{path}, line 4: feedback without a right answer",
    )


def test_nothing_but_unanswered_feedback_is_said(write_lines: WriteLines) -> None:
    path = write_lines("f.jsonl", {"question": "Quoi ?", "verdict": "down"})
    with pytest.raises(
        SourcierError, match=r"no question to ask \(1 left out, first: .*feedback without a right answer"
    ):
        load(str(path))


BAD: list[tuple[Any, str]] = [
    ({"answers": ["x"], "question": ""}, 'the field "question" is empty'),
    ({"answers": ["x"], "question": 3}, 'the field "question" must be a text, not a number'),
    ({"answers": ["x"]}, 'the field "question" is missing'),
    ({"question": "Q ?"}, 'the field "answers" is missing or empty'),
    ({"question": "Q ?", "answers": []}, 'the field "answers" is missing or empty'),
    ({"question": "Q ?", "answers": [2]}, 'the field "answers" must be a text'),
    ({"question": "Q ?", "answers": ["a", " "]}, 'the field "answers[1]" is empty'),
    ({"question": "Q ?", "answers": ["a"], "unanswerable": True}, 'the field "answers" must be empty'),
    ({"question": "Q ?", "answers": ["a"], "unanswerable": "oui"}, 'the field "unanswerable" must be true or false'),
    ({"question": "Q ?", "answers": ["a"], "document": [["x"]]}, 'the field "document" must be'),
    ({"question": "Q ?", "answers": ["a"], "document": {"x": "2"}}, 'the field "document.x" must be a whole number'),
    ({"question": "Q ?", "answers": ["a"], "quote": 4}, 'the field "quote" must be a text'),
    ({"question": "Q ?", "answers": ["a"], "history": "Q"}, 'the field "history"'),
    ({"question": "Q ?", "answers": ["a"], "history": [{"role": "x", "content": "y"}]}, 'the field "history", turn 1'),
    ({"question": "Q ?", "answers": ["a"], "context": " "}, 'the field "context" is empty'),
    ({"question": "Q ?", "answers": ["a"], "id": "good"}, 'the field "id" is used twice'),
    ({"question": "Q ?", "answers": ["a"], "id": True}, 'the field "id" must be'),
    ({"questions": [], "answer": "a"}, 'the field "questions" is empty'),
    ({"questions": ["Q ?"]}, 'the field "answer" is missing'),
    ([1], "a JSON object was expected, not a list"),
    ('{"question": "Q ?", ', "malformed JSON"),
    ("[" * 100_000, "malformed JSON"),
]


@pytest.mark.parametrize(("row", "message"), BAD, ids=[message + str(n) for n, (_, message) in enumerate(BAD)])
def test_a_malformed_line_is_named_or_skipped(write_lines: WriteLines, row: Any, message: str) -> None:
    good = {"id": "good", "question": "Quoi ?", "answers": ["rien"]}
    path = write_lines("q.jsonl", good, "", row, {**good, "id": "last"})
    with pytest.raises(SourcierError) as raised:
        load(str(path))
    line = str(raised.value)
    assert line.startswith(f"{path}, line 3: {message}")
    assert "\n" not in line
    assert line.count("--skip-bad") == 1
    dataset = load(str(path), skip_bad=True)
    assert [e.id for e in dataset.examples] == ["good", "last"]
    assert len(dataset.skipped) == 1


def test_bytes_of_every_kind(tmp_path: Path) -> None:
    line = json.dumps({"question": "Où est né l'âne ?", "answers": ["à Égly"]}, ensure_ascii=False) + "\n"
    path = tmp_path / "q.jsonl"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"):
        path.write_bytes(line.encode(encoding))
        assert load(str(path)).examples[0].answers == ("à Égly",), encoding
    path.write_bytes(b"\xfd7zXZ\x00" + b"no such stream")
    with pytest.raises(SourcierError, match="damaged compressed file"):
        load(str(path))


def test_names_that_lead_nowhere(tmp_path: Path, write_lines: WriteLines) -> None:
    path = write_lines("q.jsonl", ASKED)
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.md").write_text("Rien.", "utf-8")
    for argument in ("missing.jsonl", "missing/", "empty", "other", "other/notes.md"):
        with pytest.raises(SourcierError, match="JSON Lines with a question each"):
            load(str(tmp_path / argument))
    for argument in ("", "x" * 5000):
        with pytest.raises(SourcierError, match="JSON Lines with a question each"):
            load(argument)
    with pytest.raises(SourcierError, match="no such file or folder"):
        load(str(path), corpus=[str(tmp_path / "missing")])
    documents = write_lines("d.jsonl", {"id": "a", "text": "Un."})
    with pytest.raises(SourcierError, match="documents, but no field"):
        load(str(documents))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "role", "content", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = ["id", "question", "questions", "answers", "answer", "document", "quote", "history", "context", "title", "kind",
         "unanswerable", "conversation", "type", "verdict", "source", "is_impossible"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8), min_size=1, max_size=4))
def test_no_record_whatsoever_gives_a_traceback(rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "q.jsonl")
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        for skip_bad in (False, True):
            try:
                dataset = load(str(path), skip_bad=skip_bad)
            except SourcierError as error:
                assert len(str(error).splitlines()) == 1  # noqa: PT017
            else:
                asked = dataset.examples
                assert all(e.question.strip() and not (e.unanswerable and e.answers) for e in asked)
                assert len({e.id for e in asked}) == len(asked)
                json.dumps([e.question for e in asked]).encode()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["x.jsonl", "x.json", "x.txt", "x.tsv", "x.jsonl.gz"]))
def test_no_bytes_whatsoever_give_a_traceback(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        with pytest.raises(SourcierError):
            load(str(path))
        with pytest.raises(SourcierError):
            load(folder)
