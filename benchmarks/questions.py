"""Ask a file of questions of an index and score the answers: `python -m benchmarks.questions FILE PATH…`.

FILE holds JSON lines {"id", "kind", "type", "question", "answers", "history"} as benchmarks/questions/*.jsonl.
Counted: answerable questions with a gold answer in a cited quote, unanswerable ones refused, and quotes that stand
verbatim at their offsets. Beside it the baseline of the one sentence with the most idf-weighted overlap.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from rag import french
from rag.assistant import Assistant
from rag.embedding import open_embedder
from rag.ingestion import build_index
from rag.records import Turn
from rag.settings import BUNDLED


def holds(text: str, answers: list[str]) -> bool:
    """Whether a text holds one of the answers, spaces, case and accents aside."""
    flat = " ".join(french.fold(text).split())
    return any(" ".join(french.fold(answer).split()) in flat for answer in answers)


def most_overlap(assistant: Assistant, question: str) -> str:
    """The sentence of the index with the most idf-weighted overlap: what the reader has to beat."""
    asked, terms = set(french.terms(question)), assistant.index.terms
    passages = assistant.index.passages(range(assistant.info().passages))
    sentences = [p.text[a:b] for p in passages for a, b in french.sentences(p.text)]
    return max(sentences, key=lambda s: sum(terms.idf(stem) for stem in asked & set(french.terms(s))), default="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("paths", nargs="+", help="articles to index")
    parser.add_argument("--wrong", action="store_true", help="show each question that went wrong")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.questions.read_text("utf-8").splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        build_index(arguments.paths, Path(folder), embedder=open_embedder(str(BUNDLED / "embedder")))
        assistant = Assistant.open(Path(folder))
        counts = dict.fromkeys(
            ("answered", "answerable", "refused", "unanswerable", "overlap", "verbatim", "quotes"), 0
        )
        for row in rows:
            answer = assistant.ask(row["question"], [Turn(t["role"], t["content"]) for t in row.get("history") or []])
            for citation in answer.citations:
                counts["quotes"] += 1
                text = assistant.document(citation.document.id).text
                counts["verbatim"] += text[citation.start : citation.end] == citation.quote
            if row["answers"]:
                found = any(holds(citation.quote, row["answers"]) for citation in answer.citations)
                counts["answerable"] += 1
                counts["answered"] += found
                counts["overlap"] += holds(most_overlap(assistant, answer.standalone_question), row["answers"])
                wrong = not found
            else:
                counts["unanswerable"] += 1
                counts["refused"] += answer.abstained
                wrong = not answer.abstained
            if wrong and arguments.wrong:
                print(
                    f"{row['id']} [{answer.confidence:.2f}] {row['question']} {row['answers']}\n     -> {answer.answer}"
                )
        print(f"answer in a cited quote    {counts['answered']}/{counts['answerable']}")
        print(f"unanswerable refused       {counts['refused']}/{counts['unanswerable']}")
        print(f"quotes verbatim            {counts['verbatim']}/{counts['quotes']}")
        print(f"sentence of most overlap   {counts['overlap']}/{counts['answerable']}")


if __name__ == "__main__":
    main()
