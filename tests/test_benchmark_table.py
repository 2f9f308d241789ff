"""The command that makes the README's table, on a small file in SQuAD's format."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from benchmarks.table import COLUMNS, cell, parts, rows


def test_each_system_gets_a_line_with_intervals(tmp_path: Path) -> None:
    context = "Le phare de Kerbihan a été construit en 1854. Il mesure 33 mètres. Sa lampe a été électrifiée en 1932."
    question = {"id": "1", "question": "Quand le phare de Kerbihan a-t-il été construit ?"}
    question["answers"] = [{"text": "1854", "answer_start": context.index("1854")}]  # type: ignore[assignment]
    data = {"data": [{"title": "Phare", "paragraphs": [{"context": context, "qas": [question]}]}]}
    (tmp_path / "petit.json").write_text(json.dumps(data), "utf-8")
    found, gold, _ = parts(tmp_path / "petit.json")
    lines = rows(replace(found, systems=("default", "lead")), tmp_path / "out")
    assert [line.split("|")[2].strip() for line in lines] == ["**default**", "lead"]
    assert all(line.count("|") == len(COLUMNS) + 3 for line in lines)
    assert "100.0 [100–100]" in lines[0]
    assert rows(replace(gold, systems=("lead",)), tmp_path / "out")[0].startswith(
        "| PIAF dev, gold passage given | lead |"
    )
    assert (tmp_path / "out" / "petit-open" / "default" / "report.html").exists()


def test_a_figure_is_a_share_with_its_interval() -> None:
    assert cell({"value": 0.4412, "low": 0.4181, "high": 0.4633}) == "44.1 [42–46]"
    assert cell(None) == ""
