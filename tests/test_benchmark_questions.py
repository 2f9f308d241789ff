"""The hand-written questions: well-formed, of every kind, and every answer and quote verbatim in its article."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rag.french import fold

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
FILES = [ROOT / "benchmarks" / "questions" / name for name in ("seeds.jsonl", "corpus.jsonl")]
FACTS = {"who", "when", "howmany", "where", "what", "quote"}
TYPES = FACTS | {"why", "how", "list", "yesno", "compare", "keywords", "typo", "metadata"}


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


ROWS = read(FILES[1])
ANSWERED = [row for row in ROWS if row["kind"] != "unanswerable"]
UNANSWERABLE = [row for row in ROWS if row["kind"] == "unanswerable"]


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def squeezed(text: str) -> str:
    return " ".join(fold(text).split())


def name(row: dict[str, Any]) -> str:
    return str(row["id"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rows_are_well_formed(path: Path) -> None:
    for row in read(path):
        assert row.keys() <= {
            *("id", "kind", "type", "question", "answers", "document", "quote"),
            *("history", "unanswerable", "distance"),
        }, row["id"]
        assert row["kind"] in {"answerable", "unanswerable", "followup"}, row["id"]
        assert row["type"] in TYPES, row["id"]
        assert row["question"], row["id"]
        assert row["question"] == row["question"].strip(), row["id"]
        refused = row["kind"] == "unanswerable"
        assert refused == row.get("unanswerable", False) == (not row["answers"]), row["id"]
        assert refused == (row.get("distance") in {"near", "far"}) == ("document" not in row), row["id"]


def test_ids_and_questions_are_unique_over_both_files() -> None:
    rows = [row for path in FILES for row in read(path)]
    ids = Counter(row["id"] for row in rows)
    questions = Counter(
        (squeezed(row["question"]).strip(" ?.!"), *(squeezed(turn["content"]) for turn in row["history"]))
        for row in rows
    )
    assert [key for key, count in (ids + questions).items() if count > 1] == []


def test_the_mix_is_kept() -> None:
    kinds = Counter(row["kind"] for row in ROWS)
    distances = Counter(row["distance"] for row in UNANSWERABLE)
    types = Counter("fact" if row["type"] in FACTS else row["type"] for row in ANSWERED if row["kind"] == "answerable")
    assert len(ROWS) >= 150
    assert kinds["unanswerable"] >= 40
    assert 2 * distances["near"] >= kinds["unanswerable"]
    assert distances["far"] >= 15
    assert kinds["followup"] >= 15
    assert types["why"] + types["how"] >= 20
    least = {"fact": 60, "list": 15, "compare": 8, "keywords": 12, "typo": 10, "metadata": 5, "yesno": 5}
    assert {key: types[key] for key in least if types[key] < least[key]} == {}


def test_every_article_is_asked_about() -> None:
    asked = {document for row in ANSWERED for document in listed(row["document"])}
    assert asked == {path.name for path in CORPUS.glob("*.md")}


@pytest.mark.parametrize("row", ANSWERED, ids=name)
def test_answers_and_quotes_are_verbatim(row: dict[str, Any]) -> None:
    texts = [(CORPUS / document).read_text("utf-8") for document in listed(row["document"])]
    answers, quotes = row["answers"], listed(row["quote"])
    assert answers == sorted(set(answers), key=lambda answer: (len(answer), answers.index(answer)))
    for answer in answers:
        assert len(answer.split()) < 10, answer
        assert any(answer in text for text in texts), answer
    assert len(quotes) == len(texts) == len(set(listed(row["document"])))
    for quote, text in zip(quotes, texts, strict=True):
        assert quote in text, quote
        assert any(answer in quote for answer in answers), quote


@pytest.mark.parametrize("row", ANSWERED, ids=name)
def test_the_question_does_not_give_the_answer_away(row: dict[str, Any]) -> None:
    asked = f" {squeezed(row['question'])} "
    assert [answer for answer in row["answers"] if squeezed(answer) in asked] == []


def test_comparisons_need_two_articles() -> None:
    compared = [row for row in ROWS if row["type"] == "compare"]
    assert [row["id"] for row in compared if len(listed(row["document"])) != 2] == []


def test_follow_ups_follow_a_conversation() -> None:
    assert [row["id"] for row in ROWS if row["kind"] == "followup" and not row["history"]] == []
    for row in ROWS:
        roles = [turn["role"] for turn in row["history"]]
        assert roles == ["user", "assistant"] * (len(roles) // 2), row["id"]
        assert all(turn["content"].strip() and turn.keys() == {"role", "content"} for turn in row["history"]), row["id"]
