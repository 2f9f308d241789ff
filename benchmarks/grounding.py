"""How well the grounding rule agrees with 200 pairs of sentence and quote that were labelled by hand.

    python -m benchmarks.grounding [--failures]

No rule was tuned on the 80 pairs of the part "test". Positive is "supported"; intervals are 95% bootstrap ones. Beside
the rule stands what counting words alone would give: a share of the sentence's stems, its threshold fitted on "dev".
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
from rag.french import terms

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


Judge = Callable[[Pair], bool]


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


def shared_stems(pair: Pair) -> float:
    """The share of the sentence's different stems, stop words left out, that stand in the quote."""
    said, held = set(terms(pair.sentence)), set(terms(pair.quote))
    return len(said & held) / len(said) if said else 1.0


def words_alone(pairs: Sequence[Pair]) -> Judge:
    """The judge that counts stems, with the threshold that agrees best with the labels of `pairs`."""
    shares = np.array([shared_stems(pair) for pair in pairs])
    labels = np.array([pair.supported for pair in pairs])
    best = max(sorted(set(shares)), key=lambda threshold: accuracy(labels, shares >= threshold))
    return lambda pair: shared_stems(pair) >= best


def by_rule(pair: Pair) -> bool:
    """The judge of the metric."""
    return supports(pair.sentence, [pair.quote])


def agreement(pairs: Sequence[Pair], judge: Judge = by_rule, seed: int = 7) -> dict[str, tuple[float, float, float]]:
    """Each measure over the pairs as (value, low, high)."""
    labels = np.array([pair.supported for pair in pairs])
    judged = np.array([judge(pair) for pair in pairs])
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
    baseline = words_alone([pair for pair in pairs if pair.part == "dev"])
    for part in PARTS:
        own = [pair for pair in pairs if pair.part == part]
        print(f"\n{part}: {len(own)} pairs")
        counted = agreement(own, baseline)
        for name, (value, low, high) in agreement(own).items():
            print(f"  {name:<10} {value:.3f}  [{low:.3f}, {high:.3f}]    words alone {counted[name][0]:.3f}")
        for kind in sorted({(not p.supported, p.change or p.form) for p in own}):
            group = [p for p in own if (not p.supported, p.change or p.form) == kind]
            right = sum(by_rule(p) == p.supported for p in group)
            print(f"  {'unsupported' if kind[0] else 'supported'}: {kind[1]:<12} {right:>3} of {len(group)} right")
    if failures:
        for pair in pairs:
            if pair.part == "dev" and by_rule(pair) != pair.supported:
                print(
                    f"\n{pair.id} {pair.change or pair.form}, labelled {pair.supported}\n  {pair.sentence}\n  {pair.quote}"
                )


if __name__ == "__main__":
    main()
