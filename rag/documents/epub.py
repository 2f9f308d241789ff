"""EPUB: the chapters in the order of the spine, and the package's metadata."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

from rag.documents.archive import Archive
from rag.documents.dates import parse_date
from rag.documents.draft import Draft
from rag.documents.html import blocks, markup
from rag.documents.language import normal_language
from rag.documents.titles import real_title
from rag.records import SourcierError

_CONTAINER = "META-INF/container.xml"


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
    chapters: list[str] = []
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = manifest.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split() or reference.get("linear") == "no":
            continue
        if "html" in (item.get("media-type") or ""):
            name = posixpath.normpath(posixpath.join(base, unquote(item.get("href") or "")))
            try:
                chapters += blocks(markup(archive.part(name)))
            except RecursionError:
                raise SourcierError(f'broken .epub file (part "{name}" is nested too deeply)') from None
    text = ""
    for previous, block in zip(["", *chapters], chapters, strict=False):
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
