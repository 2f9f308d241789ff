"""summary.json: what a run found, in figures. Its fields are described in docs/evaluation.md."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rag import __version__
from rag.evaluation import metrics
from rag.evaluation.metrics import cost
from rag.evaluation.records import Dataset, Example, Prediction
from rag.evaluation.systems import Documents, System

SCHEMA = 1  # goes up when a field changes its meaning or is gone
_VERSIONS = (
    "numpy",
    "scipy",
    "ir-measures",
    "faiss-cpu",
    "onnxruntime",
    "sentence-transformers",
    "transformers",
    "torch",
)


def summarise(
    dataset: Dataset,
    collection: Documents,
    system: System,
    examples: list[Example],
    predictions: list[Prediction],
    scores: list[dict[str, float]],
    *,
    mode: str,
    seed: int,
    normalisation: str,
    batch: int,
) -> dict[str, Any]:
    """Everything but the time and memory that it took, which are in "cost" alone, is the same for the same inputs."""
    how: dict[str, Any] = {"mode": mode, "normalisation": normalisation, "seed": seed, "scores": scores}
    found = metrics.aggregates(examples, predictions, **how)
    return {
        "schema": SCHEMA,
        "dataset": {
            "name": dataset.name,
            "digest": dataset.digest,
            "questions": len(examples),
            "left_out": len(dataset.examples) - len(examples),
            "documents": collection.documents,
            "skipped": len(dataset.skipped),
            "unread": list(collection.failures),
        },
        "mode": mode,
        "normalisation": normalisation,
        "system": {"name": system.name, **system.describe()},
        "seed": seed,
        "metrics": found["metrics"],
        "thresholds": found["thresholds"],
        "curves": found["curves"],
        "by_type": metrics.by_type(examples, predictions, **how),
        "cost": _cost(collection, predictions, batch),
        "versions": _versions(),
    }


def _cost(collection: Documents, predictions: list[Prediction], batch: int) -> dict[str, Any]:
    # As many questions are under way at any moment as are asked at once: Little's law gives the throughput
    seconds = sum(prediction.timings_ms.get("total", 0.0) for prediction in predictions) / 1000
    return {
        "latency_ms": cost.latency(predictions),
        "batch": batch,
        "questions_per_second": round(batch * len(predictions) / seconds, 2) if seconds else None,
        "peak_memory_mib": 0.0,
        "index_mib": round(collection.size / 1024**2, 2),
        "tokens": sum(prediction.tokens for prediction in predictions),
    }


def _versions() -> dict[str, str]:
    versions = {"sourcier": __version__, "python": platform.python_version()}
    for package in _VERSIONS:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
