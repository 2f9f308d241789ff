"""Run folders for tests: hand-made examples and predictions, written by the benchmark's own files and metrics."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.evaluation import files, metrics
from rag.evaluation.metrics import cost
from rag.evaluation.records import Example, Prediction, Quote

FACTS = (  # place, year, architect, number of books: one document each
    ("Évreux", "1905", "Émile Berthier", "3 300"),
    ("L’Haÿ-les-Roses", "1932", "Zoé Lacœur", "12 450"),
    ("Nîmes", "1978", "Anne d’Arcy", "88 000"),
    ("Saint-Étienne", "1891", "Jules Noël", "640"),
    ("Besançon", "2004", "Inès Façon", "51 200"),
    ("Cœuvres", "1967", "Théo L’Hermite", "7 015"),
)
DOCUMENTS = {
    f"bibliotheque-{number}.txt": (
        f"La bibliothèque de {place} a ouvert ses portes en {year}. "
        f"Ses plans sont de {architect}, qui a aussi dessiné la mairie. "
        f"Elle conserve {books} ouvrages, dont beaucoup sont prêtés chaque semaine."
    )
    for number, (place, year, architect, books) in enumerate(FACTS)
}
_ASKED = (
    ("when", "En quelle année la bibliothèque de {0} a-t-elle ouvert ?", 1),
    ("who", "Qui a dessiné la bibliothèque de {0} ?", 2),
    ("how many", "Combien d’ouvrages conserve la bibliothèque de {0} ?", 3),
    ("why", "Pourquoi la bibliothèque de {0} a-t-elle fermé ?", None),
)


def examples(count: int) -> list[Example]:
    """Questions over DOCUMENTS, one in four unanswerable."""
    made = []
    for number in range(count):
        document = number // len(_ASKED) % len(FACTS)
        kind, question, field = _ASKED[number % len(_ASKED)]
        made.append(
            Example(
                id=f"q{number}",
                question=question.format(FACTS[document][0]),
                answers=() if field is None else (FACTS[document][field],),
                unanswerable=field is None,
                gold={} if field is None else {f"bibliotheque-{document}.txt": 1},
                type=kind,
            )
        )
    return made


def predictions(asked: Sequence[Example], *, skill: float = 0.7, seed: int = 1) -> list[Prediction]:
    """What a system of this skill (share of right answers) makes of them, the same for the same seed."""
    chance = random.Random(seed)
    return [_prediction(example, chance, skill) for example in asked]


def _prediction(example: Example, chance: random.Random, skill: float) -> Prediction:
    names = list(DOCUMENTS)
    gold = next(iter(example.gold), None)
    good = chance.random() < skill
    found = good or chance.random() < 0.4
    chance.shuffle(names)
    if gold and found:
        names.remove(gold)
        names.insert(0 if good else chance.randrange(1, 4), gold)
    elif gold:
        names.remove(gold)
    confidence = min(max(chance.gauss(0.72 if good and not example.unanswerable else 0.38, 0.17), 0.01), 0.99)
    abstained = confidence < 0.4
    source = DOCUMENTS[names[0]]
    field = {"when": 1, "who": 2, "how many": 3}.get(example.type, chance.randrange(1, 4))
    candidate = FACTS[int(names[0][13])][field]
    place = source.index(candidate)
    start = source.rfind(". ", 0, place) + 2 if ". " in source[:place] else 0
    end = source.index(".", place) + 1
    retrieval, reading = chance.lognormvariate(1.2, 0.3), chance.lognormvariate(2.8, 0.5)
    return Prediction(
        id=example.id,
        answer="Je ne sais pas." if abstained else f"{source[start:end]} [1]",
        short_answer="" if abstained else candidate,
        candidate=candidate,
        abstained=abstained,
        confidence=confidence,
        ranking=tuple((name, 1.0 / rank) for rank, name in enumerate(names, 1)),
        quotes=() if abstained else (Quote(1, names[0], start, end, source[start:end], True),),
        timings_ms={"embedding": 0.4, "retrieval": retrieval, "reading": reading, "total": retrieval + reading + 0.4},
        tokens=40,
    )


def write_run(
    folder: Path,
    asked: Sequence[Example],
    given: Sequence[Prediction],
    *,
    system: str = "default",
    mode: str = "open",
    dataset: str = "bibliothèques",
    digest: str | None = None,
    normalisation: str = "french",
    seed: int = 7,
) -> Path:
    """summary.json, predictions.jsonl and the other files of a finished run; returns the folder."""
    how: dict[str, Any] = {"mode": mode, "normalisation": normalisation}
    scores = metrics.per_questions(asked, given, **how, documents=DOCUMENTS)
    found = metrics.aggregates(asked, given, **how, seed=seed, scores=scores)
    summary = {
        "schema": 1,
        "dataset": {
            "name": dataset,
            "digest": digest or hashlib.sha256(dataset.encode("utf-8", "replace")).hexdigest(),
            "questions": len(asked),
            "left_out": 0,
            "documents": len(DOCUMENTS),
            "skipped": 0,
            "unread": [],
        },
        **how,
        "system": {"name": system, "retrieval": "hybrid", "fusion": {"dense": 0.35, "lexical": 1.0}, "threshold": 0.4},
        "seed": seed,
        **found,
        "by_type": metrics.by_type(asked, given, **how, seed=seed, scores=scores),
        "cost": {
            "latency_ms": cost.latency(given),
            "questions_per_second": 51.3,
            "peak_memory_mib": 412.6,
            "index_mib": 1.21,
            "tokens": sum(one.tokens for one in given),
        },
        "versions": {"sourcier": "1.0.0", "python": "3.11.2"},
    }
    folder.mkdir(parents=True, exist_ok=True)
    files.write(folder, summary, asked, given, scores)
    return folder


ASKED = examples(130)
GIVEN = predictions(ASKED)
