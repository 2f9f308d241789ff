"""Calibration: of the answers given with confidence 0.8, are 80 % right?

Source: Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, with 10 bins.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BINS = 10


class Calibration:
    """Confidence against the share of right answers, in 10 bins of equal width ((m − 1)/10, m/10], 0 in the first.

    Args:
        confidences: Probability of being right, 0..1, shape (n,), n at least 1.
        correct: Whether the candidate is right, shape (n,).
    """

    def __init__(self, confidences: Sequence[float], correct: Sequence[bool]) -> None:
        self._confidences = np.asarray(confidences, dtype=float)
        self._correct = np.asarray(correct, dtype=float)
        # m/10 as written, not from a product: 0.7 × 10 is more than 7
        self._bins = np.searchsorted(np.arange(1, BINS) / BINS, self._confidences, side="left")
        gaps = self._correct - self._confidences
        self._gaps = np.where(self._bins[:, None] == np.arange(BINS), gaps[:, None], 0.0)

    def __call__(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expected calibration error of samples that draw question i `weights[:, i]` times: (b, n) to (b,).

            ECE = sum over bins of (questions in the bin / n) × |share right − mean confidence|

        0.0 to 1.0, lower is better; 0 means that in each bin confidence is the share of right answers.
        """
        # size × |share − mean| of a bin is the size of the sum of its gaps
        return np.abs(weights @ self._gaps).sum(axis=1) / weights.sum(axis=1)

    def reliability(self) -> list[list[float]]:
        """[mean confidence, share right, questions] of each bin that holds any, rising: the points of the plot."""
        bins = [self._bins == place for place in range(BINS)]
        return [
            [float(self._confidences[held].mean()), float(self._correct[held].mean()), int(held.sum())]
            for held in bins
            if held.any()
        ]
