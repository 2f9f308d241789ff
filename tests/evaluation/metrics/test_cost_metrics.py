"""Latency percentiles."""

from __future__ import annotations

import pytest

from rag.evaluation.metrics.cost import latency
from rag.evaluation.records import Prediction


def test_percentiles_by_stage() -> None:
    predictions = [
        Prediction(str(number), timings_ms={"retrieve": float(number), "total": 10.0 * number})
        for number in range(1, 102)
    ]
    predictions.append(Prediction("x", timings_ms={"rewrite": 3.0}))  # a stage that only some go through
    found = latency(predictions)
    assert list(found) == ["retrieve", "total", "rewrite"]
    assert found["retrieve"] == {"p50": 51.0, "p95": 96.0, "p99": 100.0}
    assert found["total"]["p99"] == pytest.approx(1000.0)
    assert found["rewrite"] == {"p50": 3.0, "p95": 3.0, "p99": 3.0}


def test_nothing_timed_is_nothing_said() -> None:
    assert latency([]) == latency([Prediction("1")]) == {}
