"""The metrics of the benchmark: one file for each, with its definition, formula and source.

`per_question` gives the values of one question, `aggregates` and `by_type` their means with 95% intervals and the metrics
that only a whole run has. A metric that does not apply is absent, never 0.
"""

from rag.evaluation.metrics.aggregation import aggregates, by_type
from rag.evaluation.metrics.questions import per_question, per_questions

__all__ = ["aggregates", "by_type", "per_question", "per_questions"]
