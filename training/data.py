"""The data sets that the models are trained and tuned on, read from a folder given by the caller.

The folder holds what `training/README.md` lists; nothing of it is part of this repository or of the product.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from rag.records import Document, Passage, Turn

# Written by hand for `evidence`: beside each answerable question several that the article nearly answers. Answers and
# evidence are offsets, [start, end], into the article's text, which is not part of this repository
NEAR_MISSES = Path(__file__).with_name("near_misses.jsonl")
# Written by hand over passages of PIAF, by their ids, and of the encyclopedia in french-text.jsonl.xz, which are
# [record, start, end]; an answer is an offset into its passage
PIAF_PASSAGES = Path(__file__).with_name("piaf_passages.jsonl")
ENCYCLOPEDIC = Path(__file__).with_name("encyclopedic.jsonl")


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a data set: `answers` verbatim spans (none: unanswerable), `document_id` its gold article."""

    id: str
    text: str
    document_id: str
    answers: tuple[str, ...] = ()
    evidence: str = ""
    kind: str = "answerable"
    type: str = ""
    history: tuple[Turn, ...] = ()
    standalone: str | None = None
    answer_start: int = -1


@dataclass
class Data:
    """Lazy access to every file of the data folder."""

    folder: Path

    def lines(self, name: str) -> Iterator[str]:
        """The lines of a text file, compressed with xz or not."""
        path = self.folder / name
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as lines:
            for line in lines:
                yield line.decode("utf-8")

    def rows(self, name: str) -> Iterator[dict]:
        """The records of a .jsonl or .jsonl.xz file."""
        return map(json.loads, self.lines(name))

    @cached_property
    def news(self) -> dict[str, Document]:
        """31,273 news articles by id."""
        return {
            row["id"]: Document(id=row["id"], text=row["text"], title=row["title"], path=f"news.jsonl#{row['id']}")
            for row in self.rows("news.jsonl.xz")
        }

    @cached_property
    def headings(self) -> dict[str, str]:
        """The heading (standfirst) of each news article."""
        return {row["id"]: row.get("heading") or "" for row in self.rows("news.jsonl.xz")}

    def piaf(self, part: str) -> tuple[list[Document], list[Question]]:
        """Passages (as documents) and questions of `part`: "train" (our own of `PIAF_PASSAGES` among them) or "dev"."""
        documents, questions = [], []
        for article in json.loads((self.folder / f"piaf-{part}.json").read_text("utf-8"))["data"]:
            for number, paragraph in enumerate(article["paragraphs"]):
                identifier = f"{part}/{article['title']}/{number}"
                documents.append(
                    Document(id=identifier, text=paragraph["context"], title=article["title"], path=identifier)
                )
                questions += [
                    Question(
                        id=row["id"],
                        text=row["question"],
                        document_id=identifier,
                        answers=tuple(answer["text"] for answer in row["answers"]),
                        answer_start=row["answers"][0]["answer_start"],
                    )
                    for row in paragraph["qas"]
                ]
        if part == "train":
            by_id = {document.id: document for document in documents}
            questions += [
                _own_question(f"piaf{number}", row, by_id[row["passage"]])
                for number, row in enumerate(_own(PIAF_PASSAGES))
            ]
        return documents, questions

    def news_questions(self, part: str) -> list[Question]:
        """The questions over news articles: `part` is "train" (our own of `NEAR_MISSES` among them) or "dev"."""
        questions = [_question(row) for row in self.rows(f"news-qa-{part}.jsonl")]
        return questions + self._near_misses() if part == "train" else questions

    def _near_misses(self) -> list[Question]:
        questions = []
        for number, line in enumerate(NEAR_MISSES.read_text("utf-8").splitlines()):
            row = json.loads(line)
            text = self.news[row["article"]].text
            answers = tuple(text[start:end] for start, end in row["answers"])
            evidence = text[slice(*row["evidence"])] if row["evidence"] else ""
            questions.append(
                Question(
                    id=f"near{number}", text=row["question"], document_id=row["article"], answers=answers,
                    evidence=evidence, kind=row["kind"], type=row["type"],
                )
            )  # fmt: skip
        return questions

    def wiki_questions(self) -> tuple[dict[str, Document], list[Question]]:
        """The questions over encyclopedic texts (our own of `ENCYCLOPEDIC` among them), and those texts by id."""
        documents, questions = {}, []
        for row in self.rows("wiki-qa-train.jsonl"):
            key = row["article"]
            documents[key] = Document(id=key, text=row["context"], title=row["title"], path=key)
            questions.append(_question(row))
        own, own_questions = self._own_encyclopedic()
        return documents | own, questions + own_questions

    def _own_encyclopedic(self) -> tuple[dict[str, Document], list[Question]]:
        """Our own questions over passages of encyclopedic texts, and those passages by id."""
        rows = _own(ENCYCLOPEDIC)
        wanted = {row["passage"][0] for row in rows}
        records = {i: row for i, row in enumerate(self.rows("french-text.jsonl.xz")) if i in wanted}
        documents, questions = {}, []
        for number, row in enumerate(rows):
            record, start, end = row["passage"]
            key = f"encyclopedic/{record}/{start}"
            title, text = records[record]["title"].rpartition(" ")[0], records[record]["text"][start:end]
            documents[key] = Document(id=key, text=text, title=unquote(title), path=key)
            questions.append(_own_question(f"encyclopedic{number}", row, documents[key]))
        return documents, questions


def _own(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _own_question(identifier: str, row: dict, document: Document) -> Question:
    answer = row["answer"]
    return Question(
        id=identifier,
        text=row["question"],
        document_id=document.id,
        kind="answerable" if answer else "unanswerable",
        answers=(document.text[slice(*answer)],) if answer else (),
        answer_start=answer[0] if answer else -1,
    )


def _question(row: dict) -> Question:
    return Question(
        id=row["id"],
        text=row["question"],
        document_id=row["article"],
        answers=tuple(row.get("answers") or ()),
        evidence=row.get("evidence") or "",
        kind=row["kind"],
        type=row.get("type") or "",
        history=tuple(Turn("user", question) for question in row.get("history") or ()),
        standalone=row.get("standalone"),
    )


def gold_passage(passages: list[Passage], question: Question) -> Passage | None:
    """The passage of the gold document that holds most of the evidence sentence (or the answer), or None."""
    needle = question.evidence or (question.answers[0] if question.answers else "")
    for wanted in (needle, needle[:60], *question.answers):
        for passage in passages:
            if wanted and wanted in passage.text:
                return passage
    return None
