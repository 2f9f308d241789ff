"""docs/datasets.md: every example in it is read, by the command under it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.evaluation.datasets import load

DOCUMENTATION = (Path(__file__).parents[3] / "docs" / "datasets.md").read_text("utf-8")
EXAMPLE = re.compile(r"`([\w./-]+)`[^`\n]*:\n\n```\w*\n(.*?)```\n", re.DOTALL)
COMMAND = re.compile(r"^    sourcier bench ([a-z./]+)(?: --corpus (\S+))?", re.MULTILINE)
EXPECTED = {  # questions, answered, unanswerable, left out
    "verzy.json": (2, 1, 1, 0),
    "potager": (1, 0, 0, 0),
    "ouest": (1, 0, 0, 0),
    "questions.jsonl": (3, 2, 1, 0),
    "faq.jsonl": (2, 0, 0, 0),
    "feedback.jsonl": (2, 1, 1, 1),
}


def test_every_command_is_known() -> None:
    assert [command[0] for command in COMMAND.findall(DOCUMENTATION)] == list(EXPECTED)


@pytest.mark.parametrize(("dataset", "corpus"), COMMAND.findall(DOCUMENTATION))
def test_the_example_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dataset: str, corpus: str) -> None:
    for name, content in EXAMPLE.findall(DOCUMENTATION):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    monkeypatch.chdir(tmp_path)
    read = load(dataset, corpus=[corpus] if corpus else [])
    answered = sum(bool(example.answers) for example in read.examples)
    unanswerable = sum(example.unanswerable for example in read.examples)
    assert (len(read.examples), answered, unanswerable, len(read.skipped)) == EXPECTED[dataset]
    if read.documents:
        assert {gold for e in read.examples for gold in e.gold} <= {document.id for document in read.documents}
