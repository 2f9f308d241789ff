"""The one analyser of French that index, retrieval, reader and metrics share.

Everything here is a pure function of text. Offsets count code points, end exclusive. Matching never depends
on case, accents, typographic apostrophes, soft hyphens or the kind of space inside a number.

    >>> terms("L'infrastructure de la FORÊT : 3 300 start-ups")
    ['infrastructur', 'foret', '3300', 'start', 'up', 'startup']
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import Stemmer

ANALYSER = "french-1"  # recorded in the manifest of an index: raise it when terms() changes what it returns

_stemmer = Stemmer.Stemmer("french")

# Characters that print nothing and must never break a match: soft hyphen, zero-width spaces and joiners
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_MARK = "\u0300-\u036f"  # combining accents of decomposed text
_SPACE = " \u00a0\u202f\u2009"
_LETTERS = rf"[^\W\d_][^\W_{_MARK}]*(?:[{_MARK}{_INVISIBLE}]+[^\W_]*)*"
_TOKEN = re.compile(
    rf"(?P<number>(?<![\w,.])\d{{1,3}}(?:[{_SPACE}.]\d{{3}})+(?![\d])(?:,\d+)?|\d+(?:[.,]\d+)?)"
    rf"(?P<ordinal>(?:er|ère|re|nde?|e|ème|eme)\b)?"
    rf"|(?P<word>{_LETTERS}(?:['’ʼ]{_LETTERS})*)"
)

_ELIDED = frozenset("l d j m n s t c qu jusqu lorsqu puisqu quoiqu presqu quelqu entr".split())
_NOT_ELIDED = re.compile(r"(?:aujourd|prud|grand)['’ʼ]|(?:presqu['’ʼ]iles?|entr['’ʼ](?:aide|ouvert)\w*)$")

STOP_WORDS = frozenset(
    """
    a ai aie aient ait alors apres as au aucun aucune aujourd auquel aussi autre autres aux auxquelles auxquels avaient
    avait avant avec avez avoir avons ayant b c car ce ceci cela celle celles celui cependant certain certaine
    certaines certains ces cet cette ceux chaque chez ci comme comment d dans de dedans dehors depuis des desormais
    desquelles desquels donc dont du duquel durant e elle elles en encore entre es est et etaient etais etait etant
    etc etes etre eu eut eux f fait faire fois font furent fut h hors i il ils j je jusqu l la laquelle le lequel les
    lesquelles lesquels leur leurs lors lorsqu lui m ma mais me meme memes mes mm mme moi mon ne ni non nos notre
    nous o on ont or ou par parce parmi pas pendant peu peut peuvent plus plusieurs plutot pour pourquoi pourtant presqu
    puis puisqu qu quand quant que quel quelle quelles quelqu quels qui quoi quoiqu s sa sans se selon sera serait
    seraient seront ses si sinon soit soient somme sommes son sont sous souvent suis sur t ta tandis te tel telle
    telles tels tes toi ton tous tout toute toutes tres tu u un une va vers via voici voila vont vos votre vous w x y z
    combien lequel ete sait savez dit t-il t-elle
    """.split()
) - {"ete"}  # "été" is also the summer: its low idf does the rest

_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "zero _ deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()
    )
    if word != "_"
} | {"vingt": "20", "trente": "30", "quarante": "40", "cinquante": "50", "soixante": "60", "cent": "100", "mille": "1000"}
_ROMAN = re.compile(r"(?=[ivx]{2,})(x{0,3})(ix|iv|v?i{0,3})(?:e|eme)")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "ʼ": "'", **dict.fromkeys(_INVISIBLE, "")})


class Token(NamedTuple):
    """A word or number of a text: `text[start:end]` as written, and the `stem` that stands for it."""

    start: int
    end: int
    stem: str
    stop: bool


@lru_cache(maxsize=1 << 17)
def fold(text: str) -> str:
    """Lower case, no accents, ligatures opened, invisible characters gone: `Cœur d’Élysée` -> `coeur d'elysee`."""
    text = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    return "".join(c for c in text if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 18)
def stem(word: str) -> str:
    """The stem of one word (Snowball French on the folded word, so accents cannot change it).

    Small numbers in letters give their digits, Roman ordinals too: `trois` -> `3`, `XIXe` -> `19`.
    """
    word = fold(word).replace("'", "")
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    if roman := _ROMAN.fullmatch(word):
        tens, ones = roman.groups()
        return str(10 * len(tens) + {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7,
                                     "viii": 8, "ix": 9}[ones])  # fmt: skip
    return _stemmer.stemWord(word) if len(word) > 2 else word


def _number(text: str) -> str:
    """The canonical digits of a written number: `3 300` -> `3300`, `88,5` -> `88.5`, `839.000` -> `839000`."""
    whole, _, decimals = text.partition(",")
    digits = re.sub(rf"[{_SPACE}]", "", whole)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", digits):
        digits = digits.replace(".", "")
    return f"{digits}.{decimals}" if decimals else digits


@lru_cache(maxsize=1 << 18)
def _pieces(word: str) -> tuple[tuple[int, int, str, bool], ...]:
    """A written word cut at its elisions: (start, end, stem, is a stop word) within the word."""
    if "'" not in word and "’" not in word and "ʼ" not in word:
        return ((0, len(word), stem(word), fold(word) in STOP_WORDS),)
    pieces, start = [], 0
    for match in re.finditer(r"['’ʼ]", word):
        if fold(word[start : match.start()]) in _ELIDED and not _NOT_ELIDED.match(fold(word[start:])):
            pieces.append((start, match.start(), stem(word[start : match.start()]), True))
            start = match.end()
    rest = word[start:]
    pieces.append((start, len(word), stem(rest), fold(rest) in STOP_WORDS))
    return tuple(pieces)


def tokens(text: str) -> list[Token]:
    """Every word and number of `text` in order, stop words included and marked."""
    found = []
    for match in _TOKEN.finditer(text):
        begin = match.start()
        if match.lastgroup == "word":
            for start, end, root, stop in _pieces(match.group()):
                found.append(Token(begin + start, begin + end, root, stop))
        else:
            found.append(Token(begin, match.end(), _number(match.group("number")), False))
    return found


def terms(text: str) -> list[str]:
    """The stems that BM25 indexes and searches: no stop words; `start-up` also gives `startup`."""
    result: list[str] = []
    previous: Token | None = None
    for token in tokens(text):
        if not token.stop:
            result.append(token.stem)
            if (
                previous
                and token.start == previous.end + 1
                and text[previous.end] in "-\u2010\u2011"
                and not (previous.stop or text[token.start].isdigit() or text[previous.start].isdigit())
            ):
                result.append(stem(text[previous.start : previous.end] + text[token.start : token.end]))
        previous = token
    return result


# --- sentences ---------------------------------------------------------------------------------------------------

_ABBREVIATIONS = frozenset(
    """
    m mm mme mmes mlle mlles dr drs pr prs me mgr st ste sts stes p pp art al cf ex env av apr chap ch fig figs vol ed
    coll hab tel no num ref cap gal gen col lt cdt adj sgt bd bld boul rte trad zool bot syn anc auj janv fevr juill sept
    oct nov dec jr sr inc ltd corp c.-a-d i.e e.g j.-c jc s.a op cit ibid id vs
    """.split()
)
_END = re.compile(rf"[.!?…]+[\"”’»)\]{_SPACE}]*(?=\s|$|[A-ZÀ-Ý«\"“(])|\n")
_CLOSERS = "\"”»)]"
_BEFORE = re.compile(r"([\w.\-]+)\.$")


def _hard_wrapped(text: str) -> bool:
    """Whether single line breaks only fold long lines: then many lines begin in the middle of a sentence."""
    breaks = re.findall(r"[^\s][ \t]*\n[ \t]*([^\s])", text)
    return len(breaks) >= 3 and sum(c.islower() for c in breaks) > 0.4 * len(breaks)


def _ends_sentence(text: str, match: re.Match[str], wrapped: bool) -> bool:
    if match.group() == "\n":
        rest = text[match.end() :  match.end() + 80]
        following = rest.lstrip(" \t")
        if not following or following[0] == "\n":
            return True
        before = text[max(0, match.start() - 400) : match.start()].rstrip()
        if wrapped and before and before[-1] not in ".!?…:»":
            line = before.rpartition("\n")[2]
            return len(line) < 45 and not following[0].islower()
        return not following[0].islower()
    following = text[match.end() : match.end() + 8].lstrip()
    if not following:
        return True
    mark = match.group().strip(_SPACE + _CLOSERS + "’")
    opening = following[0]
    if not (opening.isupper() or opening.isdigit() or opening in "«\"“([-–—•*#|" or not opening.isascii() and not opening.isalnum() and opening not in "»”’…"):
        return False
    if mark == ".":
        word = _BEFORE.search(text[max(0, match.start() - 20) : match.start() + 1])
        if word:
            last = fold(word.group(1)).rpartition("'")[2]
            if last in _ABBREVIATIONS and not (last in {"av", "etc", "j.-c", "jc", "hab"} and opening.isupper()):
                return last in {"no", "ed"} and opening.isupper()
            if len(last) == 1 and last.isalpha() and word.group(1).isupper():
                return False  # the initial of a first name: J. Dupont
    # a quotation that ends inside its sentence: « Viens ! » Il part. does split, « Viens ! » dit-il does not
    return True


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end), trimmed of white space; headings and list items count as sentences."""
    wrapped = _hard_wrapped(text)
    spans, start = [], 0

    def close(end: int) -> None:
        nonlocal start
        stretch = text[start:end]
        trimmed = stretch.strip()
        if trimmed:
            begin = start + len(stretch) - len(stretch.lstrip())
            spans.append((begin, begin + len(trimmed)))
        start = end

    for match in _END.finditer(text):
        if _ends_sentence(text, match, wrapped):
            close(match.end())
    close(len(text))
    return spans


