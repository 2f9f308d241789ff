"""Risk and coverage: if only the surest answers were given, how many of them would be wrong?

Sources: El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", JMLR 2010; Geifman and El-Yaniv,
"Selective Classification for Deep Neural Networks", NeurIPS 2017; the area as the mean of the risks at every coverage:
Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers", ICLR 2019.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class RiskCoverage:
    """The curve of one system over n questions.

    Questions are answered from the surest down. Coverage is the share answered so far, risk the share of those that are
    wrong. Questions of equal confidence cannot be told apart by a threshold: between them risk is its
    expectation over their orders, so the result does not depend on the order of the questions.

    Args:
        confidences: Probability of being right, 0..1, shape (n,), n at least 1.
        correct: Whether the candidate is right, shape (n,).
    """

    def __init__(self, confidences: Sequence[float], correct: Sequence[bool]) -> None:
        surest_first = -np.asarray(confidences, dtype=float)
        self._order = np.argsort(surest_first, kind="stable")
        self._starts = np.unique(surest_first[self._order], return_index=True)[1]
        self._wrong = 1.0 - np.asarray(correct, dtype=float)

    def __call__(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The area under the curve (AURC) of samples that draw question i `weights[:, i]` times: (b, n) to (b,).

            AURC = 1/n × sum over k = 1..n of (wrong among the k surest) / k

        0.0 to 1.0, lower is better; with confidences that say nothing it is the error rate. Where c questions of equal
        confidence, e of them wrong, follow k surer ones with E wrong, their c terms sum to
        e + (E − k·e/c) × (H(k + c) − H(k)), H(k) = 1 + 1/2 + … + 1/k.
        """
        drawn, wrong = self._groups(weights)
        before, wrong_before = np.cumsum(drawn, axis=1) - drawn, np.cumsum(wrong, axis=1) - wrong
        total = int(weights.sum(axis=1).max())
        harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, total + 1))])
        rate = np.divide(wrong, drawn, out=np.zeros_like(wrong), where=drawn > 0)
        steps = harmonic[(before + drawn).astype(int)] - harmonic[before.astype(int)]
        return (wrong + (wrong_before - rate * before) * steps).sum(axis=1) / weights.sum(axis=1)

    def curve(self, points: int = 200) -> list[list[float]]:
        """[coverage, risk] at every confidence that occurs, rising coverage, thinned evenly to `points` at most."""
        drawn, wrong = self._groups(np.ones((1, len(self._wrong))))
        answered, errors = np.cumsum(drawn[0]), np.cumsum(wrong[0])
        places = np.unique(np.linspace(0, len(answered) - 1, min(points, len(answered))).round().astype(int))
        return [[float(answered[i] / answered[-1]), float(errors[i] / answered[i])] for i in places]

    def _groups(self, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Questions, and wrong ones, of each confidence, the surest first: two of shape (b, groups)."""
        ordered = weights[:, self._order]
        wrong = ordered * self._wrong[self._order]
        return np.add.reduceat(ordered, self._starts, axis=1), np.add.reduceat(wrong, self._starts, axis=1)
