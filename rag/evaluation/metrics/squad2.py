"""SQuAD 2.0: answerable and unanswerable questions apart, and the best threshold of refusing.

Source: Rajpurkar, Jia and Liang, "Know What You Don't Know: Unanswerable Questions for SQuAD", ACL 2018, and its
evaluation script. Run on the exported `predictions.json` and `na_prob.json`, that script gives the same figures
(times 100) with `normalisation="english"`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.evaluation.metrics.exact_match import exact_match
from rag.evaluation.metrics.normalisation import normalise
from rag.evaluation.metrics.token_f1 import token_f1
from rag.evaluation.records import Example, Prediction


def is_judged(example: Example) -> bool:
    """Whether exact match and F1 apply: the data set has gold answers, or says that there is none."""
    return bool(example.answers) or example.unanswerable


def gold_answers(example: Example, normalisation: str = "french") -> list[str]:
    """The gold answers that are compared; [""] for an unanswerable question, whose only right answer is none.

    As in the official script, gold answers of which normalisation leaves nothing are left out.
    """
    if example.unanswerable:
        return [""]
    return [answer for answer in example.answers if normalise(answer, normalisation)] or [""]


def given_answer(prediction: Prediction) -> str:
    """What counts as the answer, and stands in the exported `predictions.json`: "" when the system refused."""
    return "" if prediction.abstained else prediction.short_answer


def no_answer_probability(prediction: Prediction) -> float:
    """What stands in the exported `na_prob.json`: 1 − confidence."""
    return 1.0 - prediction.confidence


def squad2(example: Example, prediction: Prediction, normalisation: str = "french") -> dict[str, float]:
    """Exact match and F1 of one question, over all questions and over its kind.

    Returns:
        "exact_match" and "f1" (a refused unanswerable question counts 1, an answer to it 0); with them
        "has_ans_exact" and "has_ans_f1" when the question is answerable (HasAns_exact, HasAns_f1 of the script), or
        "no_ans" when it is not (NoAns_exact, which equals NoAns_f1). Each 0.0 to 1.0, higher is better. Empty
        when the data set does not say what the answer is.
    """
    if not is_judged(example):
        return {}
    golds, given = gold_answers(example, normalisation), given_answer(prediction)
    exact, f1 = exact_match(given, golds, normalisation), token_f1(given, golds, normalisation)
    if example.unanswerable:
        return {"exact_match": exact, "f1": f1, "no_ans": exact}
    return {"exact_match": exact, "f1": f1, "has_ans_exact": exact, "has_ans_f1": f1}


class BestThreshold:
    """The sweep of the official script: which threshold of refusing would have given the highest mean score?

    With threshold t, a question is refused when its no-answer probability is above t. From refusing everything (score:
    the number of unanswerable questions), questions are answered in order of that probability; each adds its
    score when it is answerable and takes 1 away when it is not but was answered. The best score on the way, divided by
    the number of questions, is the metric. Answers that the system itself refused stay refused: the sweep sees the
    exported predictions, and can only refuse more. (The risk-coverage curve looks at the refused candidates.)

    Args:
        scores: Exact match or F1 of each question, shape (n,).
        answerable: Whether it has an answer, shape (n,).
        answered: Whether the system answered it, shape (n,).
        no_answer: No-answer probability of each, shape (n,); ties are answered in the order given, as the script does.
    """

    def __init__(
        self, scores: Sequence[float], answerable: Sequence[bool], answered: Sequence[bool], no_answer: Sequence[float]
    ) -> None:
        self._no_answer = np.asarray(no_answer, dtype=float)
        self._order = np.argsort(self._no_answer, kind="stable")
        has_answer = np.asarray(answerable, dtype=bool)
        steps = np.where(has_answer, np.asarray(scores, dtype=float), -np.asarray(answered, dtype=float))
        self._steps = steps[self._order]
        self._unanswerable = (~has_answer).astype(float)

    def __call__(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The best mean score, 0..1, of samples that draw question i `weights[:, i]` times: (b, n) to (b,)."""
        return self._path(weights).max(axis=1) / weights.sum(axis=1)

    @property
    def threshold(self) -> float:
        """The no-answer probability above which refusing gives the best score; 0.0 when refusing everything does."""
        best = int(self._path(np.ones((1, len(self._steps)))).argmax())
        return float(self._no_answer[self._order[best - 1]]) if best else 0.0

    def _path(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        start = weights @ self._unanswerable[:, None]
        return np.cumsum(np.hstack([start, weights[:, self._order] * self._steps]), axis=1)
