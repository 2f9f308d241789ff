"""EPUB: the chapters in the order of the spine, and the package's metadata."""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import unquote

from lxml import etree, html

from rag.documents.archive import Archive
from rag.documents.dates import parse_date
from rag.documents.draft import Draft
from rag.documents.html import markup
from rag.documents.language import normal_language
from rag.documents.titles import real_title
from rag.records import SourcierError

_CONTAINER = "META-INF/container.xml"
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CONTAINERS = frozenset(("body", "div", "section", "article", "header", "footer", "aside", "blockquote", "tr"))
_BLOCKS = _HEADINGS | _CONTAINERS | {"p", "li", "pre", "dt", "dd", "figcaption", "caption"}
_SKIPPED = frozenset(("script", "style", "head", "nav", "svg", "template"))


def _local(element: Any) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _chapter(page: bytes) -> list[str]:
    """The blocks of a chapter. All of its text is the book's, so nothing is extracted, only tags are removed."""
    try:
        root = html.document_fromstring(markup(page).encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError):
        return []
    blocks, words = [], [""]

    def close() -> None:
        text = " ".join(words[0].split())
        if text and text != "-":
            blocks.append(text)
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
    return blocks


def read(content: bytes, charset: str | None = None) -> Draft:
    """The book's text, one blank line between blocks."""
    archive = Archive(content, ".epub")
    if "META-INF/rights.xml" in archive or (
        "META-INF/encryption.xml" in archive and b"xhtml" in archive.part("META-INF/encryption.xml")
    ):
        raise SourcierError("encrypted .epub file (DRM): it cannot be read")
    rootfile = archive.xml(_CONTAINER).find(".//{*}rootfile")
    if rootfile is None or not rootfile.get("full-path"):
        raise SourcierError("broken .epub file (no package is named in it): save it again as .epub")
    package_name = rootfile.get("full-path")
    package = archive.xml(package_name)
    base = posixpath.dirname(package_name)
    manifest = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    blocks: list[str] = []
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = manifest.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split() or reference.get("linear") == "no":
            continue
        if "html" in (item.get("media-type") or ""):
            name = posixpath.normpath(posixpath.join(base, unquote(item.get("href") or "")))
            try:
                blocks += _chapter(archive.part(name))
            except RecursionError:
                raise SourcierError(f'broken .epub file (part "{name}" is nested too deeply)') from None
    text = ""
    for previous, block in zip(["", *blocks], blocks, strict=False):
        text += ("\n" if block[:2] == previous[:2] == "- " else "\n\n" if text else "") + block

    def values(name: str) -> list[str]:
        found = package.iterfind(f".//{{http://purl.org/dc/elements/1.1/}}{name}")
        return [" ".join(element.text.split()) for element in found if element.text and element.text.strip()]

    source = next((value for value in values("source") if value.startswith("http")), None)
    return Draft(
        text,
        title=real_title(next(iter(values("title")), None)),
        author=", ".join(values("creator")) or None,
        date=parse_date(next(iter(values("date")), None)),
        source=source or next(iter(values("publisher")), None),
        language=normal_language(next(iter(values("language")), None)),
        tags=tuple(dict.fromkeys(values("subject"))),
    )
