"""Word (.docx): paragraphs, headings and tables in the order of the file, and the core properties."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from rag.documents.draft import Draft
from rag.documents.encoding import universal_newlines
from rag.documents.language import normal_language
from rag.documents.record_fields import as_tags
from rag.documents.titles import real_title
from rag.records import SourcierError

_PROGRAMS = frozenset(
    {"python-docx", "microsoft office user", "user", "utilisateur", "admin", "administrator", "unknown"}
)


def _blocks(container: Any) -> Iterator[str]:
    for block in container.iter_inner_content():
        if hasattr(block, "rows"):
            yield "\n".join(_rows(block))
        else:
            yield (
                "- " if "List" in (block.style.name or "" if block.style else "") and block.text.strip() else ""
            ) + block.text


def _rows(table: Any) -> Iterator[str]:
    for row in table.rows:
        cells, seen = [], set()
        for cell in row.cells:
            if id(cell._tc) not in seen:  # a merged cell comes once for each column
                seen.add(id(cell._tc))
                cells.append(" ".join(cell.text.split()))
        if any(cells):
            yield " | ".join(cells)


def read(content: bytes, charset: str | None = None) -> Draft:
    """The document's text, one blank line between blocks, one line for each row of a table."""
    import docx

    try:
        document = docx.Document(io.BytesIO(content))
        blocks = [universal_newlines(block).replace("\v", "\n").strip() for block in _blocks(document)]
    except zipfile.BadZipFile:
        if content.startswith(b"\xd0\xcf\x11\xe0"):
            raise SourcierError("encrypted, or an old .doc file: save it as .docx without a password") from None
        raise SourcierError("broken .docx file (not a zip archive): save it again as .docx") from None
    except Exception as error:  # python-docx lets KeyError, ValueError, lxml's errors through for broken files
        raise SourcierError(f"broken .docx file ({type(error).__name__}): save it again as .docx") from error
    text = ""
    for previous, block in zip(["", *blocks], blocks, strict=False):
        if block:
            together = block.startswith("- ") and previous.startswith("- ")
            text += ("\n" if together else "\n\n" if text else "") + block
    properties = document.core_properties
    author = (properties.author or "").strip()
    return Draft(
        text,
        title=real_title(properties.title),
        author=None if author.lower() in _PROGRAMS else author or None,
        # `created` is the day of a template as often as that of the article: believed only when an author is named
        date=properties.created.date() if properties.created and author and author.lower() not in _PROGRAMS else None,
        language=normal_language(properties.language),
        tags=as_tags(properties.keywords),
        from_properties=True,
    )
