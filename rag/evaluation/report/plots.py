"""The four plots of a run, each with the same figures as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from rag.evaluation.metrics.squad2 import is_judged
from rag.evaluation.report.outcomes import outcome
from rag.evaluation.report.run import Run
from rag.evaluation.report.svg import Chart

_PERCENT = tuple((place / 4, f"{25 * place}%") for place in range(5))
_RANKS = (("1", 1, 1), ("2", 2, 2), ("3", 3, 3), ("4–5", 4, 5), ("6–10", 6, 10), ("11+", 11, None))
_DECILES = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot, what it shows in one line, and its table."""

    name: str
    title: str
    caption: str
    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figures(run: Run) -> list[Figure]:
    """The plots that this run has figures for."""
    made = (_reliability(run), _risk_coverage(run), _latency(run), _ranks(run))
    return [figure for figure in made if figure is not None]


def milliseconds(value: float) -> str:
    """`0.42 ms`, `31 ms`, `1.2 s`."""
    if value >= 1000:
        return f"{value / 1000:.3g} s" if value < 1e6 else f"{value / 1000:,.0f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.2g} ms"


def _curve(run: Run, name: str) -> list[list[float]]:
    curve = (run.summary.get("curves") or {}).get(name) or []
    return [[float(value) for value in point] for point in curve]


def _metric(run: Run, name: str) -> float | None:
    metric: Mapping[str, Any] | None = run.summary["metrics"].get(name)
    return None if metric is None else float(metric["value"])


def _reliability(run: Run) -> Figure | None:
    points = [point for point in _curve(run, "reliability") if point[2] > 0]
    if not points:
        return None
    error = _metric(run, "ece")
    title = "Does its confidence mean what it says?"
    caption = "On the diagonal, answers given with 80% confidence are right 80% of the time; below it, too confident."
    if error is not None:
        caption += f" Calibration error: {error:.3f}."
    description = f"Reliability diagram: share of right answers against confidence, {len(points)} groups of questions."
    chart = Chart("reliability", title, description, x=(0, 1), y=(0, 1))
    chart.axis_y("share that is right", _PERCENT)
    chart.axis_x("confidence", _PERCENT)
    chart.line([(0, 0), (1, 1)], "reference")
    chart.line([(confidence, accuracy) for confidence, accuracy, _ in points], "line")
    largest = max(count for _, _, count in points)
    rows = []
    for confidence, accuracy, count in points:
        cells = (f"{100 * confidence:.1f}%", f"{100 * accuracy:.1f}%", f"{count:,.0f}")
        tooltip = f"confidence {cells[0]}, right {cells[1]}, {cells[2]} questions"
        chart.circle((confidence, accuracy), 3 + 7 * math.sqrt(count / largest), "dot", tooltip)
        rows.append(cells)
    caption += " A larger dot stands for more questions."
    return Figure("reliability", title, caption, chart.markup(), ("Mean confidence", "Right", "Questions"), tuple(rows))


def _risk_coverage(run: Run) -> Figure | None:
    points = sorted((point[0], point[1]) for point in _curve(run, "risk_coverage"))
    if not points:
        return None
    title = "What does answering more cost?"
    area = _metric(run, "aurc")
    caption = "Share of wrong answers when only the most confident questions are answered."
    if area is not None:
        caption += f" Area below the curve: {area:.3f}, lower is better."
    answered, wrong = _as_run(run)
    highest = max([risk for _, risk in points] + ([wrong] if answered else []))
    step = next(step for step, up_to in ((0.02, 0.1), (0.05, 0.25), (0.1, 0.5), (0.2, math.inf)) if highest <= up_to)
    ticks = max(math.ceil(highest / step - 1e-9), 1)
    top = ticks * step
    chart = Chart("risk-coverage", title, "Risk-coverage curve: errors against answered share.", x=(0, 1), y=(0, top))
    chart.axis_y("share that is wrong", [(step * tick, f"{100 * step * tick:.0f}%") for tick in range(ticks + 1)])
    chart.axis_x("share of the questions answered", _PERCENT)
    chart.area(points, "area")
    chart.line(points, "line")
    rows = [(f"{100 * coverage:.0f}%", f"{100 * risk:.1f}%") for coverage, risk in _thinned(points)]
    if answered:
        told = f"{100 * answered:.0f}% answered, {100 * wrong:.1f}% of them wrong"
        chart.circle((answered, wrong), 6, "now", f"as run: {told}")
        # the curve climbs: below the dot there is room, unless the axis is there
        right, side = (9, "") if answered < 0.75 else (-9, "end ")
        chart.label((answered, wrong), "as run", f"{side}note", right=right, up=-17 if wrong > 0.15 * top else 12)
        caption += f" The dot is this run: {told}."
        rows.append((f"{100 * answered:.0f}% (as run)", f"{100 * wrong:.1f}%"))
    return Figure("risk-coverage", title, caption, chart.markup(), ("Answered", "Wrong among them"), tuple(rows))


