"""Fit the first step of the reader, which picks the passages to read: `python -m training.fit_first --data DATA`.

A perceptron over the words' evidence for each sentence, trained listwise (Cao et al., 2007) to put the sentence that
answers above the others of its question. On PIAF, all news, and folders of a few articles; only questions that the
embedder was not trained on (`for_embedder`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.embedding import open_embedder
from rag.frequencies import general_french
from rag.settings import BUNDLED
from training import collections
from training.data import Data
from training.evidence import Example, examples
from training.fit_reader import fit_scorer
from training.train_embedder import for_embedder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--small", type=int, default=150, help="folders of a few articles to train on")
    parser.add_argument("--out", type=Path, default=BUNDLED / "reader" / "first.safetensors")
    arguments = parser.parse_args()
    data, embedder, general = Data(arguments.data), open_embedder(str(BUNDLED / "embedder")), general_french()
    found: list[Example] = []
    for collection in (
        collections.piaf(data, "train", arguments.work, embedder),
        collections.news(data, "train", arguments.work, embedder),
        *collections.small(data, arguments.small, arguments.work, embedder),
    ):
        found += examples(collection, embedder, general, None, unseen=lambda q: not for_embedder(q))
    fit_scorer(found).save(arguments.out)
    print(f"{len(found)} questions; saved to {arguments.out}", flush=True)


if __name__ == "__main__":
    main()
