"""Speed and size at scale: `python -m benchmarks.scale ARTICLES.jsonl --questions QUESTIONS.jsonl`.

Indexes the articles in a process of its own (articles a second, peak memory, size), then in another one asks the
questions: p50 and p95 of `search` and `ask`; at last `sourcier ask` from a cold start, the median of five.
"""

from __future__ import annotations

import argparse
import json
import lzma
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def index(articles: Path, directory: Path) -> None:
    """Index and print one line."""
    from rag.embedding import open_embedder
    from rag.ingestion import build_index
    from rag.settings import BUNDLED

    started = time.perf_counter()
    report = build_index([str(articles)], directory, embedder=open_embedder(str(BUNDLED / "embedder")))
    seconds = time.perf_counter() - started
    size = sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"indexed    {report.documents} articles, {report.passages} passages in {seconds:.1f} s: "
          f"{report.documents / seconds:.0f} articles/s, peak memory {peak:.0f} MiB, index {size / 2**20:.0f} MiB")  # fmt: skip


def ask(questions: Path, directory: Path) -> None:
    """Ask every question once and print the latencies."""
    from rag.assistant import Assistant

    texts = [json.loads(line)["question"] for line in questions.read_text("utf-8").splitlines()]
    started = time.perf_counter()
    assistant = Assistant.open(directory)
    print(f"opened     in {1000 * (time.perf_counter() - started):.0f} ms")
    for name, call in (("search", assistant.search), ("ask", assistant.ask)):
        for text in texts[:20]:
            call(text)
        times = []
        for text in texts:
            started = time.perf_counter()
            call(text)
            times.append(1000 * (time.perf_counter() - started))
        print(f"{name:10} p50 {np.percentile(times, 50):.1f} ms, p95 {np.percentile(times, 95):.1f} ms "
              f"({len(times)} questions)")  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory     {peak:.0f} MiB at most while asking")


def cold(questions: Path, directory: Path) -> None:
    """Time the whole command."""
    question = json.loads(questions.read_text("utf-8").splitlines()[0])["question"]
    command = [str(Path(sys.executable).parent / "sourcier"), "ask", question, "--index", str(directory), "--json"]
    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    print(f"cold start `sourcier ask`: median {np.median(times):.2f} s of {len(times)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, help=".jsonl, or .jsonl.xz, which is unpacked first")
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--index", type=Path, help="keep the index here (default: a temporary folder)")
    parser.add_argument("--step", choices=["index", "ask", "cold"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step == "index":
        index(arguments.articles, arguments.index)
    elif arguments.step == "ask":
        ask(arguments.questions, arguments.index)
    elif arguments.step == "cold":
        cold(arguments.questions, arguments.index)
    else:
        with tempfile.TemporaryDirectory() as folder:
            articles, directory = arguments.articles, arguments.index or Path(folder) / "index"
            if articles.suffix == ".xz":
                unpacked = Path(folder) / articles.stem
                unpacked.write_bytes(lzma.decompress(articles.read_bytes()))
                articles = unpacked
            for step in ("index", "ask", "cold"):
                command = [sys.executable, "-m", "benchmarks.scale", str(articles), "--questions"]
                subprocess.run(
                    [*command, str(arguments.questions), "--index", str(directory), "--step", step], check=True
                )


if __name__ == "__main__":
    main()
