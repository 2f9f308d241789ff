"""Two runs over the same questions: is the difference real, and on which questions does it lie?

Differences are B − A, question by question, so that what makes a question hard for both cancels out: a paired bootstrap
interval and a paired permutation test (Dror et al., "The Hitchhiker's Guide to Testing Statistical Significance in
NLP", ACL 2018). p values are for each metric alone, not corrected for the number of metrics.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.evaluation.metrics.intervals import Statistic, bootstrap_statistic, paired_difference, permutation_p
from rag.evaluation.metrics.squad2 import is_judged
from rag.evaluation.metrics.whole_run import statistics
from rag.evaluation.report.catalogue import main_metric, metric, ordered
from rag.evaluation.report.run import Row, Run, read_run
from rag.evaluation.report.terminal import render
from rag.records import SourcierError

__all__ = ["Comparison", "Contrast", "MetricDifference", "WholeDifference", "compare", "render", "to_json", "worse"]

LARGEST = 20
SIGNIFICANT = 0.05
_TIE = 1e-9
_SAME = {  # what must be equal for two figures to be comparable, and how it is called
    "data sets": lambda summary: (summary["dataset"]["name"], summary["dataset"]["digest"]),
    "modes": lambda summary: summary["mode"],
    "normalisations": lambda summary: summary.get("normalisation", "french"),
}


@dataclass(frozen=True, slots=True)
class MetricDifference:
    """One metric over the `n` questions that it applies to in both runs.

    `a` and `b` are the means, `difference` is b − a with its 95% interval `low`..`high`, `p` the two-sided permutation
    test. `won`, `lost` and `tied` count questions from B's side; where neither direction is better, from the larger.
    """

    name: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float
    n: int
    won: int
    lost: int
    tied: int

    @property
    def better(self) -> str | None:
        """ "a" or "b" where the difference is real (interval without 0 and p below 0.05), None where it is not shown."""
        direction = metric(self.name).better
        if not direction or self.p >= SIGNIFICANT or self.low <= 0.0 <= self.high:
            return None
        return "b" if self.difference * direction > 0 else "a"


@dataclass(frozen=True, slots=True)
class WholeDifference:
    """A metric that no single question has, such as the area under the risk-coverage curve.

    Over the `n` shared questions that the data set judges; the interval is by drawing questions for both runs at once.
    """

    name: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    n: int

    @property
    def better(self) -> str | None:
        """ "a" or "b" where the interval is clear of 0."""
        if self.low <= 0.0 <= self.high:
            return None
        return "b" if self.difference * metric(self.name).better > 0 else "a"


@dataclass(frozen=True, slots=True)
class Contrast:
    """A question on which the runs differ: the metric's two values, both answers ("" when refused), the gold answers.

    `rank_a` and `rank_b` are the places of the first relevant document, None where it was not found.
    """

    id: str
    question: str
    type: str
    gold: tuple[str, ...]
    a: float
    b: float
    answer_a: str
    answer_b: str
    rank_a: int | None
    rank_b: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `compare` found."""

    folder_a: str
    folder_b: str
    system_a: str
    system_b: str
    dataset: str
    mode: str
    seed: int
    shared: int
    only_a: int
    only_b: int
    metrics: tuple[MetricDifference, ...]
    whole: tuple[WholeDifference, ...]
    main: str  # the metric by which the largest differences were chosen
    largest: tuple[Contrast, ...]


def compare(a: Path, b: Path, *, seed: int = 7) -> Comparison:
    """Run B against run A, over the questions that both have.

    Raises:
        SourcierError: a folder holds no finished run, or the runs are over different data sets, modes or
            normalisations, or share no question.
    """
    run_a, run_b = read_run(a), read_run(b)
    _check(run_a, run_b)
    others = {row.id: row for row in run_b.rows}
    pairs = [(row, others[row.id]) for row in run_a.rows if row.id in others]
    if not pairs:
        raise SourcierError(f"{a} and {b} share no question: compare runs over the same questions")
    names = {name for one, other in pairs for name in one.scores.keys() & other.scores.keys()}
    main = main_metric(run_a.mode).name
    return Comparison(
        folder_a=str(a),
        folder_b=str(b),
        system_a=run_a.system,
        system_b=run_b.system,
        dataset=run_a.dataset,
        mode=run_a.mode,
        seed=seed,
        shared=len(pairs),
        only_a=len(run_a.rows) - len(pairs),
        only_b=len(run_b.rows) - len(pairs),
        metrics=tuple(_difference(one.name, pairs, seed) for one in ordered(dict.fromkeys(names))),
        whole=tuple(_whole(pairs, run_a.summary.get("normalisation", "french"), seed))
        if run_a.mode != "retrieval"
        else (),
        main=main,
        largest=tuple(_largest(pairs, main)),
    )


