"""What the reader sees while it is trained: encoded readings with the answer's tokens, in padded batches."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from rag.answering.encoding import Encoded, Encoder
from training.reading_examples import Reading


@dataclass(frozen=True, slots=True)
class Lesson:
    """An encoded reading with the tokens where its answer begins and ends (0: no answer).

    `relevant`: whether its passage is the one to be found (1), one of another document (0), or neither for sure (-1).
    """

    input: Encoded
    start: int
    end: int
    relevant: int


def lesson(reading: Reading, encoder: Encoder) -> Lesson | None:
    """None when the answer lies beyond what the reader sees."""
    encoded = encoder(encoder.question(reading.question), reading.title, reading.text)
    if reading.start < 0:
        return Lesson(encoded, 0, 0, 0 if reading.kind == "wrong passage" else -1)
    inside = np.flatnonzero((encoded.offsets[:, 0] < reading.end) & (encoded.offsets[:, 1] > reading.start))
    if not len(inside):
        return None
    return Lesson(encoded, encoded.first + int(inside[0]), encoded.first + int(inside[-1]), 1)


def batches(groups: list[list[Lesson]], tokens: int, rng: random.Random) -> Iterator[list[list[Lesson]]]:
    """Batches of about as many tokens each, in random order. A group holds the lessons of one question, which stay
    together; groups of like length meet, so that little is padded."""
    longest = [max(len(x.input.ids) for x in group) for group in groups]
    found: list[list[list[Lesson]]] = [[]]
    rows = 0
    for i in sorted(range(len(groups)), key=lambda i: longest[i] + rng.uniform(0, 12)):
        if (rows + len(groups[i])) * longest[i] > tokens and found[-1]:
            found.append([])
            rows = 0
        found[-1].append(groups[i])
        rows += len(groups[i])
    rng.shuffle(found)
    yield from found


def tensors(inputs: Sequence[Encoded]) -> dict[str, torch.Tensor]:
    """Padded ids, types and attention mask, and `allowed`: where an answer may begin or end."""
    longest = max(len(x.ids) for x in inputs)
    ids, types = np.zeros((len(inputs), longest), np.int64), np.zeros((len(inputs), longest), np.int64)
    there, allowed = np.zeros((len(inputs), longest), np.int64), np.zeros((len(inputs), longest), bool)
    for row, x in enumerate(inputs):
        ids[row, : len(x.ids)], types[row, : len(x.ids)], there[row, : len(x.ids)] = x.ids, x.types, 1
        allowed[row, x.first : x.first + len(x.offsets)] = True
    allowed[:, 0] = True
    return {k: torch.from_numpy(v) for k, v in {"ids": ids, "types": types, "there": there, "allowed": allowed}.items()}
