"""Token F1: how many words do the answer and the gold answer share?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.evaluation.metrics.normalisation import normalise


def token_f1(prediction: str, answers: Sequence[str], normalisation: str = "french") -> float:
    """Harmonic mean of precision and recall of the prediction's words, the best over the gold answers.

        P = shared / words of the prediction,  R = shared / words of the gold answer,  F1 = 2PR / (P + R)

    Words are what white space separates after normalisation, counted as often as they occur. Where either side has no
    word, F1 is 1 if both have none, else 0.

    Args:
        prediction: The short answer, "" when the system refused.
        answers: The gold answers, at least one; `squad2.gold_answers` gives [""] for an unanswerable question.
        normalisation: "french" or "english", see `normalisation`.

    Returns:
        0.0 to 1.0, higher is better.

    Source:
        Rajpurkar et al., EMNLP 2016; the rule for no words: the SQuAD 2.0 script (Rajpurkar et al., ACL 2018).
    """
    found = normalise(prediction, normalisation).split()
    return max(_f1(found, normalise(answer, normalisation).split()) for answer in answers)


def _f1(found: list[str], gold: list[str]) -> float:
    if not found or not gold:
        return float(found == gold)
    shared = sum((Counter(found) & Counter(gold)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(found), shared / len(gold)
    # the order of operations of the official script, so that the last digit agrees
    return (2 * precision * recall) / (precision + recall)