# --- acronyms ----------------------------------------------------------------------------------------------------

_LONG_THEN_SHORT = re.compile(r"((?:[\w’'\-]+[ \u00a0]+){1,9})\(([A-Z][A-Z0-9]{1,7})s?\)")
_SHORT_THEN_LONG = re.compile(r"\b([A-Z][A-Z0-9]{1,7})[ \u00a0]+\(((?:[\w’'\-]+[ \u00a0]?){2,10})\)")


def _spelled(words: list[str], acronym: str, from_end: bool) -> list[str] | None:
    """The words whose initials spell the acronym (articles and prepositions may be skipped), or None."""
    letters = list(acronym.lower())
    taken: list[str] = []
    queue = list(reversed(words)) if from_end else list(words)
    if from_end:
        letters.reverse()
    for word in queue:
        pieces = [p for p in re.split(r"['’\-]", word) if p]
        initial = fold(pieces[-1])[:1] if pieces else ""
        if letters and initial == letters[0]:
            letters.pop(0)
        elif not (taken and pieces and fold(pieces[-1]) in STOP_WORDS):
            return None
        taken.append(word)
        if not letters:
            return taken[::-1] if from_end else taken
    return None


def acronyms(text: str) -> dict[str, str]:
    """Pairs that the text itself explains: `l'intelligence artificielle (IA)` gives {"IA": "intelligence artificielle"}.

    After Schwartz & Hearst (2003), reduced to initials: "A simple algorithm for identifying abbreviation definitions".
    """
    pairs: dict[str, str] = {}
    for match in _LONG_THEN_SHORT.finditer(text):
        if words := _spelled(match.group(1).split(), match.group(2), from_end=True):
            words[0] = re.split(r"['’]", words[0])[-1]
            pairs.setdefault(match.group(2), " ".join(words))
    for match in _SHORT_THEN_LONG.finditer(text):
        if words := _spelled(match.group(2).split(), match.group(1), from_end=False):
            pairs.setdefault(match.group(1), " ".join(words))
    return pairs
