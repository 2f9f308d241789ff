"""Was the candidate right? What the risk-coverage curve and calibration count."""

from __future__ import annotations

from rag.evaluation.metrics.answer_in_quote import answer_in_quote
from rag.evaluation.metrics.squad2 import gold_answers
from rag.evaluation.metrics.token_f1 import token_f1
from rag.evaluation.records import Example, Prediction

ENOUGH = 0.5


def is_correct(example: Example, prediction: Prediction, normalisation: str = "french") -> bool:
    """Whether the answer that the system gave, or would have given had it not refused, is right.

    Right is an F1 of 0.5 or more with a gold answer, or a gold answer that stands in a cited quote: a sentence that is
    not the shortest answer is still one. Nothing is right where the question is unanswerable.
    """
    if example.unanswerable:
        return False
    candidate = prediction.candidate or prediction.short_answer
    if candidate and token_f1(candidate, gold_answers(example, normalisation), normalisation) >= ENOUGH:
        return True
    return bool(answer_in_quote((quote.text for quote in prediction.quotes), example.answers, normalisation))
