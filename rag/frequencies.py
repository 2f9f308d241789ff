"""How common each word is in general French: its weight before an index is known, and whether it is a word at all."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path

from rag.settings import BUNDLED

FILE = BUNDLED / "frequencies.json"


class GeneralFrequencies:
    """How many passages of general French hold each stem: the weight of a word before an index is known."""

    def __init__(self, passages: int, frequency: dict[str, int]) -> None:
        self.passages, self.frequency = passages, frequency

    def idf(self, stem: str) -> float:
        """Inverse document frequency as in BM25: log(1 + (N - n + 0.5) / (n + 0.5))."""
        n = self.frequency.get(stem, 0)
        return math.log(1 + (self.passages - n + 0.5) / (n + 0.5))

    def save(self, path: Path) -> None:
        record = {"passages": self.passages, "frequency": dict(sorted(self.frequency.items()))}
        path.write_text(json.dumps(record, ensure_ascii=False, separators=(",", ":")), "utf-8")

    @classmethod
    def load(cls, path: Path) -> GeneralFrequencies:
        record = json.loads(path.read_text("utf-8"))
        return cls(record["passages"], record["frequency"])


@lru_cache(maxsize=1)
def general_french() -> GeneralFrequencies:
    """The bundled frequencies, read once."""
    return GeneralFrequencies.load(FILE)
