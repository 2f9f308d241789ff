"""`sourcier bench` and `sourcier compare`, run as their users run them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from fquad_files import write_fquad

from rag.evaluation.datasets import load

ROOT = Path(__file__).parent.parent.parent
SOURCIER = str(Path(sys.executable).parent / "sourcier")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with fquad.json and fquad2.json, and in `runs` what two systems made of the second."""
    folder = tmp_path_factory.mktemp("data")
    write_fquad(folder / "fquad.json")
    write_fquad(folder / "fquad2.json", unanswerable=True)
    run("bench", "fquad2.json", "--system", "default", "--system", "lead", "--out", "runs", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def several(data: Path) -> Path:
    return data / "runs" / "fquad2"


def test_one_run_is_written_to_the_folder_itself(data: Path, tmp_path: Path) -> None:
    done = run("bench", data / "fquad.json", "--out", tmp_path, "--json")
    summary = json.loads(done.stdout)
    assert summary == json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary["dataset"]["name"] == "fquad"
    assert done.stderr == ""
    assert {file.name for file in tmp_path.iterdir()} == {
        ".work", "summary.json", "predictions.jsonl", "predictions.json", "na_prob.json", "run.trec", "qrels.trec",
        "report.html",
    }  # fmt: skip


def test_several_runs_have_a_folder_each_and_one_report(data: Path) -> None:
    overview = json.loads((data / "runs" / "summary.json").read_text("utf-8"))
    assert [one["folder"] for one in overview["runs"]] == ["fquad2/default", "fquad2/lead"]
    for one in overview["runs"]:
        folder = data / "runs" / one.pop("folder")
        assert json.loads((folder / "summary.json").read_text("utf-8")) == one
        assert (folder / "report.html").stat().st_size > 10_000
        assert one["system"]["name"] in (data / "runs" / "report.html").read_text("utf-8")
    assert len(list((data / "runs" / ".work").glob("index-*"))) == 1


def test_data_sets_and_systems_are_crossed_and_told_in_tables(data: Path, tmp_path: Path) -> None:
    done = run(
        "bench", data / "fquad.json", data / "fquad2.json", "--mode", "retrieval",
        "--system", "bm25", "--system", "dense:top_k=20", "--out", tmp_path,
    )  # fmt: skip
    for dataset in ("fquad", "fquad2"):
        for folder in ("bm25", "dense_top_k=20"):
            assert (tmp_path / dataset / folder / "summary.json").exists()
    assert "fquad, retrieval: 18 questions over 6 documents" in done.stdout
    assert "fquad2, retrieval: 24 questions over 6 documents" in done.stdout
    value = json.loads((tmp_path / "fquad" / "bm25" / "summary.json").read_text("utf-8"))["metrics"]["mrr@10"]
    line = next(line for line in done.stdout.splitlines() if line.startswith("MRR@10"))
    assert f"{value['value']:.3f} [{value['low']:.3f} – {value['high']:.3f}]" in line


def test_questions_over_files_that_the_product_reads(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "brest.txt").write_text("Le port de Brest a été fondé en 1631 par Richelieu.", "utf-8")
    question = {"question": "Qui a fondé le port de Brest ?", "answers": ["Richelieu"], "document": "brest.txt"}
    (tmp_path / "mine.jsonl").write_text(json.dumps(question), "utf-8")
    done = run("bench", "mine.jsonl", "--corpus", "articles", "--out", "out", "--json", cwd=tmp_path)
    summary = json.loads(done.stdout)
    assert summary["metrics"]["hit@1"]["value"] == 1
    assert summary["metrics"]["answer_in_quote"]["value"] == 1


def test_limit_asks_the_first_questions(data: Path, tmp_path: Path) -> None:
    summary = json.loads(run("bench", data / "fquad.json", "--limit", 4, "--out", tmp_path, "--json").stdout)
    assert summary["dataset"]["questions"] == 4


def test_bad_records_are_named_or_skipped_and_counted(data: Path, tmp_path: Path) -> None:
    content = json.loads((data / "fquad.json").read_text("utf-8"))
    del content["data"][1]["paragraphs"][0]["qas"][0]["question"]
    (tmp_path / "bad.json").write_text(json.dumps(content), "utf-8")
    refused = run("bench", tmp_path / "bad.json", "--out", tmp_path / "out", code=1)
    assert "bad.json" in refused.stderr
    assert "question" in refused.stderr
    done = run("bench", tmp_path / "bad.json", "--skip-bad", "--out", tmp_path / "out", "--json")
    summary = json.loads(done.stdout)
    assert (summary["dataset"]["questions"], summary["dataset"]["skipped"]) == (17, 1)
    assert done.stderr.startswith("skipped: ")


def test_ctrl_c_says_how_to_go_on_and_the_same_command_does(data: Path, tmp_path: Path) -> None:
    questions: list[dict[str, Any]] = []
    content = json.loads((data / "fquad.json").read_text("utf-8"))
    for number in range(25):  # long enough to be interrupted in the middle
        for article in content["data"]:
            questions += [{**one, "id": f"{number}-{one['id']}"} for one in article["paragraphs"][0]["qas"][:1]]
    for article in content["data"]:
        article["paragraphs"][0]["qas"] = [
            question
            for question in questions
            if question["id"].split("-", 1)[1] == article["paragraphs"][0]["qas"][0]["id"]
        ]
    (tmp_path / "long.json").write_text(json.dumps(content), "utf-8")
    command = [SOURCIER, "bench", "long.json", "--out", "out", "--system", "lead", "--system", "default"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    partial = tmp_path / "out" / "long" / "default" / "predictions.partial.jsonl"
    while process.poll() is None and not (partial.exists() and partial.read_bytes().count(b"\n") > 3):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=60)
    assert (process.returncode, printed) == (130, "")
    assert "same command goes on" in said
    kept = partial.read_bytes().count(b"\n") - 1
    again = run(*command[1:], "--json", cwd=tmp_path)
    assert f"going on at question {kept + 1} of 150" in again.stderr
    assert "lead: all 150 questions were asked" in again.stderr
    assert [one["dataset"]["questions"] for one in json.loads(again.stdout)["runs"]] == [150, 150]
    assert not partial.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--mode", "closed"], 2, "--mode is one of retrieval, reading, open, conversation"),
        (["--normalisation", "german"], 2, "french or english"),
        (["--system", "gpt"], 1, "the systems are default"),
        (["--system", "bm25", "--system", "bm25:", "--mode", "closed"], 2, "--mode"),
        (["--corpus", "."], 1, "--corpus"),
    ],
)
def test_wrong_options_are_one_line(arguments: list[str], code: int, said: str, data: Path, tmp_path: Path) -> None:
    done = run("bench", data / "fquad.json", "--out", tmp_path / "out", *arguments, code=code)
    assert said in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_runs_that_would_share_a_folder_are_refused(data: Path, tmp_path: Path) -> None:
    write_fquad(tmp_path / "fquad.json", cities=2)
    done = run("bench", data / "fquad.json", tmp_path / "fquad.json", "--out", tmp_path / "out", code=1)
    assert "two commands" in done.stderr


