"""The title of an article: which line is one, which lines repeat it, and what stands in for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from rag.documents.lines import Line, key
from rag.french import sentences

LONGEST = 180
_TOP = 12  # a title stands among the first lines
_SITE = re.compile(r"\s+[-–—|•]\s+|\s*[|:]\s+")
_FILE_NAME = re.compile(r"(?:://|/\S*|\w)\.[a-z]{2,4}$")
_NO_TITLE = re.compile(
    r"untitled|sans titre|\(?(?:anonymous|unspecified)\)?|titre|title|word document|document ?\d*|presentation ?\d*"
    r"|microsoft word.*|nouveau document.*|new document.*|.*\.(?:docx?|odt|pdf|rtf|txt|indd|qxd|tex|dvi|html?)|[\W\d_]*|.*\\.*",
    re.IGNORECASE,
)


def looks_like_title(core: str) -> bool:
    """Whether a line could be a title by itself: short, begins as one, does not end as a sentence of the text does."""
    if not 3 <= len(core) <= LONGEST or core[-1] in ".,;:/" or _FILE_NAME.search(core):
        return False
    first = core[0]
    return (first.isupper() or first.isdigit() or first in "«\"“‘'[") and any(c.isalpha() for c in core)


def real_title(value: str | None) -> str | None:
    """A file's title property, unless it is what programs write there by themselves ("Document1", "a.docx")."""
    title = re.sub(r"\s+", " ", value or "").strip()
    return None if len(title) < 3 or _NO_TITLE.fullmatch(title) else title


def same_title(words: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two titles (as `lines.key`) are the same but for a word in seven; short ones must be equal."""
    if not words or not other:
        return False
    if list(words) == list(other):
        return True
    longest = max(len(words), len(other))
    if longest < 5:
        return False
    return (Counter(words) & Counter(other)).total() >= 0.86 * longest


def _keys(title: str) -> list[list[str]]:
    """The title, and the title without the site's name at its end."""
    keys = [key(title)]
    for match in _SITE.finditer(title):
        if len(words := key(title[: match.start()])) >= 3:
            keys.append(words)
    return keys


def lines_that_repeat(title: str, lines: Sequence[Line], near: Sequence[int]) -> list[Line]:
    """The lines that say `title` again: nearly equal ones among the indices `near`, equal ones anywhere."""
    keys = _keys(title)
    longest, close = max(len(k) for k in keys), frozenset(near)
    size = len(title)
    result = []
    for index, line in enumerate(lines):
        if (
            line.reason
            or not line.plain
            or len(line.core) > 1.4 * size + 20
            or (len(line.core) > 120 and line.core[-1] == ".")
        ):
            continue
        if index not in close and len(line.core) < 0.7 * size:
            continue
        words = key(line.core)
        if index in close:
            if any(same_title(words, candidate) for candidate in keys):
                result.append(line)
        elif 3 <= len(words) <= longest and words == keys[0]:
            result.append(line)
    return result


def title_line(lines: Sequence[Line], metadata_below: Sequence[bool]) -> int | None:
    """The index of the line that is the article's title, by its place and form, or None.

    `metadata_below[i]` says that line i is a byline, date or other furniture: such a line above the text vouches for
    the title over it. A title repeated by the next line of text is one in any case.
    """
    top = [index for index, line in enumerate(lines[:_TOP]) if not line.reason]
    for first, second in pairwise(top):
        if (
            first < 6
            and lines[first].plain
            and lines[second].plain
            and looks_like_title(lines[first].core)
            and len(key(lines[first].core)) >= 4
            and same_title(key(lines[first].core), key(lines[second].core))
        ):
            return first
    for index in top:
        line = lines[index]
        if line.heading:
            return index
        if not looks_like_title(line.core) or line.bullet or index + 1 >= len(lines):
            return None
        below = lines[index + 1]
        summary = len(line.core) > 130 or (len(line.core) > 90 and len(sentences(line.core)) > 1)
        if summary and not metadata_below[index + 1]:
            return None  # only a byline under it could make a title of it
        vouched = line.isolated_below or metadata_below[index + 1] or len(below.core) > max(100, 1.5 * len(line.core))
        return index if vouched and line.isolated_above | (index == 0) | metadata_below[max(0, index - 1)] else None
    return None


def first_sentence(text: str, start: int, limit: int = 80) -> str:
    """A stand-in for a title: the first sentence from `start` on, cut after a word near `limit` characters with "…"."""
    head = text[start : start + 600]
    spans = sentences(head)
    sentence = " ".join(head[slice(*spans[0])].split()) if spans else " ".join(head.split())
    if len(sentence) <= limit:
        return sentence
    cut = sentence.rfind(" ", 0, limit + 1)
    return sentence[: cut if cut > limit // 2 else limit].rstrip(" ,;:–—-(«\"'’") + "…"
