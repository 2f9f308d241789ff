"""BM25 engines side by side: ours, bm25s and tantivy, all fed with the stems of `rag.french`.

    python -m benchmarks.terms --quality TRAIN.json DEV.json --questions DEV.json --articles ARTICLES.jsonl[.xz]

Quality: questions of a SQuAD-format file over the paragraphs of one or more. Speed: the first 100,000 passages of a
file of articles. tantivy has a whitespace tokenizer here, and its fixed k1=1.2, b=.75. Needs bm25s and tantivy.
"""

from __future__ import annotations

import argparse
import json
import lzma
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import bm25s
import numpy as np
import tantivy

from rag import french
from rag.index.terms import TermIndex, write_terms
from rag.passages import contextual_text, split
from rag.records import Document

K = 100


class Engine(Protocol):
    """What each candidate does."""

    name: str
    crash_safety: str

    def build(self, folder: Path, passages: list[list[str]]) -> None: ...
    def update(self, folder: Path, passages: list[list[str]], changed: int) -> None:
        """Passage `changed` has other stems now."""
        ...

    def open(self, folder: Path) -> Callable[[list[str]], list[int]]:
        """A function from stems to the best K passages."""
        ...


class Ours:
    name = "rag.index.terms"
    crash_safety = "published with vectors and store by one rename"

    def build(self, folder: Path, passages: list[list[str]]) -> None:
        write_terms(folder / "0", np.full(len(passages), -1), None, passages)

    def update(self, folder: Path, passages: list[list[str]], changed: int) -> None:
        origins = np.arange(len(passages))
        origins[changed] = -1
        write_terms(folder / "1", origins, TermIndex(folder / "0"), [passages[changed]])

    def open(self, folder: Path) -> Callable[[list[str]], list[int]]:
        index = TermIndex(folder / "0")
        return lambda stems: index.search(Counter(stems), K)[0].tolist()


class Bm25s:
    name = "bm25s"
    crash_safety = "none: files are overwritten in place"

    def build(self, folder: Path, passages: list[list[str]]) -> None:
        index = bm25s.BM25(k1=0.9, b=0.4, method="lucene")
        index.index(passages, show_progress=False)
        index.save(folder, show_progress=False)

    def update(self, folder: Path, passages: list[list[str]], changed: int) -> None:
        self.build(folder, passages)  # there is no other way

    def open(self, folder: Path) -> Callable[[list[str]], list[int]]:
        index = bm25s.BM25.load(folder, mmap=True)

        def search(stems: list[str]) -> list[int]:
            known = [stem for stem in stems if stem in index.vocab_dict]
            if not known:
                return []
            found = index.retrieve([known], k=min(K, index.scores["num_docs"]), show_progress=False)
            return found.documents[0].tolist()

        return search


class Tantivy:
    name = "tantivy"
    crash_safety = "its own commits, not one with vectors and store"

    def __init__(self) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("position", stored=True, indexed=True, fast=True)
        builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()

    def _document(self, position: int, stems: list[str]) -> Any:
        document = tantivy.Document(body=" ".join(stems))
        document.add_unsigned("position", position)
        return document

    def build(self, folder: Path, passages: list[list[str]]) -> None:
        writer = tantivy.Index(self._schema, path=str(folder)).writer(num_threads=1)
        for position, stems in enumerate(passages):
            writer.add_document(self._document(position, stems))
        writer.commit()
        writer.wait_merging_threads()

    def update(self, folder: Path, passages: list[list[str]], changed: int) -> None:
        writer = tantivy.Index.open(str(folder)).writer(num_threads=1)
        writer.delete_documents_by_term("position", changed)
        writer.add_document(self._document(changed, passages[changed]))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> Callable[[list[str]], list[int]]:
        searcher = tantivy.Index.open(str(folder)).searcher()

        def search(stems: list[str]) -> list[int]:
            should = [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "body", s)) for s in stems]
            hits = searcher.search(tantivy.Query.boolean_query(should), K, count=False).hits
            return [searcher.doc(address)["position"][0] for _, address in hits]

        return search


