"""What must hold of every index that can be opened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hashing_embedder import HashingEmbedder

from rag import french
from rag.index import Index
from rag.passages import contextual_text


def texts_of(index: Index) -> set[str]:
    """The texts of the documents."""
    return {index.document(summary.reference.id).text for summary in index.documents()}


def check_whole(index: Index, embedder: HashingEmbedder) -> None:
    """Vectors, terms and store belong together, and every passage is cut from its document."""
    count = index.manifest.counts.passages
    assert len(index) == len(index.vectors) == len(index.terms) == count
    summaries = index.documents()
    assert len(summaries) == index.manifest.counts.documents
    assert sum(summary.passages for summary in summaries) == count
    passages = index.passages(range(count))
    for passage in passages:
        document = index.document(passage.document_id)
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.title == document.title
    texts = [contextual_text(passage) for passage in passages]
    np.testing.assert_allclose(index.vectors.vectors(np.arange(count)), embedder.encode(texts), atol=2e-3)
    for position, text in enumerate(texts):
        stems = french.terms(text)
        assert index.terms.scores({stems[0]: 1.0}, np.array([position]))[0] > 0
    assert not list(Path(index.directory).rglob("*.pkl"))


def stems_of(text: str) -> dict[str, float]:
    return dict.fromkeys(french.terms(text), 1.0)
