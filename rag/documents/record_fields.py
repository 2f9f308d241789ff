"""The fields of a record (a line of JSON, a row of a table, front matter), under the names that people give them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rag.documents.dates import parse_date
from rag.documents.draft import Draft
from rag.documents.encoding import storable
from rag.documents.language import normal_language
from rag.documents.lines import key, plain
from rag.records import SourcierError

NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "identifiant", "uid", "guid", "_id"),
    "title": ("title", "titre", "headline"),
    "text": ("text", "texte", "content", "contenu", "context", "contexte", "body", "article", "corps"),
    "heading": ("heading", "chapo", "chapeau", "description", "summary", "resume", "résumé", "standfirst"),
    "author": ("author", "auteur", "authors", "auteurs", "autrice", "auteure", "byline", "creator"),
    "date": ("date", "published", "publication_date", "date_publication", "published_at", "publié", "publie", "pubdate",
             "date_published", "datepublished", "created", "created_at", "timestamp"),
    "source": ("source", "url", "link", "lien", "permalink", "canonical"),
    "language": ("language", "lang", "langue", "locale"),
    "tags": ("tags", "tag", "mots-clés", "mots_cles", "keywords", "categories", "étiquettes"),
}  # fmt: skip
_FIELD_OF_NAME = {plain(name): (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)}


class BadRecord(Exception):
    """One record cannot be read; the ones after it can."""


def as_text(value: Any) -> str | None:
    """A scalar or a list of them (authors) as one text; None for nothing."""
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(as_text, value))) or None
    if isinstance(value, Mapping):
        return as_text(value.get("name") or value.get("url"))
    return (str(value).strip() or None) if value is not None else None


def as_tags(value: Any) -> tuple[str, ...]:
    """Tags from a list, or from a text with commas or semicolons."""
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    if not isinstance(value, list | tuple):
        return ()
    return tuple(tag for tag in map(as_text, value) if tag)


def known_fields(names: list[str]) -> set[str]:
    """Which fields a table with these column names has."""
    return {known[0] for name in names if (known := _field_of(name))}


@lru_cache(maxsize=1024)
def _field_of(name: str) -> tuple[str, int] | None:
    """Which field a name stands for, and how usual the name is for it (0: the most)."""
    return _FIELD_OF_NAME.get(plain(name.strip()))


def _fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """Values by field; where two names of one field are there, the more usual name with a value wins."""
    chosen: dict[str, tuple[int, Any]] = {}
    for name, value in record.items():
        if name is None or value in (None, "", []) or (known := _field_of(str(name))) is None:
            continue
        field, rank = known
        if field not in chosen or rank < chosen[field][0]:
            chosen[field] = rank, value
    return {field: chosen[field][1] if field in chosen else None for field in NAMES}


def _says_already(text: str, heading: str) -> bool:
    """Whether the text begins with its heading, or has it among its first lines."""
    if text.startswith(heading):
        return True
    words = key(heading)
    if not words:
        return True
    if key(text[: 2 * len(heading) + 40])[: len(words)] == words:
        return True
    opening = [line for line in text[: len(heading) + 1000].split("\n") if line.strip()][:3]
    return any(key(line) == words for line in opening)


def draft_of_record(record: Mapping[str, Any]) -> Draft:
    """A record as a draft: its text unchanged, under its heading and a blank line if it does not begin with that.

    Raises BadRecord with the reason if there is no text.
    """
    fields = _fields(record)
    text = fields["text"]
    if text is None:
        names = ", ".join(str(name)[:40] for name in list(record)[:8] if name is not None) or "none"
        if "text" in known_fields([str(name) for name in record if name is not None]):
            raise BadRecord('the field "text" is empty')
        raise BadRecord(f'no field with a text ("text", "texte", "contenu", ...); its fields: {names}')
    if not isinstance(text, str):
        raise BadRecord(f'the field "text" is {type(text).__name__}, not a text')
    if not text.strip():
        raise BadRecord('the field "text" is empty')
    heading = as_text(fields["heading"])
    if heading and not _says_already(text, heading):
        text = f"{heading}\n\n{text}"
    identifier = fields["id"]
    return Draft(
        text,
        id=storable(str(identifier)) if isinstance(identifier, str | int) else None,
        title=as_text(fields["title"]),
        author=as_text(fields["author"]),
        date=parse_date(fields["date"]),
        source=as_text(fields["source"]),
        language=normal_language(as_text(fields["language"])),
        tags=tuple(storable(tag) for tag in as_tags(fields["tags"])),
    )


def missing_text_column(names: list[str]) -> SourcierError:
    """The error for a table without any text column."""
    shown = ", ".join(name[:40] for name in names[:8]) or "none"
    return SourcierError(f'no column with a text ("text", "texte", "contenu", ...); its columns: {shown}')
