"""Where the sentences of a French text begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rag.french.analysis import STOP_WORDS, fold

# --- line breaks --------------------------------------------------------------------------------------------------

_MARKDOWN = re.compile(r"#{1,6}\s|>|\||```|={3,}|-{3,}|\*{3,}")
_NUMBERING = r"(?:\d{1,3}|[IVX]{1,5}|[a-zA-Z])"
_ITEM = re.compile(rf"[-–—•●▪■◦‣·*+►➢➤✓]\s|[–—•●▪■◦‣►➢➤✓]|{_NUMBERING}(?:[.)]|\s?°)\s|\[\d+\]")
_FIRST_WORD = re.compile(r"(?:[^\w\s]+\s+|\d{1,3}[.)]\s+)?\S+")
_HEADING = re.compile(r"#{1,6}\s")
_TITLE_LAST = re.compile(r"(?:^|[\s'’(])(?:MM?|Mmes?|Mlles?|Drs?|Prs?|Mes?|Mgr|Stes?)\.$")
_INITIAL_LAST = re.compile(r"(?:^|[\s'’(])[A-ZÀ-Þ]\.$")
_HALVES = "à au aux avec chez dans de des du en entre est et le la les ou par pour sous sur un une vers"
_OPEN_WORDS = frozenset(_HALVES.split())  # no sentence ends with one of these
_UNFINISHED = re.compile(rf"(?:,|(?<![\w-])(?:{_HALVES.replace(' ', '|')}))$", re.IGNORECASE)
_ENDS = tuple('.!?…:;»”"')
_NARROWEST, _WIDEST = 25, 130  # columns at which people and converters wrap text
_RAGGED = 0.85  # some leave this much of the width unused


def _has_room(line: str, following: str, width: int) -> bool:
    """Whether the first word of the `following` line would still have stood on `line`: it was ended on purpose."""
    beginning = _FIRST_WORD.match(following)
    return len(line) + 1 + len(beginning.group() if beginning else "") <= width


def _wrap_width(lines: list[str]) -> int:
    """The width at which single line breaks only fold long lines, or 0 where each break means something.

    A text is hard-wrapped where most lines that do not end a sentence go on with a small letter, or have no room
    for the next word.
    """
    folds: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for line, following in pairwise(lines):
        if line and following and len(line) <= _WIDEST and not line.endswith(_ENDS) and not _ITEM.match(following):
            goes_on = following[0].islower() or _UNFINISHED.search(line)
            (folds if goes_on else others).append((line, following))
    lengths = sorted(len(line) for line, _ in folds)
    width = lengths[round(0.9 * (len(lengths) - 1))] if len(lengths) > 1 else 0
    ended = sum(_has_room(line, following, round(_RAGGED * width)) for line, following in others)
    return width if width >= _NARROWEST and len(folds) > ended else 0


def _breaks(line: str, following: str, apart: bool, width: int) -> bool:
    """Whether a sentence ends with `line`; `apart` says that blank lines stand before the `following` one."""
    if (_INITIAL_LAST if following[0].islower() else _TITLE_LAST).search(line):
        return False  # cut after the point of an abbreviation, as careless converters do
    if apart or _HEADING.match(line) or _MARKDOWN.match(following):
        return True
    ended = line.endswith(_ENDS)
    item = _ITEM.match(following)
    if item:
        return not width or ended or _has_room(line, following, width)
    if following[0].islower() or _UNFINISHED.search(line):
        return ended and not width
    return not width or _has_room(line, following, round(_RAGGED * width))


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of text that hold whole sentences: paragraphs, headings, list items."""
    lines = text.splitlines(keepends=True)
    width = _wrap_width([line.strip() for line in lines])
    start = end = 0
    last, apart = "", False  # the last line that is not blank, and whether blank ones came after it
    for raw in lines:
        line = raw.strip()
        if line:
            if last and _breaks(last, line, apart, width):
                yield start, end
                start = end
            last = line
        apart = not line
        end += len(raw)
    yield start, end


# --- punctuation --------------------------------------------------------------------------------------------------

# Marks, and what closes right after them. A straight quotation mark after a space opens the next sentence.
_MARK = re.compile(r"(?P<mark>[.!?…]+)(?P<closers>(?:[\"”’')\]*_]|\s?»)*)")
_WORD_BEFORE = re.compile(r"[\w.\-&°]+$")
_WORD_AFTER = re.compile(r"[\W_]*(?P<word>[^\W_]+)(?P<elided>['’]?)")
_OPENING = ' \t"«“([*_-–—•'
_NEAR = 60  # characters around a mark that tell what it is
_ERA = re.compile(r"\b(?:av|apr?|avant|après)\.?\s*$")
_ADDRESS = re.compile(r"[/=@]\S*$")
_SMALL_WORD = re.compile(r"(?<![\w.\-])[a-zà-öø-ÿœ]{3,}$")  # fin.Le, but not Node.Js
_LISTED = re.compile(_NUMBERING)
_NUMBER_OR_ROMAN = re.compile(r"\d|[IVXLCDM]+\b")
_INITIALS = re.compile(r"[^\W\d_a-zà-öø-ÿ]|[^\W\d_]{1,2}(?:[.\-]+[^\W\d_]{1,2})+")
_GLUED = re.compile(r"[«“]|[^\W\d_](?<=[A-ZÀ-ÖØ-Þ])(?:[a-zà-öø-ÿœ]|[ \u00a0'’])")

