"""The few words of a sentence that answer."""

from __future__ import annotations

from rag.answering.features import Sentence
from rag.answering.reading import Reading

_EDGES = ' ,;:«»"“”\n\u00a0\u202f'


def short_answer(sentence: Sentence, reading: Reading) -> str | None:
    """The neural reader's span within the sentence, as written there, or None where it has seen none of it.

    A bare number comes with its unit. On development questions no rule by the kind of thing asked for, alone or
    beside the span, reaches the same F1.
    """
    passage = sentence.hit.passage
    shift = sentence.start - passage.start
    span = reading.likeliest(shift, sentence.end - passage.start)
    if span is None:
        return None
    start, end = span
    if not any(character.isalpha() for character in passage.text[start:end]):
        for number in sentence.spans:
            if number.kind == "number" and number.start + shift <= start and end <= number.end + shift:
                start, end = number.start + shift, number.end + shift
    return passage.text[start:end].strip(_EDGES) or None
