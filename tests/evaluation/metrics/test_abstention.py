"""Precision, recall and F1 of refusing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rag.evaluation.metrics.abstention import abstention


def values(unanswerable: list[bool], refused: list[bool]) -> list[float]:
    weights = np.ones((1, len(refused)))
    return [float(statistic(weights)[0]) for statistic in abstention(unanswerable, refused).values()]


def test_by_hand() -> None:
    unanswerable = [True, True, True, False, False, False]
    refused = [True, True, False, True, False, False]
    assert values(unanswerable, refused) == pytest.approx([2 / 3, 2 / 3, 2 / 3])
    assert values(unanswerable, [True] * 6) == pytest.approx([1 / 2, 1.0, 2 / 3])


def test_what_is_not_defined_is_not_a_number() -> None:
    precision, recall, f1 = values([True, False], [False, False])
    assert math.isnan(precision)
    assert (recall, f1) == (0.0, 0.0)
    precision, recall, _ = values([False, False], [True, False])
    assert precision == 0.0
    assert math.isnan(recall)
