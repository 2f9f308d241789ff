"""The command line, run as its users run it: the JSON contract, exit codes, one line for every error."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOURCIER = str(Path(sys.executable).parent / "sourcier")
CAPACITY = "Quelle est la capacité de calcul du centre de données de Gwangju ?"


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SOURCIER, *arguments], capture_output=True, text=True, encoding="utf-8", cwd=cwd, timeout=120
    )


@pytest.fixture(scope="module")
def index(corpus_index: Path) -> str:
    return str(corpus_index)


def test_ask_prints_the_contract(index: str) -> None:
    done = run("ask", CAPACITY, "--index", index, "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    record = json.loads(done.stdout)
    assert set(record) == {
        "question", "standalone_question", "answer", "short_answer", "abstained", "confidence", "citations",
        "evidence", "timings_ms", "models",
    }  # fmt: skip
    assert record["abstained"] is False
    assert 0 <= record["confidence"] <= 1
    assert set(record["models"]) == {"embedder", "reader"}
    citation = record["citations"][0]
    assert set(citation) == {"marker", "document", "passage_id", "start", "end", "quote"}
    assert set(citation["document"]) == {"id", "title", "source", "path"}
    file = Path(citation["document"]["path"]).read_text("utf-8")
    assert file[citation["start"] : citation["end"]] == citation["quote"]
    assert len(record["evidence"]) == 10
    assert set(record["evidence"][0]) == {"passage_id", "document_id", "path", "score", "text"}
    scores = [hit["score"] for hit in record["evidence"]]
    assert scores == sorted(scores, reverse=True)


def test_ask_for_people(index: str) -> None:
    done = run("ask", CAPACITY, "--index", index)
    assert done.returncode == 0
    assert "88,5" in done.stdout
    assert "[1]" in done.stdout


def test_batch_answers_in_order_with_ids_and_nothing_else(index: str, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": CAPACITY},
        {"question": "Et combien de start-ups ?", "history": [{"role": "user", "content": CAPACITY}]},
        {"id": 7, "question": "Qui a gagné la Coupe du monde en 1998 ?", "history": ["Bonjour"]},
    ]
    batch = tmp_path / "questions.jsonl"
    batch.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", "utf-8")
    done = run("ask", "--batch", str(batch), "--index", index, "--json", "--top-k", "3")
    assert done.returncode == 0
    assert done.stderr == ""
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record.get("id") for record in records] == ["a", None, 7]
    assert "Gwangju" in records[1]["standalone_question"]
    assert all(len(record["evidence"]) == 3 for record in records)


def test_history_comes_from_a_file(index: str, tmp_path: Path) -> None:
    history = tmp_path / "history.json"
    history.write_text(
        json.dumps([{"role": "user", "content": CAPACITY}, {"role": "assistant", "content": "88,5"}]), "utf-8"
    )
    record = json.loads(run("ask", "Et depuis quand ?", "--history", str(history), "--index", index, "--json").stdout)
    assert "Gwangju" in record["standalone_question"]


def test_search_and_info(index: str) -> None:
    found = json.loads(run("search", "start-ups Gwangju", "--index", index, "--json", "--top-k", "2").stdout)
    assert len(found["evidence"]) == 2
    information = json.loads(run("info", "--index", index, "--json").stdout)
    assert information["counts"]["documents"] >= 10
    assert "Gwangju" in run("info", "--index", index).stdout


def test_index_adds_updates_and_removes(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_text("Le pont de Kerbihan a été inauguré en mai 1902 par le maire.", "utf-8")
    (articles / "b.txt").write_text("La halle de Kerbihan abrite quarante étals le samedi.", "utf-8")
    where = ["--index", str(tmp_path / "index"), "--json"]
    assert json.loads(run("index", str(articles), *where).stdout)["added"] == 2
    (articles / "a.txt").write_text("Le pont de Kerbihan a été inauguré en juin 1903 par le préfet.", "utf-8")
    (articles / "b.txt").unlink()
    report = json.loads(run("index", str(articles), *where).stdout)
    assert (report["updated"], report["removed"], report["documents"]) == (1, 1, 1)
    assert json.loads(run("index", str(articles), *where).stdout)["published"] is False
    record = json.loads(run("ask", "Quand le pont de Kerbihan a-t-il été inauguré ?", *where).stdout)
    assert "juin 1903" in record["citations"][0]["quote"]


def test_verbose_lists_what_was_dropped_and_why(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "Le pont rouvre\n\nPar Anne Le Goff\n\nLe pont de Kerbihan rouvre lundi après deux ans de travaux sur ses piles.\n\n"
        "Lire aussi : Les dix plus beaux ponts de la région\n",
        "utf-8",
    )
    done = run("index", str(tmp_path / "a.txt"), "--index", str(tmp_path / "index"), "--verbose")
    assert "Lire aussi" in done.stdout
    assert "Anne Le Goff" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("ask", "Une question ?", "--index", "NOWHERE"), 1, "sourcier index"),
        (("ask", "   ", "--index", "INDEX"), 1, "vide"),
        (("ask", "--batch", "NOFILE", "--index", "INDEX"), 1, "NOFILE"),
        (("ask", "--batch", "BADFILE", "--index", "INDEX"), 1, "line 2"),
        (("ask", "Q ?", "--history", "BADFILE", "--index", "INDEX"), 1, "BADFILE"),
        (("index", "NOFILE", "--index", "NEWINDEX"), 1, "NOFILE"),
        (("info", "--index", "NOWHERE"), 1, "sourcier index"),
        (("ask", "--index", "INDEX"), 2, "--batch"),
        (("ask", "Q ?", "--top-k", "0", "--index", "INDEX"), 2, "top-k"),
        (("search", "Q", "--mode", "magic", "--index", "INDEX"), 2, "hybrid"),
        (("nonsense",), 2, "nonsense"),
    ],
)
def test_errors_say_what_to_do_without_a_traceback(
    arguments: tuple[str, ...], code: int, says: str, index: str, tmp_path: Path
) -> None:
    bad = tmp_path / "BADFILE"
    bad.write_text('{"question": "Une question ?"}\n{"question": ""}\n', "utf-8")
    places = {"INDEX": index, "NOWHERE": str(tmp_path / "none"), "NEWINDEX": str(tmp_path / "new"), "BADFILE": str(bad)}
    done = run(*[places.get(a, a) for a in arguments], cwd=tmp_path)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_help_shows_examples() -> None:
    for command in ("index", "ask", "search", "chat", "info"):
        done = run(command, "--help")
        assert done.returncode == 0
        assert f"sourcier {command}" in done.stdout


def test_version() -> None:
    from rag import __version__

    assert run("--version").stdout == f"sourcier {__version__}\n"


def test_interrupted_it_says_so_in_one_line_and_goes_on(tmp_path: Path) -> None:
    articles = tmp_path / "articles.jsonl"
    rows = (
        {"id": n, "title": f"Commune {n}", "text": f"La commune {n} compte {n} habitants. " * 30} for n in range(20_000)
    )
    articles.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    command = [SOURCIER, "index", str(articles), "--index", str(tmp_path / "index")]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a run in the background ignores Ctrl-C
    )
    building = tmp_path / "index" / "building"
    while not building.exists() and running.poll() is None:
        time.sleep(0.05)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert len(errors.strip().splitlines()) == 1
    assert "the same command" in errors
    assert run("info", "--index", str(tmp_path / "index")).returncode == 1  # nothing half done is shown
    rows_again = articles.read_text("utf-8").splitlines()[:50]
    articles.write_text("\n".join(rows_again), "utf-8")
    assert json.loads(run(*command[1:], "--json").stdout)["documents"] == 50
