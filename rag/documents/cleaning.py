"""What surrounds an article is not content: find bylines, share bars, links to other articles and the like.

`clean` walks over the lines of a text a few times, each time for one kind of thing, and returns spans. Nothing is
removed from the text; a rule that is not sure leaves the line alone. Rules that could hit an article's own sentence
hold only near the top or the bottom, where pages put their furniture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from rag.documents import furniture
from rag.documents.biography import mark_biography
from rag.documents.dates import is_day_of
from rag.documents.lines import Line, key, plain, split_lines
from rag.documents.links import mark_links
from rag.documents.metadata import Said, is_name, read_metadata_line, read_source, split_names
from rag.documents.titles import lines_that_repeat, same_title, title_line
from rag.records import Span

_FIRST_YEAR = 1980  # a bare date before it is the article's subject, not the day it appeared


@dataclass(slots=True)
class Cleaned:
    """What `clean` found: `clutter` in order without overlap, `facts` where the text states a metadata value."""

    clutter: tuple[Span, ...] = ()
    facts: tuple[Span, ...] = ()
    title: str | None = None
    author: str | None = None
    date: date | None = None
    source: str | None = None
    tags: tuple[str, ...] = ()
    content_start: int | None = None  # where the first line of content begins


@dataclass(slots=True)
class _Article:
    """The lines of one text, and what has been found so far."""

    text: str
    lines: list[Line]
    known_date: date | None
    said: list[Said] = field(default_factory=list)  # with offsets in the text
    tags: list[str] = field(default_factory=list)
    extra: list[Span] = field(default_factory=list)  # stretches inside a line
    top: int = 0  # lines before it are the top: up to the third paragraph
    first_body: int = 0
    bottom: int = 0  # lines from it on are the bottom: after the third last paragraph
    last_body: int = 0

    def measure(self) -> None:
        bodies = [index for index, line in enumerate(self.lines) if line.body]
        count = len(self.lines)
        self.first_body = bodies[0] if bodies else min(3, count)
        self.last_body = bodies[-1] if bodies else max(0, count - 4)
        self.top = min(15, bodies[2] if len(bodies) > 2 else (count if bodies else self.first_body))
        self.bottom = bodies[-3] + 1 if len(bodies) > 2 else (0 if bodies else self.last_body)

    def at_edge(self, index: int) -> bool:
        return index < self.top or index >= self.bottom

    def say(self, line: Line, said: Iterable[Said]) -> None:
        for one in said:
            begin = line.core_start
            self.said.append(Said(one.kind, one.value, begin + one.start, begin + one.end, one.rank))


def clean(
    text: str,
    *,
    start: int = 0,
    title: str | None = None,
    author: str | None = None,
    published: date | None = None,
) -> Cleaned:
    """Find what surrounds the article in `text[start:]`, and the metadata that those lines state.

    `title`, `author` and `published` are what is known from elsewhere (a record's fields, HTML metadata): it is
    believed before what the text says, and a fact span is given only where the text says the same.
    """
    article = _Article(text, split_lines(text, start), published)
    if not article.lines:
        return Cleaned(title=title, author=author, date=published)
    article.measure()
    _mark_furniture(article)
    article.extra += mark_links(text, article.lines)
    _mark_metadata(article)
    article.measure()
    title_span = _mark_title(article, title)
    title = title or (text[title_span.start : title_span.end] if title_span else None)
    author_said = _best(article.said, "author", author)
    author = author or (str(author_said.value) if author_said else None)
    author_said = _mark_author(article, author) or author_said
    author = author or (str(author_said.value) if author_said else None)
    date_said = _best(article.said, "date", published)
    source_said = _best(article.said, "source", None)
    facts = [title_span] if title_span else []
    facts += [Span(said.start, said.end, said.kind) for said in (author_said, date_said, source_said) if said]
    return Cleaned(
        clutter=_spans(article),
        facts=tuple(_apart(facts)),
        title=title,
        author=author,
        date=published or (date_said.value if date_said and isinstance(date_said.value, date) else None),
        source=str(source_said.value) if source_said else None,
        tags=tuple(dict.fromkeys(article.tags)),
        content_start=next((line.start for line in article.lines if not line.reason), None),
    )


def _mark_furniture(article: _Article) -> None:
    """Share bars, appeals, credits, menus, breadcrumbs, tags, and the lines that name a source."""
    count = len(article.lines)
    for index, line in enumerate(article.lines):
        if not line.plain:
            continue
        edge = article.at_edge(index)
        line.reason = furniture.reason(line, article.text, edge, index >= max(1, count - 2))
        if edge and not line.reason and furniture.is_breadcrumb(line.plain, index <= article.first_body):
            line.reason = "breadcrumb"
        if not line.reason and (begin := furniture.credit_at_end(line.core)):
            article.extra.append(Span(line.core_start + begin, line.core_end, "credit"))
        if line.reason == "tags":
            _, colon, names = line.core.partition(":")
            listed = names.split(",") if colon else line.core.split("#")
            article.tags += [name.strip(" .#,") for name in listed if name.strip(" .#,")]
        if line.reason in ("", "credit") and (said := read_source(line.core, line.plain)) and (edge or said.rank == 0):
            line.reason = "source"
            article.say(line, [said])
    for lines in (article.lines, article.lines[::-1]):  # a share bar may have one network a line
        for line, following in pairwise(lines):
            if line.reason == "share" and not following.reason and len(following.core) <= 30:
                following.reason = "share" if furniture.continues_share_bar(following.plain) else ""


def _mark_metadata(article: _Article) -> None:
    """Bylines and date lines near the edges; a day without more only above the text, and not in a chronology."""
    readings = []
    for index, line in enumerate(article.lines):
        if line.reason or not line.plain or not article.at_edge(index):
            continue
        if reading := read_metadata_line(line.core):
            readings.append((index, line, reading))
        elif index < article.first_body and article.known_date and is_day_of(line.core, article.known_date):
            line.reason = "date"
    chronology = sum(reading.bare_date for _, _, reading in readings) > 2
    for index, line, reading in readings:
        if reading.bare_date:
            day = reading.said[0].value
            above = index < article.first_body and isinstance(day, date) and day.year >= _FIRST_YEAR
            if chronology or not (above or day == article.known_date):
                continue
        kinds = {said.kind for said in reading.said}
        line.reason = "byline" if "author" in kinds else "date"
        article.say(line, reading.said)


def _mark_title(article: _Article, known: str | None) -> Span | None:
    """The line of the title, those that repeat it, and the section's name over it.

    The title travels in `Document.title`, so its line is set apart too, as long as something is left under it.
    """
    lines = article.lines
    top = range(article.top)
    chosen: Line | None = None
    if known is None:
        candidates = [
            line if line.reason or not (line.plain and furniture.is_section(line.plain)) else None for line in lines
        ]
        sections = [index for index, line in enumerate(candidates[: article.first_body]) if line is None]
        index = _find_title(article, sections)
        if index is None:
            return None
        chosen = lines[index]
        known = chosen.core
    repeats = lines_that_repeat(known, lines, [*top, *range(article.last_body + 1, len(lines))])
    if chosen is None:
        chosen = next((line for line in repeats if lines.index(line) < article.top), None)
    marked = repeats if chosen is None or chosen in repeats else [chosen, *repeats]
    rest = [line for line in lines if not line.reason and line not in marked]
    if not rest:
        return None if chosen is None else Span(chosen.core_start, chosen.core_end, "title")
    for line in marked:
        line.reason = "title" if line is chosen else "repeated title"
    _mark_repeated_opening(lines)
    if chosen is None:
        return None
    _mark_sections(lines[: lines.index(chosen)])
    return Span(chosen.core_start, chosen.core_end, "title")


def _mark_repeated_opening(lines: list[Line]) -> None:
    """The summary printed twice over the article: as its heading and as its first paragraph."""
    opening = [line for line in lines[:6] if not line.reason and len(line.core) >= 60]
    for index, line in enumerate(opening):
        head = plain(line.core[:30])
        if any(plain(other.core[:30]) == head and key(other.core) == key(line.core) for other in opening[:index]):
            line.reason = "repeated heading"


def _find_title(article: _Article, sections: list[int]) -> int | None:
    lines = article.lines
    for index in sections:  # set aside while looking: a section's name has the form of a title
        lines[index].reason = "section"
    found = title_line(lines, [bool(line.reason) for line in lines])
    for index in sections:
        if found is None or index > found:
            lines[index].reason = ""
    return found


def _mark_sections(above: list[Line]) -> None:
    """What stands over the title and is short is the name of a section or a label."""
    for line in above:
        if not line.reason and line.plain and len(key(line.core)) <= 4 and not line.ends_like_sentence:
            line.reason = "section"


def _mark_author(article: _Article, author: str | None) -> Said | None:
    """The author's name alone on a line, and the author's biography at the end."""
    lines = article.lines
    found: Said | None = None
    if author is None:  # a name alone between the title and the date
        for index in range(1, min(article.top, article.first_body + 1, len(lines) - 1)):
            line = lines[index]
            between = lines[index - 1].reason in ("title", "repeated title") and lines[index + 1].reason == "date"
            if between and not line.reason and is_name(line.core):
                author = line.core
                found = Said("author", author, line.core_start, line.core_end, 1)
                line.reason = "byline"
                break
    if biography := mark_biography(lines, author):
        author, found = str(biography.value), found or biography
    if author:
        names = [key(name) for name in (author, *split_names(author))]
        for index, line in enumerate(lines):
            named = not line.reason and line.plain and len(line.core) <= 80 and article.at_edge(index)
            if (
                named
                and any(same_title(key(line.core), name) for name in names)
                and any(other.reason for other in lines if other is not line)
            ):
                line.reason = "byline"
                found = found or Said("author", author, line.core_start, line.core_end, 2)
    if found and any(said.kind == "author" for said in article.said):
        return None  # a byline proper says it better
    return found


def _best(said: list[Said], kind: str, known: object) -> Said | None:
    """The surest statement of this kind, the first among equals; only one that agrees with what is known."""
    fitting = [one for one in said if one.kind == kind]
    if isinstance(known, str):
        fitting = [one for one in fitting if set(key(known)) <= set(key(str(one.value)))]
    elif known is not None:
        fitting = [one for one in fitting if one.value == known]
    return min(fitting, key=lambda one: (one.rank, one.start), default=None)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """In order, without overlap, the earlier one kept."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _spans(article: _Article) -> tuple[Span, ...]:
    """The marked lines and stretches as spans; neighbours of one kind, with only blank between, become one."""
    marked = [Span(line.start, line.end, line.reason) for line in article.lines if line.reason] + article.extra
    joined: list[Span] = []
    for span in _apart(marked):
        last = joined[-1] if joined else None
        if last and last.reason == span.reason and not article.text[last.end : span.start].strip():
            joined[-1] = Span(last.start, span.end, span.reason)
        else:
            joined.append(span)
    return tuple(joined)
