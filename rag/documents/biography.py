"""The author's biography under an article: a section of its own, or a last paragraph that presents the author."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.documents.lines import Line, key, plain
from rag.documents.metadata import Said, is_name, split_names
from rag.documents.titles import looks_like_title, same_title

_HEADER = re.compile(
    r"(?:a propos|au sujet) (?:de l'|des |du )(?:auteure?|autrice|redacteur|journaliste|auteur\(e\))(?:ic?e)?s?(?: de cet article)?\s*:?"
    r"|about the authors?\s*:?|qui (?:est l'auteure?|sont les auteurs) ?\??|biographie (?:de l'|des )(?:auteure?|autrice)s?\s*:?"
)
_ABOUT = re.compile(r"(?:a propos de|about) (?P<name>.{3,60}?)\s*:?")
_THE_AUTHOR = re.compile(r"l'(?:auteure?|autrice)\s*:?")
_PRESENTS = re.compile(
    r",? (?:est|sont|a|ont|couvre|ecrit|travaille|collabore|dirige|enseigne|anime|signe|is|was|has|writes|covers|works)\b"
    r"|,? (?:journaliste|redact|chroniqu|expert|specialiste|professeur|docteur|econom|consultant|chercheu|fondat|auteur)"
)
_VERB = re.compile(
    r" (?:est|ecrit|couvre|travaille|collabore|dirige|enseigne|anime|signe|is|writes|covers|works|suit) "
)
_EARLIEST = 0.3  # of the lines: a section "À propos de l'auteur" before that is the article's own
_LONGEST = 900


def _presents(line: Line, author: list[str]) -> bool:
    """Whether a paragraph begins with the author's name and says who that is."""
    if len(author) < 2 or len(line.core) > _LONGEST:
        return False
    head = plain(line.core[:250])
    name = re.match(r"\W*" + r"\W+".join(map(re.escape, author)), head)
    rest = head[name.end() :] if name else ""
    return _PRESENTS.match(rest) is not None or (rest.startswith(",") and _VERB.search(rest) is not None)


def _is_header(line: Line, authors: list[list[str]], below: Sequence[Line]) -> bool:
    """Whether a line begins the section about the author, alone or with the text after a colon."""
    head = plain(line.core[:80])
    if match := _HEADER.match(head):
        return match.end() == len(head) or head[: match.end()].endswith(":")
    if len(line.core) > 80:
        return False
    about = _ABOUT.fullmatch(head)
    if about and key(about["name"]) in authors:
        return True
    near = {word for other in below for word in key(other.core[:200])}
    return _THE_AUTHOR.fullmatch(head) is not None and any(name[-1] in near for name in authors if name)


def mark_biography(lines: Sequence[Line], author: str | None) -> Said | None:
    """Mark the biography's lines; returns who it says the author is if that was not known.

    A section runs to the end of the text, or to a heading over a paragraph that no longer speaks of the author.
    """
    names = [key(name) for name in split_names(author)] if author else []
    for index in range(max(1, int(len(lines) * _EARLIEST)), len(lines)):
        line = lines[index]
        if not line.reason and _is_header(line, names, lines[index + 1 : index + 3]):
            line.reason = "biography"
            return _mark_section(lines, index, author)
    if names:
        last = [line for line in lines if not line.reason][-2:]
        if len(last) > 1 or any(line.reason for line in lines):
            remaining = sum(not line.reason for line in lines)
            for line in last:
                if remaining > 1 and any(_presents(line, name) for name in names):
                    line.reason = "biography"
    return None


def _mark_section(lines: Sequence[Line], header: int, author: str | None) -> Said | None:
    found: Said | None = None
    presented = False
    for index in range(header + 1, len(lines)):
        line = lines[index]
        if author is None and not presented and is_name(line.core):
            author = line.core
            found = Said("author", author, line.core_start, line.core_end, 1)
        surname = key(author)[-1:] if author else []
        below = lines[index + 1] if index + 1 < len(lines) else None
        heading = line.heading or (line.isolated_above and line.isolated_below and looks_like_title(line.core))
        if (
            presented
            and heading
            and below is not None
            and below.body
            and not (author and same_title(key(line.core), key(author)))
            and not (surname and surname[0] in key(below.core))
        ):
            break
        presented = presented or line.body
        if not line.reason:
            line.reason = "biography"
    return found
