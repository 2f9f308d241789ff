"""Fit the bundled reader: `python -m training.fit_reader --data ../shared/data`.

1. Word frequencies of general French, from the training text.
2. The sentence scorer: which sentence of the evidence holds the answer, on piaf-train, news-qa-train and
   wiki-qa-train, over large collections and over folders of a few articles.
3. The confidence: whether what would be quoted holds the answer. Unanswerable questions are near misses written by
   hand, and answerable ones whose gold article is taken out of the evidence.
4. Calibration and threshold on piaf-dev (with half of the questions' gold articles taken out) and news-qa-dev.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from rag import french
from rag.answering.extractive import Settings, choose, confidence_features
from rag.answering.features import SENTENCE_FEATURES, Sentence, cut, describe
from rag.answering.question import analyse
from rag.answering.scorer import GeneralFrequencies, Perceptron
from rag.embedding import Embedder, open_embedder, word_embedder
from rag.passages import contextual_text
from rag.records import Hit
from rag.retrieval import Retriever
from rag.settings import BUNDLED
from training import collections
from training.collections import Collection
from training.data import Data, Question
from training.train_embedder import training_passages

FOLDER = BUNDLED / "reader"
PASSAGES = Settings().passages


@dataclass
class Example:
    """A question with the analysed sentences of its evidence."""

    question: Question
    sentences: list[Sentence]
    features: np.ndarray
    labels: np.ndarray  # 1 right, 0 wrong, -1 unclear: outside the gold document, but with the answer's words
    known: Callable[[str], float]
    text: str


def general_frequencies(data: Data) -> GeneralFrequencies:
    """Document frequencies over the training passages, of stems that occur in five of them or more."""
    passages, _ = training_passages(data, seed=7)
    count: Counter[str] = Counter()
    for passage in passages:
        count.update(set(french.terms(contextual_text(passage))))
    return GeneralFrequencies(len(passages), {stem: n for stem, n in count.items() if n >= 5})


def right(sentence: Sentence, question: Question, *, in_gold: bool) -> int:
    """Whether the sentence holds the answer: by offset in PIAF, by evidence sentence elsewhere."""
    if question.kind == "unanswerable":
        return 0
    holds = any(answer in sentence.text for answer in question.answers)
    if not in_gold:
        return -1 if holds and max(map(len, question.answers)) > 6 else 0
    if question.answer_start >= 0:
        start, end = question.answer_start, question.answer_start + len(question.answers[0])
        return int(sentence.start < end and start < sentence.end)
    if question.evidence and (question.evidence in sentence.text or sentence.text in question.evidence):
        return int(holds or len(sentence.text) > 0.5 * len(question.evidence))
    return -1 if holds else 0


def examples(
    collection: Collection,
    embedder: Embedder,
    general: GeneralFrequencies,
    *,
    unseen: Callable[[Question], bool] = lambda question: True,
    without_gold: Callable[[Question], bool] = lambda question: False,
) -> Iterator[Example]:
    """The questions of a collection with their evidence, retrieved as the product does."""
    words = word_embedder(embedder)
    with collection.open(embedder) as index:
        retriever = Retriever(index, embedder)
        for question in collection.questions:
            if not unseen(question):
                continue
            text = collections.standalone(question)
            hidden = without_gold(question)
            hits = retriever.search(text, PASSAGES + 6)
            if hidden:
                hits = [hit for hit in hits if hit.passage.document_id != question.document_id]
                question = replace(question, kind="unanswerable")
            example = _example(question, text, hits[:PASSAGES], index.terms, general, words)
            if example:
                yield example


def _example(question: Question, text: str, hits: Sequence[Hit], terms, general, words) -> Example | None:  # type: ignore[no-untyped-def]
    asked = analyse(text)
    sentences = cut(hits)
    if not asked.stems or not sentences:
        return None
    features = describe(asked, sentences, idf=terms.idf, general_idf=general.idf, word_vectors=words.encode)
    labels = np.array(
        [right(s, question, in_gold=s.hit.passage.document_id == question.document_id) for s in sentences], np.int8
    )
    return Example(question, sentences, features.astype(np.float32), labels, terms.document_frequency, text)


def fit_perceptron(
    features: np.ndarray, labels: np.ndarray, *, hidden: tuple[int, ...], seed: int, alpha: float
) -> Perceptron:
    """Standardise and fit with scikit-learn."""
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    model = MLPClassifier(
        hidden, alpha=alpha, batch_size=512, learning_rate_init=1e-3, max_iter=40, early_stopping=True,
        n_iter_no_change=4, validation_fraction=0.08, random_state=seed,
    )  # fmt: skip
    model.fit(scaler.transform(features), labels)
    return Perceptron(
        scaler.mean_.astype(np.float32),
        scaler.scale_.astype(np.float32),
        [(w.astype(np.float32), b.astype(np.float32)) for w, b in zip(model.coefs_, model.intercepts_, strict=True)],
    )


def thin(example: Example, rng: random.Random, most: int = 24) -> np.ndarray:
    """Rows to train on: every right sentence, the wrong ones that look best, and a few others."""
    wrong = np.flatnonzero(example.labels == 0)
    overlap = example.features[wrong][:, SENTENCE_FEATURES.index("soft")]
    hard = wrong[np.argsort(-overlap)[: most // 2]]
    others = [i for i in wrong if i not in set(hard)]
    rest = rng.sample(others, min(len(others), most // 2))
    return np.concatenate([np.flatnonzero(example.labels == 1), hard, np.array(rest, int)]).astype(int)


def outcome(
    example: Example, scorer: Perceptron, settings: Settings, general: GeneralFrequencies
) -> tuple[np.ndarray, bool, bool]:
    """Confidence features, whether the best sentence is right, whether any quoted sentence is."""
    probabilities = scorer(example.features)
    order = np.argsort(-probabilities, kind="stable")
    asked = analyse(example.text)
    row = confidence_features(asked, example.sentences, example.features, probabilities, example.known, general)
    chosen = choose(example.sentences, probabilities, order, settings)

    def holds(i: int) -> bool:
        answers = example.question.answers if example.question.kind != "unanswerable" else ()
        return example.labels[i] == 1 or any(
            answer in example.sentences[i].text for answer in answers if len(answer) > 2
        )

    return row, holds(int(order[0])), any(holds(i) for i in chosen)


def report(name: str, results: list[tuple[Example, float, bool, bool]], threshold: float) -> None:
    """Right sentence, right in the quotes, refusals of both kinds, calibration error."""
    answerable = [r for r in results if r[0].question.kind != "unanswerable"]
    refused = [c < threshold for _, c, _, _ in results]
    no = [r for r, x in zip(refused, results, strict=True) if x[0].question.kind == "unanswerable"]
    yes = [r for r, x in zip(refused, results, strict=True) if x[0].question.kind != "unanswerable"]
    confidences = np.array([c for _, c, _, _ in results])
    correct = np.array([float(any_right) for _, _, _, any_right in results])
    bins = np.minimum((confidences * 10).astype(int), 9)
    ece = sum(abs(confidences[bins == b].mean() - correct[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    print(
        f"{name:12} right sentence {np.mean([r[2] for r in answerable]):.3f}  in the quotes "
        f"{np.mean([r[3] for r in answerable]):.3f}  refused: unanswerable {np.mean(no) if no else float('nan'):.3f}, "
        f"answerable {np.mean(yes):.3f}  ECE {ece:.3f}  ({len(answerable)} + {len(no)} questions)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--small", type=int, default=150, help="folders of a few articles to train on")
    arguments = parser.parse_args()
    data, embedder = Data(arguments.data), open_embedder(str(BUNDLED / "embedder"))
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = random.Random(5)

    if not (FOLDER / "frequencies.json").exists():
        general_frequencies(data).save(FOLDER / "frequencies.json")
    general = GeneralFrequencies.load(FOLDER / "frequencies.json")

    piaf = collections.piaf(data, "train", arguments.work, embedder)
    news = collections.news(data, "train", arguments.work, embedder)
    folders = collections.small(data, arguments.small, arguments.work, embedder)
    half = lambda question: question.kind != "unanswerable" and hash_of(question) < 0.33  # noqa: E731
    training: list[Example] = []
    for collection in (piaf, news, *folders):
        training += examples(collection, embedder, general, without_gold=half)
        if not collection.name.startswith("small"):
            print(f"{collection.name}: {len(training)} examples", flush=True)
    development = {
        "piaf-dev": list(
            examples(collections.piaf(data, "dev", arguments.work, embedder), embedder, general, without_gold=half)
        ),
        "news-dev": list(examples(collections.news(data, "dev", arguments.work, embedder), embedder, general)),
        "small-dev": [
            example
            for folder in collections.small(data, 40, arguments.work, embedder, part="dev")
            for example in examples(folder, embedder, general)
        ],
    }

    rows = [(example, thin(example, rng)) for example in training]
    x = np.concatenate([e.features[r] for e, r in rows])
    y = np.concatenate([e.labels[r] for e, r in rows])
    scorer = fit_perceptron(x, y, hidden=(48, 24), seed=1, alpha=1e-3)
    scorer.save(FOLDER / "sentence.safetensors")
    settings = Settings()

    outcomes = [outcome(example, scorer, settings, general) for example in training]
    x = np.stack([o[0] for o in outcomes])
    y = np.array([o[2] for o in outcomes], np.int8)
    confidence = fit_perceptron(x, y, hidden=(24,), seed=1, alpha=1e-2)

    results = {}
    for name, group in development.items():
        found = [outcome(example, scorer, settings, general) for example in group]
        logits = confidence.logits(np.stack([f[0] for f in found]))
        results[name] = [(e, float(z), f[1], f[2]) for e, z, f in zip(group, logits, found, strict=True)]
    slope, shift = calibrate([r for group in results.values() for r in group])
    weight, bias = confidence._layers[-1]
    confidence._layers[-1] = (weight * slope, bias * slope + shift)
    confidence.save(FOLDER / "confidence.safetensors")

    calibrated = {
        name: [(e, 1 / (1 + np.exp(-(slope * z + shift))), a, b) for e, z, a, b in group]
        for name, group in results.items()
    }
    settings = replace(settings, threshold=choose_threshold([r for group in calibrated.values() for r in group]))
    (FOLDER / "settings.json").write_text(json.dumps(asdict(settings), indent=2) + "\n", "utf-8")
    print(settings)
    for name, scored in calibrated.items():
        report(name, scored, settings.threshold)


def hash_of(question: Question) -> float:
    """A fixed number in 0..1 for each question."""
    return random.Random(question.id).random()


def calibrate(results: list[tuple[Example, float, bool, bool]]) -> tuple[float, float]:
    """Platt's scaling (1999) of the log odds on development questions."""
    from sklearn.linear_model import LogisticRegression

    z = np.array([[r[1]] for r in results])
    model = LogisticRegression(C=1e6).fit(z, [r[3] for r in results])
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def choose_threshold(results: list[tuple[Example, float, bool, bool]], cost_of_wrong: float = 1.0) -> float:
    """The threshold with the least cost on development questions.

    Saying something wrong costs `cost_of_wrong`, refusing a question that would have been answered rightly costs 1.
    """
    confidences = np.array([r[1] for r in results])
    correct = np.array([r[3] for r in results])
    grid = np.linspace(0.05, 0.8, 76)
    costs = [cost_of_wrong * np.sum(~correct & (confidences >= t)) + np.sum(correct & (confidences < t)) for t in grid]
    return round(float(grid[int(np.argmin(costs))]), 2)


if __name__ == "__main__":
    main()
