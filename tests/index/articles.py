"""Files of French articles for the tests."""

from __future__ import annotations

import json
from pathlib import Path

_TOPICS = ("le vin de Bourgogne", "la forêt des Landes", "le tramway de Nantes", "la marée de Saint-Malo", "l'ours")
_EVENTS = ("a été présenté au public", "inquiète les habitants", "coûtera 3 300 euros", "fête ses 88,5 ans")


def article(number: int, paragraphs: int = 4) -> str:
    """An article of its own, long enough for a few passages."""
    lines = [f"Article {number} : {_TOPICS[number % len(_TOPICS)]} {_EVENTS[number % len(_EVENTS)]}"]
    for paragraph in range(paragraphs):
        topic = _TOPICS[(number + paragraph) % len(_TOPICS)]
        lines.append(
            f"Selon le rapport numéro {number * 100 + paragraph}, {topic} {_EVENTS[paragraph % len(_EVENTS)]}. "
            f"Le maire de la commune {number} a rappelé que la décision {paragraph} serait prise au printemps, "
            "après une consultation de tous les riverains et des associations. « C'est une bonne nouvelle », a-t-il dit."
        )
    return "\n\n".join(lines)


def write_folder(folder: Path, count: int) -> Path:
    """A folder of text files."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"article-{number:03d}.txt").write_text(article(number), "utf-8")
    return folder


def write_jsonl(path: Path, numbers: list[int], **changed: str) -> Path:
    """A table of articles; `changed` gives the text of the records `a7=…`."""
    records = [{"id": f"a{n}", "title": f"Titre {n}", "text": changed.get(f"a{n}", article(n))} for n in numbers]
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path
