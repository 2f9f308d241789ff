"""Fit the bundled reader: `python -m training.fit_reader --data DATA`.

1. Word frequencies of general French, from the training text.
2. The sentence scorer: which sentence of the evidence holds the answer. A softmax over each question's sentences
   (listwise training, Cao et al., 2007) on piaf-train, news-qa-train and wiki-qa-train, over large collections and over
   folders of a few articles. Only questions that neither embedder nor neural reader was trained on
   (`for_confidence`).
3. The confidence: whether what would be quoted holds the answer. Unanswerable questions are near misses written by
   hand, and answerable ones whose gold article is taken out of the evidence. Learnt on scores that a scorer
   fitted on the other half of the questions gave.
4. Calibration on all development questions, and the threshold under which refusing costs least (`choose_threshold`).
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from rag import french, frequencies
from rag.answering.extractive import Settings, choose, confidence_features, softmax
from rag.answering.question import analyse
from rag.answering.scorer import Perceptron
from rag.answering.short import short_answer
from rag.embedding import open_embedder
from rag.evaluation.metrics.token_f1 import token_f1
from rag.frequencies import GeneralFrequencies
from rag.passages import contextual_text
from rag.settings import BUNDLED
from training.data import Data
from training.evidence import Example, collect, hash_of
from training.train_embedder import training_passages

FOLDER = BUNDLED / "reader"


def general_frequencies(data: Data) -> GeneralFrequencies:
    """Document frequencies over the training passages, of stems that occur in five of them or more."""
    passages, _ = training_passages(data, seed=7)
    count: Counter[str] = Counter()
    for passage in passages:
        count.update(set(french.terms(contextual_text(passage))))
    return GeneralFrequencies(len(passages), {stem: n for stem, n in count.items() if n >= 5})


def fit_confidence(features: np.ndarray, labels: np.ndarray, *, networks: int = 6, hidden: int = 32) -> Perceptron:
    """The log odds of a logistic regression plus the mean of those of a few perceptrons, as one perceptron.

    Together they rank development questions better than either: the regression on PIAF, the perceptrons on folders.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    x = scaler.transform(features)
    line = LogisticRegression(C=0.05, max_iter=2000).fit(x, labels)
    models = [MLPClassifier((hidden,), alpha=3.0, max_iter=30, random_state=i).fit(x, labels) for i in range(networks)]
    # a ReLU for what the regression says above nothing, and one for what it says below
    inner = np.hstack([*(m.coefs_[0] for m in models), line.coef_.T, -line.coef_.T])
    shift = np.concatenate([*(m.intercepts_[0] for m in models), line.intercept_, -line.intercept_])
    outer = np.concatenate([*(m.coefs_[1] / networks for m in models), [[1.0], [-1.0]]])
    offset = np.mean([m.intercepts_[1] for m in models], axis=0)
    layers = [(w.astype(np.float32), b.astype(np.float32)) for w, b in ((inner, shift), (outer, offset))]
    return Perceptron(scaler.mean_.astype(np.float32), scaler.scale_.astype(np.float32), layers)


