"""SQuAD 1.1 and 2.0 files, and what goes wrong in them."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.evaluation.datasets import load
from rag.records import SourcierError

WriteJson = Callable[[str, Any], Path]

MILL = "Le moulin de Verzy fut bâti en 1818. Il moud encore du seigle chaque automne."
LOCK = "L'écluse de Condé compte deux portes, posées par Armand Lhoste."


def question(key: str, text: str, *answers: tuple[str, int], **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "question": text,
        "answers": [{"text": answer, "answer_start": start} for answer, start in answers],
        **more,
    }


def squad(*articles: tuple[str, list[tuple[str, list[dict[str, Any]]]]]) -> dict[str, Any]:
    return {
        "version": "v2.0",
        "data": [
            {"title": title, "paragraphs": [{"context": context, "qas": rows} for context, rows in paragraphs]}
            for title, paragraphs in articles
        ],
    }


BUILT = question("q1", "Quand le moulin fut-il bâti ?", ("1818", 31), ("en 1818", 28))
DOORS = question("q2", "Combien de portes a l'écluse ?", ("deux portes", 24))


def test_paragraphs_become_documents_and_questions_keep_their_order(write_json: WriteJson) -> None:
    path = write_json("moulins.json", squad(("Champagne", [(MILL, [BUILT]), (LOCK, [DOORS])])))
    dataset = load(str(path))
    assert dataset.name == "moulins"
    assert [(d.id, d.title, d.text) for d in dataset.documents] == [
        ("Champagne/1", "Champagne", MILL),
        ("Champagne/2", "Champagne", LOCK),
    ]
    first, second = dataset.examples
    assert (first.id, first.answers, first.gold) == ("q1", ("1818", "en 1818"), {"Champagne/1": 1})
    assert second.gold == {"Champagne/2": 1}
    assert dataset.skipped == ()
    assert dataset.paths == ()
    assert dataset.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_impossible_questions_have_no_answer_but_their_paragraph(write_json: WriteJson) -> None:
    impossible = question("q3", "Quand le moulin a-t-il brûlé ?", is_impossible=True)
    impossible["plausible_answers"] = [{"text": "1818", "answer_start": 31}]
    silent = question("q4", "Qui habite le moulin ?")
    path = write_json("s.json", squad(("Verzy", [(MILL, [impossible, silent, {**BUILT, "is_impossible": False}])])))
    first, second, third = load(str(path)).examples
    assert (first.unanswerable, first.answers, first.gold) == (True, (), {"Verzy/1": 1})
    assert (second.unanswerable, second.answers) == (True, ())
    assert (third.unanswerable, third.answers) == (False, ("1818", "en 1818"))


def test_the_same_paragraph_again_is_the_same_document(write_json: WriteJson) -> None:
    path = write_json("s.json", squad(("A", [(MILL, [BUILT])]), ("A", [(LOCK, [DOORS]), (MILL, [])])))
    dataset = load(str(path))
    assert [d.id for d in dataset.documents] == ["A/1", "A/2"]
    assert dataset.examples[1].gold == {"A/2": 1}


@pytest.mark.parametrize("start", [0, -4, 900, None])
def test_a_wrong_offset_is_forgiven_where_the_answer_is_elsewhere(write_json: WriteJson, start: int | None) -> None:
    row = question("q1", "Quand ?", ("1818", 0))
    row["answers"][0]["answer_start"] = start
    assert load(str(write_json("s.json", squad(("A", [(MILL, [row])]))))).examples[0].answers == ("1818",)


def test_other_spaces_in_an_answer_are_forgiven_and_read_as_the_context_has_them(write_json: WriteJson) -> None:
    context = "Le lac couvre 3\u202f300\u00a0hectares."
    path = write_json("s.json", squad(("A", [(context, [question("q", "Combien ?", ("3 300 hectares", 14))])])))
    assert load(str(path)).examples[0].answers == ("3\u202f300\u00a0hectares",)


BAD: list[tuple[str, str, Callable[[dict[str, Any]], Any]]] = [
    ("paragraphs[0].qas[1]", '"answers[0].text" is not in the context', lambda q: q.update(answers=[{"text": "1820", "answer_start": 1}])),
    ("paragraphs[0].qas[1]", '"answers[0].text" is missing', lambda q: q.update(answers=[{"answer_start": 1}])),
    ("paragraphs[0].qas[1]", '"answers[0].text" must be a text', lambda q: q.update(answers=[{"text": 1818}])),
    ("paragraphs[0].qas[1]", '"answers[0].answer_start" must be', lambda q: q.update(answers=[{"text": "1818", "answer_start": "31"}])),
    ("paragraphs[0].qas[1]", '"answers" is missing', lambda q: q.pop("answers")),
    ("paragraphs[0].qas[1]", '"answers" must be a list', lambda q: q.update(answers="1818")),
    ("paragraphs[0].qas[1]", '"answers" is empty though', lambda q: q.update(answers=[], is_impossible=False)),
    ("paragraphs[0].qas[1]", '"is_impossible" must be true or false', lambda q: q.update(is_impossible="non")),
    ("paragraphs[0].qas[1]", '"question" is empty', lambda q: q.update(question=" ")),
    ("paragraphs[0].qas[1]", '"question" is missing', lambda q: q.pop("question")),
    ("paragraphs[0].qas[1]", '"id" is missing', lambda q: q.pop("id")),
    ("paragraphs[0].qas[1]", '"id" must be', lambda q: q.update(id=["x"])),
    ("paragraphs[0].qas[1]", '"id" is used twice', lambda q: q.update(id="q1")),
]  # fmt: skip


@pytest.mark.parametrize(("place", "message", "spoil"), BAD, ids=[message for _, message, _ in BAD])
def test_a_malformed_question_is_named_or_skipped(
    write_json: WriteJson, place: str, message: str, spoil: Callable[[dict[str, Any]], Any]
) -> None:
    bad = question("bad", "Quand encore ?", ("1818", 31))
    spoil(bad)
    path = write_json("s.json", squad(("A", [(MILL, [BUILT, bad, {**DOORS, "answers": BUILT["answers"]}])])))
    with pytest.raises(SourcierError) as raised:
        load(str(path))
    line = str(raised.value)
    assert line.startswith(f"{path}, data[0].{place}: the field {message}")
    assert "\n" not in line
    assert line.count("--skip-bad") == 1
    dataset = load(str(path), skip_bad=True)
    assert [example.id for example in dataset.examples] == ["q1", "q2"]
    assert len(dataset.skipped) == 1
    assert message in dataset.skipped[0]


def test_a_paragraph_without_text_says_how_many_questions_go_with_it(write_json: WriteJson) -> None:
    value = squad(("A", [(MILL, [BUILT, DOORS]), (LOCK, [DOORS])]))
    del value["data"][0]["paragraphs"][0]["context"]
    path = write_json("s.json", value)
    with pytest.raises(
        SourcierError, match=r'data\[0\]\.paragraphs\[0\]: the field "context" is missing \(2 questions'
    ):
        load(str(path))
    assert [e.id for e in load(str(path), skip_bad=True).examples] == ["q2"]


def test_a_question_that_comes_twice_is_counted_once(write_json: WriteJson) -> None:
    path = write_json("s.json", squad(("A", [(MILL, [BUILT, BUILT])])))
    dataset = load(str(path))
    assert len(dataset.examples) == 1
    assert len(dataset.skipped) == 1
    assert "repeats" in dataset.skipped[0]


def test_a_folder_of_files_is_one_data_set(write_json: WriteJson, tmp_path: Path) -> None:
    write_json("fquad/b.json", squad(("B", [(LOCK, [DOORS])])))
    write_json("fquad/a.json", squad(("A", [(MILL, [BUILT])])))
    write_json("fquad/infos.json", {"license": "CC BY 4.0"})
    dataset = load(str(tmp_path / "fquad"))
    assert dataset.name == "fquad"
    assert [e.id for e in dataset.examples] == ["q1", "q2"]
    assert [d.id for d in dataset.documents] == ["A/1", "B/1"]


def test_one_record_a_question(write_json: WriteJson) -> None:
    rows = [
        {"article_title": "Verzy", "context": MILL, "question": "Quand ?", "answers": {"text": ["1818"], "answers_start": [31]}},
        {"article_title": "Verzy", "context": MILL, "question": "Où ?", "answers": {"text": [], "answer_start": []}},
    ]  # fmt: skip
    for value in (rows, {"data": rows}):
        first, second = load(str(write_json("plat.json", value))).examples
        assert (first.id, first.answers, first.gold) == ("plat-1", ("1818",), {"Verzy/1": 1})
        assert (second.id, second.unanswerable, second.gold) == ("plat-2", True, {"Verzy/1": 1})
    lines = "\n".join(json.dumps(row) for row in rows)
    path = write_json("plat.json", None)
    path.write_text(lines, "utf-8")
    assert [e.unanswerable for e in load(str(path)).examples] == [False, True]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(json.dumps(squad(("Été", [(MILL, [BUILT])])), ensure_ascii=False, indent=1).encode(encoding))
    dataset = load(str(path))
    assert dataset.documents[0].text == MILL
    assert dataset.documents[0].id == "Été/1"
    assert dataset.examples[0].question == "Quand le moulin fut-il bâti ?"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
        b"{",
        b"[]",
        b"{}",
        b"[1, 2]",
        b'{"data": []}',
        b'{"data": [{"title": "x"}]}',
        b"\x00\x01\x02\x03" * 99,
    ],
)
def test_what_is_no_data_set_gives_one_line_that_says_what_is_accepted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(content)
    with pytest.raises(SourcierError) as raised:
        load(str(path))
    assert str(raised.value).startswith(str(path))
    assert "SQuAD JSON" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_documents_beside_its_own_are_refused(write_json: WriteJson, tmp_path: Path) -> None:
    path = write_json("s.json", squad(("A", [(MILL, [BUILT])])))
    with pytest.raises(SourcierError, match="leave --corpus"):
        load(str(path), corpus=[str(tmp_path)])


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.strip)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_stretch_of_any_text_is_found_again(data: st.DataObject) -> None:
    articles = []
    expected: dict[str, tuple[str, str, str]] = {}
    for title in data.draw(st.lists(TEXTS, max_size=3)):
        paragraphs = []
        for context in data.draw(st.lists(TEXTS, max_size=3)):
            start = data.draw(st.integers(0, len(context) - 1))
            end = data.draw(st.integers(start + 1, len(context)))
            rows = []
            if context[start:end].strip():
                key, asked = f"q{len(expected)}", data.draw(TEXTS)
                expected[key] = asked.strip(), context[start:end], context
                rows.append(question(key, asked, (context[start:end], start)))
            paragraphs.append((context, rows))
        articles.append((title, paragraphs))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "s.json")
        path.write_text(json.dumps(squad(*articles)), "utf-8")
        if not expected:
            with pytest.raises(SourcierError):
                load(str(path))
            return
        dataset = load(str(path))
    texts = {document.id: document.text for document in dataset.documents}
    assert len(texts) == len(dataset.documents) == len(set(texts.values()))
    found = {e.id: (e.question, e.answers[0], texts[next(iter(e.gold))]) for e in dataset.examples}
    assert found == expected
