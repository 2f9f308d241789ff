"""How long should a passage be? `python -m benchmarks.passage_size --data ../shared/data`

Indexes PIAF (train and dev passages as documents) and a part of the news at several lengths and prints, for
piaf-dev and news-qa-dev, how often the gold document comes first and among five, and how long the answer's
evidence gets (characters that a reader of five passages goes through).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.retrieval import figures
from rag import passages
from rag.embedding import open_embedder
from rag.retrieval import Retriever
from rag.settings import BUNDLED
from training import collections
from training.data import Data
from training.fit_fusion import ranks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=6000, help="news articles beside those of the questions")
    parser.add_argument("--lengths", type=int, nargs="+", default=[400, 600, 800, 1000, 1300])
    arguments = parser.parse_args()
    data, embedder = Data(arguments.data), open_embedder(str(BUNDLED / "embedder"))
    news_questions = data.news_questions("dev")
    asked = {question.document_id for question in news_questions}
    articles = [d for d in data.news.values() if d.id in asked]
    articles += [d for d in data.news.values() if d.id not in asked][: arguments.articles]
    piaf_documents, piaf_questions = data.piaf("dev")
    piaf_documents = data.piaf("train")[0] + piaf_documents
    for length in arguments.lengths:
        passages.LONGEST = length
        with tempfile.TemporaryDirectory() as folder:
            for name, documents, questions in (
                ("piaf-dev", piaf_documents, piaf_questions),
                ("news-dev", articles, news_questions),
            ):
                collection = collections.build(name, documents, questions, Path(folder), embedder)
                with collection.open(embedder) as index:
                    retriever = Retriever(index, embedder)
                    found = ranks(retriever, collection)
                    read = [
                        sum(len(hit.passage.text) for hit in retriever.search(question.text, 5))
                        for question in questions[:200]
                    ]
                    print(
                        f"{length:5} {name} {len(index):6} passages  {figures(found)}  five passages: "
                        f"{np.mean(read):.0f} characters",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
