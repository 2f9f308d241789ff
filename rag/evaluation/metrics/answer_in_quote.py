"""Answer in quote: does a gold answer stand in what the answer cites?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.evaluation.metrics.normalisation import words


def answer_in_quote(quotes: Iterable[str], answers: Sequence[str], normalisation: str = "french") -> float | None:
    """1.0 when the words of a gold answer stand side by side, in order, in one of the quotes, else 0.0.

    The measure of the open-domain readers (`has_answer` of Chen et al., "Reading Wikipedia to Answer Open-Domain
    Questions", ACL 2017), looked for in the quotes instead of the passages: whole words only (`3` is not found in
    `1930`), case, articles and punctuation aside.

    Args:
        quotes: The texts of the citations, none when the system refused.
        answers: The gold answers.
        normalisation: Whose articles are left out, "french" or "english".

    Returns:
        0.0 or 1.0, higher is better; None where no gold answer has a word to look for (the question is unanswerable).
    """
    golds = [gold for answer in answers if (gold := _row(answer, normalisation)).strip()]
    if not golds:
        return None
    rows = [_row(quote, normalisation) for quote in quotes]
    return float(any(gold in row for gold in golds for row in rows))


def _row(text: str, normalisation: str) -> str:
    # with a space at both ends, a substring is a row of whole words
    return f" {' '.join(words(text, normalisation))} "
