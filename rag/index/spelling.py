"""Words that the index does not know, mapped to the nearest one that it does."""

from __future__ import annotations

from bisect import bisect_left

from rapidfuzz import process
from rapidfuzz.distance import OSA

from rag.frequencies import general_french
from rag.index.terms import TermIndex


def nearest(stem: str, terms: TermIndex) -> str | None:
    """The stem of the index at the least edit distance (one, or two from eight letters on), the most frequent of equals.

    Words of general French are never corrected, nor numbers, short words and first letters. Distance: optimal string
    alignment, so that two swapped letters count as one.
    """
    if len(stem) < 4 or not stem.isalpha() or stem in general_french().frequency:
        return None
    most = 2 if len(stem) >= 8 else 1
    words = terms.vocabulary  # sorted, so that words with the same first letter stand together
    same_letter = words[bisect_left(words, stem[0]) : bisect_left(words, chr(ord(stem[0]) + 1))]
    choices = [word for word in same_letter if abs(len(word) - len(stem)) <= most]
    found = process.extract(stem, choices, scorer=OSA.distance, score_cutoff=most, limit=20)
    ranked = sorted(found, key=lambda item: (item[1], -terms.document_frequency(item[0])))
    return ranked[0][0] if ranked else None
