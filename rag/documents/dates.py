"""Dates as French (and English) articles write them.

>>> parse_date("lundi 17 mars 2025 à 15 h 37")
datetime.date(2025, 3, 17)
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_MONTH_NUMBERS = {
    "janv": 1, "jan": 1, "fev": 2, "fév": 2, "feb": 2, "mar": 3, "avr": 4, "apr": 4, "mai": 5, "may": 5, "juin": 6, "jun": 6,
    "juil": 7, "jul": 7, "aou": 8, "aoû": 8, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12, "déc": 12,
}  # fmt: skip
_MONTH = (
    r"janv(?:ier|\.)?|january|jan\.?|f[ée]v(?:rier|r)?\.?|february|feb\.?|mars|march|mar\.?|avr(?:il|\.)?|april|apr\.?|mai|may"
    r"|juin|june?|juil(?:let|\.)?|july?|ao[uû]t|august|aug\.?|sept(?:embre|ember|\.)?|oct(?:obre|ober|\.)?"
    r"|nov(?:embre|ember|\.)?|d[ée]c(?:embre|ember|\.)?"
)
WEEKDAY = (
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
)
_S = r"[ \u00a0\u202f]"
DATE = (
    rf"(?:(?:{WEEKDAY}|(?:lun|mar|mer|jeu|ven|sam|dim)\.),?{_S}+)?(?:le{_S}+)?(?:"
    r"(?<!\d)(?P<iso>\d{4}[-/]\d{1,2}[-/]\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<slashed>\d{1,2}(?P<mark>[/.\-])\d{1,2}(?P=mark)(?:\d{4}|\d{2}))(?!\d)"
    rf"|(?<!\d)(?P<day>\d{{1,2}})(?:er|st|nd|rd|th)?{_S}+(?:of{_S}+)?(?P<month>{_MONTH}),?{_S}+(?P<year>\d{{4}})(?!\d)"
    rf"|\b(?P<month2>{_MONTH}){_S}+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?{_S}+(?P<year2>\d{{4}})(?!\d)"
    r")"
)
TIME = rf"\d{{1,2}}{_S}*(?:[h:]{_S}*\d{{2}}(?::\d{{2}}(?:\.\d+)?)?|h(?:eures)?)(?:{_S}?(?:min|am|pm))?"
_DATE = re.compile(DATE, re.IGNORECASE)
_DAY_AND_MONTH = re.compile(rf"(?:{WEEKDAY}{_S}+)?(\d{{1,2}})(?:er)?{_S}+({_MONTH})", re.IGNORECASE)


def _month(name: str) -> int:
    name = name.lower()
    return next(n for size in (4, 3) for key, n in _MONTH_NUMBERS.items() if len(key) == size and name.startswith(key))


def date_of(match: re.Match[str]) -> date | None:
    """The date that a match of `DATE` writes, or None if there is no such day (31 February)."""
    groups = match.groupdict()
    try:
        if groups["iso"]:
            year, month, day = (int(part) for part in re.split(r"[-/]", groups["iso"]))
        elif groups["slashed"]:
            day, month, year = (int(part) for part in groups["slashed"].split(groups["mark"]))
            if month > 12 >= day:  # 03/17/2025: the American order, which only makes sense this way round
                day, month = month, day
            if year < 100:
                year += 2000 if year < 70 else 1900
        else:
            day = int(groups["day"] or groups["day2"])
            month = _month(groups["month"] or groups["month2"])
            year = int(groups["year"] or groups["year2"])
        return date(year, month, day)
    except ValueError:
        return None


def parse_date(value: object) -> date | None:
    """The first date that `value` holds: a date, a text in any of the usual forms, or a Unix time; else None."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        if value >= 1e11:  # milliseconds
            value /= 1000
        return datetime.fromtimestamp(value, UTC).date() if 1e8 <= value < 1e11 else None
    text = str(value)
    if (compact := re.fullmatch(r"\s*(\d{4})(\d{2})(\d{2})(?:T.*)?\s*", text)) is not None:
        text = "-".join(compact.groups())
    for match in _DATE.finditer(text.replace("T", " ") if re.match(r"\s*\d{4}-\d{2}-\d{2}T", text) else text):
        if found := date_of(match):
            return found
    return None


def is_day_of(text: str, known: date) -> bool:
    """Whether `text` is a day and month without a year ("7 août") that fits the known date."""
    match = _DAY_AND_MONTH.fullmatch(text.strip())
    return bool(match) and (int(match.group(1)), _month(match.group(2))) == (known.day, known.month)  # type: ignore[union-attr]
