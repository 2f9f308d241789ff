"""The risk-coverage curve and its area, against the definition applied by hand."""

from __future__ import annotations

from itertools import pairwise, permutations
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.metrics.risk_coverage import RiskCoverage

QUESTIONS = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=6)


def area(questions: list[tuple[float, bool]]) -> float:
    curve = RiskCoverage([confidence for confidence, _ in questions], [right for _, right in questions])
    return float(curve(np.ones((1, len(questions))))[0])


def by_definition(order: list[bool]) -> float:
    return fmean(sum(not right for right in order[:k]) / k for k in range(1, len(order) + 1))


def test_by_hand() -> None:
    questions = [(0.9, True), (0.8, False), (0.7, True), (0.1, False)]
    assert area(questions) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    curve = RiskCoverage(*zip(*questions, strict=True))
    assert curve.curve() == [[0.25, 0.0], [0.5, 0.5], [0.75, pytest.approx(1 / 3)], [1.0, 0.5]]


@given(QUESTIONS)
def test_equal_confidences_count_as_the_mean_over_their_orders(questions: list[tuple[float, bool]]) -> None:
    orders = [
        [right for _, right in order]
        for order in permutations(questions)
        if all(a[0] >= b[0] for a, b in pairwise(order))
    ]
    assert area(questions) == pytest.approx(fmean(map(by_definition, orders)))


@given(QUESTIONS, st.randoms(use_true_random=False))
def test_order_of_the_questions_does_not_matter(questions: list[tuple[float, bool]], chance: object) -> None:
    shuffled = list(questions)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert area(shuffled) == pytest.approx(area(questions))


@given(QUESTIONS, st.data())
def test_a_weight_is_a_repetition(questions: list[tuple[float, bool]], data: st.DataObject) -> None:
    size = len(questions)
    weights = data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size).filter(any))
    repeated = [one for one, weight in zip(questions, weights, strict=True) for _ in range(weight)]
    curve = RiskCoverage([confidence for confidence, _ in questions], [right for _, right in questions])
    other = np.ones(size)
    assert curve(np.array([weights, other], dtype=float)) == pytest.approx([area(repeated), area(questions)])


@given(QUESTIONS)
def test_without_discernment_the_area_is_the_error_rate(questions: list[tuple[float, bool]]) -> None:
    errors = fmean(not right for _, right in questions)
    assert area([(0.5, right) for _, right in questions]) == pytest.approx(errors)
    best = area([(float(right), right) for _, right in questions])
    worst = area([(float(not right), right) for _, right in questions])
    assert best - 1e-12 <= area(questions) <= worst + 1e-12


def test_the_curve_is_thinned_and_ends_at_the_error_rate() -> None:
    chance = np.random.default_rng(7)
    right = chance.random(1000) < 0.7
    points = RiskCoverage(chance.random(1000).tolist(), right.tolist()).curve()
    assert len(points) == 200
    assert points == sorted(points)
    assert points[0][0] == 0.001
    assert points[-1] == [1.0, pytest.approx(1 - right.mean())]
