"""The lines of a text as the cleaning rules see them: where they stand, and what they say without decoration."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SHORT = 320  # no rule looks at a line longer than this, save for links inside it and the author's biography

_DECORATION = re.compile(r"[^\w©«\"“‘(@\[¿]*")
_TAIL = re.compile(r"[\s*_#|`~]+$")
_BULLET = re.compile(r"(?:[-•*–—>→▶►▸»⇒·○▪➤+]|\d{1,2}[.)])\s")
_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)$")
_END_MARKS = '.!?…»"”):'


def _plain_table() -> dict[int, str]:
    """One character for one: lower case without accent, so that offsets in the folded line are those of the line."""
    table = {}
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x180)):
        base = unicodedata.normalize("NFKD", chr(code))[0].lower()
        table[code] = base if len(base) == 1 else chr(code)
    for character in "’‘ʼ´`":
        table[ord(character)] = "'"
    for character in "\u00a0\u202f\u2009\t":
        table[ord(character)] = " "
    for character in "‐‑":
        table[ord(character)] = "-"
    return table


_PLAIN = _plain_table()


def plain(text: str) -> str:
    """Lower case, no accents, plain apostrophes and spaces; as long as `text`."""
    return text.translate(_PLAIN)


def key(text: str) -> list[str]:
    """The words of a line for comparing titles: no case, accents, punctuation, nor kind of apostrophe."""
    return re.findall(r"\w+", plain(text))


@dataclass(slots=True)
class Line:
    """A line that is not blank. `text[start:end]` is the line trimmed; `core` what remains without its decoration."""

    start: int
    end: int
    core_start: int
    core: str
    plain: str  # of the core; empty for long lines
    isolated_above: bool  # a blank line, or the edge of the text, stands above
    isolated_below: bool
    heading: bool  # marked as one in Markdown
    bullet: bool
    reason: str = ""  # why it is clutter, once a rule has said so

    @property
    def core_end(self) -> int:
        return self.core_start + len(self.core)

    @property
    def body(self) -> bool:
        """Whether this is a paragraph of the article by its length and its end."""
        size = len(self.core)
        return not self.reason and (size >= 120 or (size >= 60 and self.core[-1] in _END_MARKS))

    @property
    def ends_like_sentence(self) -> bool:
        return bool(self.core) and self.core[-1] in ".!?…"


def split_lines(text: str, start: int = 0) -> list[Line]:
    """The lines of `text` from offset `start` on, blank ones left out, fenced code left out."""
    lines: list[Line] = []
    offset, blank_above, fenced = start, True, False
    for raw in text[start:].split("\n"):
        stripped = raw.strip()
        if not stripped:
            if lines:
                lines[-1].isolated_below = True
            blank_above = True
        elif stripped.startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced:
            begin = offset + len(raw) - len(raw.lstrip())
            end = begin + len(stripped)
            if len(stripped) > SHORT:
                lines.append(Line(begin, end, begin, stripped, "", blank_above, False, False, False))
            else:
                lines.append(_short_line(stripped, begin, blank_above))
            blank_above = False
        offset += len(raw) + 1
    if lines:
        lines[-1].isolated_below = True
    return lines


def _short_line(stripped: str, begin: int, blank_above: bool) -> Line:
    lead = 0 if stripped[0].isalnum() else _DECORATION.match(stripped).end()  # type: ignore[union-attr]
    core = stripped[lead:]
    if not core[-1:].isalnum() and (tail := _TAIL.search(core)):
        core = core[: tail.start()]
    if core[:1] in ("(", "[") and core[-1:] in (")", "]"):
        if link := _LINK.fullmatch(core):
            lead, core = lead + 1, link.group(1)
        elif core[1:-1].strip() and core[0] == ("(" if core[-1] == ")" else "["):
            lead, core = lead + 1, core[1:-1]
    if not core:  # a rule of dashes, an ornament
        lead, core = 0, stripped
    return Line(
        begin,
        begin + len(stripped),
        begin + lead,
        core,
        plain(core),
        blank_above,
        False,
        heading=stripped[0] == "#" and re.match(r"#{1,6}\s", stripped) is not None,
        bullet=_BULLET.match(stripped) is not None,
    )
