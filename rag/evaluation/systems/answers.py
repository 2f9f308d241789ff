"""Another system, by the files that it wrote: answers as the official SQuAD script reads them, rankings as trec_eval does."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rag.evaluation.collection import DEPTH
from rag.evaluation.files import trec_word
from rag.evaluation.records import Dataset, Example, Prediction
from rag.evaluation.systems import Documents, overrides
from rag.progress import Progress
from rag.records import SourcierError


class Answers:
    """Looks every question up in files, and answers nothing itself.

    Options: `file` (JSON object, question id -> answer, "" for a refusal), `na_prob` (JSON object, question id ->
    probability that there is no answer) and `run` (TREC run: id, Q0, document, rank, score, tag). White space in ids
    may be written "_" in a TREC run.
    """

    def __init__(self, name: str, options: dict[str, str]) -> None:
        """Raises SourcierError for other options, and for files that cannot be read or are something else."""
        values = overrides(name, options, {"file": "", "na_prob": "", "run": ""})
        if "file" not in values and "run" not in values:
            raise SourcierError(f"System {name!r}: name its answers, answers:file=predictions.json (or run=run.trec).")
        self.name = name
        self._files = {key: Path(value) for key, value in values.items()}
        contents = {key: _content(path) for key, path in self._files.items()}
        self._digests = {key: hashlib.sha256(content.encode()).hexdigest() for key, content in contents.items()}
        self._answers = _strings(self._files["file"], contents["file"]) if "file" in contents else None
        self._no_answer = _probabilities(self._files["na_prob"], contents["na_prob"]) if "na_prob" in contents else None
        self._rankings = _rankings(self._files["run"], contents["run"]) if "run" in contents else {}

    def open(self, dataset: Dataset, work: Path, progress: Progress) -> Documents:
        """Nothing is indexed. Raises SourcierError when there are questions without an answer."""
        for known, file in ((self._answers, "file"), (self._no_answer, "na_prob")):
            missing = [example.id for example in dataset.examples if known is not None and example.id not in known]
            if missing:
                raise SourcierError(
                    f"{self._files[file]} has nothing on {len(missing)} of {len(dataset.examples)} questions of "
                    f'{dataset.name}, the first is {missing[0]!r}: give a value for each ("" is a refusal).'
                )
        self._names = {trec_word(document.id): document.id for document in dataset.documents}
        self._names |= {trec_word(name): name for example in dataset.examples for name in example.gold}
        return _Given(dataset)

    def describe(self) -> dict[str, Any]:
        return {"reader": {"name": "answers of another system", **self._digests}}

    def predict(self, example: Example, mode: str) -> Prediction:
        found = self._rankings.get(example.id) or self._rankings.get(trec_word(example.id), {})
        ranked = sorted(found.items(), key=lambda item: -item[1])[:DEPTH]
        ranking = tuple((self._names.get(document, document), score) for document, score in ranked)
        if mode == "retrieval":
            return Prediction(example.id, ranking=ranking)
        answer = (self._answers or {}).get(example.id, "").strip()
        return Prediction(
            id=example.id,
            answer=answer,
            short_answer=answer,
            candidate=answer,
            abstained=not answer,
            confidence=1.0 - (self._no_answer or {}).get(example.id, 0.0 if answer else 1.0),
            ranking=ranking,
        )

    def close(self) -> None:
        """Nothing is open."""


class _Given:
    """The documents of a data set as it names them."""

    def __init__(self, dataset: Dataset) -> None:
        self.texts: Mapping[str, str] = {document.id: document.text for document in dataset.documents}
        self.documents = len(dataset.documents)
        self.failures: tuple[str, ...] = ()
        self.size = 0


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourcierError(f"{path} cannot be read ({error}): name a UTF-8 file.") from error


def _object(path: Path, content: str, wanted: str) -> dict[str, Any]:
    try:
        record = json.loads(content)
    except ValueError as error:
        raise SourcierError(
            f"{path} is not valid JSON ({error}): an object, question id -> {wanted}, is expected."
        ) from error
    if not isinstance(record, dict):
        raise SourcierError(f"{path}: an object, question id -> {wanted}, is expected.")
    return record


def _strings(path: Path, content: str) -> dict[str, str]:
    record = _object(path, content, "answer")
    for key, value in record.items():
        if not isinstance(value, str):
            raise SourcierError(f'{path}, question {key!r}: the answer is not a text ("" for a refusal).')
    return record


def _probabilities(path: Path, content: str) -> dict[str, float]:
    record = _object(path, content, "probability")
    for key, value in record.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise SourcierError(f"{path}, question {key!r}: the probability is not a number from 0 to 1.")
    return record


def _rankings(path: Path, content: str) -> dict[str, dict[str, float]]:
    rankings: dict[str, dict[str, float]] = {}
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            question, _, document, _, score, _ = line.split()
            value = float(score)
        except ValueError:
            raise SourcierError(
                f"{path}, line {number}: expected six columns, id Q0 document rank score tag."
            ) from None
        if not math.isfinite(value):
            raise SourcierError(f"{path}, line {number}: the score {score} is not a number to rank by.")
        rankings.setdefault(question, {})[document] = value
    return rankings
