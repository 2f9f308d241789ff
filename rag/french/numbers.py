"""Numbers as French writes them, in digits and in letters, brought to one form.

>>> canonical("3 300"), canonical("88,50"), canonical("839.000"), canonical("08")
('3300', '88.5', '839000', '8')
>>> in_letters("trois"), in_letters("vingtieme"), in_letters("xixe"), in_letters("vie")
('3', '20', '19', None)
>>> compose([4, 20, 10, 7]), compose([2, 3])
(97, None)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_SPACES = " \u00a0\u2000-\u200a\u202f\u205f"  # what typists and web pages put between groups of three digits

# `3 300`, `839.000`, `1'500` (Swiss), one kind of separator in a number. Four digits never lead a group, so
# `2019 350` is two numbers; neither does a zero: that is a telephone number.
GROUPED = (
    rf"(?<![\w,.])[1-9]\d{{0,2}}(?:(?:[{_SPACES}]\d{{3}})++(?!\d)|(?:\.\d{{3}})++(?!\.?\d)"
    r"|(?:'\d{3})++(?!\d))(?:,\d+)?"
)
# Dates, telephone numbers, versions, network addresses: each part is a number of its own
RUN = rf"0\d{{1,3}}(?:[{_SPACES}.\-]\d{{2,3}}){{2,}}(?!\w)|\d+(?:[.,]\d+){{2,}}"
PLAIN = r"\d+(?:[.,]\d+)?"

_UNITS = "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
_TENS = "vingt trente quarante cinquante soixante septante huitante nonante"
_CARDINALS = (
    {word: value for value, word in enumerate(_UNITS.split()) if word != "un"}  # "un" is an article nearly always
    | {word: 10 * tens for tens, word in enumerate(_TENS.split(), start=2)}
    | {"octante": 80, "cent": 100, "mille": 1000}
)
_ORDINALS = {
    f"{ {'cinq': 'cinqu', 'neuf': 'neuv'}.get(word, word.removesuffix('e')) }ieme": value
    for word, value in _CARDINALS.items()
    if value
}
_IN_LETTERS = {
    word: str(value) for word, value in (_CARDINALS | {"vingts": 20, "cents": 100, "unieme": 1} | _ORDINALS).items()
}

# Roman ordinals, first to 49th. `vie` is left to life, `ie` and `ire` to what else they mean: case must not matter.
_ROMAN = re.compile(r"(?!i?e$|vie$)(xl|x{0,3})(ix|iv|v?i{0,3})(?:e|i?eme)|i(?:er|ere)")
_ROMAN_DIGITS = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"]
_ROMAN_TENS = ["", "x", "xx", "xxx", "xl"]


@lru_cache(maxsize=1 << 13)
def canonical(written: str) -> str:
    """The one form of a number in digits: a decimal point, no grouping, no idle zeros."""
    if re.fullmatch(GROUPED, written):
        whole, _, decimals = written.partition(",")
        whole = re.sub(r"\D", "", whole)
    else:
        whole, _, decimals = written.replace(",", ".").partition(".")
    whole, decimals = whole.lstrip("0") or "0", decimals.rstrip("0")
    return unicodedata.normalize("NFKD", f"{whole}.{decimals}" if decimals else whole)


def in_letters(folded: str) -> str | None:
    """The digits of one folded word that is a number (`trois`, `vingtieme`) or a Roman ordinal (`xixe`), or None."""
    if (value := _IN_LETTERS.get(folded)) is None and (match := _ROMAN.fullmatch(folded)):
        tens, ones = match.group(1) or "", match.group(2) or ""
        value = str((10 * _ROMAN_TENS.index(tens) + _ROMAN_DIGITS.index(ones)) or 1)
    return value


def compose(values: Sequence[int]) -> int | None:
    """The number that number words say one after the other, or None where they are not one number."""
    thousands = current = 0
    for value in values:
        below = current % 100
        if value == 1000 and not thousands and current != 1:
            thousands, current = max(current, 1) * 1000, 0
        elif value == 100 and current < 20 and current != 1:
            current = max(current, 1) * 100
        elif value >= 100 or value == 0:
            return None
        elif below == 4 and value == 20:  # quatre-vingts
            current += 76
        elif (
            below == 0
            or (below % 10 == 0 and below >= 20 and value < 10)  # vingt-deux, septante-deux
            or (below in (60, 80) and value < 17)  # soixante-douze, quatre-vingt-onze
            or (below == 10 and value in (7, 8, 9))  # dix-sept
        ):
            current += value
        else:
            return None
    return thousands + current
