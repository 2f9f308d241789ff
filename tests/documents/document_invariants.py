"""What must hold of every document, whatever it was read from."""

from __future__ import annotations

from itertools import pairwise

from rag.records import Document


def check_invariants(document: Document) -> None:
    """Spans lie in the text, in order, apart; there is a title; the text can be stored."""
    length = len(document.text)
    for spans in (document.clutter, document.facts):
        assert all(0 <= span.start < span.end <= length and span.reason for span in spans)
        assert all(a.end <= b.start for a, b in pairwise(spans))
    assert document.title.strip()
    document.text.encode()  # storable
    assert list(document.pages) == sorted(document.pages)
