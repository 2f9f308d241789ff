"""The table of the README, made anew: `python -m benchmarks.table --piaf piaf-dev.json`.

Runs the defaults and the baselines over PIAF's development set, open and with the gold passage given, and over our own
questions about the sample articles, and prints Markdown. Results stay in --out, with a report for each run.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.evaluation import report, runner
from rag.evaluation.datasets import load
from rag.evaluation.systems import parse
from rag.progress import shown_progress

ROOT = Path(__file__).parent.parent
COLUMNS = (
    ("f1", "F1"),
    ("exact_match", "exact match"),
    ("answer_in_quote", "answer in a quote"),
    ("hit@1", "right document first"),
    ("no_ans", "unanswerable refused"),
)


@dataclass(frozen=True)
class Part:
    """A data set in one mode, and what is measured on it."""

    title: str
    path: Path
    mode: str
    systems: Sequence[str]
    corpus: Sequence[str] = ()


def parts(piaf: Path) -> list[Part]:
    return [
        Part("PIAF dev, open", piaf, "open", ("default", "bm25", "dense", "lead", "random")),
        Part("PIAF dev, gold passage given", piaf, "reading", ("default", "lead", "random")),
        Part(
            "`corpus/`, open", ROOT / "benchmarks/questions/corpus.jsonl", "open",
            ("default", "bm25", "dense", "lead", "random"), (str(ROOT / "corpus"),),
        ),
    ]  # fmt: skip


def rows(part: Part, out: Path) -> list[str]:
    """Runs every system of a part; one line of Markdown for each."""
    dataset = load(str(part.path), corpus=part.corpus)
    lines = []
    with shown_progress() as progress:
        for name in part.systems:
            folder = out / f"{dataset.name}-{part.mode}" / name
            summary = runner.run(dataset, parse(name), part.mode, folder, work=out / runner.WORK, progress=progress)
            report.write(folder)
            runner.finish([folder])
            cells = [cell(summary["metrics"].get(metric)) for metric, _ in COLUMNS]
            lines.append(f"| {part.title} | {f'**{name}**' if name == 'default' else name} | {' | '.join(cells)} |")
    return lines


def cell(found: dict[str, Any] | None) -> str:
    """A share and its 95% interval, in per cent: `44.1 [41.8–46.3]`."""
    if found is None:
        return ""
    return f"{100 * found['value']:.1f} [{100 * found['low']:.0f}–{100 * found['high']:.0f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--piaf", type=Path, required=True, help="PIAF's development set, SQuAD JSON")
    parser.add_argument("--out", type=Path, default=Path("bench-results/table"))
    arguments = parser.parse_args()
    print("| data | system | " + " | ".join(title for _, title in COLUMNS) + " |")
    print("| --- | --- |" + " --- |" * len(COLUMNS))
    for part in parts(arguments.piaf):
        print("\n".join(rows(part, arguments.out)), flush=True)


if __name__ == "__main__":
    main()
