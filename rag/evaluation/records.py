"""What the parts of the benchmark hand to each other: data set in, one prediction for each question out.

`datasets` makes a `Dataset`; `systems` and `runner` make `Prediction`s; `metrics`, `comparison` and `report` read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rag.records import Document, Turn

MODES = ("retrieval", "reading", "open", "conversation")


@dataclass(frozen=True, slots=True)
class Example:
    """One question of a data set.

    `gold` maps the id of each relevant document to its grade (1 where the data set grades nothing); empty when the
    data set does not say. `answers` are the gold answers, any of which will do; none when it is `unanswerable`, or
    when the data set is for retrieval alone. `quotes` are gold sentences. `conversation` names the dialogue that the
    question is a turn of; the turns of one stand in order, and `history` holds what was said before.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    unanswerable: bool = False
    gold: Mapping[str, int] = field(default_factory=dict)
    quotes: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    conversation: str | None = None
    type: str = ""  # of the question, as the data set names it: "who", "list", …


@dataclass(frozen=True, slots=True)
class Dataset:
    """Documents and the questions over them. What data sets call a passage or a paragraph is a `Document` here.

    Either `documents` holds them, or `paths` names files and folders that the product reads itself; the ids in
    `Example.gold` are then the files' names. `digest` (SHA-256, hexadecimal) stands for every byte that was read, so that a
    run is only resumed on the same data. `skipped` has one line for each malformed record left out.
    """

    name: str
    examples: tuple[Example, ...]
    documents: tuple[Document, ...] = ()
    paths: tuple[str, ...] = ()
    digest: str = ""
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """A citation of a prediction. `verbatim`: the document's text has it at its offsets."""

    marker: int
    document: str
    start: int
    end: int
    text: str
    verbatim: bool


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a system made of one example: a line of predictions.jsonl.

    `answer` is the whole answer with its markers, `short_answer` what exact match and F1 look at ("" when refused),
    `candidate` the short answer that it would have given had it not refused, `confidence` in 0..1 its probability of being right.
    `ranking` lists (document id, score), best first, each document once. `quotes` are the citations.
    `timings_ms` by stage, "total" among them; `tokens` that were read and written, 0 where a system counts none.
    """

    id: str
    answer: str = ""
    short_answer: str = ""
    candidate: str = ""
    abstained: bool = False
    confidence: float = 0.0
    ranking: tuple[tuple[str, float], ...] = ()
    quotes: tuple[Quote, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    tokens: int = 0

    def to_json(self) -> dict[str, Any]:
        """The prediction as a JSON object; `from_json` reads it back equal."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Prediction:
        """Raises KeyError, TypeError or ValueError when the record is not one of `to_json`."""
        values = dict(record)
        values["ranking"] = tuple((str(document), float(score)) for document, score in values["ranking"])
        values["quotes"] = tuple(Quote(**quote) for quote in values["quotes"])
        return cls(**values)
