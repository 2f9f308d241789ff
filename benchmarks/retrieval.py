"""Is the right passage found? `python -m benchmarks.retrieval --data ../shared/data`

On the development sets: piaf-dev over all PIAF passages, the answerable questions and the follow-ups of news-qa-dev over
all news, and covid-faq, where each answer is a page under its first question and the others are asked. BM25 alone,
vectors alone, both, and reranked: hit@1, hit@5 and MRR@10 of the gold document, with 95% bootstrap intervals of the
differences (paired), and the milliseconds of a search.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.answering.reading import SpanReader
from rag.embedding import Embedder, open_embedder
from rag.records import Document
from rag.retrieval import Retriever
from rag.settings import BUNDLED
from training import collections
from training.collections import Collection
from training.data import Data, Question
from training.fit_fusion import reciprocal

SYSTEMS = {
    "BM25": {"mode": "lexical"},
    "vectors": {"mode": "dense"},
    "both": {"rerank": False},
    "reranked": {},
}


def faq(data: Data, work: Path, embedder: Embedder) -> Collection:
    """The FAQ as pages, each with its first question as title; every other wording of it is a question."""
    pages, questions = [], []
    for row in data.rows("covid-faq.jsonl"):
        first, *others = row["questions"]
        pages.append(Document(id=row["id"], text=row["answer"], title=first, path=row["id"]))
        questions += [Question(f"{row['id']}-{i}", text, row["id"]) for i, text in enumerate(others)]
    return collections.build("faq", pages, questions, work, embedder)


def sets(data: Data, work: Path, embedder: Embedder) -> list[Collection]:
    """The collections that are measured, each with answerable questions alone."""
    news = collections.news(data, "dev", work, embedder)
    return [
        collections.piaf(data, "dev", work, embedder),
        replace(news, name="news", questions=[q for q in news.questions if q.kind == "answerable"]),
        replace(news, name="follow-ups", questions=[q for q in news.questions if q.kind == "followup"]),
        faq(data, work, embedder),
    ]


def figures(found: np.ndarray) -> str:
    """hit@1, hit@5 and MRR@10 in one line, of ranks (0: not found)."""
    hit = [np.mean((found > 0) & (found <= k)) for k in (1, 5)]
    return f"hit@1 {hit[0]:.3f}  hit@5 {hit[1]:.3f}  MRR@10 {reciprocal(found).mean():.3f}  ({len(found)} questions)"


def interval(difference: np.ndarray, seed: int = 1) -> str:
    """Mean of paired differences with its bootstrap 95% interval."""
    rng = np.random.default_rng(seed)
    means = difference[rng.integers(0, len(difference), (2000, len(difference)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{difference.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    arguments = parser.parse_args()
    embedder = open_embedder(str(BUNDLED / "embedder"))
    for collection in sets(Data(arguments.data), arguments.work, embedder):
        ranks: dict[str, list[int]] = {name: [] for name in SYSTEMS}
        spent: dict[str, list[float]] = {name: [] for name in SYSTEMS}
        with collection.open(embedder) as index:
            retriever = Retriever(index, embedder, reranker=SpanReader(BUNDLED / "reader"))
            for question in collection.questions:
                text = collections.standalone(question)
                for name, options in SYSTEMS.items():
                    begun = time.perf_counter()
                    hits = retriever.search(text, 30, **options)  # type: ignore[arg-type]
                    spent[name].append(1000 * (time.perf_counter() - begun))
                    documents = list(dict.fromkeys(hit.passage.document_id for hit in hits))
                    gold = question.document_id
                    ranks[name].append(documents.index(gold) + 1 if gold in documents else 0)
        found = {name: np.array(values) for name, values in ranks.items()}
        for name in SYSTEMS:
            p50, p95 = np.percentile(spent[name], [50, 95])
            print(f"{collection.name:10} {name:8} {figures(found[name])}  {p50:.1f} / {p95:.1f} ms", flush=True)
        for one, other in (("both", "BM25"), ("reranked", "both"), ("reranked", "BM25")):
            first = interval((found[one] == 1).astype(float) - (found[other] == 1))
            mean = interval(reciprocal(found[one]) - reciprocal(found[other]))
            print(f"{collection.name:10} {one} - {other}: hit@1 {first}, MRR@10 {mean}", flush=True)


if __name__ == "__main__":
    main()
