"""The results of a benchmark for the terminal: a table for each data set, metrics down, systems across."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rag.evaluation.report.catalogue import Metric, ordered, side_by_side

_NARROWEST = 72
_COLUMN = 26  # of a system: value and interval


def printed(summaries: Sequence[Mapping[str, Any]], *, width: int | None = None) -> str:
    """The figures of runs with their 95% intervals, as text of at most `width` columns (those of the terminal): all for
    one run, the main ones for several side by side."""
    columns = max(width or shutil.get_terminal_size((200, 24)).columns, _NARROWEST)
    out = io.StringIO()
    console = Console(file=out, width=columns, highlight=False, emoji=False, no_color=True)
    by_dataset: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for summary in summaries:
        by_dataset.setdefault((summary["dataset"]["name"], summary["dataset"]["digest"]), []).append(summary)
    across = max(1, (columns - 34) // _COLUMN)
    for runs in by_dataset.values():
        for begin in range(0, len(runs), across):
            if out.tell():
                console.print()
            console.print(_table(runs[begin : begin + across], full=len(summaries) == 1))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _table(runs: Sequence[Mapping[str, Any]], *, full: bool) -> Table:
    dataset = runs[0]["dataset"]
    skipped = f", {dataset['skipped']:,} malformed left out" if dataset["skipped"] else ""
    title = (
        f"{dataset['name']}, {runs[0]['mode']}: {dataset['questions']:,} questions over "
        f"{dataset['documents']:,} documents{skipped}"
    )
    table = Table(
        title=escape(title), title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    table.add_column("")
    for run in runs:
        table.add_column(escape(run["system"]["name"]), justify="right", overflow="fold")
    names: dict[str, None] = {}
    for run in runs:
        names |= dict.fromkeys(run["metrics"])
    for metric in ordered(names) if full else side_by_side(runs[0]["mode"], names):
        table.add_row(metric.label, *(_figure(metric, run["metrics"].get(metric.name)) for run in runs))
    latency = [run["cost"]["latency_ms"].get("total") for run in runs]
    table.add_row("Milliseconds a question, p50 / p95", *(_milliseconds(found) for found in latency))
    return table


def _figure(metric: Metric, found: Mapping[str, Any] | None) -> str:
    """`71.3% [69.9 – 72.7]`."""
    if found is None:
        return "–"
    return f"{metric.number(found['value'])} [{metric.interval(found.get('low'), found.get('high'))}]".replace(
        "[", "\\["
    )


def _milliseconds(found: Mapping[str, float] | None) -> str:
    return f"{found['p50']:.1f} / {found['p95']:.1f}" if found else "–"
