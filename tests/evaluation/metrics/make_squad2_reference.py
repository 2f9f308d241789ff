"""Makes squad2_reference.json: what an independent implementation of SQuAD 2.0's evaluation says of random predictions.

The implementation is that of transformers 4.57.1, which later versions do not have. It asks for libraries older than
ours, so this runs in an environment of its own, from this folder:

    python -m venv /tmp/reference && /tmp/reference/bin/pip install transformers==4.57.1
    /tmp/reference/bin/python make_squad2_reference.py
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import SimpleNamespace

REFERENCE = Path(__file__).parent / "squad2_reference.json"
WORDS = (
    "la le l'État d’Amiens Paris, PARIS paris. élection 2019 3 300 1,5 « loi » maire (maire) l'eau aujourd'hui "
    "the The a an Beatles beatles' U.S. state-of-the-art New York — … !? No. 5 % € Élysée élysée"
).split()


def text(chance: random.Random, longest: int) -> str:
    return chance.choice([" ", " ", "  ", "\u00a0"]).join(chance.choices(WORDS, k=chance.randint(1, longest)))


def question(chance: random.Random, number: int, unanswerable: float, digits: int) -> dict[str, object]:
    answers = [] if chance.random() < unanswerable else [text(chance, 4) for _ in range(chance.randint(1, 3))]
    near = chance.choice(answers).upper() if answers and chance.random() < 0.4 else text(chance, 5)
    prediction = "" if chance.random() < 0.25 else near
    return {
        "id": f"q{number}",
        "answers": answers,
        "prediction": prediction,
        "confidence": round(chance.random(), digits),  # one digit makes ties
    }


def main() -> None:
    from transformers.data.metrics.squad_metrics import get_raw_scores, squad_evaluate

    chance = random.Random(7)
    cases = []
    for size, unanswerable, digits in ((40, 0.3, 6), (40, 0.5, 1), (30, 0.0, 6), (20, 0.9, 2), (1, 0.0, 6)):
        questions = [question(chance, number, unanswerable, digits) for number in range(size)]
        predictions = {one["id"]: one["prediction"] for one in questions}
        examples = [
            SimpleNamespace(qas_id=one["id"], answers=[{"text": answer} for answer in one["answers"]])
            for one in questions
        ]
        exact, f1 = get_raw_scores(examples, predictions)
        whole = squad_evaluate(examples, predictions, {one["id"]: 1.0 - one["confidence"] for one in questions})
        cases.append({"questions": questions, "exact": exact, "f1": f1, "whole": whole})
    REFERENCE.write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
