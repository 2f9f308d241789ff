"""Questions about an article itself: who wrote it, when, where it appeared, what its title is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag import french
from rag.answering import Draft
from rag.records import Claim, Document, Hit

_WORK = r"(?:articles?|textes?|papiers?|documents?|billets?|reportages?)"
_THE_WORK = rf"(?:l'|le |la |les |cet |ce |cette |un |du |de l'|de cet |de ce |des )?{_WORK}\b"
_WRITTEN = r"(?:ecrite?s?|redigee?s?|signee?s?|publiee?s?|paru(?:e?s?)|mise?s? en ligne)"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (fact, re.compile(pattern))
    for fact, pattern in (
        (
            "author",
            rf"\bqui (?:a|est-ce qui a|avait) (?:ecrit|redige|signe|publie) {_THE_WORK}|\b(?:auteure?|autrice|redacteur|redactrice)"
            rf"(?: est| serait)? {_THE_WORK}|\b{_WORK}\b.{{0,80}}\b{_WRITTEN} par (?:qui|quel)|\bpar qui\b.{{0,30}}{_THE_WORK}"
            rf"|\bde qui est {_THE_WORK}",
        ),
        (
            "date",
            rf"\bde quand (?:date|est|remonte) {_THE_WORK}|\b{_WORK}\b.{{0,80}}\b(?:date|remonte)(?:-t-il)? (?:de|a) quand"
            rf"|\bdate (?:de (?:publication|parution) )?{_THE_WORK}|\bde quand date\b.{{0,60}}\b{_WORK}"
            rf"|\b(?:quand|quel jour|a quelle date|en quelle annee)\b.{{0,20}}\b{_WRITTEN} {_THE_WORK}"
            rf"|\b(?:quand|quel jour|a quelle date|en quelle annee) {_THE_WORK}.{{0,80}}\b{_WRITTEN}",
        ),
        (
            "source",
            rf"\b(?:source|adresse|url|lien|site)(?: web| internet| d'origine)? {_THE_WORK}|\bd'ou (?:vient|provient|est tire) {_THE_WORK}"
            rf"|\bou (?:a ete |est )?(?:publie|paru) {_THE_WORK}|\bou {_THE_WORK}.{{0,80}}\b(?:publie|paru)",
        ),
        ("title", rf"\btitre {_THE_WORK}|\bcomment s'(?:appelle|intitule) {_THE_WORK}"),
    )
)
_SENTENCES = {
    "author": "L’article « {title} » a pour auteur {value}.",
    "date": "L’article « {title} » date du {value}.",
    "source": "L’article « {title} » vient de {value}",
    "title": "L’article s’intitule « {value} ».",
}
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
        value = _value(fact, found) or found.text[span.start : span.end]
        claim = Claim(
            text=_SENTENCES[fact].format(title=found.title.rstrip("… ?!."), value=value),
            passage_id=f"{found.id}:{span.start}-{span.end}",
            document_id=found.id,
            start=span.start,
            end=span.end,
        )
        return Draft((claim,), value, sure, abstained=False)
    return None


def _value(fact: str, document: Document) -> str | None:
    if fact == "date":
        return french.spell_date(document.date) if document.date else None
    return {"author": document.author, "source": document.source, "title": document.title}[fact]
