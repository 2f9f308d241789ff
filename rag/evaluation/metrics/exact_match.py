"""Exact match: is the answer one of the gold answers?"""

from __future__ import annotations

from collections.abc import Sequence

from rag.evaluation.metrics.normalisation import normalise


def exact_match(prediction: str, answers: Sequence[str], normalisation: str = "french") -> float:
    """1.0 when the prediction equals a gold answer after normalisation, else 0.0; the best over the gold answers.

        EM = max over g in answers of [normalise(prediction) = normalise(g)]

    Args:
        prediction: The short answer, "" when the system refused.
        answers: The gold answers, at least one; `squad2.gold_answers` gives [""] for an unanswerable question,
            so that refusing it counts 1 and answering it 0.
        normalisation: "french" or "english", see `normalisation`.

    Returns:
        0.0 or 1.0, higher is better.

    Source:
        Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", EMNLP 2016.
    """
    found = normalise(prediction, normalisation)
    return float(any(found == normalise(answer, normalisation) for answer in answers))
