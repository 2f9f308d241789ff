"""The short things that a sentence can answer with: quantities, dates, names, quotations, reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag import french

_MONTH = r"(?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre)"
_DAY = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
_DATE = re.compile(
    rf"(?:{_DAY}\s+)?(?:1er|\d{{1,2}})\s+{_MONTH}(?:\s+\d{{4}})?|{_MONTH}\s+(?:\d{{4}}|derniers?|prochains?)"
    rf"|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}|\b(?:1[0-9]|20)\d{{2}}\b(?![\u00a0\u202f ]\d{{3}})"
    rf"|\b[IVX]+e\s+si[èe]cle|\b{_DAY}(?:\s+(?:matin|soir|dernier|prochain))?\b"
    rf"|\b(?:hier|aujourd['’]hui|demain)\b|\b{_MONTH}\b",
    re.IGNORECASE,
)
_AMOUNT = (
    r"(?:\d{1,3}(?:[ \u00a0\u202f.]\d{3})+|\d+)(?:,\d+|\.\d+)?"
    r"|\b(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante"
    r"|cinquante|soixante|cent|mille)(?:[- ](?:et[- ])?(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|cents?"
    r"|mille|vingts?))*\b"
)
_NUMBER = re.compile(
    rf"(?:(?:plus|moins|près|pres) d[e’']\s*|environ |quelque )?\b(?:{_AMOUNT})"
    r"(?:[ \u00a0\u202f]?(?:%|€|\$|°C?|pour cent\b|(?:millions?|milliards?|milliers?)\b))*"
    r"(?:[ \u00a0\u202f](?:d[e’']\s?)?[^\W\d_]{2,}(?:-[^\W\d_]+)*)?",
    re.IGNORECASE,
)
_NAME_WORD = r"(?:[A-ZÀ-ÖØ-Þ][\w\-]*(?:['’][A-ZÀ-ÖØ-Þ][\w\-]*)?)"
_NAME = re.compile(
    rf"{_NAME_WORD}(?:(?:\s(?:de|du|des|la|le|von|van|al|ben|d[’']|et)\s?){{0,2}}\s?{_NAME_WORD}|\s\d+\b)*"
)
_QUOTED = re.compile(r"«\s*([^»]{2,300}?)\s*»|\"([^\"]{2,300})\"|“([^”]{2,300})”")
_REASON = re.compile(
    r"\b(?:parce qu[e’']|car |afin d[e’']|afin qu|pour (?!cent)(?=\w+(?:er|ir|re|oir)\b)|en raison d|à cause d|grâce (?:à|aux?)"
    r"|dans le but d|puisqu[e’']|en (?:invoquant|raison)|invoquant|faute d[e’']|suite (?:à|aux?)|visant à|permettant d"
    r"|alimentée? par|dû à|due? aux?|liée?s? (?:à|aux?))",
    re.IGNORECASE,
)
_PLACE = re.compile(rf"\b(?:à|au|aux|en|dans|près d[e’']|sur|vers|chez)\s+(?:l[ea]s?\s|l[’'])?{_NAME_WORD}")
_ENUMERATION = re.compile(r",[^,;.]{2,120}(?:,[^,;.]{2,120})*\s(?:et|ou|ainsi que)\s|:\s")


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A candidate short answer: `sentence[start:end]`, and its kind."""

    start: int
    end: int
    kind: str  # "number", "date", "name", "quote", "reason"


# Units never end in a function word: "600 milliards de wons" yes, "3 dans" no
_NO_UNIT = french.STOP_WORDS | {"sont", "selon", "lors"}


def candidates(sentence: str) -> list[AnswerSpan]:
    """Every candidate of a sentence, in order of kind and place."""
    found = [AnswerSpan(*match.span(), "date") for match in _DATE.finditer(sentence)]
    dates = [(span.start, span.end) for span in found]
    for match in _NUMBER.finditer(sentence):
        start, end = match.span()
        if any(start < b and a < end for a, b in dates):
            continue
        text = match.group()
        last = re.split(r"[\s’'\u00a0\u202f]+", text)[-1]
        if french.fold(last) in _NO_UNIT:
            end = start + len(text[: -len(last)].rstrip(" \u00a0\u202f"))
            end = start + len(re.sub(r"[\s\u00a0\u202f]d[e’']?$", "", sentence[start:end]))
        found.append(AnswerSpan(start, end, "number"))
    for match in _NAME.finditer(sentence):
        start, end = match.span()
        words = match.group().split()
        if (start == 0 or sentence[:start].rstrip()[-1:] in ("«", '"', "-", "–", "—", "")) and (
            french.fold(words[0]).rstrip("'") in french.STOP_WORDS
            or (len(words) == 1 and not _looks_like_name(words[0]))
        ):
            if len(words) == 1:
                continue
            start += len(words[0]) + 1
        if not sentence[end - 1].isdigit() or sentence[start : start + 1].isdigit() or _looks_like_name(words[0]):
            found.append(AnswerSpan(start, end, "name"))
    found += [AnswerSpan(*match.span(match.lastindex or 0), "quote") for match in _QUOTED.finditer(sentence)]
    found += [
        AnswerSpan(match.start(), _clause_end(sentence, match.end()), "reason") for match in _REASON.finditer(sentence)
    ]
    return [span for span in found if span.end > span.start]


def _looks_like_name(word: str) -> bool:
    return any(c.isupper() for c in word[1:]) or any(c.isdigit() for c in word) or "-" in word


def _clause_end(sentence: str, start: int) -> int:
    """Where the clause that begins at `start` ends: the sentence's end, or a semicolon, bracket or closing quote."""
    match = re.search(r"[;()»]", sentence[start:])
    end = start + match.start() if match else len(sentence)
    return len(sentence[:end].rstrip(" .!?…\u00a0\u202f"))


def has_place(sentence: str) -> bool:
    """Whether a place is named: a preposition of place before a name."""
    return bool(_PLACE.search(sentence))


def has_enumeration(sentence: str) -> bool:
    """Whether several items are listed: commas with a final "et", or a colon."""
    return bool(_ENUMERATION.search(sentence))
