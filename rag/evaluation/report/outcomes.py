"""What became of each question, in the words of the report, and where a gold answer stands in a quote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.evaluation.report.run import Row
from rag.french import Token, fold, tokens

_ARTICLES = frozenset("le la les l un une des du au aux".split())


@dataclass(frozen=True, slots=True)
class Outcome:
    """`name` is also the class that colours it; `good` says whether it is what one wants (None: cannot be told)."""

    name: str
    label: str
    meaning: str
    good: bool | None


_ANSWERING = (
    Outcome("right", "Right", "F1 of at least 0.5 with a gold answer, or a gold answer stands in a quote", True),
    Outcome("refused-rightly", "Rightly refused", "refused, and the question has no answer in the documents", True),
    Outcome("wrong", "Wrong", "answered, but neither the answer nor a quote holds a gold answer", False),
    Outcome("refused-wrongly", "Wrongly refused", "refused, although the question has an answer", False),
    Outcome("answered-unanswerable", "Answered an unanswerable", "answered, although the documents hold no answer", False),
)  # fmt: skip
_RANKING = (
    Outcome("first", "Ranked first", "a relevant document is ranked first", True),
    Outcome("within-ten", "Within ten", "a relevant document is ranked 2 to 10", None),
    Outcome("missed", "Missed", "no relevant document is among the first ten", False),
)
_UNJUDGED = Outcome("unjudged", "Not judged", "the data set gives nothing to judge by", None)


def outcomes(mode: str) -> tuple[Outcome, ...]:
    """All that can become of a question in this mode, best first."""
    return (*(_RANKING if mode == "retrieval" else _ANSWERING), _UNJUDGED)


def outcome(row: Row, mode: str) -> str:
    """The name of what became of a question.

    An answer is right by the rule of the risk-coverage curve: F1 of 0.5 or more with a gold answer, or a gold answer
    in a quote.
    """
    if mode == "retrieval":
        if not row.relevant:
            return "unjudged"
        rank = row.rank
        return "first" if rank == 1 else "within-ten" if rank and rank <= 10 else "missed"
    if row.example.unanswerable:
        return "refused-rightly" if row.prediction.abstained else "answered-unanswerable"
    if not row.example.answers:
        return "unjudged"
    if row.prediction.abstained:
        return "refused-wrongly"
    f1 = row.scores.get("has_ans_f1", row.scores.get("f1", 0.0))
    return "right" if f1 >= 0.5 or row.scores.get("answer_in_quote", 0.0) >= 1.0 else "wrong"


def counts(rows: Iterable[Row], mode: str) -> list[tuple[Outcome, int]]:
    """How many questions came to each outcome, those that none came to left out."""
    found = Counter(outcome(row, mode) for row in rows)
    return [(one, found[one.name]) for one in outcomes(mode) if found[one.name]]


def segments(text: str, answers: Sequence[str]) -> list[str]:
    """`text` cut where gold answers stand in it: plain, marked, plain, marked, …, plain; joined it is `text` again.

    Words are compared as the analyser sees them, so case, accents, apostrophes and spaces in numbers make no
    difference; an article that the answer begins with may be missing, as in exact match.

    >>> segments("La ville d’Évry compte 3 300 arbres.", ["Ville d'Evry", "les 3300"])
    ['La ', 'ville d’Évry', ' compte ', '3 300', ' arbres.']
    """
    found = tokens(text)
    words = [_word(text, token) for token in found]
    spans: list[tuple[int, int]] = []
    for answer in answers:
        wanted = [_word(answer, token) for token in tokens(answer)]
        places = _places(words, wanted)
        while not places and len(wanted) > 1 and wanted[0] in _ARTICLES:
            wanted = wanted[1:]
            places = _places(words, wanted)
        spans += [(found[place].start, found[place + len(wanted) - 1].end) for place in places]
    parts: list[str] = []
    done = 0
    for start, end in _merged(spans):
        parts += [text[done:start], text[start:end]]
        done = end
    return [*parts, text[done:]]


def _word(text: str, token: Token) -> str:
    return token.stem if token.stem[:1].isdigit() else fold(text[token.start : token.end])


def _places(words: Sequence[str], wanted: Sequence[str]) -> list[int]:
    size = len(wanted)
    return [place for place in range(len(words) - size + 1) if words[place : place + size] == wanted] if size else []


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches in order, those that touch or overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