@dataclass
class Row:
    """One engine's figures."""

    engine: Engine
    mrr: float = 0.0
    hit1: float = 0.0
    hit5: float = 0.0
    build: float = 0.0  # seconds
    update: float = 0.0  # seconds
    query: float = 0.0  # ms, median
    open: float = 0.0  # ms
    size: float = 0.0  # MB


def paragraphs(files: list[Path]) -> list[str]:
    """The distinct paragraphs of SQuAD-format files."""
    found = {
        paragraph["context"]
        for file in files
        for article in json.loads(file.read_text("utf-8"))["data"]
        for paragraph in article["paragraphs"]
    }
    return sorted(found)


def questions(file: Path) -> list[tuple[str, str]]:
    """(question, paragraph that answers it)."""
    return [
        (question["question"], paragraph["context"])
        for article in json.loads(file.read_text("utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
        if question.get("answers")
    ]


def passages_of(articles: Path, count: int) -> list[list[str]]:
    """The stems of the first passages of a .jsonl of articles."""
    found: list[list[str]] = []
    with lzma.open(articles, "rt") if articles.suffix == ".xz" else articles.open() as lines:
        for number, line in enumerate(lines):
            record = json.loads(line)
            document = Document(id=str(number), text=record["text"], title=record.get("title", ""), path=str(articles))
            found += [french.terms(contextual_text(passage)) for passage in split(document)]
            if len(found) >= count:
                break
    return found[:count]


def measure_quality(row: Row, texts: list[str], asked: list[tuple[str, str]]) -> None:
    """MRR, hit@1 and hit@5."""
    position = {text: number for number, text in enumerate(texts)}
    with tempfile.TemporaryDirectory() as folder:
        row.engine.build(Path(folder), [french.terms(text) for text in texts])
        search = row.engine.open(Path(folder))
        ranks = []
        for question, answer in asked:
            found = search(french.terms(question))
            ranks.append(found.index(position[answer]) + 1 if position[answer] in found else 10**9)
    inverse = 1 / np.array(ranks)
    row.mrr, row.hit1, row.hit5 = inverse.mean(), (inverse == 1).mean(), (inverse >= 0.2).mean()


def measure_speed(row: Row, passages: list[list[str]], asked: list[tuple[str, str]]) -> None:
    """Building, opening, asking, and changing one passage."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        row.engine.build(folder, passages)
        row.build = time.perf_counter() - began
        row.size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
        began = time.perf_counter()
        search = row.engine.open(folder)
        row.open = 1000 * (time.perf_counter() - began)
        stems = [french.terms(question) for question, _ in asked]
        times = []
        for query in stems[:20] + stems:  # the first ones warm up
            began = time.perf_counter()
            search(query)
            times.append(1000 * (time.perf_counter() - began))
        row.query = float(np.median(times[20:]))
        changed = list(passages)
        changed[len(changed) // 2] = [*changed[len(changed) // 2], "nouveau"]
        began = time.perf_counter()
        row.engine.update(folder, changed, len(changed) // 2)
        row.update = time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quality", type=Path, nargs="+", required=True, help="SQuAD-format files with the paragraphs")
    parser.add_argument("--questions", type=Path, required=True, help="SQuAD-format file with the questions")
    parser.add_argument("--articles", type=Path, required=True, help=".jsonl or .jsonl.xz with title and text")
    parser.add_argument("--count", type=int, default=100_000, help="passages for the speed")
    options = parser.parse_args()
    asked, texts = questions(options.questions), paragraphs(options.quality)
    passages = passages_of(options.articles, options.count)
    rows = [Row(Ours()), Row(Bm25s()), Row(Tantivy())]
    print(f"{len(asked)} questions, {len(texts)} paragraphs; speed over {len(passages)} passages\n")
    print("| engine | MRR | hit@1 | hit@5 | build s | update s | open ms | query ms | MB | after a crash |")
    print("| --- " * 10 + "|")
    for row in rows:
        measure_quality(row, texts, asked)
        measure_speed(row, passages, asked)
        print(
            f"| {row.engine.name} | {row.mrr:.3f} | {row.hit1:.3f} | {row.hit5:.3f} | {row.build:.1f} | "
            f"{row.update:.2f} | {row.open:.0f} | {row.query:.2f} | {row.size:.0f} | {row.engine.crash_safety} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
