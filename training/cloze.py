"""Questions made from text alone, for the reader's first lessons: a fact that two texts state in different words.

The title or the heading of an article says something that its body says again, and a sentence of Wikipedia says what
Vikidia says more simply. A date, number or name that both hold is taken out of the one, which becomes a question, and
is to be found in the other (as in Hermann et al., 2015, whose questions are the summaries of news). Questions of the
quiz whose answer stands in their anecdote are added as they are.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from rag import french
from rag.answering.spans import AnswerSpan, candidates
from rag.passages import split
from training.data import Data
from training.reading_examples import Reading

_ASKING = {
    "date": ("Quand", "À quelle date", "En quelle année", "quand"),
    "number": ("Combien", "Quel est le nombre", "combien"),
    "name": ("Qui", "Quel", "Quelle", "qui", "Comment s'appelle"),
    "quote": ("Que", "Comment", "quoi"),
    "reason": ("Pourquoi", "pourquoi", "Pour quelle raison"),
}
# Share of the news that is used: more than this a few hours on two cores do not get through
NEWS = 0.4
_PLACE_BEFORE = re.compile(r"\b(?:à|au|aux|en|dans|sur)\s+(?:la\s+|l['’])?$", re.IGNORECASE)


def question_from(sentence: str, span: AnswerSpan, rng: random.Random) -> str:
    """The sentence with the span taken out and a question word put in its place or in front, some words dropped."""
    before, after = sentence[: span.start], sentence[span.end :]
    word = rng.choice(_ASKING[span.kind])
    if span.kind == "name" and (place := _PLACE_BEFORE.search(before)):
        word, before = rng.choice(("Où", "Dans quelle ville", "Dans quel lieu", "où")), before[: place.start()]
    text = f"{word} {before} {after}" if rng.random() < 0.6 else f"{before} {word} {after}"
    words = text.split()
    dropped = rng.choice((0.0, 0.0, 0.15, 0.35))
    words = [w for i, w in enumerate(words) if i < 2 or rng.random() >= dropped]
    return " ".join(words).strip(" .:;,") + rng.choice((" ?", " ?", "?", ""))


def cloze(source: str, title: str, text: str, rng: random.Random) -> Reading | None:
    """A question made of `source` whose answer stands in another wording in `text`, or None."""
    spans = [s for s in candidates(source) if s.end - s.start > 2 and source[s.start : s.end] in text]
    rng.shuffle(spans)
    said = set(french.terms(source))
    for span in spans:
        answer = source[span.start : span.end]
        best, most = None, 2
        for start, end in french.sentences(text):
            sentence = text[start:end]
            at = sentence.find(answer)
            shared = len(said & set(french.terms(sentence)))
            if at >= 0 and shared > most and sentence.strip() != source.strip():
                best, most = (start, end, start + at), shared
        if best:
            start, end, at = best
            question = question_from(source, span, rng)
            return Reading(question, title, text, at, at + len(answer), (answer,), (start, end), "cloze")
    return None


def _from_news(data: Data, rng: random.Random) -> Iterator[Reading | None]:
    held_out = {question.document_id for question in data.news_questions("dev")}
    for identifier, document in data.news.items():
        if identifier in held_out or rng.random() > NEWS:
            continue
        heading = data.headings[identifier]
        body = document.text.removeprefix(heading).lstrip() if heading else document.text
        passages = split(replace(document, text=body[:4000], title=""))[:4] if body else []
        sources = [(document.title.split(" : actualité")[0], "")]
        sources += [(heading[a:b], document.title) for a, b in french.sentences(heading)]
        for source, title in sources:
            if len(source) > 30 and passages:
                stems = set(french.terms(source))
                passage = max(passages, key=lambda p: len(stems & set(french.terms(p.text))))
                yield cloze(source, title, passage.text, rng)


def _from_pairs(data: Data, rng: random.Random) -> Iterator[Reading | None]:
    pairs = [line.rstrip("\n").split("\t") for line in data.lines("wikipedia-vikidia-pairs.tsv.xz")][1:]
    pairs = [[side.strip('\u200c\u200b\u200e "') for side in pair] for pair in pairs if len(pair) == 2]
    for wiki, viki in pairs:
        source, text = (wiki, viki) if rng.random() < 0.3 else (viki, wiki)
        source = source[slice(*rng.choice(french.sentences(source) or [(0, len(source))]))]
        around = [rng.choice(pairs)[0][:400] for _ in range(rng.randint(1, 3))]
        around.insert(rng.randrange(len(around) + 1), text)
        if 30 < len(source) < 300:
            yield cloze(source, "", "\n".join(around), rng)


def _from_quiz(data: Data) -> Iterator[Reading]:
    for row in data.rows("quiz.jsonl.xz"):
        answer, anecdote = row["answer"] or "", row["anecdote"] or ""
        at = anecdote.find(answer) if len(answer) > 1 else -1
        if at >= 0:
            end = at + len(answer)
            yield Reading(row["question"], "", anecdote, at, end, (answer,), (at, end), "quiz")


def cloze_readings(data: Data, rng: random.Random, kept: Path) -> list[Reading]:
    """All of them, shuffled; every eighth has its passage changed for another's and so no answer. Made once, into `kept`."""
    if kept.exists():
        rows = map(json.loads, kept.open(encoding="utf-8"))
        return [Reading(**{**r, "answers": tuple(r["answers"]), "sentence": tuple(r["sentence"])}) for r in rows]
    found = [r for r in (*_from_news(data, rng), *_from_pairs(data, rng), *_from_quiz(data)) if r]
    rng.shuffle(found)
    made = []
    for i, reading in enumerate(found):
        other = found[i - 1]
        if i % 8 == 0 and reading.answers[0] not in other.text:
            reading = Reading(reading.question, other.title, other.text, kind="wrong passage")
        made.append(reading)
    kept.write_text("".join(json.dumps(asdict(r), ensure_ascii=False) + "\n" for r in made), "utf-8")
    return made
