"""Retrieval: how high are the relevant documents ranked? Computed by trec_eval, through ir-measures.

Sources: Voorhees and Harman, "TREC: Experiment and Evaluation in Information Retrieval", 2005 (trec_eval); Järvelin and
Kekäläinen, TOIS 2002 (nDCG); MacAvaney et al., "Streamlining Evaluation with ir-measures", ECIR 2022; Van Gysel and de
Rijke, "Pytrec_eval", SIGIR 2018.

What trec_eval does holds here: only the scores order a ranking, taken as 32-bit floats; equal scores are ordered by
document id, the greatest first; a document that stands twice is counted once, with its best score.
"""

from __future__ import annotations

from collections.abc import Sequence

import ir_measures
from ir_measures import AP, RR, R, Success, nDCG

from rag.evaluation.records import Example, Prediction

_MEASURES = {
    Success @ 1: "hit@1",
    Success @ 5: "hit@5",
    Success @ 10: "hit@10",
    R @ 5: "recall@5",
    R @ 10: "recall@10",
    R @ 100: "recall@100",
    RR: "mrr@10",
    nDCG @ 10: "ndcg@10",
    AP: "map",
}
RETRIEVAL_METRICS = tuple(_MEASURES.values())


def retrieval_scores(examples: Sequence[Example], predictions: Sequence[Prediction]) -> list[dict[str, float]]:
    """The retrieval metrics of each question, in order; a document is relevant when its gold grade is 1 or more.

    - hit@k: 1 when a relevant document is among the first k, else 0 (trec_eval's success_k).
    - recall@k: relevant documents among the first k / relevant documents.
    - mrr@10: 1 / rank of the first relevant document, 0 beyond the tenth (recip_rank, cut at 10).
    - ndcg@10: DCG@10 / DCG@10 of the ideal order, DCG = sum of grade / log2(rank + 1) (ndcg_cut_10).
    - map: sum of the precision at each relevant document found / relevant documents (map).

    All 0.0 to 1.0, higher is better. A ranking without documents scores 0 throughout (trec_eval -c). The record is empty
    where the data set names no relevant document.
    """
    scores: list[dict[str, float]] = [
        dict.fromkeys(RETRIEVAL_METRICS, 0.0) if _relevant(one) else {} for one in examples
    ]
    # the place stands for the question: ids need not be unique
    gold: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    for place, (example, prediction) in enumerate(zip(examples, predictions, strict=True)):
        if not (relevant := _relevant(example)):
            continue
        ranking = _ranking(prediction)
        number = _numbers({*relevant, *ranking})
        gold[str(place)] = {number[document]: grade for document, grade in relevant.items()}
        if ranking:
            run[str(place)] = {number[document]: score for document, score in ranking.items()}
    if run:
        for value in ir_measures.iter_calc(list(_MEASURES), gold, run):
            scores[int(value.query_id)][_MEASURES[value.measure]] = float(value.value)
    for record in scores:
        # not RR@10 of ir-measures: that comes from another provider, which breaks ties differently
        if record and record["mrr@10"] < 1 / 10:
            record["mrr@10"] = 0.0
    return scores


def _numbers(documents: set[str]) -> dict[str, str]:
    """A number for each document id, in the order of the ids: trec_eval, in C, dies of ids that are no valid UTF-8."""
    return {document: f"{place:09d}" for place, document in enumerate(sorted(documents))}


def _relevant(example: Example) -> dict[str, int]:
    return {document: grade for document, grade in example.gold.items() if grade > 0}


def _ranking(prediction: Prediction) -> dict[str, float]:
    best: dict[str, float] = {}
    for document, score in prediction.ranking:
        best[document] = max(score, best.get(document, score))
    return best
