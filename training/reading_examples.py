"""Questions with the passages that a reader learns from: gold ones, near misses, and what BM25 finds elsewhere."""

from __future__ import annotations

import random
from dataclasses import dataclass

from rag import conversation, french
from rag.answering.reading import heading
from rag.passages import split
from rag.records import Document, Passage
from training.bm25 import hard_negatives
from training.data import Data, Question, gold_passage
from training.train_embedder import for_embedder


@dataclass(frozen=True, slots=True)
class Reading:
    """One question and one passage: the answer is `text[start:end]`, or there is none (start = end = -1).

    `sentence` holds where the evidence stands; `gold` whether the passage is the one that the question was asked of.
    """

    question: str
    title: str
    text: str
    start: int = -1
    end: int = -1
    answers: tuple[str, ...] = ()
    sentence: tuple[int, int] = (-1, -1)
    kind: str = ""


def for_confidence(question: Question) -> bool:
    """Whether a training question is kept from embedder and reader alike: what weighs their scores is fitted on it."""
    article = question.document_id
    if article.startswith("train/"):
        article = article.rpartition("/")[0]
    return not for_embedder(question) and random.Random(f"confidence {article}").random() < 0.3


def asked(question: Question, rng: random.Random | None = None) -> str:
    """The question as the reader gets it: follow-ups rewritten by the product or, sometimes in training, by hand."""
    if rng and question.standalone and rng.random() < 0.5:
        return question.standalone
    return conversation.standalone(question.text, question.history)


def locate(question: Question, passage: Passage, rng: random.Random | None = None) -> Reading | None:
    """The gold passage with the answer's place in it, or None when the answer is not in there."""
    text, offset = passage.text, passage.start
    if question.answer_start >= 0:
        start = question.answer_start - offset
        end = start + len(question.answers[0])
        if start < 0 or end > len(text):
            return None
    else:
        at = text.find(question.evidence) if question.evidence else -1
        begin, stop = (at, at + len(question.evidence)) if at >= 0 else (0, len(text))
        answers = [a for a in question.answers if text.find(a, begin, stop) >= 0]
        if not answers:
            return None
        answer = answers[0] if not rng or rng.random() < 0.7 else rng.choice(answers)
        start = text.find(answer, begin, stop)
        end = start + len(answer)
    inside = [(a, b) for a, b in french.sentences(text) if a < end and start < b]
    return Reading(
        asked(question, rng), heading(passage), text, start, end, question.answers,
        (inside[0][0], inside[-1][1]) if inside else (start, end), question.kind,
    )  # fmt: skip


