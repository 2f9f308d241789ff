"""How an answer is brought to the form in which exact match and F1 compare it.

"english" is the normalisation of the official SQuAD scripts, to the letter (Rajpurkar et al. 2016 and 2018): lower case;
the 32 ASCII punctuation characters deleted; the words a, an, the removed; white space collapsed.

"french" is the same for French, after FQuAD (d'Hoffschmidt et al., "FQuAD: French Question Answering Dataset", Findings
of EMNLP 2020), which keeps SQuAD's metrics and leaves out the French articles and punctuation. Exactly, in this order:

1. lower case, Unicode form NFC (é is one character however it was typed);
2. the elided article l' (any apostrophe) removed, and every other apostrophe read as a space: an elision is a word
   of its own, so `d'Amiens` and `Amiens` share a word as `de Paris` and `Paris` do;
3. punctuation deleted: all of Unicode's categories P* beside the ASCII characters, as MLQA does for other languages
   than English (Lewis et al., ACL 2020), so that « », … and – do not count;
4. the articles le, la, les, un, une, du, des, au, aux removed (the contracted ones hold an article);
5. white space collapsed, no-break spaces included.

Accents and spelled numbers stay as they are: é is not e, "trois" is not "3". `de` and `d'` stay too: they are
prepositions before they are articles, and "de Gaulle" is a name.
"""

from __future__ import annotations

import re
import string
import sys
import unicodedata
from collections.abc import Callable

from rag.records import SourcierError

FRENCH_ARTICLES = ("le", "la", "les", "un", "une", "du", "des", "au", "aux")
ENGLISH_ARTICLES = ("a", "an", "the")

_APOSTROPHES = "'’ʼ‘‛′´`＇"
_ASCII = dict.fromkeys(map(ord, string.punctuation))
_UNICODE = _ASCII | {
    code: None for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)).startswith("P")
}
_ELIDED = re.compile(rf"\bl[{_APOSTROPHES}]")
_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")
_FRENCH = re.compile(rf"\b(?:{'|'.join(FRENCH_ARTICLES)})\b")
_ENGLISH = re.compile(rf"\b(?:{'|'.join(ENGLISH_ARTICLES)})\b")
_WORD = re.compile(r"\w+")


def normalise(text: str, normalisation: str = "french") -> str:
    """The text as it is compared; `normalisation` is "french" or "english".

    >>> normalise("L’État, « les » 3 300 élus…")
    'état 3 300 élus'
    >>> normalise("The Beatles", "english")
    'beatles'

    Raises:
        SourcierError: no such normalisation.
    """
    return _named(normalisation)(text)


def words(text: str, normalisation: str = "french") -> list[str]:
    """The words of a running text, articles left out, for finding an answer in it.

    Unlike `normalise`, punctuation separates instead of vanishing: `Paris` is found in `Paris–Lyon`.
    """
    articles = _ARTICLES.get(normalisation)
    if articles is None:
        raise _unknown(normalisation)
    lowered = _ELIDED.sub(" ", _lower(text)) if normalisation == "french" else text.lower()
    return [word for word in _WORD.findall(lowered) if word not in articles]


def _french(text: str) -> str:
    text = _APOSTROPHE.sub(" ", _ELIDED.sub(" ", _lower(text)))
    return " ".join(_FRENCH.sub(" ", text.translate(_UNICODE)).split())


def _english(text: str) -> str:
    return " ".join(_ENGLISH.sub(" ", text.lower().translate(_ASCII)).split())


def _lower(text: str) -> str:
    return unicodedata.normalize("NFC", text.lower())


_NORMALISATIONS: dict[str, Callable[[str], str]] = {"french": _french, "english": _english}
_ARTICLES = {"french": frozenset(FRENCH_ARTICLES), "english": frozenset(ENGLISH_ARTICLES)}
NORMALISATIONS = tuple(_NORMALISATIONS)


def _named(normalisation: str) -> Callable[[str], str]:
    try:
        return _NORMALISATIONS[normalisation]
    except KeyError:
        raise _unknown(normalisation) from None


def _unknown(normalisation: str) -> SourcierError:
    return SourcierError(f'no normalisation "{normalisation}": choose one of {", ".join(NORMALISATIONS)}')
