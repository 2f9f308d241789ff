"""A comparison as tables for the terminal."""

from __future__ import annotations

import io
import re
import shutil
from typing import TYPE_CHECKING

from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rag.evaluation.report.catalogue import CATALOGUE, metric

if TYPE_CHECKING:
    from rag.evaluation.comparison import Comparison, Contrast, MetricDifference, WholeDifference

_NAMES = 17  # columns for the names of metrics, which may wrap
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def render(comparison: Comparison, *, width: int | None = None, colour: bool = False) -> str:
    """The comparison as text of `width` columns (those of the terminal, when not named), more where its table needs them."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=colour, no_color=not colour, highlight=False, emoji=False)
    metrics = _metrics(comparison)
    console.width = max(width or shutil.get_terminal_size((100, 24)).columns, _needed(metrics, console))
    console.print(_heading(comparison), soft_wrap=True)  # a path is not broken
    console.print(metrics)
    if comparison.whole:
        console.print(_whole(comparison))
    console.print(
        "B − A is in points of a hundred, or in the metric's own unit where it has no %; its interval is by a paired "
        "bootstrap, p by a paired permutation test, not corrected for the number of metrics. Won are the questions on "
        "which B is better. Better is a run whose interval is clear of 0 and whose p, where there is one, is below 0.05.",
        style="dim",
    )
    if comparison.largest:
        label = metric(comparison.main).label
        console.print(Text(f"\nThe {len(comparison.largest)} largest differences of {label}", style="bold"))
        for one in comparison.largest:
            console.print(_contrast(one, comparison))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _needed(table: Table, console: Console) -> int:
    """The width at which only the names of metrics are broken, and nothing is cut."""
    names = max(Measurement.get(console, console.options, cell).maximum for cell in table.columns[0].cells)
    whole = Measurement.get(console, console.options.update(width=1000), table).maximum
    return whole - max(names - _NAMES, 0)


def _heading(comparison: Comparison) -> Text:
    lines = Text()
    lines.append(
        f"{_line(comparison.dataset)}, {comparison.mode}: {comparison.shared:,} questions in both runs", "bold"
    )
    for side, system, folder, only in (
        ("A", comparison.system_a, comparison.folder_a, comparison.only_a),
        ("B", comparison.system_b, comparison.folder_b, comparison.only_b),
    ):
        lines.append(f"\n{side}  {_line(system)}  ({_line(folder)})")
        if only:
            lines.append(
                f"\n   {only:,} question{'s' if only > 1 else ''} that only {side} has left out", "bold yellow"
            )
    return lines


def _metrics(comparison: Comparison) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Metric", min_width=_NAMES)
    for heading in ("A", "B", "B − A", "95% interval", "p", "won", "lost", "tied"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("better", no_wrap=True)
    for one in comparison.metrics:
        known = metric(one.name)
        turned = [str(one.won), str(one.lost)] if known.better else ["", ""]
        table.add_row(
            _line(known.label),
            *_figures(one),
            "<0.001" if one.p < 0.001 else f"{one.p:.3f}",
            *turned,
            str(one.tied),
            _verdict(one.better, unclear=bool(known.better and (one.won or one.lost))),
        )
    return table


def _verdict(better: str | None, *, unclear: bool) -> Text:
    if better is None:
        return Text("unclear" if unclear else "", style="dim")
    return Text(better.upper(), style="bold green" if better == "b" else "bold red")


def _whole(comparison: Comparison) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Of the run as a whole", min_width=_NAMES)
    for heading in ("A", "B", "B − A", "95% interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("better", no_wrap=True)
    for one in comparison.whole:
        known = metric(one.name)
        table.add_row(known.label, *_figures(one), _verdict(one.better, unclear=one.difference != 0))
    return table


def _figures(one: MetricDifference | WholeDifference) -> list[str]:
    known = metric(one.name)
    return [
        known.number(one.a),
        known.number(one.b),
        known.signed(one.difference),
        f"{known.signed(one.low)} {known.signed(one.high):>6}",
    ]


def _contrast(one: Contrast, comparison: Comparison) -> Padding:
    known = CATALOGUE[comparison.main]
    text = Text(f"{_line(one.question)}", style="bold")
    text.append(f"  {_line(one.id)}{f', {_line(one.type)}' if one.type else ''}", style="not bold dim")
    sides = [("A", one.a, one.answer_a, one.rank_a), ("B", one.b, one.answer_b, one.rank_b)]
    for side, value, answer, rank in sides:
        if comparison.mode == "retrieval":
            shown = f"relevant document at rank {rank}" if rank else "relevant document not found"
        else:
            shown = _line(answer) or "(refused)"
        text.append(f"\n{side:>4}  {known.number(value):>6}  {shown}", style="not bold")
    if comparison.mode != "retrieval":
        text.append(f"\ngold          {' | '.join(map(_line, one.gold)) or '(unanswerable)'}", style="not bold")
    return Padding(text, (0, 0, 1, 2))


def _line(text: str) -> str:
    """One line that cannot move the cursor or turn the direction of writing."""
    return _CONTROL.sub(" ", text).strip()