def worse(comparison: Comparison, limits: Mapping[str, float]) -> list[str]:
    """A line for each metric of `limits` by which B is worse than A by more than its limit; none when all is well.

    A limit is in the metric's own unit (f1:0.01 is one point of a hundred) and looks at the difference itself, not at
    its interval: a guard must not get blind on a small data set.

    Raises:
        SourcierError: a metric that the runs do not share, or one of which neither direction is better.
    """
    found: list[MetricDifference | WholeDifference] = [*comparison.metrics, *comparison.whole]
    known = {one.name: (one.a, one.b) for one in found}
    guarded = sorted(name for name in known if metric(name).better)
    lines = []
    for name, limit in limits.items():
        if name not in guarded:
            raise SourcierError(f"{name!r} cannot be guarded here; these can: {', '.join(guarded)}")
        if limit < 0:
            raise SourcierError(f"the limit of {name} is below 0: name how much worse it may get, as in {name}:0.01")
        before, after = known[name]
        drop = (before - after) * metric(name).better
        if drop > limit + _TIE:
            lines.append(f"{name} got worse by {drop:.4f} ({before:.4f} -> {after:.4f}); {limit:g} is allowed")
    return lines


def to_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as a JSON object; `better` says for each metric which run is, where the difference is real."""
    record = {"schema": 1, **asdict(comparison)}
    record["metrics"] = [{**asdict(one), "better": one.better} for one in comparison.metrics]
    record["whole"] = [{**asdict(one), "better": one.better} for one in comparison.whole]
    return record


def _check(a: Run, b: Run) -> None:
    for what, read in _SAME.items():
        of_a, of_b = read(a.summary), read(b.summary)
        if of_a != of_b:
            shown = [value if isinstance(value, str) else f"{value[0]} {value[1][:12]}" for value in (of_a, of_b)]
            raise SourcierError(
                f"these runs have different {what}, {shown[0]} ({a.folder}) and {shown[1]} ({b.folder}): "
                "run both systems with the same command"
            )


def _difference(name: str, pairs: list[tuple[Row, Row]], seed: int) -> MetricDifference:
    values = [(a.scores[name], b.scores[name]) for a, b in pairs if name in a.scores and name in b.scores]
    of_a, of_b = [one for one, _ in values], [other for _, other in values]
    direction = metric(name).better or 1
    gains = [(after - before) * direction for before, after in values]
    difference, low, high = paired_difference(of_a, of_b, seed)
    won, lost = sum(gain > _TIE for gain in gains), sum(gain < -_TIE for gain in gains)
    return MetricDifference(
        name=name,
        a=sum(of_a) / len(values),
        b=sum(of_b) / len(values),
        difference=difference,
        low=low,
        high=high,
        p=permutation_p(of_a, of_b, seed),
        n=len(values),
        won=won,
        lost=lost,
        tied=len(values) - won - lost,
    )


def _whole(pairs: list[tuple[Row, Row]], normalisation: str, seed: int) -> Iterator[WholeDifference]:
    judged = [pair for pair in pairs if is_judged(pair[0].example)]
    of_a, of_b = (
        statistics(
            [one.example for one in rows], [one.prediction for one in rows], [one.scores for one in rows], normalisation
        )
        for rows in ([a for a, _ in judged], [b for _, b in judged])
    )
    once = np.ones((1, len(judged)))
    for one in ordered(of_a):
        before, after = of_a[one.name], of_b[one.name]
        difference, low, high = bootstrap_statistic(partial(_gap, before, after), len(judged), seed)
        if not isnan(difference):
            yield WholeDifference(
                one.name, float(before(once)[0]), float(after(once)[0]), difference, low, high, len(judged)
            )


def _gap(before: Statistic, after: Statistic, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return after(weights) - before(weights)


def _largest(pairs: list[tuple[Row, Row]], main: str) -> list[Contrast]:
    """The questions that differ most by the main metric; among equals, those that differ most by all the others."""

    def gap(pair: tuple[Row, Row]) -> tuple[float, float]:
        a, b = pair[0].scores, pair[1].scores
        gaps = {name: abs(b[name] - a[name]) for name in sorted(a.keys() & b.keys())}
        return gaps.get(main, 0.0), sum(gaps.values())

    differing = [pair for pair in pairs if gap(pair)[0] > _TIE]
    return [
        Contrast(
            id=a.id,
            question=a.example.question,
            type=a.example.type,
            gold=a.example.answers,
            a=a.scores[main],
            b=b.scores[main],
            answer_a=a.prediction.short_answer,
            answer_b=b.prediction.short_answer,
            rank_a=a.rank,
            rank_b=b.rank,
        )
        for a, b in sorted(differing, key=gap, reverse=True)[:LARGEST]
    ]
