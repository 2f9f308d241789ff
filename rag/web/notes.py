"""The notes beside an answer, in the words of the page's language."""

from __future__ import annotations

from collections.abc import Sequence

from rag.records import Citation, Note
from rag.web.words import Words, french_spaces


def note_line(note: Note, citations: Sequence[Citation], words: Words) -> str:
    """A note to an answer in one sentence; `citations` are those of the answer."""
    by_marker = {citation.marker: citation for citation in citations}
    quoted = [french_spaces(f"« {text} »") if words.language == "fr" else f"“{text}”" for text in note.texts]
    if note.kind == "relative_date":
        marker = note.markers[0]
        date = by_marker[marker].document.date
        return words("relative_date", texts=", ".join(quoted), marker=marker, date=words.date(date) if date else "?")
    answers = []
    for text, marker in zip(quoted, note.markers, strict=True):
        date = by_marker[marker].document.date
        answers.append(f"{text} [{marker}]" + (f" ({words.date(date)})" if date else ""))
    return words("disagreement", answers=", ".join(answers))
