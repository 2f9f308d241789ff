"""HTML: the main text of a page and its metadata, by trafilatura."""

from __future__ import annotations

import logging
import re
from typing import Any

import lxml.html
from lxml import etree

from rag.documents.dates import parse_date
from rag.documents.draft import Draft
from rag.documents.encoding import decode, detect, is_binary, universal_newlines
from rag.documents.language import normal_language
from rag.documents.titles import real_title
from rag.records import SourcierError

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html\b[^>]*?\b(?:xml:)?lang\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CONTAINERS = frozenset(("body", "div", "section", "article", "header", "footer", "aside", "blockquote", "tr"))
_BLOCKS = _HEADINGS | _CONTAINERS | {"p", "li", "pre", "dt", "dd", "figcaption", "caption"}
_SKIPPED = frozenset(("script", "style", "head", "nav", "svg", "template"))
_LATIN = frozenset(("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"))
# trafilatura reports on stderr what is no news here: every page that it finds no text in
for _name in ("trafilatura", "htmldate"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def markup(content: bytes, charset: str | None = None) -> str:
    """The decoded page: a declared charset is believed if it can decode the page."""
    if is_binary(content):
        raise SourcierError("not an HTML page (binary content)")
    declared = _CHARSET.search(content[:4096])
    hint = charset or (declared.group(1).decode("ascii") if declared else None)
    # Browsers read a declared Latin-1 as Windows-1252, and so does the detector; and what is valid UTF-8 is UTF-8,
    # whatever an old template declares
    if hint and (hint.lower().replace("_", "-") in _LATIN or detect(content).startswith("utf-8")):
        hint = None
    return decode(content, hint)


def _local(element: Any) -> str:
    # no etree.QName: it refuses the odd names that tag soup may hold
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def blocks(page: str) -> list[str]:
    """All the text of a page, block by block: nothing is judged, only tags are removed."""
    try:
        root = lxml.html.document_fromstring(page.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError):
        return []
    found: list[str] = []
    words = [""]

    def close() -> None:
        text = " ".join(words[0].split())
        if text and text != "-":
            found.append(text)
        words[0] = ""

    def walk(element: Any) -> None:
        name = _local(element)
        if name in _SKIPPED or not name:
            return
        if name in _BLOCKS:
            close()
            words[0] = "- " if name == "li" else ""
        elif name == "br":
            words[0] += " "
        words[0] += element.text or ""
        for child in element:
            walk(child)
            words[0] += child.tail or ""
        if name in ("td", "th") and element.getnext() is not None:
            words[0] += " | "
        if name in _BLOCKS:
            close()

    walk(root)
    return found


def paragraphs(extracted: str) -> str:
    """Lines of trafilatura as paragraphs with a blank line between; lists and tables stay together."""
    lines = [line.strip() for line in universal_newlines(extracted).split("\n")]
    text = ""
    previous = ""
    for line in filter(None, lines):
        together = (line.startswith("- ") and previous.startswith("- ")) or ("|" in line and "|" in previous)
        text += ("\n" if together else "\n\n" if text else "") + line
        previous = line
    return text


def read(content: bytes, charset: str | None = None) -> Draft:
    """The article of a page. Raises SourcierError if the page holds no text."""
    import trafilatura  # half a second to import: only where there is a page to read

    page = markup(content, charset)
    if not page.strip():
        raise SourcierError("empty: there is no text to read")
    options: dict[str, Any] = {"extensive_search": False, "original_date": True}
    found = trafilatura.bare_extraction(
        page,
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        favor_recall=True,
        with_metadata=True,
        date_extraction_params=options,
    )
    if isinstance(found, dict):  # an old form of its answer, which the options above never ask for
        found = None
    text = paragraphs(found.text or "") if found else ""
    if len(text) < 200:  # a page so short that the article cannot be told from the rest: take all of it
        everything = "\n\n".join(blocks(page))
        text = everything if len(everything) > len(text) else text
    if not text:
        raise SourcierError("no text in this page (is it drawn by a script, or a picture?)")
    language = _LANGUAGE.search(page[:4096])
    return Draft(
        text,
        title=real_title(found.title) if found else None,
        author=found.author.replace("; ", ", ") if found and found.author else None,
        date=parse_date(found.date) if found else None,
        source=(found.url or found.sitename) if found else None,
        language=normal_language((found.language if found else None) or (language.group(1) if language else None)),
        tags=tuple(dict.fromkeys(tag.strip() for tag in (found.tags or []) if tag.strip())) if found else (),
    )
