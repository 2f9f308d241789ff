"""Small fitted models read without scikit-learn: a perceptron with one hidden layer or more, and word weights."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file


class Perceptron:
    """A fitted multi-layer perceptron: features (n, d) to probabilities (n,).

    Holds what scikit-learn's `MLPClassifier` (ReLU, logistic output) learnt over standardised features.
    """

    def __init__(self, mean: np.ndarray, scale: np.ndarray, layers: list[tuple[np.ndarray, np.ndarray]]) -> None:
        if not layers or layers[0][0].shape[0] != len(mean) or layers[-1][0].shape[1] != 1:
            raise ValueError("the layers do not fit the features")
        self._mean, self._scale, self._layers = mean, scale, layers

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Log odds, shape (n,)."""
        hidden = (features - self._mean) / self._scale
        for weight, bias in self._layers[:-1]:
            hidden = np.maximum(hidden @ weight + bias, 0)
        weight, bias = self._layers[-1]
        return (hidden @ weight + bias)[:, 0]

    def __call__(self, features: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-np.clip(self.logits(features), -30, 30)))

    def save(self, path: Path) -> None:
        """Write as safetensors."""
        tensors = {"mean": self._mean, "scale": self._scale}
        for i, (weight, bias) in enumerate(self._layers):
            tensors |= {f"weight{i}": weight, f"bias{i}": bias}
        save_file({name: np.ascontiguousarray(t, np.float32) for name, t in tensors.items()}, path)

    @classmethod
    def load(cls, path: Path) -> Perceptron:
        tensors = load_file(path)
        count = sum(name.startswith("weight") for name in tensors)
        layers = [(tensors[f"weight{i}"], tensors[f"bias{i}"]) for i in range(count)]
        return cls(tensors["mean"], tensors["scale"], layers)


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
