"""Run by test_interruption.py: index a folder, kill -9 the run at a random moment, check, and again.

Usage: python kill_writer.py SOURCE INDEX ROUNDS SEED. Every step runs in a fork, so that all imports are paid once.
Prints how many runs were killed and how many got to their end.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from articles import article
from checks import check_whole, texts_of
from hashing_embedder import HashingEmbedder

from rag.index import Index
from rag.ingestion import build_index


def fork(work: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return child


def finished(child: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main(source: Path, directory: Path, rounds: int, seed: int) -> int:
    chance = random.Random(seed)
    killed = completed = 0
    allowed: list[set[str]] = []  # the texts of the generation published last, and of the one being built

    def run() -> None:
        build_index([str(source)], directory, embedder=HashingEmbedder())

    def check() -> None:
        with Index.open(directory) as index:
            check_whole(index, HashingEmbedder())
            assert texts_of(index) in allowed, "neither the old state nor the new one"

    def state() -> set[str]:
        return {file.read_text("utf-8") for file in source.iterdir()}

    def change(number: int) -> None:
        for file in chance.sample(sorted(source.iterdir()), 3):
            file.unlink()
        for file in chance.sample(sorted(source.iterdir()), 3):
            file.write_text(file.read_text("utf-8") + f"\n\nAjout {number} : la mairie confirme.", "utf-8")
        for extra in range(3):
            (source / f"new-{number}-{extra}.txt").write_text(article(1000 + number * 10 + extra), "utf-8")

    if not finished(fork(run)):
        return 1
    allowed = [state()]
    seconds = 0.0
    for number in range(rounds):
        change(number)
        allowed.append(state())  # of the states since the last run that ended, any may be the published one
        started = time.monotonic()
        child = fork(run)
        if number > 0:  # the first is let through, to see how long one takes
            time.sleep(chance.random() * seconds)
            os.kill(child, signal.SIGKILL)
        if finished(child):
            completed += 1
            seconds = time.monotonic() - started
            allowed = [state()]
        else:
            killed += 1
        if not finished(fork(check)):
            return 1
    allowed = [state()]
    if not (finished(fork(run)) and finished(fork(check))):
        return 1
    print(killed, completed)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
