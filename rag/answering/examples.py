"""Questions to try, made from the sentences of an index: who somebody is, what happened when, what a figure stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from rag import french
from rag.records import Passage

_NAME = r"(?:[A-ZÀ-Ý][a-zà-ÿ]+(?:-[A-Za-zà-ÿ]+)?[ \u00a0]){1,2}[A-ZÀ-Ý][a-zà-ÿ]+(?:-[A-Za-zà-ÿ]+)?"
_OFFICE = (
    r"(?:directeur|directrice|ministre|vice-ministre|président|présidente|maire|patron|patronne|expert|experte|chef)"
)
_MONTH = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_KINDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\b({_NAME}), (?:l[ea] |l['’])?{_OFFICE}\b|\b{_OFFICE}\b[^.,;]{{0,60}}, ({_NAME}),"), "Qui est {} ?"),
    (
        re.compile(rf"\b([Ll]e (?:1er|\d{{1,2}})[ \u00a0](?:{_MONTH})(?:[ \u00a0]\d{{4}})?)\b"),
        "Que s’est-il passé {} ?",
    ),
    (re.compile(rf"\b([Ee]n (?:{_MONTH})[ \u00a0]\d{{4}})\b"), "Que s’est-il passé {} ?"),
    (
        re.compile(r"\b(\d[\d,\u00a0\u202f]*[ \u00a0](?:millions?|milliards?) (?:de |d['’])[a-zà-ÿ]{3,})"),
        "À quoi correspondent {} ?",
    ),
    (re.compile(rf"\b[Ss]elon ({_NAME}),"), "Que dit {} ?"),
    (
        re.compile(r"\b(?:plus de|près de|environ) (\d[\d\u00a0\u202f]*[ \u00a0][a-zà-ÿ-]{4,}s)\b"),
        "Que sait-on des {} ?",
    ),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A question, and the words that a right answer must quote."""

    question: str
    answer: str


def candidates(passages: Iterable[Passage]) -> Iterator[Example]:
    """Candidate questions, one kind after the other so that they differ, none twice; the caller tries them."""
    by_kind: list[list[Example]] = [[] for _ in _KINDS]
    seen: set[str] = set()
    for passage in passages:
        for start, end in french.sentences(passage.text):
            for (pattern, form), found in zip(_KINDS, by_kind, strict=True):
                if match := pattern.search(passage.text, start, end):
                    words = next(group for group in match.groups() if group)
                    key = " ".join(french.terms(words))
                    if key not in seen:
                        seen.add(key)
                        shown = words[0].lower() + words[1:] if words.startswith(("Le ", "En ")) else words
                        found.append(Example(form.format(" ".join(shown.split())), words))
    for row in zip_longest(*by_kind):
        yield from (example for example in row if example)
