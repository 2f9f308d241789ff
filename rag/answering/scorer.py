"""Small fitted models read without scikit-learn or torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file


class Perceptron:
    """A fitted multi-layer perceptron: features (n, d) to probabilities (n,).

    Holds a perceptron (ReLU, logistic output) as scikit-learn or torch learnt it over standardised features.
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

    def rescaled(self, slope: float, shift: float) -> Perceptron:
        """The same with calibrated log odds: slope × log odds + shift (Platt, 1999)."""
        weight, bias = self._layers[-1]
        return Perceptron(self._mean, self._scale, [*self._layers[:-1], (weight * slope, bias * slope + shift)])

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