def test_compare_prints_and_writes_the_difference(several: Path, tmp_path: Path) -> None:
    out = tmp_path / "difference.json"
    done = run("compare", several / "lead", several / "default", "--out", out)
    assert "default" in done.stdout
    record = json.loads(out.read_text("utf-8"))
    assert json.loads(run("compare", several / "lead", several / "default", "--json").stdout) == record
    f1 = next(metric for metric in record["metrics"] if metric["name"] == "f1")
    before, after = (
        json.loads((several / name / "summary.json").read_text("utf-8"))["metrics"]["f1"]["value"]
        for name in ("lead", "default")
    )
    assert f1["difference"] == pytest.approx(after - before)
    assert f1["difference"] > 0


def test_compare_guards_quality_by_its_exit_code(several: Path) -> None:
    better, worse = several / "default", several / "lead"
    run("compare", worse, better, "--fail-if-worse", "f1:0.01")
    run("compare", better, better, "--fail-if-worse", "f1:0", "--fail-if-worse", "mrr@10:0")
    done = run("compare", better, worse, "--fail-if-worse", "f1:0.01", "--fail-if-worse", "exact_match:0.01", code=3)
    assert "f1 got worse" in done.stderr
    assert "exact_match got worse" in done.stderr
    run("compare", better, worse, "--fail-if-worse", "f1:1.0")
    assert "METRIC:LIMIT" in run("compare", better, worse, "--fail-if-worse", "f1", code=2).stderr
    assert "f2" in run("compare", better, worse, "--fail-if-worse", "f2:0.1", code=1).stderr


def test_compare_refuses_what_cannot_be_compared(data: Path, several: Path, tmp_path: Path) -> None:
    run("bench", data / "fquad.json", "--out", tmp_path / "other")
    assert len(run("compare", several / "lead", tmp_path / "other", code=1).stderr.splitlines()) == 1
    assert "summary.json" in run("compare", several / "lead", tmp_path / "nothing", code=1).stderr


def test_the_committed_baseline_is_of_the_present_questions_and_articles() -> None:
    baseline = json.loads((ROOT / "benchmarks" / "baseline" / "summary.json").read_text("utf-8"))
    present = load(str(ROOT / "benchmarks" / "questions" / "corpus.jsonl"), corpus=[str(ROOT / "corpus")])
    assert baseline["dataset"]["digest"] == present.digest, "questions or articles have changed: run make baseline"
