"""PDF: the text of each page, with lines joined back into paragraphs, and where each page begins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rag.documents.dates import parse_date
from rag.documents.draft import Draft
from rag.documents.metadata import read_metadata_line
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
    here, so offsets hold in it. Page numbers and running heads are left out.

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
        from_properties=True,
    )


@dataclass(frozen=True, slots=True)
class _Printed:
    """A line of a page: its text, how high its letters are, and how far up the page it stands (0: not known)."""

    text: str
    size: float = 0.0
    height: float = 0.0


def _page_lines(document: Any, number: int) -> list[_Printed]:
    page = document[number]
    text_page = page.get_textpage()
    try:
        text = text_page.get_text_range()
        # PDFium writes U+FFFE for a hyphen at a line's end, and leaves out the line's end
        starts = [0, *(match.end() for match in re.finditer("\r\n?|\n|\ufffe(?:\r?\n)?", text))]
        characters = text_page.count_chars()
        lines = []
        for start, end in pairwise([*starts, len(text)]):
            line = text[start:end].rstrip()
            first = start + len(text[start:end]) - len(text[start:end].lstrip())
            box = (0.0, 0.0, 0.0, 0.0)
            if line and len(text) == characters:  # else an index of the text is none of the page's characters
                box = text_page.get_charbox(first, loose=True)
            lines.append(_Printed(line, round(box[3] - box[1], 1), box[1]))
        return lines
    finally:
        text_page.close()
        page.close()


def _without_furniture(pages: Sequence[list[_Printed]]) -> list[list[_Printed]]:
    """Leave out page numbers, and the heads and feet that stand at the same place of three pages or more."""

    def edges(lines: list[_Printed]) -> list[int]:
        filled = [index for index, line in enumerate(lines) if line.text.strip()]
        return list(dict.fromkeys(filled[:2] + filled[-2:]))

    def place(line: _Printed) -> tuple[str, int]:
        return re.sub(r"\d+", "0", " ".join(line.text.split())), round(line.height / 4)

    counts = Counter(found for lines in pages for found in {place(lines[index]) for index in edges(lines)})
    kept = []
    for lines in pages:
        drop = set()
        for index in edges(lines):
            line = lines[index]
            numbered = len(pages) > 1 and _PAGE_NUMBER.fullmatch(line.text.strip())
            if numbered or (line.height and counts[place(line)] >= 3 and len(line.text) < 100):
                drop.add(index)
        kept.append([line for index, line in enumerate(lines) if index not in drop])
    return kept


def _paragraphs(lines: Sequence[_Printed]) -> str:
    """Lines as printed joined into paragraphs: a line as wide as the column goes on in the next one.

    A line in other letters, or further down than lines of one paragraph are, begins a new one.
    """
    lines = [line for line in lines if line.text.strip()]
    if not lines:
        return ""
    lengths = sorted(len(line.text) for line in lines)
    width = max(40, lengths[-1 - len(lengths) // 10])  # a tenth may stick out
    leadings = sorted(leading for a, b in pairwise(lines) if (leading := _leading(a, b)) > 0)
    usual = leadings[len(leadings) // 4] if leadings else 0.0  # lines of one paragraph are the closest ones
    text = lines[0].text.strip()
    for before, line in pairwise(lines):
        previous, current = before.text.strip(), line.text.strip()
        if hyphen := _HYPHEN.search(text):
            text = _join_word(text, hyphen.start(), current)
        elif _together(before, line, usual) and _goes_on(previous, current, width):
            text += " " + current
        else:
            text += ("\n" if _ITEM.match(current) and _ITEM.match(previous) else "\n\n") + current
    return re.sub("[\ufffe\u00ad]", "", text)


def _leading(before: _Printed, line: _Printed) -> float:
    """The distance from line to line as a multiple of the letters' height; 0 if it is not known."""
    return (before.height - line.height) / line.size if before.size and line.size else 0.0


def _together(before: _Printed, line: _Printed, usual: float) -> bool:
    """Whether two lines are set as lines of one paragraph are, as far as is known."""
    if not before.size or not line.size:
        return True
    same = abs(before.size - line.size) <= 0.12 * max(before.size, line.size)
    return same and (not usual or _leading(before, line) <= 1.4 * usual)


def _join_word(text: str, hyphen: int, line: str) -> str:
    spelled = _KEEPS_HYPHEN.search(text[max(0, hyphen - 15) : hyphen] + "-") or _PRONOUN.match(line)
    return text[:hyphen] + ("-" if spelled or not line[0].islower() else "") + line


def _goes_on(previous: str, line: str, width: int) -> bool:
    if _ITEM.match(line):
        return False
    if read_metadata_line(line):  # a byline or date line below a title
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
