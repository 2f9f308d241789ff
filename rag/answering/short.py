"""The few words of a sentence that answer: a quantity with its unit, a date, a name, a quotation, a reason."""

from __future__ import annotations

from rag.answering.features import Sentence
from rag.answering.question import Question
from rag.answering.spans import AnswerSpan

_WANTED = {
    "howmany": ("number",),
    "when": ("date",),
    "who": ("name",),
    "where": ("name",),
    "why": ("reason",),
    "quote": ("quote",),
    "what": ("quote", "name"),
    "keywords": ("number", "name", "date"),
}


def short_answer(question: Question, sentence: Sentence) -> str | None:
    """The best span of the kind that the question asks for, as written in the sentence; None without one."""
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
