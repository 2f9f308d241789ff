"""Plain text: the document is the decoded file."""

from __future__ import annotations

from rag.documents.draft import Draft
from rag.documents.encoding import decode


def read(content: bytes, charset: str | None = None) -> Draft:
    """The file as it stands; what it says about itself is found by cleaning."""
    return Draft(decode(content, charset), verbatim=True)
