"""What a format's reader found, and the one way from there to a `Document`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag import french
from rag.documents.cleaning import clean
from rag.documents.encoding import storable
from rag.documents.language import detect_language
from rag.documents.titles import first_sentence
from rag.records import Document, SourcierError, Span

_LABELS = (("title", "Titre"), ("author", "Auteur"), ("date", "Date"), ("source", "Source"))


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of an article and what its file says about it, before cleaning.

    `verbatim` texts (.txt, .md) are the file itself and get no notice at their end. `clutter` and `facts` are spans
    that the format itself knows (front matter); cleaning begins at `body_start`.
    """

    text: str
    id: str | None = None
    title: str | None = None
    author: str | None = None
    date: date | None = None
    source: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    body_start: int = 0
    clutter: tuple[Span, ...] = ()
    facts: tuple[Span, ...] = ()
    verbatim: bool = False
    from_properties: bool = False


def finish(draft: Draft, identifier: str, path: str) -> Document:
    """Clean a draft, find its title and language, and append the notice of facts that the text does not state.

    Raises SourcierError (without a path: the caller knows it) if there is no text.
    """
    text = draft.text if draft.verbatim else storable(draft.text)
    if not text[draft.body_start :].strip():
        raise SourcierError("empty: there is no text to read")
    title = _one_line(draft.title)
    author, published = _one_line(draft.author), draft.date
    if draft.from_properties:
        said = clean(text, start=draft.body_start, title=title)
        author, published = said.author or author, said.date or published
    cleaned = clean(text, start=draft.body_start, title=title, author=author, published=published)
    values = {
        "title": cleaned.title,
        "author": cleaned.author,
        "date": french.spell_date(cleaned.date) if cleaned.date else None,
        "source": _one_line(draft.source) or cleaned.source,
    }
    known = {span.reason for span in draft.facts}
    facts = [*draft.facts, *(span for span in cleaned.facts if span.reason not in known)]
    if draft.source and cleaned.source and draft.source != cleaned.source:
        facts = [span for span in facts if span.reason != "source" or span in draft.facts]
    clutter = [*draft.clutter, *cleaned.clutter]
    language = draft.language or detect_language(text[draft.body_start :])
    if not draft.verbatim:
        text, notice, stated = _append_notice(text, values, {span.reason for span in facts})
        facts += stated
        clutter += notice
    start = cleaned.content_start if cleaned.content_start is not None else draft.body_start
    return Document(
        id=identifier,
        text=text,
        title=cleaned.title or first_sentence(text, start),
        path=path,
        author=cleaned.author,
        date=cleaned.date,
        source=values["source"],
        language=language,
        tags=tuple(dict.fromkeys((*draft.tags, *cleaned.tags))),
        clutter=tuple(clutter),
        facts=tuple(sorted(facts, key=lambda span: (span.start, span.end))),
        pages=draft.pages,
    )


def _append_notice(text: str, values: dict[str, str | None], stated: set[str]) -> tuple[str, list[Span], list[Span]]:
    """Known facts that stand nowhere in the text are written under it, so that they too can be quoted."""
    lines = [(name, f"{label} : {values[name]}") for name, label in _LABELS if values[name] and name not in stated]
    if not lines:
        return text, [], []
    position = start = len(text) + 2
    facts = []
    for name, line in lines:
        facts.append(Span(position, position + len(line), name))
        position += len(line) + 1
    notice = "\n".join(line for _, line in lines)
    return f"{text}\n\n{notice}", [Span(start, start + len(notice), "notice")], facts


def _one_line(value: str | None) -> str | None:
    return (re.sub(r"\s+", " ", storable(value)).strip() or None) if value else None


def describe_dropped(document: Document, width: int = 70) -> list[tuple[str, str]]:
    """For each clutter span: why it is set apart, and how it begins (one line of at most `width` characters)."""
    described = []
    for span in document.clutter:
        excerpt = " ".join(document.text[span.start : span.end].split())
        described.append((span.reason, excerpt if len(excerpt) <= width else excerpt[: width - 1].rstrip() + "…"))
    return described
