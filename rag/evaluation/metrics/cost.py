"""Cost: how long does a question take?"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rag.evaluation.records import Prediction

PERCENTILES = {"p50": 50.0, "p95": 95.0, "p99": 99.0}


def latency(predictions: Iterable[Prediction]) -> dict[str, dict[str, float]]:
    """Percentiles of the time that each stage takes, in milliseconds, "total" among the stages.

    The p-th percentile is the time within which p % of the questions are done, interpolated linearly between the
    two nearest (Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, type 7). A stage is counted over the
    questions that went through it, and absent when none did.

    Returns:
        {stage: {"p50": ms, "p95": ms, "p99": ms}}, stages in the order in which they first occur.
    """
    times: dict[str, list[float]] = {}
    for prediction in predictions:
        for stage, milliseconds in prediction.timings_ms.items():
            times.setdefault(stage, []).append(milliseconds)
    return {
        stage: {name: float(np.percentile(values, share)) for name, share in PERCENTILES.items()}
        for stage, values in times.items()
    }
