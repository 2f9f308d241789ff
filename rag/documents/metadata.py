"""Bylines, date lines and sources: the lines in which an article says who wrote it, when, and where it stood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.documents.dates import DATE, TIME, date_of

_S = r"[ \u00a0\u202f]"
_PARTICLE = r"(?:[Dd]e [Ll]a|[Dd]e|[Dd]u|[Dd]es|[Ll][ae]|[Vv]an (?:der|den)|[Vv]an|[Vv]on|der|den|[Ee]l|[Aa]l|[Bb]en|bin|[Dd]a|di|dos|y)"
_NOT_A_NAME = (
    r"(?!(?:Publi|Mis|Post|Modifi|Actualis|Cr[ée]dit|Photo|Avec|Et|Le|La|Les|Un|Une|Des|Ce|Cette|Il|Elle|On|Nous|Pour|Dans"
    r"|Par|Sur|Au|Aux|En|By|Published|Updated|Posted|Temps|Lecture|Source|Partager|Commentaires?)(?:\b|é))"
)
_WORD = rf"{_NOT_A_NAME}(?:[DL]['’])?[A-ZÀ-ÖØ-Þ](?:[\w'’\-]*[\w]|\.)?\.?"
_ONE_OR_MORE = rf"{_WORD}(?:{_S}(?:{_PARTICLE}{_S}|d['’])?{_WORD}){{0,3}}"
_TWO_OR_MORE = rf"{_WORD}(?:{_S}(?:{_PARTICLE}{_S}|d['’])?{_WORD}){{1,3}}"
_MEDIA = r"(?:(?:Le|La|Les)\s|L['’])[A-ZÀ-ÖØ-Þ][\w\-]+(?:\s[A-ZÀ-ÖØ-Þ][\w\-]+)?"
_DESK = r"(?:[Ll]a [Rr]édaction(?: (?:de|du|d['’])\s?[\w.\- ]{2,30})?|[Ll]['’]AFP|AFP|Reuters|[Ll]e service \w+"
_DESK += rf"|{_MEDIA})"
_AND = rf"(?:,{_S}|{_S}(?:et|and|&){_S})"
_ROLE = (
    r"(?:,?\s*(?:\((?:[^()]{2,60})\)|(?:avec|with)\s(?:l['’])?(?:AFP|agences?|Reuters)|(?:envoyée?s? spéciale?s?|correspondante?s?"
    r"|journalistes?|rédact(?:eur|rice)(?: en chef)?|chroniqueu(?:r|se))\b[^|•·\n]{0,60}))?"
)
_STRONG = re.compile(
    rf"(?P<label>(?i:(?:(?:un )?(?:article|texte|billet|dossier|reportage)\s)?(?:écrit|rédigé|publié|posté|proposé|signé|traduit)e?s?\spar"
    rf"|propos\s(?:recueillis|receuillis)(?:\sà\s\w+)?\spar|recueilli\spar|auteure?s?\s?:|autrice\s?:|author\s?:|(?:written|posted|published)\sby)){_S}*:?{_S}*"
    rf"(?P<name>(?:{_DESK}|{_ONE_OR_MORE})(?:{_AND}(?:{_DESK}|{_ONE_OR_MORE})){{0,3}}){_ROLE}"
)
_WEAK = re.compile(
    rf"(?P<label>[Pp]ar|PAR|[Bb]y|BY){_S}*:?{_S}+(?P<name>(?:{_DESK}|{_TWO_OR_MORE})(?:{_AND}(?:{_DESK}|{_TWO_OR_MORE})){{0,3}}){_ROLE}"
)
_NAME = re.compile(rf"{_TWO_OR_MORE}")
_VERB = (
    r"(?:publiée?s?|parue?s?|postée?s?|mise?(?:\sà|\sa)\sjour|modifiée?|actualisée?|créée?|écrit|rédigé|dernière\s(?:mise\sà\sjour|modification)"
    r"|published|updated|posted|last\supdated|date(?:\sde\spublication)?)"
)
_WHEN = re.compile(
    rf"(?P<verb>(?:{_VERB}{_S}*:?{_S}*(?:le|on|ce)?{_S}*:?{_S}*)*){DATE}(?:{_S}*(?:,|-|–|T|à|at)?{_S}*(?P<time>{TIME}(?:{_S}?(?:UTC|GMT|CET|CEST|Z))?))?",
    re.IGNORECASE,
)
_AGO = re.compile(
    rf"(?:{_VERB}{_S}*:?{_S}*)?(?:"
    rf"(?:il{_S}y{_S}a|about){_S}(?:\d+|une?|quelques|plus d['’]une?|an?){_S}"
    r"(?:secondes?|minutes?|min|heures?|h|jours?|j|semaines?|mois|ans?)"
    rf"|\d+{_S}(?:minutes?|hours?|days?|weeks?|months?){_S}ago"
    rf"|(?:hier|aujourd['’]hui),?{_S}(?:à{_S})?{TIME}|à{_S}{TIME})"
    rf"|{_VERB}{_S}(?:à{_S})?{TIME}",
    re.IGNORECASE,
)
_READING = re.compile(
    r"(?i:(?:temps de )?lecture\s*:?\s*)?\d+\s?(?:min|mn|minutes?)(?:\s(?:de lecture|read))?\b|\d+\s(?:commentaires?|comments?|vues?|partages?)\b"
)
_CATEGORY = re.compile(r"(?:dans|in)\s[^|•·.!?]{2,60}$")
_SEPARATORS = re.compile(r"[\s,|•·–—/\-;:()]+")
_SOURCE = re.compile(
    r"(?P<label>sources?|article original|lien (?:original|de l'article|vers l'article(?: original)?)|url|via|paru dans|origine)\s*:\s*(?P<value>.+)"
)
URL = re.compile(r"https?://[^\s<>\"')\]]+|www\.[\w.-]+\.[a-z]{2,}[^\s<>\"')\]]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """A metadata value that a line states: `line[start:end]` is the phrase, `rank` 0 the surest."""

    kind: str  # "author", "date" or "source"
    value: str | date
    start: int
    end: int
    rank: int


@dataclass(frozen=True, slots=True)
class MetadataLine:
    """A line made of bylines, dates and the like, whole; `bare_date` if it is a day with no word about publishing."""

    said: tuple[Said, ...]
    strong: bool  # says "publié le", "écrit par", or gives a time of day
    bare_date: bool = False


def read_metadata_line(core: str) -> MetadataLine | None:
    """What a byline or date line says, or None if anything in it is not about who and when.

    "Par Simon Robben | Publié le 17 mars 2025 à 15h37 | 4 min de lecture" is one; "Par ailleurs, le 17 mars…" is not.
    """
    if len(core) > 200 or not core:
        return None
    said: list[Said] = []
    strong = bare = False
    position = 0
    while position < len(core):
        if gap := _SEPARATORS.match(core, position):
            position = gap.end()
            continue
        if match := _STRONG.match(core, position):
            rank = 2 if match["label"].lower().startswith(("publi", "post", "propos", "trad")) else 0
            said.append(Said("author", _name(match["name"]), *match.span(), rank))
            strong = True
        elif match := _WEAK.match(core, position):
            said.append(Said("author", _name(match["name"]), *match.span(), 1))
        elif match := _WHEN.match(core, position):
            when = date_of(match)
            if when is None:
                return None
            updated = re.match(r"(?i)mis|modif|actual|dern|updat|last", match["verb"] or "")
            said.append(Said("date", when, *match.span(), 1 if updated else 0))
            sure = bool(match["verb"] or match["time"])
            strong, bare = strong or sure, bare or not sure
        elif match := _AGO.match(core, position) or (_CATEGORY.match(core, position) if said else None):
            strong = True
        elif not (position and (match := _READING.match(core, position))):
            return None
        end = match.end()
        if end < len(core) and core[end].isalnum() and core[end - 1].isalnum():
            return None  # stopped inside a word
        position = end
    if core[-1] in ".!?" and not said:
        return None
    return MetadataLine(tuple(said), strong, bare and len(said) == 1) if said or strong else None


def _name(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" ,.")


def split_names(authors: str) -> list[str]:
    """The single names of a byline: "Anne Roy, Luc Besnard et Le Quotidien" gives three."""
    return [name.strip() for name in re.split(r",|;|\s(?:et|and|&|avec)\s", authors) if name.strip()]


def is_name(core: str) -> bool:
    """Whether a line could be a person's name and nothing else: two to four capitalised words."""
    return len(core) <= 60 and _NAME.fullmatch(core) is not None


def read_source(core: str, folded: str) -> Said | None:
    """The source that a line such as "Source : https://…" or "Source : Le Monde" names."""
    match = _SOURCE.fullmatch(folded)
    if match is None:
        return None
    value = core[match.start("value") :].strip()
    address = URL.search(value)
    if address is None and (len(value) > 80 or match["label"] in ("via", "url") or value.count(".") > 1):
        return None
    return Said(
        "source", address.group().rstrip(".,;") if address else value.rstrip("."), 0, len(core), 0 if address else 1
    )
