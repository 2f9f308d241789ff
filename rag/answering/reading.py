"""The neural reader: where in each passage the words stand that answer, and how sure it is that there are none.

A small BERT with a head for spans (Devlin et al., 2019), trained on French by `training/train_reader.py`. It runs in
onnxruntime, which opens in a tenth of the time of torch: `model.onnx` is the graph, `model.safetensors` the weights.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from rag.answering.encoding import Encoded, Encoder
from rag.answering.features import Sentence
from rag.records import Passage

LONGEST_SPAN = 60  # tokens
_NEVER = -20.0  # the margin of a sentence that the model did not see
_BATCH_TOKENS = 2400  # padding included

SPAN_FEATURES = ("span_share", "span_end_share", "span_margin", "span_gap", "span_passage", "span_rank")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of one passage: logits of each token to begin and to end the answer, shape (tokens,);
    `offsets` (tokens, 2) in the passage's text; `none_start` and `none_end` for "not in this passage"."""

    start: np.ndarray
    end: np.ndarray
    offsets: np.ndarray
    none_start: float
    none_end: float
    tokens: int = 0  # read for it, the question's and the title's among them

    def best(self, begin: int = 0, stop: int | None = None) -> tuple[int, int, float]:
        """The best span of the characters `begin` to `stop`: where it begins and ends in the passage's text, and by
        how much it is likelier (difference of summed logits) than that the passage holds none."""
        inside = self._inside(begin, stop)
        if not len(inside):
            return begin, begin, _NEVER
        a, b, score = best_span(self.start[inside], self.end[inside])
        margin = float(np.clip(score - self.none_start - self.none_end, _NEVER, -_NEVER))
        return int(self.offsets[inside[a], 0]), int(self.offsets[inside[b], 1]), margin

    def shares(self, begin: int, stop: int) -> tuple[float, float]:
        """Log probability that the answer begins, and that it ends, among these characters."""
        inside = self._inside(begin, stop)
        if not len(inside):
            return _NEVER, _NEVER
        return (
            max(_NEVER, _log_sum(self.start[inside]) - _log_sum(np.append(self.start, self.none_start))),
            max(_NEVER, _log_sum(self.end[inside]) - _log_sum(np.append(self.end, self.none_end))),
        )

    def _inside(self, begin: int, stop: int | None) -> np.ndarray:
        last = self.offsets[:, 0].max(initial=0) + 1 if stop is None else stop
        return np.flatnonzero((self.offsets[:, 0] >= begin) & (self.offsets[:, 0] < last))


class SpanReader:
    """Reads passages with a question. Thread-safe; the model is opened when the first question comes."""

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        """`threads`: cores for one question."""
        self._folder, self._threads = folder, threads
        self._lock = threading.Lock()
        self._opened: tuple[Any, Encoder] | None = None

    def _open(self) -> tuple[Any, Encoder]:
        with self._lock:
            if self._opened is None:
                import onnxruntime

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                # idle threads give their core away: two users share two cores
                options.add_session_config_entry("session.intra_op.allow_spinning", "0")
                options.log_severity_level = 3
                session = onnxruntime.InferenceSession(
                    str(self._folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
                )
                self._opened = session, Encoder(Tokenizer.from_file(str(self._folder / "tokenizer.json")))
            return self._opened

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """What the model says of each passage, in their order."""
        session, encoder = self._open()
        asked = encoder.question(question)
        inputs = [encoder(asked, heading(passage), passage.text) for passage in passages]
        readings: list[Reading | None] = [None] * len(inputs)
        for group in _batches(inputs):
            start, end = session.run(["start", "end"], _padded([inputs[i] for i in group]))
            for row, i in enumerate(group):
                x = inputs[i]
                there = slice(x.first, x.first + len(x.offsets))
                readings[i] = Reading(
                    start[row, there], end[row, there], x.offsets, float(start[row, 0]), float(end[row, 0]), len(x.ids)
                )
        return [reading for reading in readings if reading is not None]


def heading(passage: Passage) -> str:
    """What the reader is told of where a passage comes from: the title, and the heading above it."""
    above = passage.heading if passage.heading not in passage.text else ""
    return f"{passage.title}. {above}" if above else passage.title


def best_span(start: np.ndarray, end: np.ndarray) -> tuple[int, int, float]:
    """The span of at most LONGEST_SPAN tokens with the highest sum of logits: first token, last token, that sum."""
    both = start[:, None] + end[None, :]
    both[np.tril_indices(len(start), -1)] = -np.inf
    both[np.triu_indices(len(start), LONGEST_SPAN)] = -np.inf
    a, b = np.unravel_index(int(both.argmax()), both.shape)
    return int(a), int(b), float(both[a, b])


def span_features(sentences: Sequence[Sentence], readings: Mapping[int, Reading]) -> np.ndarray:
    """What the readings of their passages say of each sentence: (len(sentences), len(SPAN_FEATURES)), float32.

    `readings` by rank: `readings[s.rank]` is of the passage of sentence `s`.
    """
    rows = np.zeros((len(sentences), len(SPAN_FEATURES)), np.float32)
    for i, sentence in enumerate(sentences):
        reading = readings[sentence.rank]
        begin = sentence.start - sentence.hit.passage.start
        stop = sentence.end - sentence.hit.passage.start
        rows[i, :2] = reading.shares(begin, stop)
        rows[i, 2] = reading.best(begin, stop)[2]
    if len(rows):
        rows[:, 3] = rows[:, 2] - rows[:, 2].max()
        ranks = np.array([s.rank for s in sentences])
        for rank in set(ranks.tolist()):
            rows[ranks == rank, 4] = rows[ranks == rank, 2].max()
        rows[np.argsort(-rows[:, 2], kind="stable"), 5] = 1 / (1 + np.arange(len(rows)))
    return rows


def _batches(inputs: Sequence[Encoded]) -> list[list[int]]:
    """Places of inputs of like length, grouped so that little is padded."""
    groups: list[list[int]] = []
    for i in sorted(range(len(inputs)), key=lambda i: len(inputs[i].ids)):
        if not groups or (len(groups[-1]) + 1) * len(inputs[i].ids) > _BATCH_TOKENS:
            groups.append([])
        groups[-1].append(i)
    return groups


def _padded(inputs: Sequence[Encoded]) -> dict[str, np.ndarray]:
    shape = len(inputs), max(len(x.ids) for x in inputs)
    feed = {name: np.zeros(shape, np.int64) for name in ("ids", "types", "there")}
    for row, x in enumerate(inputs):
        feed["ids"][row, : len(x.ids)] = x.ids
        feed["types"][row, : len(x.ids)] = x.types
        feed["there"][row, : len(x.ids)] = 1
    return feed


def _log_sum(logits: np.ndarray) -> float:
    most = float(logits.max())
    return most + float(np.log(np.exp(logits - most).sum()))
