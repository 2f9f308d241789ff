"""What a reader of an answer should know beside it: that its sources disagree, or that one says "lundi" of a day long past."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag import french
from rag.answering import Draft
from rag.records import Citation, Note

_MONTHS = "janvier f[ée]vrier mars avril mai juin juillet ao[uû]t septembre octobre novembre d[ée]cembre".split()
_MONTH_STEMS = frozenset(french.stem(re.sub(r"\[.(.)\]", r"\1", month)) for month in _MONTHS)
_DAY = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
_PART = r"(?:matin|midi|apr[èe]s-midi|soir|nuit)"
_RELATIVE = re.compile(
    rf"\b(?:aujourd['’]hui|avant-hier|apr[èe]s-demain|(?:hier|demain)(?: {_PART})?"
    rf"|ce (?:matin|midi|soir|mois|week-end|{_DAY})|cet (?:apr[èe]s-midi|été|hiver|automne)|cette (?:nuit|semaine|année)"
    r"|(?:la semaine|le mois|l['’]an(?:née)?|l['’]été|l['’]hiver|le week-end) (?:derni[èe]re?|prochaine?|passée?)"
    rf"|(?:{'|'.join(_MONTHS)}) (?:dernier|prochain)"
    r"|il y a (?:\w+ ){1,2}(?:jours?|semaines?|mois|ans?)"
    # a day of the week, not "le lundi" of every week, nor one that a date follows
    rf"|(?<!le )(?<!les )(?<!chaque )(?<!du )(?<!au ){_DAY}(?: (?:dernier|prochain|{_PART}))?(?! (?:1er|\d)))(?!\w)",
    re.IGNORECASE,
)


def notes(draft: Draft, citations: Sequence[Citation]) -> tuple[Note, ...]:
    """The notes to the answer that a draft with these citations became."""
    places = {(c.document.id, c.start, c.end): c for c in citations}
    claims = [places.get((claim.document_id, claim.start, claim.end)) for claim in draft.claims]
    said = [(citation, text) for place, text in draft.said if (citation := claims[place])]
    found = [_disagreement(said)] if said else []
    return tuple(note for note in (*found, *_relative_dates(citations)) if note)


def _disagreement(said: Sequence[tuple[Citation, str]]) -> Note | None:
    """The best answer and those of other documents that give another number or date of the same kind."""
    best, text = said[0]
    others = [(c, t) for c, t in said[1:] if c.document.id != best.document.id and differ(text, t)]
    if not others:
        return None
    return Note("disagreement", (best.marker, *(c.marker for c, _ in others)), (text, *(t for _, t in others)))


def differ(one: str, other: str) -> bool:
    """Whether two short answers give different values of the same thing: "3 300 GPU" and "3 500 GPU", "en 2019" and
    "mars 2021"; not "10 GPU" and "10 millions", nor "2019" and "mars 2019"."""
    (values, unit), (others, other_unit) = _value(one), _value(other)
    return bool(values and others) and unit == other_unit and not (values <= others or others <= values)


def _value(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The numbers and months of a short answer, and its other words."""
    stems = frozenset(french.terms(text))
    values = frozenset(stem for stem in stems if stem[:1].isdigit() or stem in _MONTH_STEMS)
    return values, stems - values


def _relative_dates(citations: Sequence[Citation]) -> list[Note]:
    """Of each dated document whose quotes count time from the day it was written: the words that do."""
    by_document: dict[str, list[tuple[Citation, str]]] = {}
    for citation in citations:
        for match in _RELATIVE.finditer(citation.quote) if citation.document.date else ():
            by_document.setdefault(citation.document.id, []).append((citation, match.group()))
    return [
        Note(
            "relative_date",
            tuple(dict.fromkeys(citation.marker for citation, _ in found)),
            tuple(dict.fromkeys(" ".join(text.split()) for _, text in found)),
        )
        for found in by_document.values()
    ]
