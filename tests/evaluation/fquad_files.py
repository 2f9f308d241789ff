"""Made-up data sets in the format of FQuAD, for the tests of the benchmark."""

from __future__ import annotations

import json
from pathlib import Path

CITIES = (
    ("Brest", "Richelieu", "1631", "12 navires", "la marine"),
    ("Lyon", "Munatius Plancus", "1852", "522 000 habitants", "la soierie"),
    ("Nice", "les Phocéens", "1860", "340 000 habitants", "le carnaval"),
    ("Dunkerque", "Baudouin III", "1662", "86 000 habitants", "la pêche"),
    ("Grenoble", "Cularo", "1968", "158 000 habitants", "la montagne"),
    ("Toulouse", "les Tectosages", "1969", "498 000 habitants", "l’aéronautique"),
)


def write_fquad(path: Path, *, unanswerable: bool = False, cities: int = len(CITIES)) -> Path:
    """A file of SQuAD 1.1 questions over paragraphs on cities; with `unanswerable` one of SQuAD 2.0, as FQuAD 2.0."""
    articles = []
    for number, (city, founder, year, size, fame) in enumerate(CITIES[:cities]):
        context = (
            f"La ville de {city} a été fondée par {founder}. Elle a été rattachée à la région en {year}. "
            f"On y compte aujourd’hui {size}. Elle est connue dans toute l’Europe pour {fame}."
        )
        asked = [
            (f"Par qui la ville de {city} a-t-elle été fondée ?", founder),
            (f"En quelle année {city} a-t-elle été rattachée à la région ?", year),
            (f"Pour quoi {city} est-elle connue dans toute l’Europe ?", fame),
        ]
        questions = [
            {
                "id": f"{number}-{place}",
                "question": question,
                "answers": [{"text": answer, "answer_start": context.index(answer)}],
                **({"is_impossible": False} if unanswerable else {}),
            }
            for place, (question, answer) in enumerate(asked)
        ]
        if unanswerable:
            questions.append(
                {
                    "id": f"{number}-u",
                    "question": f"Combien coûte le stade olympique de {city} ?",
                    "answers": [],
                    "plausible_answers": [{"text": size, "answer_start": context.index(size)}],
                    "is_impossible": True,
                }
            )
        articles.append({"title": city, "paragraphs": [{"context": context, "qas": questions}]})
    path.write_text(
        json.dumps({"version": "2.0" if unanswerable else "1.0", "data": articles}, ensure_ascii=False), "utf-8"
    )
    return path
