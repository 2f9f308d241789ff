"""Links to other articles: on a line of their own, as a header with a list below, or inside a paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.documents.lines import Line, key
from rag.records import Span

REASON = "read also"
_MOST = 15  # links under one header

_READ = r"(?:re)?(?:lire|lisez|voir|decouvrir|decouvrez|ecouter|regarder|consulter|retrouver)"
_READ_ALSO = re.compile(
    rf"(?P<a>(?:et )?a )?{_READ}"
    r" (?:aussi|egalement|encore|par ailleurs|en complement|sur le meme (?:sujet|theme)|sur ce sujet)\b(?P<rest>.*)"
)
# Labels that stand for links when a colon or an arrow follows them, or nothing at all
_LABELS = (
    r"(?:plus )?sur le meme (?:sujet|theme)",
    r"dans la meme (?:rubrique|categorie|serie)",
    r"(?:nos |les |autres |vos )*(?:articles?|contenus|sujets|publications|actualites) "
    r"(?:similaires?|liee?s?|connexes?|associee?s?|relatifs?|recents?|populaires?|recommandee?s?|suggeree?s?"
    r"|en relation|les plus lus|precedents?|suivants?)",
    r"nos autres articles",
    r"(?:ces articles|cela|ca|ceci)? ?(?:peuvent|pourraient|peut|pourrait|devraient)(?: aussi| egalement)? vous (?:interesser|plaire)",
    r"vous (?:aimerez|pourriez|apprecierez|allez)(?: peut-etre)?(?: aimer| apprecier| adorer)?(?: aussi| egalement)?",
    r"(?:les )?(?:articles )?(?:les )?plus (?:lus|partages|commentes|consultes|populaires)",
    r"a (?:re)?(?:lire|voir|decouvrir|ecouter|regarder)(?: ensuite| absolument| dans ce dossier| sur .{2,30})?",
    r"recommandee?s? pour vous",
    r"nos recommandations",
    r"related(?: articles?| posts?| stories| content)?",
    r"also read|read (?:also|more|next)|see also|more on this(?: topic| story)?",
    r"you (?:may|might) also (?:like|enjoy|be interested in)",
    r"recommended(?: for you| reading)?",
    r"(?:lire|voir) (?:la suite|plus|l'article(?: complet| original)?)|continue reading|en savoir plus",
    r"(?:articles?|lire) (?:precedent|suivant)",
    r"a ne pas (?:manquer|rater)",
    r"notre dossier(?: complet| special)?",
    r"(?:nos )?derniere?s (?:articles?|actualites|actus|nouvelles|publications)",
)
_LABEL = re.compile(rf"(?:{'|'.join(_LABELS)})(?P<rest>\s*[:>»→…!.]*\s*$|\s*(?::|>+|→|»)\s*.+)")
_READ_OUR = re.compile(
    r"(?:a )?(?:re)?(?:lire|lisez|voir|decouvrez|retrouvez|ecoutez|consultez) (?:aussi )?(?:notre |nos |l'|la |le |les |son )"
    r"(?:grande? |long )?(?:article|enquete|entretien|interview|dossier|reportage|analyse|decryptage|portrait|tribune"
    r"|chronique|recit|billet|podcast|video)s?\b(?:[^:>.]{0,60}(?::|>)(?P<rest>.*)|\s*$)"
)
# Inside a paragraph a link follows the end of a sentence, or stands in brackets
_INLINE = re.compile(
    r"(?<=[.!?»\"”…)\]])[ \u00a0]+(?:[>»→►▶•\-–—]+\s*)?"
    r"(?:(?:[ÀAà] )?(?:re)?(?:[Ll]ire|LIRE|[Vv]oir|VOIR) (?:aussi|AUSSI|également|ÉGALEMENT)|[ÀA] (?:lire|LIRE))[ \u00a0]*[:>»→]"
    r"|[(\[](?:[ÀAà] )?(?:re)?[Ll]ire (?:aussi|également)[ \u00a0]*:?[^)\]\n]{2,200}[)\]]"
)
_INLINE_HINT = re.compile(r"(?:ire|oir|IRE|OIR) (?:a|é|A|É)|[AÀ] (?:lire|LIRE)")
_SENTENCE_END = re.compile(r"[.?!…](?=\s+[A-ZÀ-Ý«\"“])")


def title_begins(line: Line) -> int | None:
    """Where in `line.core` the linked title begins if the line points to another article; its length if none follows.

    None for every other line, also for a sentence such as "Lire aussi est un plaisir."
    """
    folded = line.plain
    if not folded:
        return None
    if match := _READ_ALSO.fullmatch(folded):
        begin = match.start("rest")
        rest = folded[begin:].strip()
        if not rest or rest[0] in ":>»→|–—-►▶([":
            return len(folded) - len(folded[begin:].lstrip(" :>»→|–—-►▶"))
        if rest[0] == ",":
            return None
        first = line.core[begin:].lstrip()[0]
        if (
            match["a"]
            or (rest.startswith(("notre ", "nos ")) and folded[-1] != ".")
            or ((first.isupper() or first.isdigit() or first in '«"“') and folded[-1] != ".")
        ):
            return begin + 1
        return None
    for pattern in (_LABEL, _READ_OUR):
        if match := pattern.fullmatch(folded):
            return len(folded) - len((match["rest"] or "").strip(" :>»→….!"))
    return None


def links_inside(text: str, start: int, end: int) -> list[Span]:
    """Stretches of a paragraph that point to another article: from "À lire aussi :" to the end of that title."""
    if not _INLINE_HINT.search(text, start, end):
        return []
    found: list[Span] = []
    for match in _INLINE.finditer(text, start, end):
        begin = match.end() - len(match.group().lstrip())
        stop = match.end()
        if text[begin] not in "([":  # the title runs to the end of its sentence, or of the line if it has no full stop
            tail = _SENTENCE_END.search(text, match.end(), end)
            stop = tail.end() if tail else end
        if not found or begin >= found[-1].end:
            found.append(Span(begin, stop, REASON))
    return found


def mark_links(text: str, lines: Sequence[Line]) -> list[Span]:
    """Mark the lines that link to other articles; returns the links inside paragraphs."""
    inside: list[Span] = []
    for index, line in enumerate(lines):
        if line.reason:
            continue
        title = title_begins(line)
        if title is None:
            inside += links_inside(text, line.start, line.end)
            continue
        line.reason = REASON
        if title >= len(line.core):
            _mark_list(lines, index)
        elif index + 1 < len(lines) and not line.isolated_below and not line.ends_like_sentence:
            below = lines[index + 1]  # a title folded over two lines
            if below.core[0].islower() and not below.body:
                below.reason = REASON
    return inside


def _is_link(line: Line, adjacent: bool) -> bool:
    if line.heading or not line.plain:
        return False
    return line.bullet or "http" in line.plain or line.core[-1] not in ".;," or (adjacent and len(line.core) <= 200)


def _mark_list(lines: Sequence[Line], header: int) -> None:
    """The titles under "À lire aussi": a run of bullets, or of lines that do not end as sentences do.

    A last line that stands alone over a paragraph, unlike the links before it, is a heading of the article and stays.
    """
    taken: list[Line] = []
    last_of_all = not any(line.body for line in lines[header + 1 :])
    for line in lines[header + 1 : header + 1 + _MOST]:
        if line.reason and line.reason != REASON:
            break
        if not _is_link(line, adjacent=not taken and not lines[header].isolated_below):
            break
        if taken and taken[0].bullet and not line.bullet and line.isolated_above and not last_of_all:
            break
        if (
            len(taken) > 1
            and line.isolated_above
            and not last_of_all
            and not taken[0].isolated_below
            and not line.bullet
        ):
            break  # the list had no blank lines: this one is past its end
        taken.append(line)
    past = header + 1 + len(taken)
    if past < len(lines) and lines[past].body and len(taken) > 1 and not taken[-1].bullet:
        before, last = taken[-2:]
        alone = last.isolated_above and last.isolated_below
        if alone and (before.bullet or not before.isolated_above):
            taken.pop()
        elif len(key(last.core)) <= 4 and all(len(key(last.core)) < len(key(line.core)) for line in taken[:-1]):
            taken.pop()  # headings are shorter than headlines
    for line in taken:
        line.reason = REASON
