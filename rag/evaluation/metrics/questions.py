"""The metrics of each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.evaluation.metrics.answer_in_quote import answer_in_quote
from rag.evaluation.metrics.grounding import grounding
from rag.evaluation.metrics.retrieval import retrieval_scores
from rag.evaluation.metrics.squad2 import squad2
from rag.evaluation.records import Example, Prediction, Quote


def per_question(
    example: Example,
    prediction: Prediction,
    *,
    mode: str,
    normalisation: str = "french",
    documents: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """The metrics that apply to one question, name -> value, each 0.0 to 1.0.

    - Retrieval (`retrieval`): where the data set names a relevant document; not in mode "reading", which gives it.
    - Answers (`squad2`, `answer_in_quote`), grounding (`grounding`) and "refused" (1.0 when the system refused): not in
      mode "retrieval". Answers only where the data set says what they are; a refusal has no grounding.

    Args:
        example: The question with its gold answers and documents.
        prediction: What the system made of it.
        mode: One of `records.MODES`.
        normalisation: "french" or "english", see `normalisation`.
        documents: Id -> text of the documents that quotes are from. With it quotes are looked up at their offsets;
            without it their own `verbatim` is believed.
    """
    return per_questions([example], [prediction], mode=mode, normalisation=normalisation, documents=documents)[0]


def per_questions(
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    *,
    mode: str,
    normalisation: str = "french",
    documents: Mapping[str, str] | None = None,
) -> list[dict[str, float]]:
    """`per_question` of many, in order; faster than one by one, as trec_eval is only called once."""
    scores: list[dict[str, float]] = (
        [{} for _ in examples] if mode == "reading" else retrieval_scores(examples, predictions)
    )
    if mode == "retrieval":
        return scores
    for record, example, prediction in zip(scores, examples, predictions, strict=True):
        record.update(_answer(example, prediction, normalisation, documents))
    return scores


def _answer(
    example: Example, prediction: Prediction, normalisation: str, documents: Mapping[str, str] | None
) -> dict[str, float]:
    scores = squad2(example, prediction, normalisation)
    if not example.unanswerable:
        quotes = [] if prediction.abstained else [quote.text for quote in prediction.quotes]
        found = answer_in_quote(quotes, example.answers, normalisation)
        if found is not None:
            scores["answer_in_quote"] = found
    scores |= grounding(prediction if documents is None else _checked(prediction, documents))
    scores["refused"] = float(prediction.abstained)
    return scores


def _checked(prediction: Prediction, documents: Mapping[str, str]) -> Prediction:
    """The prediction, each quote `verbatim` as the documents have it; of an unknown document nothing is."""
    return replace(
        prediction, quotes=tuple(replace(one, verbatim=_stands(one, documents)) for one in prediction.quotes)
    )


def _stands(quote: Quote, documents: Mapping[str, str]) -> bool:
    text = documents.get(quote.document)
    return text is not None and 0 <= quote.start <= quote.end and text[quote.start : quote.end] == quote.text
