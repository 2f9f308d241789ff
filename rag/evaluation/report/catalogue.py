"""What the reader is told of each metric: its label, one plain line, how its numbers are written, which way is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NO_INTERVAL = "no interval"


@dataclass(frozen=True, slots=True)
class Metric:
    """`better` is 1 when higher is better, -1 when lower is, 0 when neither is. `share` is written as a percentage."""

    name: str
    label: str
    meaning: str
    group: str
    better: int = 1
    share: bool = True

    @property
    def explanation(self) -> str:
        return f"{self.meaning} Lower is better." if self.better < 0 else self.meaning

    def number(self, value: float) -> str:
        """`71.3%` for a share, `0.766` for a score."""
        return f"{100 * value:.1f}%" if self.share else f"{value:.3f}"

    def signed(self, value: float) -> str:
        """A difference, with its sign: `+1.2` (points of a percentage) or `+0.012`."""
        text = f"{100 * value:+.1f}" if self.share else f"{value:+.3f}"
        return text.replace("-", "−") if float(text) else text.lstrip("+-")

    def interval(self, low: float | None, high: float | None) -> str:
        """`69.9 – 72.7`, without the unit that the value already has."""
        if low is None or high is None:
            return NO_INTERVAL
        return f"{100 * low:.1f} – {100 * high:.1f}" if self.share else f"{low:.3f} – {high:.3f}"


ANSWERS, GROUNDING, REFUSALS, CONFIDENCE, RETRIEVAL, OTHER = (
    "Answers", "Grounding", "Refusals", "Confidence", "Retrieval", "Other",
)  # fmt: skip
GROUPS = (ANSWERS, REFUSALS, GROUNDING, CONFIDENCE, RETRIEVAL, OTHER)

_METRICS = (
    Metric("f1", "F1", "Words shared by the answer and the gold answer; refusing an unanswerable question counts 1.", ANSWERS),
    Metric("exact_match", "Exact match", "The answer is a gold answer, but for case, articles and punctuation; accents count.", ANSWERS),
    Metric("has_ans_f1", "F1, answerable", "F1 over the questions that have an answer.", ANSWERS),
    Metric("has_ans_exact", "Exact match, answerable", "Exact match over the questions that have an answer.", ANSWERS),
    Metric("answer_in_quote", "Answer in quote", "A gold answer stands in a quote that the answer cites; answerable questions only.", ANSWERS),
    Metric("best_f1", "F1 at the best threshold", "What F1 would be with the threshold of refusing that suits this data set best.", ANSWERS),
    Metric("best_exact", "Exact match at the best threshold", "The same for exact match.", ANSWERS),
    Metric("no_ans", "Unanswerable refused", "Share of the unanswerable questions that were refused.", REFUSALS),
    Metric("abstention_f1", "F1 of refusing", "Are the unanswerable questions refused, and only those?", REFUSALS),
    Metric("abstention_precision", "Precision of refusing", "Share of the refusals that were of unanswerable questions.", REFUSALS),
    Metric("abstention_recall", "Recall of refusing", "Share of the unanswerable questions that were refused.", REFUSALS),
    Metric("refused", "Refused", "Share of all questions that were refused.", REFUSALS, better=0),
    Metric("citation_precision", "Citation precision", "Share of the citations that support the sentence they stand behind.", GROUNDING),
    Metric("citation_recall", "Citation recall", "Share of the sentences that their citations support.", GROUNDING),
    Metric("quote_fidelity", "Quote fidelity", "Share of the quotes found word for word at their place in the document.", GROUNDING),
    Metric("unsupported_sentences", "Unsupported sentences", "Share of the sentences that nothing cited supports.", GROUNDING, better=-1),
    Metric("aurc", "Area under risk-coverage", "Mean error rate over all thresholds of refusing.", CONFIDENCE, better=-1, share=False),
    Metric("ece", "Calibration error", "Mean gap between confidence and share of right answers.", CONFIDENCE, better=-1, share=False),
    Metric("mrr@10", "MRR@10", "Mean of 1/rank of the first relevant document, 0 beyond the tenth.", RETRIEVAL, share=False),
    Metric("hit@1", "Hit@1", "A relevant document is ranked first.", RETRIEVAL),
    Metric("hit@5", "Hit@5", "A relevant document is among the first 5.", RETRIEVAL),
    Metric("hit@10", "Hit@10", "A relevant document is among the first 10.", RETRIEVAL),
    Metric("recall@5", "Recall@5", "Share of the relevant documents among the first 5.", RETRIEVAL),
    Metric("recall@10", "Recall@10", "Share of the relevant documents among the first 10.", RETRIEVAL),
    Metric("recall@100", "Recall@100", "Share of the relevant documents among the first 100.", RETRIEVAL),
    Metric("ndcg@10", "nDCG@10", "Gain of the first 10, discounted by rank, against the best possible order.", RETRIEVAL, share=False),
    Metric("map", "MAP", "Mean over the questions of average precision.", RETRIEVAL, share=False),
)  # fmt: skip
CATALOGUE = {metric.name: metric for metric in _METRICS}
_ORDER = {metric.name: place for place, metric in enumerate(_METRICS)}

_MAIN = ("f1", "exact_match", "answer_in_quote", "abstention_f1", "mrr@10", "hit@1")
_MAIN_RETRIEVAL = ("mrr@10", "hit@1", "hit@10", "ndcg@10", "recall@100")
_OVERVIEW = ("has_ans_f1", "no_ans", "citation_precision", "citation_recall", "aurc")


def metric(name: str) -> Metric:
    """What is known of a metric; one that the catalogue lacks is shown under its own name."""
    return CATALOGUE.get(name) or Metric(name, name, "", OTHER, share=False)


def ordered(names: Mapping[str, Any]) -> list[Metric]:
    """The metrics of these names as the report lists them, unknown ones last."""
    return [metric(name) for name in sorted(names, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))]


def main_metric(mode: str) -> Metric:
    """The one figure that stands for a run of this mode: MRR@10 of retrieval, F1 of answers."""
    return CATALOGUE["mrr@10" if mode == "retrieval" else "f1"]


def headline(mode: str, metrics: Mapping[str, Any]) -> list[Metric]:
    """What a reader wants first, as far as the run has it."""
    names = _MAIN_RETRIEVAL if mode == "retrieval" else _MAIN
    return [CATALOGUE[name] for name in names if name in metrics]


def side_by_side(mode: str, metrics: Mapping[str, Any]) -> list[Metric]:
    """The columns of a table over several systems."""
    more = () if mode == "retrieval" else _OVERVIEW
    return headline(mode, metrics) + [CATALOGUE[name] for name in more if name in metrics]