def cropped(reading: Reading, rng: random.Random) -> Reading:
    """The reading with a window of whole sentences of its passage, 250 to 600 characters, that keeps the evidence."""
    spans = french.sentences(reading.text)
    keep = [i for i, (a, b) in enumerate(spans) if a < reading.end and reading.start < b]
    if reading.start < 0:
        keep = [rng.randrange(len(spans))] if spans else []
    if not keep:
        return reading
    first, last, room = keep[0], keep[-1], rng.randint(250, 600)
    while spans[last][1] - spans[first][0] < room and (first > 0 or last < len(spans) - 1):
        if last == len(spans) - 1 or (first > 0 and rng.random() < 0.5):
            first -= 1
        else:
            last += 1
    begin, stop = spans[first][0], spans[last][1]
    shift = begin if reading.start >= 0 else 0
    return Reading(
        reading.question, reading.title, reading.text[begin:stop], reading.start - shift, reading.end - shift,
        reading.answers, (reading.sentence[0] - shift, reading.sentence[1] - shift), reading.kind,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its gold passage (the nearest, where it has no answer), passages of other documents that BM25
    takes for it, and passages of the same document that do not hold the answer."""

    question: Question
    gold: Passage
    others: list[Passage]
    same: list[Passage]


class TrainingReadings:
    """Everything the reader is trained on; `epoch` gives one pass with other choices each time."""

    def __init__(self, data: Data, seed: int) -> None:
        held_out = {q.document_id for q in data.news_questions("dev")}
        wiki, wiki_questions = data.wiki_questions()
        piaf, piaf_questions = data.piaf("train")
        questions = [q for q in piaf_questions + data.news_questions("train") + wiki_questions if not for_confidence(q)]
        needed = {q.document_id for q in questions}
        documents: dict[str, Document] = {d.id: d for d in piaf} | wiki | data.news
        rng = random.Random(seed)
        others = rng.sample(sorted(set(data.news) - needed - held_out), 3000)
        passages = {i: split(documents[i]) for i in [*sorted(needed), *others] if i not in held_out}
        golds = []
        for question in questions:
            found = passages.get(question.document_id) or []
            gold = gold_passage(found, question) if question.kind != "unanswerable" else None
            golds.append(gold or _nearest(question, found))
        kept = [(q, g) for q, g in zip(questions, golds, strict=True) if g is not None]
        everything = [p for group in passages.values() for p in group]
        wrong = hard_negatives([asked(q) for q, _ in kept], [g for _, g in kept], everything, rng, sample=60_000)
        self.examples = []
        for (question, gold), found in zip(kept, wrong, strict=True):
            clear = [p for p in found if not any(len(a) > 6 and a in p.text for a in question.answers)]
            same = [p for p in passages[question.document_id] if p is not gold]
            same = [p for p in same if not any(a in p.text for a in question.answers)]
            self.examples.append(Example(question, gold, clear, same))

    def epoch(self, rng: random.Random) -> list[list[Reading]]:
        """Each question with its passage and some wrong ones, most of them cut to a window: the readings by question."""
        return [
            [cropped(r, rng) if rng.random() < 0.7 else r for r in self._readings(example, rng)]
            for example in self.examples
        ]

    def _readings(self, example: Example, rng: random.Random) -> list[Reading]:
        question, gold = example.question, example.gold
        readings = []
        if question.kind == "unanswerable":
            readings.append(Reading(asked(question), heading(gold), gold.text, kind="near miss"))
        elif reading := locate(question, gold, rng):
            readings.append(reading)
        text = asked(question, rng)
        for kind, passages, share in (
            ("wrong passage", example.others[:1], 0.5), ("wrong passage", example.others[1:], 0.6),
            ("same document", example.same, 0.2),
        ):  # fmt: skip
            if passages and rng.random() < share:
                passage = rng.choice(passages)
                readings.append(Reading(text, heading(passage), passage.text, kind=kind))
        return readings


def development(data: Data) -> dict[str, list[Reading]]:
    """The gold passages of both development sets, whole, and the near misses of news."""
    piaf, questions = data.piaf("dev")
    passages = {d.id: split(d) for d in piaf}
    found = {"piaf-dev": _gold_readings(questions, passages)}
    questions = data.news_questions("dev")
    passages = {q.document_id: split(data.news[q.document_id]) for q in questions}
    found["news-dev"] = _gold_readings([q for q in questions if q.kind != "unanswerable"], passages)
    found["news-dev near misses"] = [
        Reading(asked(q), heading(p), p.text, kind="near miss")
        for q in questions
        if q.kind == "unanswerable" and (p := _nearest(q, passages[q.document_id]))
    ]
    return found


def _gold_readings(questions: list[Question], passages: dict[str, list[Passage]]) -> list[Reading]:
    found = []
    for question in questions:
        gold = next((p for p in passages[question.document_id] if locate(question, p)), None)
        if gold is None and (gold := gold_passage(passages[question.document_id], question)) is None:
            continue
        if reading := locate(question, gold):
            found.append(reading)
    return found


def _nearest(question: Question, passages: list[Passage]) -> Passage | None:
    """The passage with the most of the question's stems."""
    stems = set(french.terms(asked(question)))
    return max(passages, key=lambda p: len(stems & set(french.terms(p.text))), default=None)
