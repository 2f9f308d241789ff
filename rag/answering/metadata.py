"""Questions about an article itself: who wrote it, when, where it appeared, what its title is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag import french
from rag.answering import Draft
from rag.records import Claim, Document, Hit

_WORK = r"(?:articles?|textes?|papiers?|documents?|billets?|reportages?|dossiers?|publications?)"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (fact, re.compile(pattern))
    for fact, pattern in (
        ("author", rf"\bqui (?:a |est-ce qui a |avait )?(?:ecrit|redige|signe|publie)\b.*\b{_WORK}|\b(?:auteure?|redact\w+|signature)\b"
                   rf".*\b{_WORK}|\b{_WORK}\b.*\b(?:ecrit|redige|signe) par (?:qui|quel)|de qui est\b.*\b{_WORK}"),
        ("date", rf"\b(?:de )?quand (?:date|remonte|a ete (?:publie|ecrit)|est paru)\w*\b.*\b{_WORK}|\bdate\b.*\b(?:publication|parution|{_WORK})"
                 rf"|\b(?:quand|quel jour|a quelle date)\b.*\b{_WORK}\b.*\b(?:publie|paru|ecrit|mis en ligne)\w*"
                 rf"|\b(?:quand|quel jour|a quelle date)\b.*\b(?:publie|paru|ecrit|redige)\w*\b.*\b{_WORK}"
                 rf"|\b{_WORK}\b.*\bdate\w* (?:de|du) (?:quand|quel)"),
        ("source", rf"\b(?:source|adresse|url|lien|site)\b.*\b{_WORK}|\bd'ou (?:vient|provient)\b.*\b{_WORK}"
                   rf"|\bou\b.*\b(?:publie|paru)\w*\b.*\b{_WORK}|\b{_WORK}\b.*\b(?:vient|provient) d'ou"),
        ("title", rf"\b(?:titre|intitule|s'intitule|s'appelle)\b.*\b{_WORK}|\b{_WORK}\b.*\b(?:titre|intitule|s'intitule)\b"),
    )
)  # fmt: skip
_ASKING = re.compile(
    rf"\b(?:qui|quand|quel(?:le)?s?|jour|date\w*|de|a|ete|est|sont|ou|d'ou|vient|provient|ecrit\w*|redige\w*|signe\w*"
    rf"|publie\w*|publication|parution|paru\w*|auteure?s?|source|adresse|url|lien|site|titre|intitule|{_WORK}|sur|cet?|cette"
    rf"|ce|le|la|les|l'|du|des|un|une|parle\w*|qui)\b"
)


def asked_fact(question: str) -> str | None:
    """ "author", "date", "source" or "title" when the question asks that of an article, else None."""
    folded = french.fold(question)
    return next((fact for fact, pattern in _PATTERNS if pattern.search(folded)), None)


def topic(question: str) -> str:
    """What the article is about: the question without the words that ask."""
    return re.sub(r"\s+", " ", _ASKING.sub(" ", french.fold(question))).strip(" ?!.,")


def answer(
    fact: str, evidence: Sequence[Hit], document: Callable[[str], Document], *, sure: float = 0.9
) -> Draft | None:
    """A draft that quotes where the best document states the fact; None when it does not state it.

    The first passage's document is meant, or a later one among the first three when only that one has the fact
    and the same subject (a score close to the best).
    """
    for hit in evidence[:3]:
        if hit.score < 0.75 * evidence[0].score:
            break
        found = document(hit.passage.document_id)
        span = found.fact(fact)
        if span is None:
            continue
        quote = found.text[span.start : span.end]
        claim = Claim(quote, f"{found.id}:{span.start}-{span.end}", found.id, span.start, span.end)
        return Draft((claim,), _short(fact, found, quote), sure, abstained=False)
    return None


def _short(fact: str, document: Document, quote: str) -> str:
    if fact == "author" and document.author:
        return document.author
    if fact == "date" and document.date:
        return french.spell_date(document.date)
    if fact == "source" and document.source:
        return document.source
    return document.title if fact == "title" else quote
