"""Expected calibration error and the points of the reliability plot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.metrics.calibration import Calibration

QUESTIONS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)


def error(confidences: list[float], correct: list[bool]) -> float:
    return float(Calibration(confidences, correct)(np.ones((1, len(correct))))[0])


def test_by_hand() -> None:
    confidences, correct = [0.95, 0.91, 0.92, 0.42, 0.48], [True, True, False, False, True]
    high = 3 / 5 * abs(2 / 3 - (0.95 + 0.91 + 0.92) / 3)
    low = 2 / 5 * abs(1 / 2 - 0.45)
    assert error(confidences, correct) == pytest.approx(high + low)
    assert Calibration(confidences, correct).reliability() == [
        [pytest.approx(0.45), 0.5, 2],
        [pytest.approx(2.78 / 3), pytest.approx(2 / 3), 3],
    ]


def test_a_bin_holds_its_upper_end() -> None:
    tenths = [number / 10 for number in range(11)]
    points = Calibration(tenths, [True] * 11).reliability()
    assert [count for _, _, count in points] == [2] + [1] * 9  # 0 and 0.1 share the first


def test_sure_and_right_is_perfect_sure_and_wrong_the_worst() -> None:
    assert error([1.0, 0.0], [True, False]) == 0.0
    assert error([1.0, 0.0], [False, True]) == 1.0


@given(QUESTIONS)
def test_is_the_mean_gap_of_the_plotted_points(questions: list[tuple[float, bool]]) -> None:
    confidences, correct = [one for one, _ in questions], [one for _, one in questions]
    points = Calibration(confidences, correct).reliability()
    assert sum(count for _, _, count in points) == len(questions)
    gap = sum(count / len(questions) * abs(share - mean) for mean, share, count in points)
    assert error(confidences, correct) == pytest.approx(gap, abs=1e-12)


@given(QUESTIONS, st.data())
def test_a_weight_is_a_repetition(questions: list[tuple[float, bool]], data: st.DataObject) -> None:
    size = len(questions)
    weights = data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size).filter(any))
    confidences, correct = [one for one, _ in questions], [one for _, one in questions]
    repeated = [one for one, weight in zip(questions, weights, strict=True) for _ in range(weight)]
    found = Calibration(confidences, correct)(np.array([weights], dtype=float))[0]
    assert found == pytest.approx(error([one for one, _ in repeated], [one for _, one in repeated]), abs=1e-12)
