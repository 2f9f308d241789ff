"""From claims to an answer whose every sentence points at the exact quote that it stands on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.records import Citation, Claim, Document, DocumentReference

_MARKER = re.compile(r"\[\s*\d+(?:\s*[,;]\s*\d+)*\s*\]")


def cite(
    claims: Sequence[Claim], document: Callable[[str], Document], reference: Callable[[str], DocumentReference]
) -> tuple[str, tuple[Citation, ...]]:
    """The answer text with markers, and its citations, numbered in the order of the text.

    A claim whose offsets do not lie in its document is dropped: what cannot be shown is not said. Two claims on the
    same stretch share a marker. Anything in a quoted sentence that looks like a marker is defused, so that
    a document cannot cite itself. List items stand on lines of their own.
    """
    sentences: list[str] = []
    citations: list[Citation] = []
    for claim in claims:
        text = document(claim.document_id).text
        if not 0 <= claim.start < claim.end <= len(text):
            continue
        found = next(
            (c for c in citations if (c.document.id, c.start, c.end) == (claim.document_id, claim.start, claim.end)),
            None,
        )
        if found is None:
            found = Citation(
                marker=len(citations) + 1,
                document=reference(claim.document_id),
                passage_id=claim.passage_id,
                start=claim.start,
                end=claim.end,
                quote=text[claim.start : claim.end],
            )
            citations.append(found)
        sentences.append(f"{plain(claim.text)} [{found.marker}]")
    return " ".join(sentences), tuple(citations)


def plain(text: str) -> str:
    """A sentence of a document as one line of text: no line breaks, Markdown signs or false markers."""
    text = re.sub(r"^\s*(?:#{1,6}|[-*•>]|\d{1,3}[.)])\s+", "", text)
    text = re.sub(r"!?\[([^\]\n]+)\]\([^)\s]*\)", r"\1", text)
    text = re.sub(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = _MARKER.sub(lambda m: m.group().replace("[", "(").replace("]", ")"), text)
    return re.sub(r"\s*\n\s*(?:[-*•–—]\s+)?", " ", text).strip()
