"""Asks a system every question of a data set, and writes what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.evaluation import files, metrics
from rag.evaluation.memory import Peak
from rag.evaluation.partial import Partial, code_digest
from rag.evaluation.records import MODES, Dataset, Example, Prediction
from rag.evaluation.summary import summarise
from rag.evaluation.systems import System
from rag.progress import Progress
from rag.records import SourcierError, Turn

WORK = ".work"  # below the folder of results: the indexes, kept for the next run
_MOST_AT_ONCE = 4


def run(
    dataset: Dataset,
    system: System,
    mode: str,
    out: Path,
    *,
    work: Path | None = None,
    batch: int | None = None,
    seed: int = 7,
    normalisation: str = "french",
    progress: Progress = lambda stage, done, total: None,
    say: Callable[[str], None] = lambda line: print(line, file=sys.stderr),
) -> dict[str, Any]:
    """Measure one system over one data set; the summary, which is also written to `out` with the other files.

    Every prediction is kept as it comes: interrupted, the same call goes on at the next question, until `finish` says
    that the whole command is done. `work` is where indexes are kept (`out/.work`). `batch` questions are asked at a
    time (one a core, four at most; turns of a conversation one after the other), which changes no prediction but
    lengthens each latency. `progress` is told the stages of indexing and then "DATASET · SYSTEM"; `say` gets
    one line on going on, and on starting anew.

    Raises SourcierError when the mode does not fit the data set, or a folder cannot be written.
    """
    examples = askable(dataset, mode)
    at_once = 1 if mode == "conversation" else batch or min(os.cpu_count() or 1, _MOST_AT_ONCE)
    with Peak() as peak:
        collection = system.open(dataset, work or out / WORK, progress)
        try:
            identity = {
                "dataset": dataset.digest,
                "questions": len(examples),
                "mode": mode,
                "seed": seed,
                "system": {"name": system.name, **system.describe()},
                "code": code_digest(),
            }
            with Partial(out, identity, [example.id for example in examples]) as partial:
                if len(partial.kept) == len(examples):
                    say(f"{out}: all {len(examples)} questions were asked before the interruption.")
                elif partial.kept:
                    say(f"{out}: going on at question {len(partial.kept) + 1} of {len(examples)}.")
                elif partial.outdated:
                    say(f"{out}: starting anew, the data, the system or its settings have changed.")
                asked, predictions = _ask(
                    system, examples, mode, partial, at_once, f"{dataset.name} · {system.name}", progress
                )
            scores = metrics.per_questions(
                asked, predictions, mode=mode, normalisation=normalisation, documents=collection.texts
            )
            how: dict[str, Any] = {"mode": mode, "normalisation": normalisation, "seed": seed, "batch": at_once}
            summary = summarise(dataset, collection, system, asked, predictions, scores, **how)
        finally:
            system.close()
    summary["cost"]["peak_memory_mib"] = peak.mib
    files.write(out, summary, asked, predictions, scores)
    return summary


def finish(folders: Iterable[Path]) -> None:
    """The command is done: its partial predictions are not needed any more, and the next run asks again."""
    for folder in folders:
        (folder / "predictions.partial.jsonl").unlink(missing_ok=True)


def askable(dataset: Dataset, mode: str) -> list[Example]:
    """The questions that can be asked in a mode: for "reading" and "retrieval" those whose gold document is known, else
    all. Raises SourcierError when that is none."""
    if mode not in MODES:
        raise SourcierError(f"The mode is one of {', '.join(MODES)}, not {mode!r}.")
    examples = list(dataset.examples)
    if mode in ("reading", "retrieval"):
        examples = [example for example in examples if any(grade > 0 for grade in example.gold.values())]
    if not examples:
        why = "names no gold document of its questions" if dataset.examples else "has no question"
        raise SourcierError(f"{dataset.name} {why}: the mode {mode} cannot be run on it.")
    return examples


def _ask(
    system: System,
    examples: list[Example],
    mode: str,
    partial: Partial,
    at_once: int,
    stage: str,
    progress: Progress,
) -> tuple[list[Example], list[Prediction]]:
    """Every example as it was asked, with its history, and its prediction."""
    asked: list[Example] = []
    predictions: list[Prediction] = []
    progress(stage, len(partial.kept), len(examples))
    if mode == "conversation":
        pairs = _in_conversation(system, examples, partial.kept)
    else:
        pairs = _side_by_side(system, examples, mode, partial.kept, at_once)
    for number, (example, prediction) in enumerate(pairs):
        if number >= len(partial.kept):
            partial.add(prediction)
            progress(stage, number + 1, len(examples))
        asked.append(example)
        predictions.append(prediction)
    return asked, predictions


def _side_by_side(
    system: System, examples: list[Example], mode: str, kept: list[Prediction], at_once: int
) -> Iterator[tuple[Example, Prediction]]:
    """Questions that do not hang together: the kept predictions, then `at_once` questions at a time, in order."""
    yield from zip(examples, kept, strict=False)
    with ThreadPoolExecutor(at_once) as pool:
        for begin in range(len(kept), len(examples), 16 * at_once):  # an interruption waits for few questions
            group = examples[begin : begin + 16 * at_once]
            yield from zip(group, pool.map(lambda example: system.predict(example, mode), group), strict=True)


def _in_conversation(
    system: System, examples: list[Example], kept: list[Prediction]
) -> Iterator[tuple[Example, Prediction]]:
    """Each turn after the system's own words, not the data set's: an error is carried into the next turn, as in life."""
    said: dict[str, tuple[Turn, ...]] = {}
    for number, example in enumerate(examples):
        if example.conversation is not None:
            example = replace(example, history=said.get(example.conversation, example.history))
        prediction = kept[number] if number < len(kept) else system.predict(example, "conversation")
        if example.conversation is not None:
            turns = (Turn("user", example.question), Turn("assistant", prediction.answer))
            said[example.conversation] = (*example.history, *turns)
        yield example, prediction
