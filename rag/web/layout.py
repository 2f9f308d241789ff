"""Where a document's text breaks into headings, paragraphs and list items, as offsets into the text itself.

Nothing of the text is interpreted beyond that: Markdown signs are only set apart, so that the viewer leaves them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.records import Document, Span

_LINE = re.compile(r"[^\n]*\n?")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+")
_ITEM = re.compile(r"[ \t]*[-*+•][ \t]+(?=\S)")
_NUMBERED = re.compile(r"[ \t]*\d{1,3}[.)][ \t]+(?=\S)")
_QUOTE = re.compile(r" {0,3}>[ \t]?")
_RULE = re.compile(r"[ \t]*(?:-[ \t]*){3,}$|[ \t]*(?:\*[ \t]*){3,}$|[ \t]*(?:_[ \t]*){3,}$|[ \t]*=+[ \t]*$")
_SIGNS = (
    re.compile(r"(!?\[)[^\[\]\n]*(\]\([^()\s]*(?:[ \t]+\"[^\"\n]*\")?\))"),  # [label](address): the label stays
    re.compile(r"(\*\*|__)(?=\S)[^*\n]*?\S(\1)"),
    re.compile(r"(?<![\w*])(\*)(?=[^\s*])[^*\n]*?[^\s*](\1)(?![\w*])"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """`text[start:end]` shown as one element.

    `kind` is "heading" (of `level` 1 to 6), "item" (of a list, its bullet is a sign), "numbered" (its number is text),
    "quote", "paragraph", or "page" where page `number` begins. Text that is not Markdown has paragraphs only.
    """

    kind: str
    start: int
    end: int
    level: int = 0
    number: int = 0


def blocks(document: Document) -> Iterator[Block]:
    """The blocks of a document in order. Only white space and Markdown rules lie between them."""
    markdown = is_markdown(document)
    pages = [(offset, number) for number, offset in enumerate(document.pages, start=1)]
    for block in _blocks(document.text, markdown, {offset for offset, _ in pages}):
        while pages and pages[0][0] <= block.start:
            offset, number = pages.pop(0)
            yield Block("page", offset, offset, number=number)
        yield block


def _blocks(text: str, markdown: bool, breaks: set[int]) -> Iterator[Block]:
    kind, start, end, level = "", 0, 0, 0
    for match in _LINE.finditer(text):
        line = match.group().rstrip("\n")
        heading = _HEADING.match(line) if markdown else None
        starts = "" if not line.strip() or (markdown and _RULE.match(line)) else "paragraph"
        if heading:
            starts = "heading"
        elif starts and markdown:
            for other, sign in (("item", _ITEM), ("numbered", _NUMBERED), ("quote", _QUOTE)):
                if sign.match(line):
                    starts = other
        # a paragraph's line goes on with the block above it, a quotation's line with a quotation
        joined = kind == starts == "quote" or (
            starts == "paragraph" and kind in ("paragraph", "item", "numbered", "quote")
        )
        if kind and (not joined or match.start() in breaks):
            yield Block(kind, start, end, level)
            kind = ""
        if starts:
            if not kind:
                kind, start, level = starts, match.start(), len(heading.group(1)) if heading else 0
            end = match.start() + len(line)
            if kind == "heading":
                yield Block(kind, start, end, level)
                kind = ""
    if kind:
        yield Block(kind, start, end, level)


def signs(document: Document, block: Block) -> list[Span]:
    """The Markdown signs and bullets inside a block, in order, without overlap: left out when the block is shown."""
    text, found = document.text, []
    prefixes = [_ITEM] if block.kind == "item" else []
    if is_markdown(document):
        prefixes += [_HEADING] if block.kind == "heading" else [_QUOTE] if block.kind == "quote" else []
        for sign in _SIGNS:
            for match in sign.finditer(text, block.start, block.end):
                found += [Span(*match.span(1)), Span(*match.span(2))]
    for prefix in prefixes:
        for line in _LINE.finditer(text, block.start, block.end):
            if line.group() and (opening := prefix.match(line.group())):
                found.append(Span(line.start(), line.start() + opening.end()))
            if block.kind != "quote":
                break
    kept: list[Span] = []
    for span in sorted(found, key=lambda s: (s.start, s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def is_markdown(document: Document) -> bool:
    """Whether the text is Markdown: by its file's name."""
    return document.path.lower().endswith((".md", ".markdown"))
