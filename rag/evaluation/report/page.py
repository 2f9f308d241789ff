"""The report of one run: what its template is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rag.evaluation.metrics.aggregation import OTHER_TYPE
from rag.evaluation.report.catalogue import CATALOGUE, GROUPS, headline, ordered
from rag.evaluation.report.html import embedded_json, write_page
from rag.evaluation.report.outcomes import counts, outcome, outcomes, segments
from rag.evaluation.report.plots import figures, milliseconds
from rag.evaluation.report.run import Row, Run, read_run

_TYPE_METRICS = ("f1", "exact_match", "answer_in_quote", "mrr@10", "refused")
_RANKED = 3  # documents named of a ranking


def write(folder: Path) -> Path:
    """Makes `folder/report.html` from the run's summary.json and predictions.jsonl; returns its path.

    Raises:
        SourcierError: the folder does not hold a finished run, or the page cannot be written.
    """
    run = read_run(folder)
    metrics, types = run.summary["metrics"], _types(run)
    return write_page(
        folder / "report.html",
        "report.html.j2",
        ("theme.js", "questions.js"),
        run=run,
        language=language(run.summary),
        unanswerable=sum(row.example.unanswerable for row in run.rows),
        headline=headline(run.mode, metrics),
        outcomes=counts(run.rows, run.mode),
        figures=figures(run),
        types=types,
        type_metrics=_type_metrics(run),
        groups=_groups(metrics),
        system=flat(run.summary["system"]),
        facts=facts(run.summary),
        questions=embedded_json(_questions(run, types)),
    )


def language(summary: Mapping[str, Any]) -> str:
    """The language of questions, answers and documents, for `lang`: that of the normalisation."""
    return "en" if summary.get("normalisation") == "english" else "fr"


def facts(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What one must know to repeat the run, and what it cost."""
    dataset, cost = summary["dataset"], summary.get("cost") or {}
    skipped = dataset.get("skipped", 0)
    found: list[tuple[str, str]] = [
        ("Data set", str(dataset["name"])),
        ("Questions", _count(dataset.get("questions"))),
        ("Documents", _count(dataset.get("documents"))),
        ("Malformed records skipped", _count(len(skipped) if isinstance(skipped, list) else skipped)),
        ("Questions that this mode leaves out", _count(dataset.get("left_out") or None)),
        ("Files that could not be read", ", ".join(map(str, dataset.get("unread") or ()))),
        ("SHA-256 of the data", str(dataset["digest"])),
        ("Mode", str(summary["mode"])),
        ("Normalisation of answers", str(summary.get("normalisation", ""))),
        ("Seed", str(summary.get("seed", ""))),
    ]
    for name, threshold in (summary.get("thresholds") or {}).items():
        found.append((f"No-answer probability of {name}", _value(threshold)))
    median = ((cost.get("latency_ms") or {}).get("total") or {}).get("p50")
    found += [
        ("Median time of a question", "" if median is None else milliseconds(float(median))),
        ("Questions a second", _value(cost.get("questions_per_second"))),
        ("Peak memory", _value(cost.get("peak_memory_mib"), " MiB")),
        ("Index on disk", _value(cost.get("index_mib"), " MiB")),
        ("Tokens", _count(cost.get("tokens"))),
    ]
    versions = summary.get("versions") or {}
    found.append(("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())))
    return [(label, value) for label, value in found if value]


def flat(record: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """A description with nested fields as pairs: `reader.threshold` and its value."""
    pairs: list[tuple[str, str]] = []
    for name, value in record.items():
        if isinstance(value, Mapping):
            pairs += flat(value, f"{prefix}{name}.")
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else _value(value)
            pairs.append((f"{prefix}{name}", shown))
    return pairs


def _count(value: Any) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _value(value: Any, unit: str = "") -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        value = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value}{unit}"


def _groups(metrics: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """All metrics of the run, as the catalogue groups them."""
    found = [(group, [one for one in ordered(metrics) if one.group == group]) for group in GROUPS]
    return [(group, members) for group, members in found if members]


def _type_metrics(run: Run) -> list[Any]:
    by_type = run.summary.get("by_type") or {}
    return [CATALOGUE[name] for name in _TYPE_METRICS if any(name in values for values in by_type.values())]


def _types(run: Run) -> list[dict[str, Any]]:
    """Each question type, the most frequent first, with its metrics and what became of its questions."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in run.rows:
        rows[row.example.type or OTHER_TYPE].append(row)
    by_type = run.summary.get("by_type") or {}
    return [
        {
            "name": name,
            "n": len(members),
            "metrics": by_type.get(name, {}),
            "outcomes": counts(members, run.mode),
        }
        for name, members in sorted(rows.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _questions(run: Run, types: list[dict[str, Any]]) -> dict[str, Any]:
    """What questions.js shows: short names, for thousands of them travel in the page."""
    return {
        "mode": run.mode,
        "language": language(run.summary),
        "outcomes": [{"name": one.name, "label": one.label, "meaning": one.meaning} for one in outcomes(run.mode)],
        "types": [[one["name"], one["n"]] for one in types],
        "rows": [_question(row, run.mode) for row in run.rows],
    }


def _question(row: Row, mode: str) -> dict[str, Any]:
    example, prediction = row.example, row.prediction
    shown: dict[str, Any] = {
        "id": row.id,
        "question": example.question,
        "history": [[turn.role, turn.content] for turn in example.history],
        "type": row.example.type or OTHER_TYPE,
        "outcome": outcome(row, mode),
        "gold": list(example.answers),
        "unanswerable": example.unanswerable,
        "goldQuotes": [segments(quote, example.answers) for quote in example.quotes],
        "refused": prediction.abstained,
        "short": prediction.short_answer,
        "answer": prediction.answer,
        "candidate": prediction.candidate if prediction.abstained else "",
        "confidence": round(prediction.confidence, 3),
        "quotes": [
            [one.marker, one.document, one.verbatim, segments(one.text, example.answers)] for one in prediction.quotes
        ],
        "relevant": row.relevant[:_RANKED],
        "rank": row.rank,
        "ranked": [document for document, _ in prediction.ranking[:_RANKED]],
        "f1": row.scores.get("f1"),
        "ms": prediction.timings_ms.get("total"),
    }
    # What is empty says nothing, and there are thousands of it; 0 is a figure
    return {name: value for name, value in shown.items() if value or (value == 0 and value is not False)}
