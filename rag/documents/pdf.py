"""PDF: the text of each page, with lines joined back into paragraphs, and where each page begins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rag.documents.dates import parse_date
from rag.documents.draft import Draft
from rag.documents.encoding import universal_newlines
from rag.documents.record_fields import as_tags
from rag.documents.titles import real_title
from rag.records import SourcierError

_HYPHEN = re.compile(r"(?<=[^\W\d_])[\ufffe\u00ad\u2010-]\s*$")
_KEEPS_HYPHEN = re.compile(  # compounds whose hyphen is spelled: celui-ci, sous-préfet, vingt-deux
    r"(?:^|[\s'’(«])(?:celui|celle|ceux|celles|sous|vice|ex|non|demi|mi|semi|grand|grande|vingt|trente|quarante|cinquante|soixante"
    r"|quatre|dix|peut|c['’]est|est|a|porte|avant|après|arrière|sud|nord|saint|sainte|jean|quelques|lui|elle|eux|nous|vous)-$",
    re.IGNORECASE,
)
_PRONOUN = re.compile(  # dit-il, celui-là, lui-même: endings that are words and not likely syllables
    r"(?:il|elle|on|ils|elles|je|tu|nous|vous|ci|là|t|mêmes?|moi|toi|lui|leur)\b", re.IGNORECASE
)
_PAGE_NUMBER = re.compile(
    r"(?:[-–—|]\s*)?(?:page\s*|p\.\s*)?\d{1,4}(?:\s*(?:/|sur|of)\s*\d{1,4})?(?:\s*[-–—|])?", re.IGNORECASE
)
_ITEM = re.compile(r"\s*(?:[-•●▪*–—]|\d{1,2}[.)])\s")


def read(content: bytes, charset: str | None = None) -> Draft:
    """The text of a PDF; `pages` holds the offset at which each page's text begins.

    Lines are joined into paragraphs and words that were cut at a line's end are made whole: the text is what is built
    here, so offsets hold in it. Page numbers and running heads (after their first appearance) are left out.

    Raises SourcierError for a broken or encrypted file, and for one that holds pictures of text only.
    """
    import pypdfium2
    from pypdfium2 import PdfiumError

    try:
        document = pypdfium2.PdfDocument(content)
    except PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise SourcierError(
                "encrypted PDF: save it without a password (for instance with: qpdf --decrypt)"
            ) from None
        raise SourcierError("broken PDF: it cannot be opened; save or download it again") from None
    try:
        raw = [_page_lines(document, number) for number in range(len(document))]
        properties = document.get_metadata_dict(skip_empty=True)
    except PdfiumError as error:
        raise SourcierError(f"broken PDF ({error}); save or download it again") from None
    finally:
        document.close()
    pages = [_paragraphs(lines) for lines in _without_furniture(raw)]
    if not any(pages):
        raise SourcierError("scanned PDF without text: run text recognition first (for instance with: ocrmypdf -l fra)")
    text, starts = _join(pages)
    author = properties.get("Author", "").strip()
    return Draft(
        text,
        title=real_title(properties.get("Title")),
        author=author if author.lower() not in ("", "anonymous", "unknown", "user", "admin", "(anonymous)") else None,
        date=parse_date(re.sub(r"^D:(\d{8}).*", r"\1", properties.get("CreationDate", ""))),
        tags=as_tags(properties.get("Keywords")),
        pages=starts,
    )


def _page_lines(document: Any, number: int) -> list[str]:
    page = document[number]
    text_page = page.get_textpage()
    try:
        text = universal_newlines(text_page.get_text_range())
    finally:
        text_page.close()
        page.close()
    # PDFium writes U+FFFE for a hyphen at a line's end, and leaves out the line's end
    return [line.rstrip() for line in re.sub("\ufffe\n?", "\ufffe\n", text).split("\n")]


def _without_furniture(pages: Sequence[list[str]]) -> list[list[str]]:
    """Leave out page numbers, and the heads and feet that come back on three pages or more."""

    def edges(lines: list[str]) -> list[int]:
        filled = [index for index, line in enumerate(lines) if line.strip()]
        return list(dict.fromkeys(filled[:2] + filled[-2:]))

    def shape(line: str) -> str:
        return re.sub(r"\d+", "0", " ".join(line.split()))

    counts = Counter(found for lines in pages for found in {shape(lines[index]) for index in edges(lines)})
    seen: set[str] = set()
    kept = []
    for lines in pages:
        drop = set()
        for index in edges(lines):
            form = shape(lines[index])
            several = len(pages) > 1 and _PAGE_NUMBER.fullmatch(lines[index].strip())
            if several or (counts[form] >= 3 and len(form) < 100 and form in seen):
                drop.add(index)
            seen.add(form)
        kept.append([line for index, line in enumerate(lines) if index not in drop])
    return kept


def _paragraphs(lines: Sequence[str]) -> str:
    """Lines as printed joined into paragraphs: a line as wide as the column goes on in the next one."""
    lengths = sorted(len(line) for line in lines if line.strip())
    if not lengths:
        return ""
    width = max(40, lengths[int(0.9 * (len(lengths) - 1))])
    text = ""
    previous = ""
    for line in lines:
        line = line.strip()
        if not line:
            previous = ""
            continue
        if not previous:
            text += ("\n\n" if text else "") + line
        elif hyphen := _HYPHEN.search(text):
            text = _join_word(text, hyphen.start(), line)
        elif _goes_on(previous, line, width):
            text += " " + line
        else:
            text += ("\n" if _ITEM.match(line) and _ITEM.match(previous) else "\n\n") + line
        previous = line
    return re.sub("[\ufffe\u00ad]", "", text)


def _join_word(text: str, hyphen: int, line: str) -> str:
    spelled = _KEEPS_HYPHEN.search(text[max(0, hyphen - 15) : hyphen] + "-") or _PRONOUN.match(line)
    return text[:hyphen] + ("-" if spelled or not line[0].islower() else "") + line


def _goes_on(previous: str, line: str, width: int) -> bool:
    if _ITEM.match(line):
        return False
    if line[0].islower():
        return len(previous) > 0.5 * width or previous[-1] in ",;"
    if previous[-1] in ".!?…:»":
        return len(previous) > 0.85 * width and previous[-1] != ":"
    return len(previous) > 0.75 * width


def _join(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """One text of all pages; a sentence that runs over the page's end is kept in one paragraph."""
    text, starts = "", []
    for page in pages:
        if text and page:
            hyphen = _HYPHEN.search(text)
            if hyphen and page[0].islower():
                text = text[: hyphen.start()]
            elif page[0].islower() and text[-1] not in ".!?…":
                text += " "
            else:
                text += "\n\n"
        starts.append(len(text))
        text += page
    return text, tuple(starts)
