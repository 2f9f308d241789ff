"""The panel beside the chat: one whole document, with the cited passage marked in it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup

from rag.records import Document, DocumentReference, Span
from rag.web.layout import Block, blocks, is_markdown, signs
from rag.web.markup import element, fragment, web_address
from rag.web.words import Words


def document_panel(document: Document, start: int, end: int, words: Words) -> Markup:
    """The document in full, `text[start:end]` marked. Clutter is left out, unless the mark lies in it."""
    reference = DocumentReference(
        document.id, document.title, document.source, document.path, document.author, document.date
    )
    body = element("div", *_body(document, Span(start, end), words), class_="document-text", lang=document.language)
    return _panel(reference, body, words)


def quote_panel(reference: DocumentReference, quote: str, notice: str, words: Words) -> Markup:
    """What can still be shown when the document is gone or has changed: a notice, and the quote alone."""
    body = fragment(
        element("p", words(notice), class_="notice", role="status"),
        element("div", element("p", element("mark", quote, class_="cited")), class_="document-text"),
    )
    return _panel(reference, body, words)


def failure_panel(words: Words) -> Markup:
    """A line instead of a document that could not be opened."""
    return _panel(None, element("p", words("document_failed"), class_="notice", role="alert"), words)


def facts(reference: DocumentReference, words: Words) -> str:
    """Author and date in one line, as far as they are known: `Nastasia Michaels · 17 mars 2025`."""
    parts = [reference.author, words.date(reference.date) if reference.date else None]
    return " · ".join(part for part in parts if part)


def _panel(reference: DocumentReference | None, body: Markup, words: Words) -> Markup:
    title = reference.title if reference else words("document")
    source = web_address(reference.source) if reference else None
    link = (
        element("a", words("visit_source"), href=source, target="_blank", rel="noopener noreferrer") if source else None
    )
    line = facts(reference, words) if reference else ""
    return element(
        "section",
        element(
            "header",
            element(
                "div",
                element("h2", title, tabindex=-1, dir="auto"),
                element("p", line, " · " if line and link else None, link, class_="facts") if line or link else None,
            ),
            element("button", "×", type="button", class_="close", data_close=True, aria_label=words("close_document")),
        ),
        body,
        class_="document",
        aria_label=words("document"),
        # never twice the same: the script sees by it that a document was opened, even the same one again
        data_opened=time.time_ns(),
    )


def _body(document: Document, cited: Span, words: Words) -> Iterator[Markup]:
    clutter = [span for span in document.clutter if span.start < span.end]
    first_heading = True
    for block in blocks(document):
        if block.kind == "page":
            if len(document.pages) > 1:
                yield element("p", words("page", number=block.number), class_="page-number")
            continue
        hidden = [span for span in clutter if _meets(span, block) and not _meets(span, cited)]
        runs = list(_runs(document, block, hidden, cited))
        shown = "".join(written for _, written in runs)
        if not shown.strip():
            continue
        if block.kind == "heading" and first_heading and _same(shown, document.title) and not _meets(block, cited):
            first_heading = False
            continue  # the title already stands at the top of the panel
        first_heading = first_heading and block.kind != "heading"
        content = fragment(*(element("mark", run, class_="cited") if marked else run for marked, run in runs))
        aside = any(_meets(span, block) and _meets(span, cited) for span in clutter)
        as_written = aside or not is_markdown(document)  # Markdown's line breaks only fold long lines
        classes = " ".join([block.kind, *["aside"] * aside, *["as-written"] * as_written])
        match block.kind:
            case "heading":
                # the panel's title is h2, so the document's own headings begin at h3
                yield element(f"h{min(block.level + 2, 6)}", content, class_=classes)
            case "quote":
                yield element("blockquote", content, class_=classes)
            case _:
                yield element("p", content, class_=classes)


def _runs(document: Document, block: Block, hidden: Sequence[Span], cited: Span) -> Iterator[tuple[bool, str]]:
    """The text of a block without its hidden stretches, as (is cited, text) in order."""
    left_out = list(hidden)
    for sign in signs(document, block):
        if not (sign.start <= cited.start and cited.end <= sign.end):  # a quoted address must be seen
            left_out.append(sign)
    cuts = {block.start, block.end, cited.start, cited.end}
    cuts.update(edge for span in left_out for edge in (span.start, span.end))
    edges = sorted(edge for edge in cuts if block.start <= edge <= block.end)
    run, run_marked = "", False
    for start, end in pairwise(edges):
        if any(span.start <= start and end <= span.end for span in left_out):
            continue
        marked = cited.start <= start and end <= cited.end
        if run and marked != run_marked:
            yield run_marked, run
            run = ""
        run, run_marked = run + document.text[start:end], marked
    if run:
        yield run_marked, run


def _meets(a: Span | Block, b: Span | Block) -> bool:
    return a.start < b.end and b.start < a.end


def _same(heading: str, title: str) -> bool:
    return " ".join(heading.split()).casefold() == " ".join(title.split()).casefold()
