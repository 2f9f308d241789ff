"""The neural reader: where in each passage the words stand that answer, and how sure it is that there are none.

A small BERT with a head for spans (Devlin et al., 2019), trained on French by `training/train_reader.py`. It runs in
onnxruntime, which opens in a tenth of the time of torch: `model.onnx` is the graph, `model.safetensors` the weights.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from rag.answering.encoding import Encoded, Encoder
from rag.answering.features import Sentence
from rag.records import Passage

NAME = "sourcier-lecteur-2"
LONGEST_SPAN = 60  # tokens
_NEVER = -20.0  # the margin of a sentence that the model did not see
_BATCH_TOKENS = 256  # a passage at a time, or a few short ones: nothing is padded, and it stays in the cache
_LIKELY, _SHARPNESS = 20, 0.7  # spans that are weighed against each other, and the temperature of their shares
_KEPT = 256  # readings: those of a few users' questions under way

SPAN_FEATURES = (
    "span_share",
    "span_end_share",
    "span_margin",
    "span_gap",
    "span_passage",
    "span_rank",
    "relevance",
    "relevance_gap",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of one passage: logits of each token to begin and to end the answer, shape (tokens,);
    `offsets` (tokens, 2) in the passage's text; `none_start` and `none_end` for "not in this passage"; `relevance` the log
    odds that this is the passage which the question is about."""

    start: np.ndarray
    end: np.ndarray
    offsets: np.ndarray
    none_start: float
    none_end: float
    relevance: float
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

    def likeliest(self, begin: int, stop: int) -> tuple[int, int] | None:
        """The span of these characters with the highest expected F1 against the likely ones (minimum Bayes risk: Kumar &
        Byrne, 2004): where it begins and ends in the passage's text; None where the model saw none of them."""
        inside = self._inside(begin, stop)
        if not len(inside):
            return None
        a, b, scores = _best_spans(self.start[inside], self.end[inside], _LIKELY)
        shares = np.exp((scores - scores[0]) / _SHARPNESS)
        length = b - a + 1
        shared = np.clip(np.minimum(b[:, None], b) - np.maximum(a[:, None], a) + 1, 0, None)
        chosen = int((2 * shared / (length[:, None] + length) @ shares).argmax())
        return int(self.offsets[inside[a[chosen]], 0]), int(self.offsets[inside[b[chosen]], 1])

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
    """Reads passages with a question. Thread-safe; the model is opened when the first question comes. The last readings
    are kept: the passages that were ranked by their relevance are there when they are to be answered from."""

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        """`threads`: cores for one question."""
        self.name = NAME
        self._folder, self._threads = folder, threads
        self._lock = threading.Lock()
        self._opened: tuple[Any, Encoder] | None = None
        self._kept: OrderedDict[tuple[str, str, str], Reading] = OrderedDict()

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

    def relevance(self, question: str, passages: Sequence[Passage]) -> np.ndarray:
        """The log odds that the question is about each passage, shape (len(passages),)."""
        return np.array([reading.relevance for reading in self.read(question, passages)])

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """What the model says of each passage, in their order."""
        keys = [(question, heading(passage), passage.text) for passage in passages]
        with self._lock:
            readings = {key: self._kept[key] for key in keys if key in self._kept}
        missing = [key for key in dict.fromkeys(keys) if key not in readings]
        if missing:
            readings.update(zip(missing, self._read(missing), strict=True))
            with self._lock:
                self._kept.update((key, readings[key]) for key in missing)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return [readings[key] for key in keys]

    def _read(self, wanted: Sequence[tuple[str, str, str]]) -> list[Reading]:
        """Readings of (question, title, text), all of one question."""
        session, encoder = self._open()
        asked = encoder.question(wanted[0][0])
        inputs = [encoder(asked, title, text) for _, title, text in wanted]
        readings: dict[int, Reading] = {}
        for group in _batches(inputs):
            start, end, relevance = session.run(["start", "end", "relevance"], _padded([inputs[i] for i in group]))
            for row, i in enumerate(group):
                x = inputs[i]
                there = slice(x.first, x.first + len(x.offsets))
                readings[i] = Reading(
                    start[row, there], end[row, there], x.offsets, float(start[row, 0]), float(end[row, 0]),
                    float(relevance[row]), len(x.ids),
                )  # fmt: skip
        return [readings[i] for i in range(len(inputs))]


def heading(passage: Passage) -> str:
    """What the reader is told of where a passage comes from: the title, and the heading above it."""
    above = passage.heading if passage.heading not in passage.text else ""
    return f"{passage.title}. {above}" if above else passage.title


def best_span(start: np.ndarray, end: np.ndarray) -> tuple[int, int, float]:
    """The span of at most LONGEST_SPAN tokens with the highest sum of logits: first token, last token, that sum."""
    both = _sums(start, end)
    a, b = np.unravel_index(int(both.argmax()), both.shape)
    return int(a), int(b), float(both[a, b])


def _best_spans(start: np.ndarray, end: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As many of the best spans as there are up to `count`, best first: first tokens, last tokens, sums of logits."""
    both = _sums(start, end)
    a, b = np.unravel_index(np.argsort(-both, axis=None, kind="stable")[:count], both.shape)
    there = np.isfinite(both[a, b])
    return a[there], b[there], both[a[there], b[there]]


def _sums(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The sum of logits of every span by its first and last token, minus infinity where that is none."""
    both = start[:, None] + end[None, :]
    both[np.tril_indices(len(start), -1)] = -np.inf
    both[np.triu_indices(len(start), LONGEST_SPAN)] = -np.inf
    return both


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
        rows[i, 6] = reading.relevance
    if len(rows):
        rows[:, 7] = rows[:, 6] - rows[:, 6].max()
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
