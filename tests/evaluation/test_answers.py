"""Another system's answers and rankings, measured from the files that it wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from fquad_files import write_fquad


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """fquad2.json, and in `ours` a run over it."""
    folder = tmp_path_factory.mktemp("answers")
    write_fquad(folder / "fquad2.json", unanswerable=True)
    run("bench", "fquad2.json", "--out", "ours", cwd=folder)
    return folder


def summary(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "summary.json").read_text("utf-8")))


def test_our_own_exports_give_the_same_figures(folder: Path) -> None:
    files = "answers:file=ours/predictions.json,na_prob=ours/na_prob.json,run=ours/run.trec"
    run("bench", "fquad2.json", "--system", files, "--out", "again", cwd=folder)
    ours, again = summary(folder / "ours")["metrics"], summary(folder / "again")["metrics"]
    same = {name for name in ours if name in again and again[name] == pytest.approx(ours[name])}
    assert same >= {"f1", "exact_match", "has_ans_f1", "no_ans", "best_f1", "refused", "mrr@10", "ndcg@10", "map"}
    assert summary(folder / "again")["cost"]["index_mib"] == 0
    run("compare", "ours", "again", "--fail-if-worse", "f1:0", "--fail-if-worse", "mrr@10:0", cwd=folder)


def test_a_ranking_alone_is_enough_for_retrieval(folder: Path) -> None:
    run("bench", "fquad2.json", "--mode", "retrieval", "--out", "ranked", cwd=folder)
    system = "answers:run=ranked/run.trec"
    run("bench", "fquad2.json", "--mode", "retrieval", "--system", system, "--out", "ranked-again", cwd=folder)
    assert summary(folder / "ranked-again")["metrics"] == summary(folder / "ranked")["metrics"]


def test_an_empty_answer_is_a_refusal(folder: Path) -> None:
    answers = json.loads((folder / "ours" / "predictions.json").read_text("utf-8"))
    (folder / "none.json").write_text(json.dumps(dict.fromkeys(answers, "")), "utf-8")
    run("bench", "fquad2.json", "--system", "answers:file=none.json", "--out", "none", cwd=folder)
    metrics = summary(folder / "none")["metrics"]
    assert (metrics["refused"]["value"], metrics["no_ans"]["value"], metrics["has_ans_f1"]["value"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("file", "{}", "nothing on 24 of 24 questions of fquad2, the first is '0-0'"),
        ("file", '["Brest"]', "an object"),
        ("file", "Brest", "not valid JSON"),
        ("file", '{"0-0": 3}', "question '0-0': the answer is not a text"),
        ("na_prob", '{"0-0": 1.5}', "from 0 to 1"),
        ("run", "0-0 Q0 brest 1 0.5 x\n0-0 Q0 brest", "line 2: expected six columns"),
        ("run", "0-0 Q0 brest 1 nan x", "line 1: the score nan"),
    ],
)
def test_wrong_files_say_what_is_wrong(option: str, content: str, said: str, folder: Path) -> None:
    (folder / "wrong").write_text(content, "utf-8")
    system = "answers:file=ours/predictions.json," * (option != "file") + f"{option}=wrong"
    system = system if system.startswith("answers:") else f"answers:{system}"
    done = run("bench", "fquad2.json", "--system", system, "--out", "bad", cwd=folder, code=1)
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_files_must_be_named(folder: Path) -> None:
    assert "answers:file=" in run("bench", "fquad2.json", "--system", "answers", cwd=folder, code=1).stderr
    done = run("bench", "fquad2.json", "--system", "answers:file=missing.json", cwd=folder, code=1)
    assert "missing.json cannot be read" in done.stderr