def fit_scorer(chosen: Sequence[Example], *, hidden: int = 64, epochs: int = 8, seed: int = 1) -> Perceptron:
    """Listwise training: the right sentences of a question against all the others, unclear ones left out."""
    import torch
    from sklearn.preprocessing import StandardScaler

    torch.manual_seed(seed)
    rng = random.Random(seed)
    chosen = [example for example in chosen if (example.labels == 1).any()]
    scaler = StandardScaler().fit(np.concatenate([example.features for example in chosen]))
    lists = []
    for example in chosen:
        clear = example.labels >= 0
        features = torch.tensor(scaler.transform(example.features[clear]), dtype=torch.float32)
        lists.append((features, torch.tensor(example.labels[clear] == 1)))
    width = lists[0][0].shape[1]
    layers = [torch.nn.Linear(width, hidden), torch.nn.Linear(hidden, 24), torch.nn.Linear(24, 1)]
    relu, drop = torch.nn.ReLU(), torch.nn.Dropout(0.15)
    network = torch.nn.Sequential(layers[0], relu, drop, layers[1], relu, layers[2])
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-3)
    batch, steps = 32, epochs * (len(lists) // 32 + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    for _ in range(epochs):
        rng.shuffle(lists)
        for begin in range(0, len(lists), batch):
            group = lists[begin : begin + batch]
            scores = torch.split(network(torch.cat([f for f, _ in group]))[:, 0], [len(f) for f, _ in group])
            losses = [torch.logsumexp(z, 0) - torch.logsumexp(z[y], 0) for z, (_, y) in zip(scores, group, strict=True)]
            optimizer.zero_grad()
            torch.stack(losses).mean().backward()
            optimizer.step()
            schedule.step()
    weights = [(x.weight.detach().numpy().T.copy(), x.bias.detach().numpy().copy()) for x in layers]
    return Perceptron(scaler.mean_.astype(np.float32), scaler.scale_.astype(np.float32), weights)


@dataclass(frozen=True)
class Outcome:
    """What the reader makes of an example with some sentence scorer; `confidence` once there is one."""

    example: Example
    row: np.ndarray  # confidence features
    best_right: bool  # the best sentence holds the answer
    right: bool  # any quoted sentence does
    f1: float  # of the short answer, were it given
    confidence: float = 0.0

    @property
    def answerable(self) -> bool:
        return self.example.question.kind != "unanswerable"


def outcome(example: Example, scorer: Perceptron, settings: Settings, general: GeneralFrequencies) -> Outcome:
    """What would be quoted and said, whatever the confidence."""
    asked, sentences = analyse(example.text), example.sentences
    logits = scorer.logits(example.features)
    order = np.argsort(-logits, kind="stable")
    row = confidence_features(
        asked, sentences, example.readings, example.features, logits, example.known.__contains__, general
    )
    chosen = choose(sentences, softmax(logits), order, settings)
    answers = example.question.answers if example.question.kind != "unanswerable" else ()

    def holds(i: int) -> bool:
        return example.labels[i] == 1 or any(answer in sentences[i].text for answer in answers if len(answer) > 2)

    said = short_answer(sentences[chosen[0]], example.readings[sentences[chosen[0]].rank])
    f1 = token_f1(said or sentences[chosen[0]].text, answers) if answers else 0.0
    return Outcome(example, row, holds(int(order[0])), any(holds(i) for i in chosen), f1)


def report(name: str, results: list[Outcome], threshold: float) -> None:
    """Right sentence, right in the quotes, F1, refusals of both kinds, calibration error."""
    answerable = [r for r in results if r.answerable]
    refused = {kind: [r.confidence < threshold for r in results if r.answerable == kind] for kind in (True, False)}
    confidences = np.array([r.confidence for r in results])
    correct = np.array([float(r.right) for r in results])
    bins = np.minimum((confidences * 10).astype(int), 9)
    ece = sum(abs(confidences[bins == b].mean() - correct[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    print(
        f"{name:10} right sentence {np.mean([r.best_right for r in answerable]):.3f}  in the quotes "
        f"{np.mean([r.right for r in answerable]):.3f}  F1 {np.mean([r.f1 for r in answerable]):.3f}  refused: "
        f"unanswerable {np.mean(refused[False]) if refused[False] else np.nan:.3f}, answerable {np.mean(refused[True]):.3f}  ECE {ece:.3f}  "
        f"AUC {auc(results):.3f}  ({len(answerable)} + {len(results) - len(answerable)} questions)",
        flush=True,
    )


def auc(results: list[Outcome]) -> float:
    """How often a rightly answered question is surer than an unanswerable one."""
    right = np.array([r.confidence for r in results if r.answerable and r.right])
    wrong = np.array([r.confidence for r in results if not r.answerable])
    return float((right[:, None] > wrong[None, :]).mean()) if len(right) and len(wrong) else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--small", type=int, default=150, help="folders of a few articles to train on")
    arguments = parser.parse_args()
    data, embedder = Data(arguments.data), open_embedder(str(BUNDLED / "embedder"))
    FOLDER.mkdir(parents=True, exist_ok=True)

    if not frequencies.FILE.exists():
        general_frequencies(data).save(frequencies.FILE)
    training, development = collect(data, arguments.work, embedder, folders=arguments.small)
    fit_models(training, development, frequencies.general_french())


def fit_models(training: list[Example], development: dict[str, list[Example]], general: GeneralFrequencies) -> None:
    """Steps 2 to 4 on analysed examples; writes the models and prints what they reach."""
    settings = Settings()
    halves = [[e for e in training if (hash_of(e.question) * 1000 % 1 < 0.5) == first] for first in (True, False)]
    rows: list[Outcome] = []
    for one, other in (halves, halves[::-1]):
        scorer = fit_scorer(one)
        rows += [outcome(example, scorer, settings, general) for example in other]
    confidence = fit_confidence(np.stack([r.row for r in rows]), np.array([r.right for r in rows], np.int8))
    scorer = fit_scorer(training)
    scorer.save(FOLDER / "sentence.safetensors")

    results: dict[str, list[Outcome]] = {}
    for name, group in development.items():
        found = [outcome(example, scorer, settings, general) for example in group]
        logits = confidence.logits(np.stack([r.row for r in found]))
        results[name] = [replace(r, confidence=float(z)) for r, z in zip(found, logits, strict=True)]
    slope, shift = calibrate([r for group in results.values() for r in group])
    confidence.rescaled(slope, shift).save(FOLDER / "confidence.safetensors")
    for name, group_results in results.items():
        results[name] = [
            replace(r, confidence=float(1 / (1 + np.exp(-(slope * r.confidence + shift))))) for r in group_results
        ]
    settings = replace(settings, threshold=choose_threshold(results))
    (FOLDER / "settings.json").write_text(json.dumps(asdict(settings), indent=2) + "\n", "utf-8")
    print(settings)
    for name, group_results in results.items():
        report(name, group_results, settings.threshold)


def calibrate(results: list[Outcome]) -> tuple[float, float]:
    """Platt's scaling (1999) of the log odds on development questions."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(np.array([[r.confidence] for r in results]), [r.right for r in results])
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def choose_threshold(results: dict[str, list[Outcome]]) -> float:
    """The confidence under which refusing costs least, over all development sets alike.

    The cost: the share of unanswerable questions that are answered, plus twice the share of answerable ones that are
    not answered rightly. Twice, because a quote beside its article can be checked, and a refusal cannot.
    """

    def worth(threshold: float) -> float:
        said = [
            2 * np.mean([r.right and r.confidence >= threshold for r in group if r.answerable])
            + np.mean([r.confidence < threshold for r in group if not r.answerable])
            for group in results.values()
        ]
        return float(np.mean(said))

    return max((round(t, 2) for t in np.arange(0.05, 0.95, 0.01).tolist()), key=worth)


if __name__ == "__main__":
    main()
