"""Rerankers: what reads a passage together with the question, to say how much the one is about the other.

The bundled one is the neural reader itself (`answering.reading.SpanReader`), which reads the passages anyhow. Any
cross-encoder of sentence-transformers can take its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from rag.passages import contextual_text
from rag.records import Passage, SourcierError

BUNDLED_RERANKER, NO_RERANKER = "bundled", "none"


class Reranker(Protocol):
    """Reads passages with a question, which tells more than comparing their vectors, and costs more."""

    name: str

    def relevance(self, question: str, passages: Sequence[Passage]) -> np.ndarray:
        """The log odds that the question is about each passage, shape (len(passages),)."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers `CrossEncoder` with one output, in a local folder or under a hub name."""

    def __init__(self, name: str) -> None:
        """Raises SourcierError when there is no such model, or when it has not one output."""
        from sentence_transformers import CrossEncoder

        try:
            self._model = CrossEncoder(name, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise SourcierError(
                f"No cross-encoder at {name!r}: give a folder, or a hub name while online, or none."
            ) from error
        if self._model.num_labels != 1:
            raise SourcierError(f"{name!r} has {self._model.num_labels} outputs: a reranker has one.")
        self.name = name

    def relevance(self, question: str, passages: Sequence[Passage]) -> np.ndarray:
        from torch.nn import Identity

        pairs = [(question, contextual_text(passage)) for passage in passages]
        return np.asarray(self._model.predict(pairs, activation_fn=Identity(), show_progress_bar=False), np.float64)
