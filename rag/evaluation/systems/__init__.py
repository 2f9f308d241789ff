"""What is measured. A system is named "default", "bm25", "dense", "lead", "random" or "answers", with options after a
colon: "default:threshold=0.3", "bm25:top_k=20", "default:embedder=models/mine,dense=0.5", "answers:file=theirs.json".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from rag.evaluation.records import Dataset, Example, Prediction
from rag.progress import Progress
from rag.records import SourcierError


class Documents(Protocol):
    """What a system was asked about."""

    @property
    def documents(self) -> int:
        """How many can be found."""
        ...

    @property
    def texts(self) -> Mapping[str, str]:
        """Their texts by the ids that the data set gives them."""
        ...

    @property
    def size(self) -> int:
        """Bytes of the index on the disk."""
        ...

    @property
    def failures(self) -> tuple[str, ...]:
        """A line for each file that could not be read."""
        ...


class System(Protocol):
    """Anything that can be asked the questions of a data set. `name` is what the user called it."""

    name: str

    def open(self, dataset: Dataset, work: Path, progress: Progress) -> Documents:
        """Make ready for the questions of a data set; `work` is a folder for what may be kept between runs."""
        ...

    def describe(self) -> dict[str, Any]:
        """Everything that settles its predictions, as JSON: models with fingerprints, weights, thresholds."""
        ...

    def predict(self, example: Example, mode: str) -> Prediction:
        """Answer one question, with its history; in the mode "retrieval" only rank documents."""
        ...

    def close(self) -> None:
        """Let go of the index."""
        ...


def parse(name: str, *, seed: int = 7) -> System:
    """The system of a name, "NAME" or "NAME:key=value,key=value".

    Raises SourcierError for an unknown name, an unknown option, or a value that does not fit it.
    """
    from rag.evaluation.systems.answers import Answers
    from rag.evaluation.systems.baselines import Lead, RandomPassage
    from rag.evaluation.systems.product import Product

    kind, _, rest = name.partition(":")
    makers: dict[str, Callable[[dict[str, str]], System]] = {
        "default": lambda options: Product(name, options),
        "bm25": lambda options: Product(name, options, retrieval="lexical"),
        "dense": lambda options: Product(name, options, retrieval="dense"),
        "lead": lambda options: Lead(name, options),
        "random": lambda options: RandomPassage(name, options, seed=seed),
        "answers": lambda options: Answers(name, options),
    }
    if kind not in makers:
        raise SourcierError(f"There is no system {kind!r}: the systems are {', '.join(makers)}.")
    options: dict[str, str] = {}
    for option in filter(None, (part.strip() for part in rest.split(","))):
        key, equals, value = (part.strip() for part in option.partition("="))
        if not (key and equals and value):
            raise SourcierError(f"System {name!r}: write its options as {kind}:key=value,key=value.")
        options[key] = value
    return makers[kind](options)


def overrides(name: str, options: dict[str, str], defaults: dict[str, Any]) -> dict[str, Any]:
    """Options as values of the same types as their defaults; raises SourcierError for what does not fit."""
    values = {}
    for key, text in options.items():
        if key not in defaults:
            known = f"its options are {', '.join(defaults)}" if defaults else "it has no options"
            raise SourcierError(f"System {name!r} has no option {key!r}: {known}.")
        kind = type(defaults[key])
        try:
            values[key] = kind(text)
        except ValueError:
            wanted = "a whole number" if kind is int else "a number"
            raise SourcierError(f"System {name!r}: {key} is {wanted}, not {text!r}.") from None
    return values
