"""Hugging Face data sets: a local one through the real `datasets`, and the hub out of reach.

In processes of their own, because `datasets` reads its environment once, when it is imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rag.evaluation.datasets import load
from rag.records import SourcierError

CONTEXT = "La criée de Lomener ouvre à cinq heures."
ROWS = [
    {"id": "a", "title": "Lomener", "context": CONTEXT, "question": "Quand ouvre-t-elle ?",
     "answers": {"text": ["cinq heures"], "answer_start": [28]}},
    {"id": "b", "title": "Lomener", "context": CONTEXT, "question": "Qui la dirige ?",
     "answers": {"text": [], "answer_start": []}},
]  # fmt: skip
READ = """
import json, sys
from rag.evaluation.datasets import load
from rag.records import SourcierError
try:
    d = load(sys.argv[1], skip_bad="--skip-bad" in sys.argv)
    print(json.dumps([d.name, d.digest, len(d.skipped), [x.id for x in d.documents],
                      [[e.id, e.question, e.answers, e.unanswerable, dict(e.gold)] for e in d.examples]]))
except SourcierError as error:
    print(json.dumps(str(error)))
"""
MAKE = """
import json, sys
from datasets import Dataset, DatasetDict
rows, folder, how = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
data = Dataset.from_list(rows)
if how == "parquet":
    data.to_parquet(f"{folder}/data/train-00000-of-00001.parquet")
    data.to_parquet(f"{folder}/data/validation-00000-of-00001.parquet")
else:
    DatasetDict({"train": data, "validation": data}).save_to_disk(folder)
"""


@pytest.fixture
def call(tmp_path: Path) -> Any:
    """call(code, argument, …): what Python prints, with the hub switched off and its cache in the test's folder."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")}

    def run(code: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize("how", ["parquet", "disk"])
def test_a_folder_in_the_layout_of_the_hub(call: Any, tmp_path: Path, how: str) -> None:
    pytest.importorskip("datasets")
    folder = tmp_path / "criee"
    (folder / "data").mkdir(parents=True)
    call(MAKE, json.dumps(ROWS), str(folder), how)
    name, digest, skipped, documents, examples = json.loads(call(READ, str(folder)))
    assert (name, skipped, documents) == ("criee-validation", 0, ["Lomener/1"])
    assert examples == [
        ["a", "Quand ouvre-t-elle ?", ["cinq heures"], False, {"Lomener/1": 1}],
        ["b", "Qui la dirige ?", [], True, {"Lomener/1": 1}],
    ]
    assert json.loads(call(READ, str(folder)))[1] == digest


def test_a_bad_row_and_other_columns(call: Any, tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    for name, rows in {"bad": [*ROWS, {**ROWS[0], "id": "c", "question": ""}], "other": [{"texte": "x"}]}.items():
        (tmp_path / name / "data").mkdir(parents=True)
        call(MAKE, json.dumps(rows), str(tmp_path / name), "parquet")
    line = json.loads(call(READ, str(tmp_path / "bad")))
    assert line.startswith(f'{tmp_path / "bad"}, validation, row 3: the field "question" is empty')
    assert json.loads(call(READ, str(tmp_path / "bad"), "--skip-bad"))[2] == 1
    line = json.loads(call(READ, str(tmp_path / "other")))
    assert "it has no question, context, answers (its columns: texte)" in line


def test_the_hub_out_of_reach(call: Any) -> None:
    pytest.importorskip("datasets")
    line = json.loads(call(READ, "someone/nowhere"))
    assert line == (
        "someone/nowhere: no such file or folder; as a Hugging Face data set: "
        "the hub cannot be reached: go online, or give the data set's files."
    )


def test_datasets_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(SourcierError, match=r"someone/nowhere: no such file .* pip install datasets"):
        load("someone/nowhere")


def test_importing_the_readers_does_not_import_datasets(call: Any) -> None:
    code = "import sys, rag.evaluation.datasets; print('datasets' in sys.modules)"
    assert call(code).strip() == "False"
