"""docs/evaluation.md: every command in it runs, on made-up files of the names that it uses."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import run
from fquad_files import write_fquad

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "evaluation.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of somebody who follows the page, in a checkout of this repository."""
    desk = tmp_path_factory.mktemp("desk")
    write_fquad(desk / "fquad-valid.json")
    write_fquad(desk / "fquad2-valid.json", unanswerable=True)
    asked = json.loads((desk / "fquad-valid.json").read_text("utf-8"))["data"]
    answers = {question["id"]: article["title"] for article in asked for question in article["paragraphs"][0]["qas"]}
    (desk / "theirs.json").write_text(json.dumps(answers), "utf-8")
    (blocks,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (desk / "my-questions.jsonl").write_text(blocks, "utf-8")
    for name in ("corpus", "benchmarks"):
        (desk / name).symlink_to(ROOT / name)
    return desk


def test_the_page_has_its_commands() -> None:
    assert len(COMMANDS) >= 14
    assert {shlex.split(command)[0] for command in COMMANDS} == {"sourcier", "ir_measures"}
    fenced = set(re.findall(r"^```(\w*)$", PAGE, re.MULTILINE)) - {""}
    assert fenced == {"bash", "json"}  # a command in a block of another kind would not be run


@pytest.mark.parametrize("command", COMMANDS)  # in the order of the page: later ones read what earlier ones wrote
def test_the_command_runs(command: str, desk: Path) -> None:
    program, *arguments = shlex.split(command)
    if program == "sourcier":
        done = run(*arguments, cwd=desk)
        assert done.stdout
    else:
        path = Path(sys.executable).parent / program
        other = subprocess.run([path, *arguments], cwd=desk, capture_output=True, text=True, timeout=60, check=True)
        assert "nDCG@10" in other.stdout


def test_summary_and_predictions_have_the_fields_that_the_page_describes(desk: Path) -> None:
    run("bench", "fquad2-valid.json", "--out", "fields", cwd=desk)
    summary = json.loads((desk / "fields" / "summary.json").read_text("utf-8"))
    row = json.loads((desk / "fields" / "predictions.jsonl").read_text("utf-8").splitlines()[0])
    for heading, record in (("### predictions.jsonl", row), ("### summary.json", summary)):
        table = PAGE.split(heading)[1].split("\n\n|")[1].split("\n\n")[0]
        described = {name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split(" | ")[0])}
        assert described | {"schema"} == set(record) | {"schema"}
    cells = next(line for line in PAGE.splitlines() if line.startswith("| `cost`")).split(" | ")[1]
    assert {name for name in summary["cost"] if f"`{name}`" in cells} == set(summary["cost"])
    cells = next(line for line in PAGE.splitlines() if line.startswith("| `dataset`")).split(" | ")[1]
    assert {name for name in summary["dataset"] if f"`{name}`" in cells} == set(summary["dataset"])
