"""Fit the fusion weights: `python -m training.fit_fusion --data ../shared/data`.

Each weight in turn over its grid, judged by MRR@10 of piaf-dev (passages) and of news-qa-dev (articles, over all news),
each question counting once within its set and the two sets alike; at last the weight of the reranker, how many passages
it reads and when it need not. Writes rag/bundled/fusion.json. `--only-reranker` leaves the other weights as they are.
What comes of it: `python -m benchmarks.retrieval`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from rag.answering.extractive import Settings
from rag.answering.reading import SpanReader
from rag.embedding import open_embedder
from rag.retrieval import Fusion, Retriever
from rag.settings import BUNDLED
from training import collections
from training.data import Data

MOST = 12  # passages of each question that are read to fit the reranker
COUNTS, WEIGHTS = (5, 8, 12), (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.2, 1.6, 2.2, 3.0)
LEADS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5)
GRID = {
    "dense": (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0),
    "document": (0.0, 0.1, 0.2, 0.3),
}


def ranks(retriever: Retriever, collection: collections.Collection, mode: str = "hybrid") -> np.ndarray:
    """The rank of each answerable question's gold document among the documents found, 0 when it is not there."""
    found = []
    for question in collection.questions:
        if question.kind == "unanswerable":
            continue
        hits = retriever.search(collections.standalone(question), 30, mode=mode)
        documents = list(dict.fromkeys(hit.passage.document_id for hit in hits))
        found.append(documents.index(question.document_id) + 1 if question.document_id in documents else 0)
    return np.array(found)


@dataclass(frozen=True)
class Ranked:
    """The passages found for a question: documents and fused scores, and of the first ones the reranker's log odds."""

    gold: str
    documents: list[str]
    fused: np.ndarray
    odds: np.ndarray

    def rank(self, fusion: Fusion) -> int:
        """The rank of the gold document among all after reranking as `Retriever` does, 0 when it is not there."""
        count = min(fusion.reranked, len(self.odds))
        order = list(range(len(self.documents)))
        if count > 1 and self.fused[0] - self.fused[1] <= fusion.sure:
            scores = self.fused[:count] + fusion.relevance / (1 + np.exp(-self.odds[:count]))
            order[:count] = np.argsort(-scores, kind="stable").tolist()
        documents = list(dict.fromkeys(self.documents[i] for i in order))
        return documents.index(self.gold) + 1 if self.gold in documents else 0


def read(retriever: Retriever, collection: collections.Collection, reader: SpanReader) -> list[Ranked]:
    """Every answerable question with what is found for it, the first MOST passages read."""
    found = []
    for question in collection.questions:
        if question.kind == "unanswerable":
            continue
        text = collections.standalone(question)
        hits = retriever.search(text, 30, rerank=False)
        odds = reader.relevance(retriever.corrected(text), [hit.passage for hit in hits[:MOST]])
        documents = [hit.passage.document_id for hit in hits]
        found.append(Ranked(question.document_id, documents, np.array([hit.score for hit in hits]), odds))
    return found


def fit_reranker(fusion: Fusion, sets: list[list[Ranked]]) -> Fusion:
    """The weight of relevance for as many passages as the reader reads anyway, and the least lead that loses nothing."""

    def worth(candidate: Fusion) -> float:
        return float(np.mean([reciprocal(np.array([r.rank(candidate) for r in found])).mean() for found in sets]))

    everything = replace(fusion, sure=9.0, reranked=Settings().passages)
    for count in COUNTS:
        of = [f"{weight}: {worth(replace(everything, relevance=weight, reranked=count)):.4f}" for weight in WEIGHTS]
        print(f"{count} passages read, by weight  {'  '.join(of)}", flush=True)
    best = max((replace(everything, relevance=weight) for weight in WEIGHTS), key=worth)
    for lead in LEADS:
        shortened = replace(best, sure=lead)
        idle = [np.mean([r.fused[0] - r.fused[1] > lead for r in found if len(r.fused) > 1]) for found in sets]
        print(f"lead {lead}: {worth(shortened):.4f}, idle in {idle[0]:.2f} and {idle[1]:.2f}", flush=True)
    return next(
        (replace(best, sure=lead) for lead in LEADS if worth(replace(best, sure=lead)) >= worth(best) - 0.0005), best
    )


def reciprocal(found: np.ndarray) -> np.ndarray:
    """Reciprocal rank at 10, shape as given."""
    return np.where((found > 0) & (found <= 10), 1 / np.maximum(found, 1), 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--only-reranker", action="store_true", help="leave the weights of the fusion as they are")
    arguments = parser.parse_args()
    data, embedder = Data(arguments.data), open_embedder(str(BUNDLED / "embedder"))
    sets = [make(data, "dev", arguments.work, embedder) for make in (collections.piaf, collections.news)]
    indexes = [collection.open(embedder) for collection in sets]

    best = Fusion.load() if (BUNDLED / "fusion.json").exists() else Fusion()
    for name, values in GRID.items() if not arguments.only_reranker else ():
        scores = {}
        for value in values:
            fusion = replace(best, **{name: value})  # type: ignore[arg-type]
            each = [ranks(Retriever(i, embedder, fusion), c) for i, c in zip(indexes, sets, strict=True)]
            scores[fusion] = float(np.mean([reciprocal(f).mean() for f in each]))
            print(f"{name} = {value}: {scores[fusion]:.4f}", flush=True)
        best = max(scores, key=scores.__getitem__)
    reader = SpanReader(BUNDLED / "reader")
    ranked = [read(Retriever(i, embedder, best), c, reader) for i, c in zip(indexes, sets, strict=True)]
    best = fit_reranker(best, ranked)
    (BUNDLED / "fusion.json").write_text(json.dumps(asdict(best), indent=2) + "\n", "utf-8")
    print(best)
    for index in indexes:
        index.close()


if __name__ == "__main__":
    main()
