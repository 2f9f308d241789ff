"""A finished run read back from its folder: what comparison and report start from."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rag.evaluation.records import MODES, Example, Prediction
from rag.records import SourcierError, Turn

SCHEMA = 1
_PREDICTION = tuple(field.name for field in fields(Prediction))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of predictions.jsonl: the question, what was made of it, and the value of each metric that applies."""

    example: Example
    prediction: Prediction
    scores: Mapping[str, float]

    @property
    def id(self) -> str:
        return self.example.id

    @property
    def relevant(self) -> list[str]:
        """The documents that the data set calls relevant."""
        return [document for document, grade in self.example.gold.items() if grade > 0]

    @property
    def rank(self) -> int | None:
        """Place of the first relevant document in the ranking, from 1; None when it is not there.

        Up to 10 it is the place that the metrics saw, who break ties as trec_eval does.
        """
        if reciprocal := self.scores.get("mrr@10"):
            return round(1 / reciprocal)
        relevant = set(self.relevant)
        places = (place for place, (document, _) in enumerate(self.prediction.ranking, 1) if document in relevant)
        place = next(places, None)
        return place if place is None or "mrr@10" not in self.scores else max(place, 11)


@dataclass(frozen=True, slots=True)
class Run:
    """summary.json as it stands, and the rows in data set order."""

    folder: Path
    summary: Mapping[str, Any]
    rows: tuple[Row, ...]

    @property
    def system(self) -> str:
        return str(self.summary["system"]["name"])

    @property
    def dataset(self) -> str:
        return str(self.summary["dataset"]["name"])

    @property
    def mode(self) -> str:
        return str(self.summary["mode"])


def read_run(folder: Path) -> Run:
    """The run that `sourcier bench` wrote into `folder`.

    Raises:
        SourcierError: a file is missing or is not what a run of this version writes; it names the file and the line.
    """
    summary = read_summary(folder)
    path = folder / "predictions.jsonl"
    rows: list[Row] = []
    seen: set[str] = set()
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    row = _read_row(line, f"{path}, line {number}")
                    if row.id in seen:
                        raise SourcierError(f"{path}, line {number}: question {row.id} stands there twice")
                    seen.add(row.id)
                    rows.append(row)
    except FileNotFoundError:
        raise SourcierError(f"{path} is missing: run sourcier bench again with --out {folder}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SourcierError(f"{path} cannot be read: {error}") from error
    if not rows:
        raise SourcierError(f"{path} holds no question: run sourcier bench again with --out {folder}")
    return Run(folder, summary, tuple(rows))


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary.json of one run, its main fields checked. Raises SourcierError as `read_run` does."""
    path = folder / "summary.json"
    try:
        summary = _parsed(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise SourcierError(
            f"{path} is missing: name the folder of a finished run (sourcier bench … --out DIR)"
        ) from None
    except (OSError, ValueError) as error:
        raise SourcierError(f"{path} is not a summary: {error}") from error
    if not isinstance(summary, dict):
        raise SourcierError(f"{path} is not a summary: a JSON object is expected")
    if isinstance(summary.get("runs"), list):
        raise SourcierError(f"{path} is over several runs: name the folder of one of them, DATASET/SYSTEM below it")
    if summary.get("schema") != SCHEMA:
        raise SourcierError(
            f"{path}: schema {summary.get('schema')!r} is not the {SCHEMA} that this version reads: run the benchmark again"
        )
    _check(summary, path)
    return summary


def _parsed(text: str) -> Any:
    """JSON; a lone surrogate, which no file can hold but an escape can name, becomes "?"."""
    value = json.loads(text)
    if "\\ud" in text.lower():
        value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    return value


def _check(summary: Mapping[str, Any], path: Path) -> None:
    expected: dict[tuple[str, ...], type] = {
        ("dataset", "name"): str,
        ("dataset", "digest"): str,
        ("system", "name"): str,
        ("mode",): str,
        ("metrics",): dict,
    }
    for names, kind in expected.items():
        value: Any = summary
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, kind):
            raise SourcierError(f"{path}: field {'.'.join(names)} is missing or malformed: run the benchmark again")
    if summary["mode"] not in MODES:
        raise SourcierError(f"{path}: mode {summary['mode']!r} is none of {', '.join(MODES)}")
    for name, metric in summary["metrics"].items():
        if not isinstance(metric, dict) or not isinstance(metric.get("value"), (int, float)):
            raise SourcierError(f"{path}: metric {name} has no value: run the benchmark again")


def _read_row(line: str, place: str) -> Row:
    try:
        record = _parsed(line)
        row = Row(
            example=Example(
                id=str(record["id"]),
                question=str(record["question"]),
                answers=tuple(map(str, record["answers"])),
                unanswerable=bool(record["unanswerable"]),
                gold={str(document): int(grade) for document, grade in record.get("gold", {}).items()},
                quotes=tuple(map(str, record.get("gold_quotes", ()))),
                history=tuple(Turn(turn["role"], str(turn["content"])) for turn in record.get("history", ())),
                type=str(record.get("type", "")),
            ),
            prediction=Prediction.from_json({name: record[name] for name in _PREDICTION}),
            scores={str(name): float(value) for name, value in record["scores"].items()},
        )
    except KeyError as error:
        raise SourcierError(f"{place}: field {error} is missing: run the benchmark again") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise SourcierError(f"{place}: not a prediction of sourcier bench ({error})") from error
    if not all(map(math.isfinite, row.scores.values())):
        raise SourcierError(f"{place}: a score is not a number: run the benchmark again")
    return row
