"""The files of a run, for the report and for other tools."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.evaluation.metrics.squad2 import given_answer, no_answer_probability
from rag.evaluation.records import Example, Prediction
from rag.records import SourcierError


def write(
    out: Path,
    summary: Mapping[str, Any],
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    scores: Sequence[Mapping[str, float]],
) -> None:
    """predictions.jsonl, predictions.json and na_prob.json as the official SQuAD 2.0 script reads them, run.trec and
    qrels.trec as trec_eval does, and last summary.json: a folder that has it is complete.

    Raises SourcierError when the folder cannot be written.
    """
    rows = [_row(*row) for row in zip(examples, predictions, scores, strict=True)]
    contents = {"predictions.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)}
    if summary["mode"] != "retrieval":
        contents["predictions.json"] = _json({p.id: given_answer(p) for p in predictions})
        contents["na_prob.json"] = _json({p.id: no_answer_probability(p) for p in predictions})
    contents["run.trec"] = "".join(_run(predictions, summary["system"]["name"]))
    contents["qrels.trec"] = "".join(_qrels(examples))
    contents["summary.json"] = _json(summary)
    (out / "summary.json").unlink(missing_ok=True)
    for name, content in contents.items():
        write_text(out / name, content)


def write_text(path: Path, content: str) -> None:
    """A file whole or not at all. Raises SourcierError when it cannot be written."""
    unfinished = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(content.encode("utf-8", "replace").decode(), "utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise SourcierError(f"{path} cannot be written ({error.strerror}): name another folder with --out.") from error


def _json(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _row(example: Example, prediction: Prediction, scores: Mapping[str, float]) -> dict[str, Any]:
    return {
        "id": example.id,
        "question": example.question,
        "history": [{"role": turn.role, "content": turn.content} for turn in example.history],
        "type": example.type,
        "unanswerable": example.unanswerable,
        "answers": list(example.answers),
        "gold": dict(example.gold),
        "gold_quotes": list(example.quotes),
        **prediction.to_json(),
        "scores": dict(scores),
    }


def _run(predictions: Iterable[Prediction], tag: str) -> Iterable[str]:
    for prediction in predictions:
        for rank, (document, score) in enumerate(prediction.ranking, 1):
            yield f"{trec_word(prediction.id)} Q0 {trec_word(document)} {rank} {score:.6f} {trec_word(tag)}\n"


def _qrels(examples: Iterable[Example]) -> Iterable[str]:
    for example in examples:
        for document, grade in example.gold.items():
            yield f"{trec_word(example.id)} 0 {trec_word(document)} {grade}\n"


def trec_word(text: str) -> str:
    """An id as it stands in a TREC file: TREC's columns are parted by white space, so an id has none."""
    return "_".join(text.split()) or "_"
