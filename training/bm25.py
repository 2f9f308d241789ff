"""BM25 over a list of passages, for mining hard negatives."""

from __future__ import annotations

import random

import bm25s

from rag import french
from rag.passages import contextual_text
from rag.records import Passage


def hard_negatives(
    questions: list[str], gold: list[Passage], passages: list[Passage], rng: random.Random, *, sample: int = 40_000
) -> list[list[Passage]]:
    """For each question up to five passages that BM25 ranks high and that belong to another document.

    Searches the gold passages and a sample of the others, so that mining takes a minute.
    """
    pool = list({id(p): p for p in gold}.values())
    chosen = {id(p) for p in pool}
    others = [p for p in passages if id(p) not in chosen]
    pool += rng.sample(others, min(sample, len(others)))
    retriever = bm25s.BM25(k1=0.9, b=0.4)
    retriever.index([french.terms(contextual_text(p)) for p in pool], show_progress=False)
    found, _ = retriever.retrieve([french.terms(q) for q in questions], k=12, show_progress=False)
    return [
        [pool[i] for i in row if pool[i].document_id != passage.document_id][:5]
        for row, passage in zip(found, gold, strict=True)
    ]
