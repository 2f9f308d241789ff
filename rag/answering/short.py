"""The few words of a sentence that answer: a quantity with its unit, a date, a name, a quotation, a reason."""

from __future__ import annotations

import re

from rag import french
from rag.answering.features import Sentence
from rag.answering.question import Question
from rag.answering.spans import AnswerSpan

_WHO_IS = re.compile(
    r"[Qq]ui (?:est|était|sont|étaient) (?=[A-ZÀ-Ý])"
)  # a name follows: its bearer is known, not asked
_APPOSITION = re.compile(r"[\w-]*, ((?:l[ea] |l['’]|un |une |ancien |ancienne )?[a-zà-ÿ][^,;.()]{3,90})(?=[,.])")
_WANTED = {
    "howmany": ("number",),
    "when": ("date",),
    "who": ("name",),
    "where": ("name",),
    "why": ("reason",),
    "quote": ("quote",),
    "what": ("quote",),
    "keywords": ("number", "date"),
}


def short_answer(question: Question, sentence: Sentence) -> str | None:
    """The best span of the kind that the question asks for, as written in the sentence; None without one."""
    if question.type == "who" and question.names and _WHO_IS.search(question.text):
        return _office(question, sentence)
    kinds = _WANTED.get(question.type, ())
    asked = set(question.stems)
    best: tuple[float, AnswerSpan] | None = None
    for span in sentence.spans:
        if span.kind not in kinds:
            continue
        inside = [i for i, t in enumerate(sentence.tokens) if span.start <= t.start < span.end]
        content = [sentence.tokens[i].stem for i in inside if not sentence.tokens[i].stop]
        if not content or all(stem in asked for stem in content):
            continue
        score = _score(question, sentence, span, inside)
        if best is None or score > best[0]:
            best = (score, span)
    if best is None:
        return None
    return sentence.text[best[1].start : best[1].end].strip(' ,;:«»"“”\u00a0\u202f')


def _office(question: Question, sentence: Sentence) -> str | None:
    """What a sentence says somebody is, right after the name: "Anne Petit, la maire de Brest," gives "la maire de Brest"."""
    named = [t.end for t in sentence.tokens if t.stem in question.names]
    apposition = _APPOSITION.match(sentence.text, max(named)) if named else None
    if apposition is None:
        return None
    first = french.tokens(apposition.group(1))[0]
    determined = first.stem in ("le", "la", "l", "un", "une")
    return apposition.group(1) if determined or not first.stop else None


def _score(question: Question, sentence: Sentence, span: AnswerSpan, inside: list[int]) -> float:
    """Near the question's words, with the thing counted as its unit, not itself made of them."""
    asked = set(question.stems)
    stems = [sentence.tokens[i].stem for i in inside if not sentence.tokens[i].stop]
    outside = [i for i, t in enumerate(sentence.tokens) if t.stem in asked and not t.stop and i not in inside]
    distance = min((abs(i - j) for i in outside for j in inside), default=20)
    score = 1 / (1 + distance)
    if span.kind == "number":
        score += 1.0 * bool(question.head & set(stems))
        following = {t.stem for t in sentence.tokens[inside[-1] + 1 : inside[-1] + 3]}
        score += 0.5 * bool(question.head & following)
    else:
        score -= 0.5 * sum(stem in asked for stem in stems) / len(stems)
    if span.kind == "date":
        score += 0.2 * (len(stems) > 1)
    if span.kind == "name" and question.type == "who":
        score += 0.3 * (len(stems) > 1) - 0.3 * any(c.isdigit() for c in sentence.text[span.start : span.end])
    return score
