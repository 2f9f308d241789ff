"""OpenDocument text (.odt): paragraphs, headings, lists and tables, and the file's metadata."""

from __future__ import annotations

from typing import Any

from rag.documents.archive import Archive
from rag.documents.dates import parse_date
from rag.documents.draft import Draft
from rag.documents.language import normal_language
from rag.documents.titles import real_title
from rag.records import SourcierError

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_SKIPPED = {
    f"{_TEXT}tracked-changes",
    f"{_OFFICE}annotation",
    f"{_TEXT}sequence-decls",
    f"{_TEXT}note",
    f"{_TEXT}table-of-content",
}


def _inline(element: Any) -> str:
    """The text of a paragraph, with the spaces, tabs and line breaks that are elements."""
    text = element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            text += " " * int(child.get(f"{_TEXT}c", "1") or 1)
        elif child.tag == f"{_TEXT}tab":
            text += "\t"
        elif child.tag == f"{_TEXT}line-break":
            text += "\n"
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
            text += _inline(child)
        text += child.tail or ""
    return text


def _blocks(element: Any, blocks: list[str], prefix: str = "") -> None:
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _SKIPPED:
            continue
        if child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
            if text := _inline(child).strip():
                blocks.append(prefix + text)
        elif child.tag == f"{_TABLE}table-row":
            cells = [" ".join(" ".join(_inline(p) for p in cell.iter(f"{_TEXT}p")).split()) for cell in child]
            if any(cells):
                blocks.append(" | ".join(cells))
        else:
            _blocks(child, blocks, "- " if child.tag == f"{_TEXT}list" else prefix)


def read(content: bytes, charset: str | None = None) -> Draft:
    """The document's text, one blank line between blocks; lists and tables a line each."""
    archive = Archive(content, ".odt")
    if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.part("META-INF/manifest.xml"):
        raise SourcierError("encrypted .odt file: save it without a password")
    body = archive.xml("content.xml").find(f".//{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise SourcierError("broken .odt file (no text in it): save it again as .odt")
    blocks: list[str] = []
    try:
        _blocks(body, blocks)
    except (ValueError, RecursionError) as error:
        raise SourcierError(f"broken .odt file ({type(error).__name__}): save it again as .odt") from error
    text = ""
    for previous, block in zip(["", *blocks], blocks, strict=False):
        together = (block[:2] == previous[:2] == "- ") or (" | " in block and " | " in previous)
        text += ("\n" if together else "\n\n" if text else "") + block
    values: dict[str, str] = {}
    keywords: list[str] = []
    if "meta.xml" in archive:
        for element in archive.xml("meta.xml").iter():
            if isinstance(element.tag, str) and (value := (element.text or "").strip()):
                values.setdefault(element.tag, value)
                if element.tag == f"{_META}keyword":
                    keywords += [word.strip() for word in value.split(",") if word.strip()]
    return Draft(
        text,
        title=real_title(values.get(f"{_DC}title")),
        author=values.get(f"{_META}initial-creator") or values.get(f"{_DC}creator"),
        date=parse_date(values.get(f"{_META}creation-date") or values.get(f"{_DC}date")),
        language=normal_language(values.get(f"{_DC}language")),
        tags=tuple(dict.fromkeys(keywords)),
        from_properties=True,
    )
