"""Fit the fusion weights: `python -m training.fit_fusion --data ../shared/data`.

Each weight in turn over its grid, judged by MRR@10 of piaf-dev (passages) and of news-qa-dev (articles, over all news),
each question counting once within its set and the two sets alike. Prints every set's figures for BM25 alone,
dense alone and the winner, with the bootstrap interval of winner minus BM25, and writes rag/bundled/fusion.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from rag.embedding import open_embedder
from rag.retrieval import Fusion, Retriever
from rag.settings import BUNDLED
from training import collections
from training.data import Data

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


def reciprocal(found: np.ndarray) -> np.ndarray:
    """Reciprocal rank at 10, shape as given."""
    return np.where((found > 0) & (found <= 10), 1 / np.maximum(found, 1), 0.0)


def figures(found: np.ndarray) -> str:
    """hit@1, hit@5 and MRR@10 in one line."""
    hit = [np.mean((found > 0) & (found <= k)) for k in (1, 5)]
    return f"hit@1 {hit[0]:.3f}  hit@5 {hit[1]:.3f}  MRR@10 {reciprocal(found).mean():.3f}  ({len(found)} questions)"


def interval(difference: np.ndarray, seed: int = 1) -> tuple[float, float]:
    """Bootstrap 95% interval of a mean of paired differences."""
    rng = np.random.default_rng(seed)
    means = difference[rng.integers(0, len(difference), (2000, len(difference)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument(
        "--only-report", action="store_true", help="print the figures of the shipped weights, fit nothing"
    )
    arguments = parser.parse_args()
    data, embedder = Data(arguments.data), open_embedder(str(BUNDLED / "embedder"))
    sets = [make(data, "dev", arguments.work, embedder) for make in (collections.piaf, collections.news)]
    indexes = [collection.open(embedder) for collection in sets]

    best = Fusion.load() if (BUNDLED / "fusion.json").exists() else Fusion()
    if not arguments.only_report:
        for name, values in GRID.items():
            scores = {}
            for value in values:
                fusion = replace(best, **{name: value})  # type: ignore[arg-type]
                found = [ranks(Retriever(i, embedder, fusion), c) for i, c in zip(indexes, sets, strict=True)]
                scores[fusion] = float(np.mean([reciprocal(f).mean() for f in found]))
                print(f"{name} = {value}: {scores[fusion]:.4f}", flush=True)
            best = max(scores, key=scores.__getitem__)
        (BUNDLED / "fusion.json").write_text(json.dumps(asdict(best), indent=2) + "\n", "utf-8")
    print(best)
    for collection, index in zip(sets, indexes, strict=True):
        retriever = Retriever(index, embedder, best)
        by_mode = {mode: ranks(retriever, collection, mode) for mode in ("lexical", "dense", "hybrid")}
        for mode, rank in by_mode.items():
            print(f"{collection.name:8} {mode:8} {figures(rank)}")
        low, high = interval(reciprocal(by_mode["hybrid"]) - reciprocal(by_mode["lexical"]))
        print(f"{collection.name:8} hybrid - lexical, MRR@10: 95% interval {low:+.3f} to {high:+.3f}")
    for index in indexes:
        index.close()


if __name__ == "__main__":
    main()
