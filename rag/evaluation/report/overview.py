"""The page over several runs: systems side by side, each linked to its own report."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rag.evaluation.report.catalogue import Metric, side_by_side
from rag.evaluation.report.html import write_page
from rag.evaluation.report.page import flat
from rag.evaluation.report.run import read_summary


@dataclass(frozen=True, slots=True)
class _System:
    """One row of the table."""

    name: str
    summary: Mapping[str, Any]
    link: str
    description: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Group:
    """Runs whose figures can be compared: the same data, mode and normalisation."""

    dataset: str
    mode: str
    normalisation: str
    questions: int | None
    systems: list[_System]
    metrics: list[Metric]
    best: dict[str, str]  # metric -> link of the system that is best beyond doubt


def write_overview(folder: Path, runs: Sequence[Path]) -> Path:
    """Makes `folder/report.html` over finished runs (their folders, each with its report.html); returns its path.

    Runs over the same data and in the same mode share a table. The best of a column is marked only where its 95%
    interval overlaps no other system's.

    Raises:
        SourcierError: one of the folders does not hold a finished run, or the page cannot be written.
    """
    found: dict[tuple[str, ...], list[_System]] = defaultdict(list)
    for run in runs:
        summary = read_summary(run)
        link = quote(Path(os.path.relpath(run / "report.html", folder)).as_posix())
        key = (
            summary["dataset"]["name"],
            summary["dataset"]["digest"],
            summary["mode"],
            summary.get("normalisation", ""),
        )
        found[key].append(_System(summary["system"]["name"], summary, link, flat(summary["system"])))
    groups = [_group(key, systems) for key, systems in found.items()]
    return write_page(folder / "report.html", "overview.html.j2", ("theme.js",), groups=groups, language="en")


def _group(key: tuple[str, ...], systems: list[_System]) -> _Group:
    name, _, mode, normalisation = key
    shared = {metric for system in systems for metric in system.summary["metrics"]}
    metrics = side_by_side(mode, dict.fromkeys(shared))
    best = {metric.name: link for metric in metrics if (link := _best(metric, systems))}
    questions = systems[0].summary["dataset"].get("questions")
    return _Group(name, mode, normalisation, questions, systems, metrics, best)


def _best(metric: Metric, systems: Sequence[_System]) -> str | None:
    """The link of the one system whose interval lies wholly on the better side of all others; None when none does."""
    values = [(system.summary["metrics"].get(metric.name), system.link) for system in systems]
    known = [(value, link) for value, link in values if value and value.get("low") is not None]
    if len(known) < 2 or len(known) < len([value for value, _ in values if value]) or not metric.better:
        return None
    known.sort(key=lambda item: item[0]["value"] * metric.better, reverse=True)
    best, link = known[0]
    if metric.better > 0:
        apart = all(best["low"] > other["high"] for other, _ in known[1:])
    else:
        apart = all(best["high"] < other["low"] for other, _ in known[1:])
    return link if apart else None