# Abbreviations after which the sentence goes on ...
_ALWAYS = """
M MM Mme Mmes Mlle Mlles Mr Mrs Ms Dr Drs Pr Prs Prof Me Mes Mgr St Ste Sts Stes Gal Gén Cdt Cne Cpt Adj Sgt Lt Col Bd
Bld Boul Av Rte mme mmes mlle mlles dr drs prof mgr st ste bd bld boul av ap apr env cf vs approx c.-à-d càd i.e e.g
"""
# ... where a number follows ...
_WITH_NUMBER = """
art vol col ch chap fig figs p pp pl n no nos num tél tel réf ref op al ann livr par sect t f fol l v
janv févr fév avr juil juill sept oct nov déc
"""
# ... and where no new sentence seems to begin
_UNLESS_BEGUN = "ex trad éd ed rééd coll dir anc auj angl lat litt Cie Inc Ltd Corp Co Jr Sr Bros ibid"
_NEVER_ENDING, _BEFORE_NUMBERS, _SELDOM_ENDING = (
    frozenset(words.split()) for words in (_ALWAYS, _WITH_NUMBER, _UNLESS_BEGUN)
)
_LEADS = "ainsi chacun chacune enfin ensuite malgre neanmoins outre quelques toutefois"
_PARTICLES = frozenset({"de", "des", "du", "la", "le"})  # they begin names as well: J. Le Goff
_BEGINNERS = STOP_WORDS.union(_LEADS.split()) - _PARTICLES


def _begins(word: str, elided: bool, after_name: bool) -> bool:
    """Whether a word looks like the first of a sentence, such as `Il` or `C'`, rather than a name.

    `after_name` says that an initial comes before, so that `Le` is rather that of Le Goff.
    """
    if elided:
        return word in ("C", "J", "L", "N", "Qu", "S")
    return (fold(word) in _BEGINNERS or (fold(word) in _PARTICLES and not after_name)) and not word.isupper()


def _goes_on(before: str, lead: str, word: str, elided: bool) -> bool:
    """Whether the point after `before` is that of an abbreviation inside a sentence.

    `lead` is what stands before that, `word` what comes after the point, `elided` whether an apostrophe follows it.
    """
    if before in _NEVER_ENDING:
        return True
    if before.lower() in _BEFORE_NUMBERS and _NUMBER_OR_ROMAN.match(word):
        return True
    if _ERA.search(lead) and before == "J.-C":
        return False
    if _INITIALS.fullmatch(before):
        return not _begins(word, elided, after_name=len(before) == 1 or "-" in before)
    return before in _SELDOM_ENDING and not _begins(word, elided, after_name=False)


def _ends(text: str, match: re.Match[str], block_start: int, block_end: int) -> bool:
    """Whether a sentence ends with these marks."""
    mark, closers = match.group("mark"), match.group("closers")
    before = text[max(block_start, match.start() - _NEAR) : match.start()]
    after = text[match.end() : min(block_end, match.end() + _NEAR)]
    first = after.lstrip()[:1]
    if not first:
        return True
    if before.endswith(("(", "[")) and closers.startswith((")", "]")):
        # (?) goes on; (…) stands for what was left out between two sentences, or opens the second
        return mark[-1] in ".…" and before[-2:-1].isspace() and before[:-2][-1:].isalnum() and first.isupper()
    if first == after[0]:  # nothing between: Quoi ?Oui
        if not _GLUED.match(after) or _ADDRESS.search(before):
            return False
        return mark != "." or bool(closers) or _SMALL_WORD.search(before) is not None
    following = _WORD_AFTER.match(after)
    if first in ",;:" or (following and following["word"][0].islower()):
        return False  # « Viens ! » dit-il
    last = _WORD_BEFORE.search(before)
    if mark in ("...", "…") and last and last.group().lower() in _OPEN_WORDS and not closers:
        return False  # a pause for effect: interprété par... Rihanna
    if mark != "." or closers or not last:
        return True
    lead = before[: last.start()]
    if len(before) < _NEAR and not lead.strip(_OPENING) and _LISTED.fullmatch(last.group()):
        return False  # the number of a list item
    word, elided = (following["word"], bool(following["elided"])) if following else ("", False)
    return not _goes_on(last.group(), lead, word, elided)


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end), trimmed of white space; headings and list items count as sentences.

    Together they hold every character of `text` that is not white space. Line breaks inside a sentence are kept
    where the text is hard-wrapped; abbreviations (`M.`, `p. 12`, `av. J.-C.`), initials, decimals, omissions and
    quotations that end inside a sentence do not end it.

        >>> sentences("M. Dupont part. « Déjà ? » dit-elle.")
        [(0, 15), (16, 36)]
    """
    spans: list[tuple[int, int]] = []
    for block_start, block_end in _blocks(text):
        start = block_start
        ends = [m.end() for m in _MARK.finditer(text, block_start, block_end) if _ends(text, m, block_start, block_end)]
        for end in (*ends, block_end):
            stretch = text[start:end]
            trimmed = stretch.strip()
            begin = start + len(stretch) - len(stretch.lstrip())
            if not trimmed:
                continue
            if start > block_start and not any(map(str.isalnum, trimmed)):
                spans[-1] = (spans[-1][0], begin + len(trimmed))  # stray marks stay with what they end
            else:
                spans.append((begin, begin + len(trimmed)))
            start = end
    return spans
