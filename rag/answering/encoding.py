"""A question and a passage as the neural reader sees them: token ids, and types that mark what stands out.

Token types tell the model, beside question from passage, which words of the passage are words of the question (by
stem) and which are written with a capital: the vocabulary has neither case nor inflection. Kept apart from the model,
because training and answering must encode alike.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from tokenizers import Tokenizer

from rag import french

QUESTION, PLAIN, MATCHED, CAPITAL, MATCHED_CAPITAL, TITLE = range(6)
LONGEST = 384  # tokens in all
_LONGEST_QUESTION, _LONGEST_TITLE = 64, 40
_CLS, _SEP = 2, 3


class Encoded(NamedTuple):
    """One input of the reader: `ids` and `types` (length,) int32; the passage's tokens begin at `first`, and `offsets`
    holds where each of them stands in the passage's text, shape (length - first - 1, 2)."""

    ids: np.ndarray
    types: np.ndarray
    first: int
    offsets: np.ndarray


class Encoder:
    """Encodes questions and passages with one tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer

    def question(self, question: str) -> tuple[list[int], frozenset[str]]:
        """The token ids of a question, and its stems."""
        ids = self._tokenizer.encode(question, add_special_tokens=False).ids[:_LONGEST_QUESTION]
        return ids, frozenset(french.terms(question))

    def __call__(self, question: tuple[list[int], Collection[str]], title: str, text: str) -> Encoded:
        """[CLS] question [SEP] title [SEP] text [SEP]; a text that is too long is cut at its end."""
        asked, stems = question
        heading = self._tokenizer.encode(title, add_special_tokens=False).ids[:_LONGEST_TITLE]
        room = LONGEST - len(asked) - len(heading) - 4
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        offsets = np.array(encoding.offsets[:room], np.int32).reshape(-1, 2)
        ids = [_CLS, *asked, _SEP, *heading, _SEP, *encoding.ids[:room], _SEP]
        types = np.full(len(ids), PLAIN, np.int32)
        first = len(asked) + len(heading) + 3
        types[: len(asked) + 2] = QUESTION
        types[len(asked) + 2 : first] = TITLE
        types[first : first + len(offsets)] = _marks(text, stems, offsets)
        return Encoded(np.array(ids, np.int32), types, first, offsets)


def _marks(text: str, stems: Collection[str], offsets: np.ndarray) -> np.ndarray:
    """The type of each token of the passage, by the word that it begins in."""
    marks = np.full(len(text) + 1, PLAIN, np.int32)
    for word in french.tokens(text):
        capital = text[word.start].isupper()
        if word.stem in stems and not word.stop:
            marks[word.start : word.end] = MATCHED_CAPITAL if capital else MATCHED
        elif capital:
            marks[word.start : word.end] = CAPITAL
    return marks[offsets[:, 0]]
