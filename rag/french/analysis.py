"""Words and numbers of a text, and the stems that stand for them."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from rag.french import numbers

ANALYSER = "french-2"  # recorded in the manifest of an index: raise it when terms() changes what it returns

# Characters that print nothing by themselves and never break a match: soft hyphen, zero-width spaces and joiners,
# direction and variation marks, byte order mark, and the combining accents of decomposed text
_IGNORED = re.compile(
    "[\u00ad\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u2069\u20d0-\u20ff"
    "\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+"
)
_APOSTROPHES = "'’ʼ‘‛′´`＇"
_CURLY = re.compile(f"[{_APOSTROPHES[1:]}]")
_FOLDED = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "ı": "i", **dict.fromkeys(_APOSTROPHES, "'")})
_HYPHENS = "-\u2010\u2011"

_L = r"[^\W\d_]"
# One alternative for each kind of token, tried in this order
_TOKEN = re.compile(
    rf"(?P<elided>(?i:[cçdjlmnst]|(?:jus|lors|puis|quoi|quel)?qu|presqu(?!'[iî]le))'(?={_L}))"
    rf"|(?P<dotted>(?<![\w.]){_L}(?:\.{_L})+(?!\w)|{_L}{{1,2}}&{_L}{{1,2}}(?!\w))"  # O.N.U., R&D
    rf"|(?P<hour>(?<=\d)[hH](?=\d))"  # 20h30
    rf"|(?P<word>{_L}[^\W_]*(?:'{_L}[^\W_]*)*)"
    rf"|(?:(?P<grouped>{numbers.GROUPED})|(?P<run>{numbers.RUN})"
    rf"|(?P<code>\d+(?i:[aàâbcçdfgiîïknoôpqruùûüxyÿz])(?!\w))"  # 5G, 3D; not 5m, 20h, 12l, which are quantities
    rf"|(?P<plain>{numbers.PLAIN}))(?:(?i:i?[eéèê]mes?|[eéèê]?r[eéèê]s?|[eéèê]rs?|n?d[eéèê]s?|nds?|[eéèê]s?)(?!\w)|ᵉʳ?)?"  # 1er, 2nde, 19e
)

_STOPS = """
a ai aie aient ait alors apres as au aucun aucune aujourd aujourd'hui auquel aussi autre autres aux auxquelles
auxquels avaient avait avant avec avez avoir avons ayant bonjour bonsoir c car ce ceci cela celle celles celui
cependant certain certaine certaines certains ces cet cette ceux chaque chez ci combien comme comment d dans de
dedans dehors depuis des desormais desquelles desquels dis dit donc dont du duquel durant elle elles en encore
entre es est et etaient etais etait etant etc etes etre eu eut eux fait faire fois font furent fut h hors il ils j
je jusqu jusque l la laquelle le lequel les lesquelles lesquels leur leurs lors lorsqu lorsque lui m ma mais me
meme memes merci mes mm mme moi mon n ne ni non nos notre nous on ont ou par parce parmi pas pendant peu peut
peuvent peux plus plusieurs plutot pour pourquoi pourrais pourrait pourriez pourtant pouvez presqu presque puis
puisqu puisque qu quand quant que quel quelle quelles quelqu quels qui quoi quoiqu quoique s sa sait sans savez se
selon sera serait seraient seront ses si sinon soit soient sommes son sont sous souvent stp suis sur svp t ta
tandis te tel telle telles tels tes toi ton tous tout toute toutes tres tu un une va vers veux via voici voila
voudrais vont vos votre vous y
"""
STOP_WORDS = frozenset(
    _STOPS.split()
)  # not "été" (also the summer), "or" (also gold), "somme" (also an amount): a low idf does the rest


class Token(NamedTuple):
    """A word or number of a text: `text[start:end]` as written, and the `stem` that stands for it."""

    start: int
    end: int
    stem: str
    stop: bool


class _Stemmers(threading.local):
    """One Snowball stemmer for each thread: its objects must not be shared."""

    def __init__(self) -> None:
        self.french = Stemmer.Stemmer("french", 0)


_stemmers = _Stemmers()


def fold(text: str) -> str:
    """Lower case, no accents, ligatures opened, invisible characters gone: `Cœur d’Élysée` -> `coeur d'elysee`."""
    if text.isascii():
        return text.lower().replace("`", "'")
    # apostrophes first: decomposing ´ would give a space
    text = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    return _IGNORED.sub("", text).casefold().translate(_FOLDED)


def stem(word: str) -> str:
    """The stem of one word (Snowball French on the folded word, so accents cannot change it).

    Numbers in letters give their digits, Roman ordinals too: `trois` -> `3`, `XIXe` -> `19`.
    """
    return _word(word)[0] if len(word) <= _LONGEST_WORD else fold(word).replace("'", "")


_LONGEST_WORD = 50  # what is longer is no word, and would only fill the cache


@lru_cache(maxsize=1 << 16)
def _word(written: str) -> tuple[str, bool]:
    """The stem of a word, and whether it is a stop word."""
    folded = fold(written)
    return _stem(folded.replace("'", "")), folded in STOP_WORDS


def _stem(folded: str) -> str:
    if (digits := numbers.in_letters(folded)) is not None:
        return digits
    if len(folded) < 3:
        return folded
    root: str = _stemmers.french.stemWord(folded)
    # Snowball knows "ée" by its accent: without it, annoncée must still meet annonce and annoncé
    return root[:-1] if root.endswith("e") and len(root) > 4 and folded.endswith(("ee", "ees")) else root


_Found = tuple[int, int, str, bool]


def _bare(text: str) -> str:
    """The text without ignored characters, every apostrophe a straight one."""
    return text if text.isascii() and "`" not in text else _CURLY.sub("'", _IGNORED.sub("", text))


def _scan(text: str) -> list[_Found]:
    """The fields of every token of a text that is free of ignored characters."""
    found: list[_Found] = []
    spelled: set[int] = set()  # the places of number words in `found`
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        start, end = match.span()
        if kind == "word":
            written = match.group()
            root, stop = _word(written) if end - start <= _LONGEST_WORD else (stem(written), False)
            if root.isdecimal():
                spelled.add(len(found))
            found.append((start, end, root, stop))
        elif kind == "elided":
            found.append((start, end - 1, fold(text[start : end - 1]), True))
        elif kind == "plain" or kind == "grouped":
            found.append((start, end, numbers.canonical(match.group(kind)), False))
        elif kind == "run":
            for part in re.finditer(r"\d+", match.group(kind)):
                found.append((start + part.start(), start + part.end(), numbers.canonical(part.group()), False))
        elif kind == "hour":
            found.append((start, end, "h", True))
        else:
            folded = re.sub(r"[.&]", "", fold(match.group()))
            found.append((start, end, folded, folded in STOP_WORDS))
    return _composed(text, found, spelled) if spelled else found


def _composed(text: str, found: list[_Found], spelled: set[int]) -> list[_Found]:
    """The tokens with number words joined that say one number: `vingt-cinq`, `quatre-vingt-dix`, `soixante et un`."""

    def adjoin(left: int, right: int) -> bool:
        gap = text[found[left][1] : found[right][0]] if right < len(found) else ""
        return len(gap) == 1 and (gap.isspace() or gap in _HYPHENS)

    result: list[_Found] = []
    place = 0
    while place < len(found):
        last = place
        if place in spelled:
            values = [int(found[place][2])]
            while adjoin(last, last + 1):
                following = last + 1
                after_and = found[following][2] == "et" and adjoin(following, following + 1)
                following += after_and
                root = found[following][2]
                one = root in ("un", "une") and (after_and or text[found[following][0] - 1] in _HYPHENS)
                value = 1 if one else int(root) if following in spelled else 0
                if (after_and and value not in (1, 11)) or numbers.compose([*values, value]) is None:
                    break
                values.append(value)
                last = following
        if last > place:
            result.append((found[place][0], found[last][1], str(numbers.compose(values)), False))
        else:
            result.append(found[place])
        place = last + 1
    return result


def tokens(text: str) -> list[Token]:
    """Every word and number of `text` in order, stop words included and marked."""
    bare = _bare(text)
    found = map(Token._make, _scan(bare))
    if len(bare) == len(text):
        return list(found)
    places = [i for i, c in enumerate(text) if not _IGNORED.match(c)]
    places.append(len(text))
    # a token ends where the next kept character begins: its last accent belongs to it
    return [token._replace(start=places[token.start], end=places[token.end]) for token in found]


def terms(text: str) -> list[str]:
    """The stems that BM25 indexes and searches: no stop words; `start-up` also gives `startup`, `GPT-4` `gpt4`."""
    text = _bare(text)
    result: list[str] = []
    begin = finish = -2  # of the last token, where that can be the first part of a compound
    for start, end, root, stop in _scan(text):
        if stop:
            finish = -2
            continue
        result.append(root)
        if start == finish + 1 and text[finish] in _HYPHENS:
            result.append(stem(text[begin:finish] + text[start:end]))
        begin, finish = start, -2 if text[start].isdigit() else end
    return result
