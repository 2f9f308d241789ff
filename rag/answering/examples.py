"""Questions to try, made from the sentences of an index: what is counted, who somebody is, when something was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag import french
from rag.records import Passage

_COUNTED = re.compile(
    r"\b(?:plus de |près de |environ |quelque )?(\d[\d\u00a0\u202f ]*) (?!millions?|milliards?|milliers?)([a-zà-ÿ-]{4,}s(?: [a-zà-ÿ-]{4,}s)?)\b"
)
_PERSON = re.compile(
    r"\b((?:[A-ZÀ-Ý][a-zà-ÿ-]+[ \u00a0]){1,2}[A-ZÀ-Ý][a-zà-ÿ-]+), (?:l[ea]s? |l['’])?(?=[a-zà-ÿ-]*(?:eur|rice|tre|dent|dente|ste|aire|ien|enne)\b)"
)
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-ZÀ-Ý][a-zà-ÿ]{3,}(?:[ -][A-ZÀ-Ý][a-zà-ÿ]+)*")


@dataclass(frozen=True, slots=True)
class Example:
    """A question, and the words that a right answer must quote."""

    question: str
    answer: str


def candidates(passages: Iterable[Passage]) -> Iterator[Example]:
    """Candidate questions, one at most from a document, in turn of kind; the caller tries them."""
    used: set[str] = set()
    for passage in passages:
        if passage.document_id in used:
            continue
        for start, end in french.sentences(passage.text):
            if example := _from_sentence(passage.text[start:end], passage.title):
                used.add(passage.document_id)
                yield example
                break


def _from_sentence(sentence: str, title: str) -> Example | None:
    if person := _PERSON.search(sentence):
        return Example(f"Qui est {person.group(1)} ?", person.group(1))
    counted = _COUNTED.search(sentence)
    name = _NAME.search(title) or _NAME.search(sentence)
    if counted and name and not counted.group(2).startswith(("année", "mois", "jours", "heures")):
        thing = counted.group(2)
        elided = "d’" if french.fold(thing)[0] in "aeiouy" else "de "
        return Example(f"Combien {elided}{thing} à propos de {name.group()} ?", counted.group(1).strip())
    return None
