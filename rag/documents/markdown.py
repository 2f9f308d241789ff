"""Markdown: the document is the decoded file; its front matter is set apart and gives metadata."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from rag.documents.dates import parse_date
from rag.documents.draft import Draft
from rag.documents.encoding import decode
from rag.documents.language import normal_language
from rag.documents.record_fields import NAMES, as_tags, as_text
from rag.records import Span

_FRONT_MATTER = re.compile(
    r"\s*(?P<fence>---|\+\+\+)[ \t]*\n(?P<values>.*?)(?:^|\n)(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL
)
_COMMENT = re.compile(r"\s+#.*$")
_PAIR = re.compile(r"^(?P<name>[A-Za-zÀ-ÿ_ -]+?)[ \t]*[:=][ \t]*(?P<value>[^\n]*?)[ \t]*$", re.MULTILINE)


def _values(block: str) -> dict[str, Any]:
    """The front matter as a mapping; line by line, as far as it goes, where it is not valid YAML."""
    try:
        loaded = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError):  # ValueError: a date such as 2025-13-45
        loaded = None
    if not isinstance(loaded, dict):
        loaded = {match["name"]: match["value"].strip("\"'") for match in _PAIR.finditer(block)}
    return {str(name).strip().lower(): value for name, value in loaded.items()}


def _facts(block: str, offset: int, value: Callable[[str], Any]) -> list[Span]:
    """Where the front matter writes the title, author, date and source: the values without quotation marks."""
    facts = []
    for field in ("title", "author", "date", "source"):
        pair = next((pair for pair in _PAIR.finditer(block) if pair["name"].strip().lower() in NAMES[field]), None)
        if pair is None or value(field) is None:
            continue
        written = pair["value"].strip("\"'[] ") if pair["value"][:1] in "\"'[" else _COMMENT.sub("", pair["value"])
        begin = pair.start("value")
        if not written or written[0] in "{|>&*":  # the value stands on the lines below
            listed = value(field)[0] if isinstance(value(field), list) and value(field) else value(field)
            written = str(listed).strip()
        begin = block.find(written, begin)
        if written and begin >= 0:
            facts.append(Span(offset + begin, offset + begin + len(written), field))
    return sorted(facts, key=lambda fact: fact.start)


def read(content: bytes, charset: str | None = None) -> Draft:
    """The file as it stands; facts of the front matter point at their values in it."""
    text = decode(content, charset)
    match = _FRONT_MATTER.match(text)
    if match is None or not (values := _values(match["values"])):
        return Draft(text, verbatim=True)

    def value(field: str) -> Any:
        return next((values[name] for name in NAMES[field] if values.get(name) not in (None, "")), None)

    facts = _facts(match["values"], match.start("values"), value)
    published = parse_date(value("date"))
    if published is None:
        facts = [fact for fact in facts if fact.reason != "date"]
    begin, end = match.start("fence"), match.start() + len(match.group().rstrip())
    return Draft(
        text,
        title=as_text(value("title")),
        author=as_text(value("author")),
        date=published,
        source=as_text(value("source")),
        language=normal_language(as_text(value("language"))),
        tags=as_tags(value("tags")),
        body_start=match.end(),
        clutter=(Span(begin, end, "front matter"),),
        facts=tuple(facts),
        verbatim=True,
    )
