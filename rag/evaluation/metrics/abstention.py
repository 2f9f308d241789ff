"""Abstention: does the system refuse the questions without an answer, and only those?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.evaluation.metrics.intervals import Statistic


def abstention(unanswerable: Sequence[bool], refused: Sequence[bool]) -> dict[str, Statistic]:
    """Precision, recall and F1 of refusing, refusing being the positive class.

        precision = refused and unanswerable / refused
        recall    = refused and unanswerable / unanswerable
        F1        = 2 × refused and unanswerable / (refused + unanswerable)

    Each is 0.0 to 1.0, higher is better. Precision is NaN where nothing was refused, recall where nothing is
    unanswerable, F1 where neither occurs.

    Source:
        The usual definitions (van Rijsbergen, "Information Retrieval", 1979), used for unanswerable questions by
        Heinrich et al., "FQuAD2.0: French Question Answering and knowing that you know nothing", LREC 2022.

    Args:
        unanswerable: Whether each question has no answer, shape (n,).
        refused: Whether the system refused it, shape (n,).

    Returns:
        Name -> function from weights (b, n), how often each question is drawn, to values (b,).
    """
    positive, given = np.asarray(unanswerable, dtype=float), np.asarray(refused, dtype=float)
    right = positive * given
    return {
        "abstention_precision": _ratio(right, given),
        "abstention_recall": _ratio(right, positive),
        "abstention_f1": _ratio(2 * right, given + positive),
    }


def _ratio(
    above: NDArray[np.float64], below: NDArray[np.float64]
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    def statistic(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore"):
            return (weights @ above) / (weights @ below)

    return statistic
