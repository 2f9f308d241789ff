"""Which language a text is written in: French, English, or not known ("und", as in BCP 47)."""

from __future__ import annotations

import re

_FRENCH_WORDS = """le les une des du et est sont dans pour par sur avec qui ne pas plus ce cette ces elle ils nous vous aux au
été être avoir fait mais ou donc ses leur leurs comme aussi était ont"""
_SHARED_WORDS = "la de un en que il son sa a se si"  # French too, but also Spanish, Italian or Portuguese
_ENGLISH_WORDS = """the of and to in is are was were for with that this it on as be by at from have has had not but or an he
she they we you his her their its which will would been who what about after said"""
_FRENCH, _SHARED = frozenset(_FRENCH_WORDS.split()), frozenset(_SHARED_WORDS.split())
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+")


def detect_language(text: str) -> str:
    """`"fr"`, `"en"` or `"und"` by the share of function words among the first two hundred words or so."""
    words = _WORD.findall(text[:1500].lower())
    if not words:
        return "und"
    french = sum(word in _FRENCH for word in words)
    english = sum(word in _ENGLISH for word in words)
    if french >= 0.05 * len(words):
        french += sum(word in _SHARED for word in words)
    (best, name), (other, _) = sorted(((french, "fr"), (english, "en")), reverse=True)
    # running prose is a third function words; 12 % leaves room for lists and headlines
    return name if best >= max(1, 0.12 * len(words)) and best > 1.5 * other else "und"


def normal_language(value: str | None) -> str | None:
    """The primary subtag of a declared language: `fr-FR` gives `fr`; what is no language tag gives None."""
    match = re.match(r"\s*([A-Za-z]{2,3})(?![A-Za-z])", value or "")
    if match:
        return match.group(1).lower()
    return {"français": "fr", "francais": "fr", "french": "fr", "english": "en", "anglais": "en"}.get(
        (value or "").strip().lower()
    )
