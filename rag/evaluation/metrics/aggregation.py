"""The metrics of a whole run: means over the questions and what only many questions have, with 95% intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum, isnan
from typing import Any

from rag.evaluation.metrics.calibration import Calibration
from rag.evaluation.metrics.intervals import bootstrap_mean, bootstrap_statistic
from rag.evaluation.metrics.questions import per_questions
from rag.evaluation.metrics.risk_coverage import RiskCoverage
from rag.evaluation.metrics.squad2 import BestThreshold, is_judged
from rag.evaluation.metrics.whole_run import statistics
from rag.evaluation.records import Example, Prediction
from rag.records import SourcierError

BY_TYPE = ("f1", "exact_match", "answer_in_quote", "mrr@10", "refused")
OTHER_TYPE = "other"

Scores = Sequence[Mapping[str, float]]


def aggregates(
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    *,
    mode: str,
    normalisation: str = "french",
    seed: int = 7,
    documents: Mapping[str, str] | None = None,
    scores: Scores | None = None,
) -> dict[str, Any]:
    """What a run is worth. The same arguments give the same figures.

    Args:
        examples: The questions.
        predictions: One for each, in the same order.
        mode: One of `records.MODES`.
        normalisation: "french" or "english".
        seed: Of the resampling.
        documents: As in `per_question`.
        scores: What `per_question` gave for each, where it is known already; else it is computed.

    Returns:
        - "metrics": name -> {"value", "low", "high", "n"}: the mean of each metric of `per_question` over the n
          questions that it applies to; and, in other modes than "retrieval", over the questions that the data
          set judges: "best_exact", "best_f1" (`squad2.BestThreshold`), "aurc" (`risk_coverage`), "ece" (`calibration`),
          and where some of them are unanswerable "abstention_precision", "abstention_recall", "abstention_f1".
        - "thresholds": "best_exact" and "best_f1" -> the no-answer probability above which to refuse.
        - "curves": "risk_coverage" [[coverage, risk], …] and "reliability" [[mean confidence, share right, n], …].
        What does not apply is absent; without any judged question thresholds and curves are empty.

    Raises:
        SourcierError: predictions and examples do not go together, or a confidence is not in 0..1.
    """
    scores = _scores(examples, predictions, scores, mode, normalisation, documents)
    found: dict[str, Any] = {"metrics": _means(scores, seed), "thresholds": {}, "curves": {}}
    judged = [place for place, example in enumerate(examples) if is_judged(example)]
    if mode == "retrieval" or not judged:
        found["curves"] = {"risk_coverage": [], "reliability": []}
        return found

    asked, given = [examples[place] for place in judged], [predictions[place] for place in judged]
    found_in_all = statistics(asked, given, [scores[place] for place in judged], normalisation)
    for name, statistic in found_in_all.items():
        value, low, high = bootstrap_statistic(statistic, len(judged), seed)
        if not isnan(value):
            found["metrics"][name] = {"value": value, "low": low, "high": high, "n": len(judged)}
        if isinstance(statistic, BestThreshold):
            found["thresholds"][name] = statistic.threshold
        elif isinstance(statistic, RiskCoverage):
            found["curves"]["risk_coverage"] = statistic.curve()
        elif isinstance(statistic, Calibration):
            found["curves"]["reliability"] = statistic.reliability()
    return found


def by_type(
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    *,
    mode: str,
    normalisation: str = "french",
    seed: int = 7,
    documents: Mapping[str, str] | None = None,
    scores: Scores | None = None,
) -> dict[str, dict[str, Any]]:
    """The main metrics for each type of question: {type: {"n": questions, metric: {"value", "low", "high", "n"}}}.

    Arguments as in `aggregates`. Types in alphabetical order; questions without one are "other", and where no question
    has a type the record is empty.
    """
    scores = _scores(examples, predictions, scores, mode, normalisation, documents)
    groups: dict[str, list[Mapping[str, float]]] = {}
    for example, record in zip(examples, scores, strict=True):
        kept = {name: record[name] for name in BY_TYPE if name in record}
        groups.setdefault(example.type or OTHER_TYPE, []).append(kept)
    if not any(example.type for example in examples):
        return {}
    return {name: {"n": len(groups[name]), **_means(groups[name], seed)} for name in sorted(groups)}


def _means(scores: Scores, seed: int) -> dict[str, dict[str, float]]:
    values: dict[str, list[float]] = {}
    for record in scores:
        for name, value in record.items():
            values.setdefault(name, []).append(value)
    means = {}
    for name, found in values.items():
        low, high = bootstrap_mean(found, seed)
        means[name] = {"value": fsum(found) / len(found), "low": low, "high": high, "n": len(found)}
    return means


def _scores(
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    scores: Scores | None,
    mode: str,
    normalisation: str,
    documents: Mapping[str, str] | None,
) -> Scores:
    if [example.id for example in examples] != [prediction.id for prediction in predictions]:
        raise SourcierError("the predictions are not those of these questions: give one for each, in the same order")
    for prediction in predictions:
        if not 0.0 <= prediction.confidence <= 1.0:
            raise SourcierError(f"question {prediction.id}: a confidence lies in 0..1, not {prediction.confidence}")
    if scores is not None:
        if len(scores) != len(examples):
            raise SourcierError(f"{len(scores)} records of scores do not go with {len(examples)} questions")
        return scores
    return per_questions(examples, predictions, mode=mode, normalisation=normalisation, documents=documents)