def _as_run(run: Run) -> tuple[float, float]:
    """The share of questions that the run answered, and the share of wrong answers among them."""
    found = [outcome(row, run.mode) for row in run.rows if not row.prediction.abstained]
    judged = [name for name in found if name != "unjudged"]
    total = sum(is_judged(row.example) for row in run.rows)
    if not judged:
        return 0.0, 0.0
    return len(judged) / total, sum(name != "right" for name in judged) / len(judged)


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points nearest to each tenth of coverage."""
    nearest = [min(points, key=lambda point: abs(point[0] - step / _DECILES)) for step in range(1, _DECILES + 1)]
    return list(dict.fromkeys(nearest))


def _latency(run: Run) -> Figure | None:
    stages: Mapping[str, Mapping[str, float]] = (run.summary.get("cost") or {}).get("latency_ms") or {}
    if not stages:
        return None
    names = [*(name for name in stages if name != "total"), *(["total"] if "total" in stages else [])]
    values = [float(stages[name][point]) for name in names for point in ("p50", "p95", "p99")]
    positive = [value for value in values if value > 0] or [1.0]
    low = 10 ** math.floor(math.log10(max(min(positive), 0.01)))
    high = 10 ** math.ceil(math.log10(max(*positive, low * 10)))
    title = "Where does the time go?"
    caption = "Half of the questions take less than the dot, 95% less than the square, 99% less than the stroke."
    size, below = len(names), 70
    description = "Latency by stage on a logarithmic scale: median, 95th and 99th percentile."
    chart = Chart(
        "latency",
        title,
        description,
        x=(low, high),
        y=(-0.5, size - 0.5),
        height=max(size * 26, 120) + below,
        left=92,
        logarithmic_x=True,
    )
    rows = []
    chart.axis_y("", [(size - 1 - place, _short(name)) for place, name in enumerate(names)], grid=False)
    decades = round(math.log10(high / low))
    chart.axis_x(
        "time for one question, logarithmic",
        [(low * 10**step, milliseconds(low * 10**step)) for step in range(0, decades + 1, 1 if decades < 6 else 2)],
        grid=True,
    )
    for place, name in enumerate(names):
        y = size - 1 - place
        p50, p95, p99 = (float(stages[name][point]) for point in ("p50", "p95", "p99"))
        low_end, middle, high_end = (max(value, low) for value in (p50, p95, p99))
        chart.line([(low_end, y), (high_end, y)], "range")
        chart.stroke((high_end, y), 7, "p99", f"{name}, p99: {milliseconds(p99)}")
        chart.square((middle, y), 4.5, "p95", f"{name}, p95: {milliseconds(p95)}")
        chart.circle((low_end, y), 5.5, "dot", f"{name}, p50: {milliseconds(p50)}")
        rows.append((name, milliseconds(p50), milliseconds(p95), milliseconds(p99)))
    return Figure("latency", title, caption, chart.markup(), ("Stage", "p50", "p95", "p99"), tuple(rows))


def _short(name: str) -> str:
    name = name.replace("_", " ")
    return name if len(name) <= 13 else f"{name[:12]}…"


def _brief(share: float) -> str:
    """Two digits, for the room above a column."""
    return f"{100 * share:.0f}%" if share >= 0.0995 else f"{100 * share:.1f}%"


def _ranks(run: Run) -> Figure | None:
    rows = [row for row in run.rows if row.relevant]
    if not rows or not any(row.prediction.ranking for row in rows):
        return None
    found = [row.rank for row in rows]
    bins = [
        (label, sum(rank is not None and first <= rank <= (last or rank) for rank in found))
        for label, first, last in _RANKS
    ]
    bins.append(("none", found.count(None)))
    title = "Where was the relevant document?"
    caption = f"Rank of the first relevant document, over the {len(rows):,} questions that name one."
    highest = max(count for _, count in bins) / len(rows)
    top = min(math.ceil(highest * 5 + 0.25) / 5, 1.1)
    chart = Chart("ranks", title, "Histogram of the rank of the first relevant document.", x=(0, len(bins)), y=(0, top))
    chart.axis_y("share of the questions", [(tick / 5, f"{20 * tick}%") for tick in range(6) if tick / 5 <= top])
    for place, (label, count) in enumerate(bins):
        share = count / len(rows)
        class_ = "column missed" if label == "none" else "column"
        chart.column(
            place + 0.14, place + 0.86, share, class_, f"rank {label}: {count:,} questions, {100 * share:.1f}%"
        )
        chart.label((place + 0.5, share), _brief(share) if count else "0", "value middle", up=5)
    chart.axis_x("rank of the first relevant document", [(place + 0.5, label) for place, (label, _) in enumerate(bins)])
    table = tuple((label, f"{count:,}", f"{100 * count / len(rows):.1f}%") for label, count in bins)
    return Figure("ranks", title, caption, chart.markup(), ("Rank", "Questions", "Share"), table)
