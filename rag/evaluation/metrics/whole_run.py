"""The metrics that only many questions have, as functions of how often each question is drawn: for paired resampling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.evaluation.metrics.abstention import abstention
from rag.evaluation.metrics.calibration import Calibration
from rag.evaluation.metrics.correctness import is_correct
from rag.evaluation.metrics.intervals import Statistic
from rag.evaluation.metrics.risk_coverage import RiskCoverage
from rag.evaluation.metrics.squad2 import BestThreshold, given_answer, no_answer_probability
from rag.evaluation.records import Example, Prediction


def statistics(
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    scores: Sequence[Mapping[str, float]],
    normalisation: str = "french",
) -> dict[str, Statistic]:
    """What `metrics.aggregates` computes beside means, under the same names, for n questions that are judged.

    Args:
        examples: The questions, all with gold answers or known to be unanswerable.
        predictions: One for each, in the same order.
        scores: The values of `metrics.per_question` for each.
        normalisation: "french" or "english".

    Returns:
        Name -> function from weights (b, n) to values (b,); empty where there is no question.
    """
    if not examples:
        return {}
    confidences = [prediction.confidence for prediction in predictions]
    correct = [is_correct(*pair, normalisation) for pair in zip(examples, predictions, strict=True)]
    found: dict[str, Statistic] = {
        "aurc": RiskCoverage(confidences, correct),
        "ece": Calibration(confidences, correct),
    }
    for best, name in (("best_exact", "exact_match"), ("best_f1", "f1")):
        found[best] = BestThreshold(
            [record[name] for record in scores],
            [not example.unanswerable for example in examples],
            [bool(given_answer(prediction)) for prediction in predictions],
            [no_answer_probability(prediction) for prediction in predictions],
        )
    unanswerable = [example.unanswerable for example in examples]
    if any(unanswerable):
        found |= abstention(unanswerable, [prediction.abstained for prediction in predictions])
    return found
