"""Documents into passages, along sentences and headings, with exact offsets."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag import french
from rag.records import Document, Passage

# Measured on piaf-dev and on the news questions: see docs/decisions.md, "Passage size"
LONGEST = 1000  # characters
SHORTEST = 200  # a heading closes the passage before it only when that has grown to this many characters

_MARKDOWN_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")
_LIST_ITEM = re.compile(r"(?:[-*•–—]|\d{1,3}[.)])\s")
_SENTENCE_END = re.compile(r"[.!?…:;,][\"»”’)\]\s]*$")


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    heading: str | None  # the heading's words when this is a heading


def contextual_text(passage: Passage) -> str:
    """What of a passage is embedded and indexed for BM25: its title and heading travel with its text."""
    parts = [passage.title, passage.heading if passage.heading not in passage.text else "", passage.text]
    return "\n".join(part for part in parts if part)


def split(document: Document) -> list[Passage]:
    """The passages of a document, in order: whole sentences, at most `LONGEST` characters, never across clutter.

    A sentence longer than `LONGEST` is cut at white space. An article that is all clutter has no passages.
    """
    passages: list[Passage] = []
    heading = ""
    for region in _regions(document):
        for section in _sections(region):
            if section[0].heading is not None:
                heading = section[0].heading
            for start, end in _packed(section, document.text):
                passages.append(
                    Passage(
                        id=f"{document.id}:{start}-{end}",
                        document_id=document.id,
                        start=start,
                        end=end,
                        text=document.text[start:end],
                        title=document.title,
                        heading=heading,
                    )
                )
    return passages


def _regions(document: Document) -> Iterator[list[_Sentence]]:
    """The sentences of each stretch of content between two stretches of clutter."""
    start = 0
    for stop, resume in [(span.start, span.end) for span in document.clutter] + [(len(document.text),) * 2]:
        if document.text[start:stop].strip():
            yield [
                _Sentence(start + a, start + b, _heading(document.text, start + a, start + b))
                for a, b in french.sentences(document.text[start:stop])
            ]
        start = resume


def _heading(text: str, start: int, end: int) -> str | None:
    sentence = text[start:end]
    if markdown := _MARKDOWN_HEADING.fullmatch(sentence):
        return markdown.group(1)
    alone = (start == 0 or text[start - 1] == "\n") and (end == len(text) or text[end] == "\n")
    if not alone or len(sentence) > 110 or _LIST_ITEM.match(sentence) or _SENTENCE_END.search(sentence):
        return None
    line_before = text[max(0, start - 2000) : start].rstrip("\n \t").rpartition("\n")[2]
    line_after = text[end : end + 2000].lstrip("\n \t").partition("\n")[0]
    is_apart = text[:start].endswith("\n\n") or text[end : end + 2] == "\n\n" or not line_before
    stands_out = len(line_before) > 2 * len(sentence) and bool(_SENTENCE_END.search(line_before))
    return sentence if (is_apart or stands_out) and len(line_after) > len(sentence) else None


def _sections(sentences: list[_Sentence]) -> Iterator[list[_Sentence]]:
    """Cut before a heading, once what stands before it is long enough to be found by itself."""
    section: list[_Sentence] = []
    for sentence in sentences:
        if sentence.heading is not None and section and section[-1].end - section[0].start >= SHORTEST:
            yield section
            section = []
        section.append(sentence)
    if section:
        yield section


def _packed(section: list[_Sentence], text: str) -> Iterator[tuple[int, int]]:
    """Whole sentences into passages of about equal length, none over `LONGEST`."""
    pieces = [piece for sentence in section for piece in _cut(sentence, text)]
    length = pieces[-1][1] - pieces[0][0]
    target = length / math.ceil(length / LONGEST)
    start, end = pieces[0]
    for piece_start, piece_end in pieces[1:]:
        middle = (piece_start + piece_end) / 2
        if piece_end - start > LONGEST or middle - start > target:
            yield start, end
            start = piece_start
        end = piece_end
    yield start, end


def _cut(sentence: _Sentence, text: str) -> Iterator[tuple[int, int]]:
    """The sentence itself, or pieces of at most `LONGEST` characters, cut at white space where there is some."""
    start = sentence.start
    while sentence.end - start > LONGEST:
        space = max(text.rfind(" ", start + 1, start + LONGEST), text.rfind("\n", start + 1, start + LONGEST))
        end = space if space > start else start + LONGEST
        if piece := text[start:end].rstrip():
            yield start, start + len(piece)
        start = end + len(text[end : sentence.end]) - len(text[end : sentence.end].lstrip())
    yield start, sentence.end
