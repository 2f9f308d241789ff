"""One contract, one file per kind of answerer.

An `Answerer` gets a standalone question and ranked evidence, and returns a `Draft`: sentences with the
stretch of a document that each stands on. What it may say is settled afterwards by `rag.citations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.records import Claim, Hit


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer proposes. `confidence`: probability in 0..1 that the claims hold the answer; `said`: the few words
    with which some of the claims answer, by their place, the best first; `tokens`: how many its models read and wrote.

    Below the answerer's own threshold `abstained` is set, and the claims are what would have been said.
    """

    claims: tuple[Claim, ...]
    short_answer: str | None
    confidence: float
    abstained: bool
    said: tuple[tuple[int, str], ...] = ()
    tokens: int = 0


class Answerer(Protocol):
    """Anything that answers a question from evidence."""

    name: str

    def answer(self, question: str, evidence: Sequence[Hit]) -> Draft:
        """A draft from the evidence, best passage first. Empty evidence gives an abstention."""
        ...
