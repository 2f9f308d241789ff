"""How well the grounding rule agrees with 200 pairs of sentence and quote that were labelled by hand.

    python -m benchmarks.grounding [--failures]

The rule was tuned on the 120 pairs of the part "dev" alone. Positive is "supported"; intervals are 95% bootstrap ones.
`--failures` lists the pairs of "dev" that the rule judges otherwise than the label.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import bootstrap

from rag.evaluation.metrics.grounding import supports

FILE = Path(__file__).parent / "questions" / "grounding.jsonl"
PARTS = ("dev", "test")
Measure = Callable[[np.ndarray, np.ndarray], float]


class Pair(NamedTuple):
    """A sentence and the quote that it is said to stand on. `change` names what is wrong ("" when supported)."""

    id: str
    part: str
    sentence: str
    quote: str
    document: str
    supported: bool
    change: str
    form: str = ""


def read(path: Path = FILE) -> list[Pair]:
    """The labelled pairs, in the order of the file."""
    return [Pair(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def accuracy(labels: np.ndarray, judged: np.ndarray) -> float:
    """Share of pairs judged as labelled."""
    return float(np.mean(labels == judged))


def precision(labels: np.ndarray, judged: np.ndarray) -> float:
    """Share of the pairs judged supported that are; 1 when none is."""
    return float(labels[judged].mean()) if judged.any() else 1.0


def recall(labels: np.ndarray, judged: np.ndarray) -> float:
    """Share of the supported pairs that are judged so; 1 when there is none."""
    return float(judged[labels].mean()) if labels.any() else 1.0


def kappa(labels: np.ndarray, judged: np.ndarray) -> float:
    """Cohen's kappa (1960): (observed - expected agreement) / (1 - expected), 1 where both are one constant."""
    expected = labels.mean() * judged.mean() + (1 - labels.mean()) * (1 - judged.mean())
    return float((np.mean(labels == judged) - expected) / (1 - expected)) if expected < 1 else 1.0


MEASURES: dict[str, Measure] = {"accuracy": accuracy, "precision": precision, "recall": recall, "kappa": kappa}


def agreement(pairs: Sequence[Pair], seed: int = 7) -> dict[str, tuple[float, float, float]]:
    """Each measure over the pairs as (value, low, high)."""
    labels = np.array([pair.supported for pair in pairs])
    judged = np.array([supports(pair.sentence, [pair.quote]) for pair in pairs])
    found = {}
    for name, measure in MEASURES.items():
        interval = bootstrap(
            (labels, judged), measure, paired=True, vectorized=False, method="percentile", n_resamples=2000, rng=seed
        ).confidence_interval
        found[name] = (measure(labels, judged), float(interval.low), float(interval.high))
    return found


def main() -> None:
    """Print agreement for both parts, and by kind of change or of wording."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--failures", action="store_true", help='list the pairs of "dev" judged wrongly')
    failures = parser.parse_args().failures
    pairs = read()
    for part in PARTS:
        own = [pair for pair in pairs if pair.part == part]
        print(f"\n{part}: {len(own)} pairs")
        for name, (value, low, high) in agreement(own).items():
            print(f"  {name:<10} {value:.3f}  [{low:.3f}, {high:.3f}]")
        for kind in sorted({(not p.supported, p.change or p.form) for p in own}):
            group = [p for p in own if (not p.supported, p.change or p.form) == kind]
            right = sum(supports(p.sentence, [p.quote]) == p.supported for p in group)
            print(f"  {'unsupported' if kind[0] else 'supported'}: {kind[1]:<12} {right:>3} of {len(group)} right")
    if failures:
        for pair in pairs:
            if pair.part == "dev" and supports(pair.sentence, [pair.quote]) != pair.supported:
                print(
                    f"\n{pair.id} {pair.change or pair.form}, labelled {pair.supported}\n  {pair.sentence}\n  {pair.quote}"
                )


if __name__ == "__main__":
    main()
