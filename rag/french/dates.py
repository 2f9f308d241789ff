"""Dates as French writes them out."""

from __future__ import annotations

from datetime import date

MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
          "décembre")  # fmt: skip


def spell_date(day: date) -> str:
    """A date in French words.

    >>> spell_date(date(2025, 3, 1)), spell_date(date(2025, 3, 17))
    ('1er mars 2025', '17 mars 2025')
    """
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"
