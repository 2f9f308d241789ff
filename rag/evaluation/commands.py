"""`sourcier bench` and `sourcier compare`: what they take and print. The work is imported late, for a quick `--help`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.records import SourcierError

if TYPE_CHECKING:
    from rag.evaluation.records import Dataset

_WORSE = 3  # exit code of `compare --fail-if-worse` when something is


def bench(
    datasets: Annotated[
        list[str],
        typer.Argument(
            metavar="DATASET…",
            help="SQuAD JSON (FQuAD, PIAF), BEIR folder, TREC folder, JSON lines, or the name of a Hugging Face data set.",
        ),
    ],
    mode: Annotated[
        str,
        typer.Option(
            help="open: find and answer, as users do. retrieval: rank documents. reading: the gold document is given. "
            "conversation: turns in order, each after the system's own answers."
        ),
    ] = "open",
    system: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:key=value,…]",
            help="What to measure, any number of times: default, bm25, dense, lead, random, answers:file=PATH; e.g. default:threshold=0.3",
        ),
    ] = None,
    corpus: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Files or folders to search, where the data set holds questions alone."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results.")] = Path("bench-results"),
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions of each data set.")] = None,
    batch: Annotated[
        int | None,
        typer.Option(
            min=1, help="Questions asked at a time; by default one a core, four at most. 1: the latency of one user."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap, and of the system random.")] = 7,
    normalisation: Annotated[
        str, typer.Option(help="How answers are compared: french (FQuAD) or english (SQuAD).")
    ] = "french",
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Go on without malformed records, and count them.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Measure question answering over a data set: figures with intervals, files for other tools, a report.

    Interrupted, the same command goes on at the next question. How to read the results: docs/evaluation.md.

    Examples:

      sourcier bench fquad-valid.json --out results/fquad

      sourcier bench fquad-valid.json --mode reading --system default --system lead --out results/reading

      sourcier bench questions.jsonl --corpus mes-articles/ --out results/mine
    """
    from rag.evaluation.records import MODES

    if mode not in MODES:
        raise typer.BadParameter(f"--mode is one of {', '.join(MODES)}.")
    if normalisation not in ("french", "english"):
        raise typer.BadParameter("--normalisation is french or english.")
    names = list(dict.fromkeys(system or ["default"]))

    from rag.evaluation import report, runner
    from rag.evaluation.datasets import load
    from rag.evaluation.files import write_text
    from rag.evaluation.systems import parse
    from rag.evaluation.table import printed
    from rag.progress import shown_progress

    for name in names:
        parse(name)  # a wrong name is told at once, not after the first system's hour
    loaded = [
        _limited(load(argument, corpus=[str(path) for path in corpus or []], skip_bad=skip_bad), limit)
        for argument in dict.fromkeys(datasets)
    ]
    for dataset in loaded:
        runner.askable(dataset, mode)
        for line in dataset.skipped:
            typer.echo(f"skipped: {line}", err=True)
    folders = _folders(out, [dataset.name for dataset in loaded], names)
    summaries = []
    with shown_progress() as progress:
        for (number, name), folder in folders.items():
            summary = runner.run(
                loaded[number],
                parse(name, seed=seed),
                mode,
                folder,
                work=out / runner.WORK,
                batch=batch,
                seed=seed,
                normalisation=normalisation,
                progress=progress,
                say=lambda line: typer.echo(line, err=True),
            )
            report.write(folder)
            summaries.append(summary)
    result: dict[str, Any] = summaries[0]
    if len(folders) > 1:
        result = {
            "schema": summaries[0]["schema"],
            "runs": [
                {"folder": folder.relative_to(out).as_posix(), **summary}
                for folder, summary in zip(folders.values(), summaries, strict=True)
            ],
        }
        write_text(out / "summary.json", json.dumps(result, ensure_ascii=False, indent=1) + "\n")
        report.write_overview(out, list(folders.values()))
    runner.finish(folders.values())
    if json_:
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    typer.echo(printed(summaries), nl=False)
    typer.echo(f"{out / 'report.html'}: the report. Compare two runs with: sourcier compare DIR_A DIR_B", err=True)


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Folder of a run: what it was before, or the baseline.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Folder of another run over the same questions.")],
    fail_if_worse: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC:LIMIT",
            help="Exit with code 3 if B is worse than A by more than this, e.g. f1:0.01; any number of times.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap and the permutations.")] = 7,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the comparison as JSON here too.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Compare two runs question by question: is the difference real, and where does it lie?

    Example:

      sourcier compare results/before results/after --fail-if-worse f1:0.01 --fail-if-worse answer_in_quote:0.01
    """
    limits = dict(_limit_of(text) for text in fail_if_worse or [])

    from rag.evaluation import comparison
    from rag.evaluation.files import write_text

    found = comparison.compare(a, b, seed=seed)
    failures = comparison.worse(found, limits)
    record = json.dumps(comparison.to_json(found), ensure_ascii=False)
    if out is not None:
        write_text(out, record + "\n")
    typer.echo(record if json_ else comparison.render(found))
    for line in failures:
        typer.echo(line, err=True)
    if failures:
        raise typer.Exit(_WORSE)


def _limit_of(text: str) -> tuple[str, float]:
    metric, _, limit = text.rpartition(":")
    try:
        return metric.strip(), float(limit)
    except ValueError:
        raise typer.BadParameter(f"--fail-if-worse is METRIC:LIMIT, as in f1:0.01, not {text!r}.") from None


def _limited(dataset: Dataset, limit: int | None) -> Dataset:
    from dataclasses import replace

    return dataset if limit is None else replace(dataset, examples=dataset.examples[:limit])


def _folders(out: Path, datasets: list[str], systems: list[str]) -> dict[tuple[int, str], Path]:
    """Where each run is written: `out` itself, or DATASET/SYSTEM below it where there are several.

    Raises SourcierError when two would be written to the same place.
    """
    runs = [(number, system) for number in range(len(datasets)) for system in systems]
    if len(runs) == 1:
        return {runs[0]: out}
    folders = {(number, system): out / _slug(datasets[number]) / _slug(system) for number, system in runs}
    taken: dict[Path, tuple[int, str]] = {}
    for run, folder in folders.items():
        if folder in taken:
            raise SourcierError(f"Two of these runs would be written to {folder}: give them in two commands.")
        taken[folder] = run
    return folders


def _slug(name: str) -> str:
    """A name as that of a folder: "default:threshold=0.3" becomes "default_threshold=0.3"."""
    return re.sub(r"[^\w.=+-]+", "_", name).strip("._") or "_"
