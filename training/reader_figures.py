"""How well a reader reads, while it is trained: figures on development questions whose gold passage is given."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch

from rag.answering.encoding import Encoder
from rag.answering.reading import best_span
from rag.evaluation.metrics.exact_match import exact_match
from rag.evaluation.metrics.token_f1 import token_f1
from training.lessons import tensors
from training.reading_examples import Reading


class Readable(Protocol):
    """What can be measured: gives start, end and relevance logits of a batch of `lessons.tensors`."""

    def read(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]: ...


def evaluate(model: Readable, readings: list[Reading], encoder: Encoder) -> dict[str, float]:
    """F1, exact match and right sentence of the best span, and the share said to be without an answer."""
    inputs = [(r, encoder(encoder.question(r.question), r.title, r.text)) for r in readings]
    inputs.sort(key=lambda x: len(x[1].ids))
    figures: dict[str, list[float]] = {"f1": [], "exact": [], "sentence": [], "none": []}
    for begin in range(0, len(inputs), 24):
        group = inputs[begin : begin + 24]
        with torch.inference_mode():
            starts, ends, _ = model.read(tensors([x for _, x in group]))
        for (reading, x), s, e in zip(group, starts.numpy(), ends.numpy(), strict=True):
            there = slice(x.first, x.first + len(x.offsets))
            a, b, score = best_span(s[there], e[there])
            figures["none"].append(float(s[0] + e[0] > score))
            if reading.start >= 0:
                said = reading.text[x.offsets[a, 0] : x.offsets[b, 1]]
                figures["f1"].append(token_f1(said, reading.answers))
                figures["exact"].append(exact_match(said, reading.answers))
                figures["sentence"].append(float(reading.sentence[0] <= x.offsets[a, 0] < reading.sentence[1]))
    return {name: round(float(np.mean(values)), 3) for name, values in figures.items() if values}
