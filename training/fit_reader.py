"""Fit the bundled reader: `python -m training.fit_reader --data DATA`.

1. Word frequencies of general French, from the training text.
2. The sentence scorer: which sentence of the evidence holds the answer. A softmax over each question's sentences
   (listwise training, Cao et al., 2007) on piaf-train, news-qa-train and wiki-qa-train, over large collections and over
   folders of a few articles. Only questions that the embedder was not trained on (`for_embedder`).
3. The confidence: whether what would be quoted holds the answer. Unanswerable questions are near misses written by
   hand, and answerable ones whose gold article is taken out of the evidence. Learnt on scores that a scorer
   fitted on the other half of the questions gave.
4. Calibration on all development questions; the threshold refuses 85% of the questions of piaf-dev whose article
   is taken out of the evidence.
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

from rag import french, frequencies
from rag.answering.extractive import Settings, choose, confidence_features, softmax
from rag.answering.features import Sentence, cut, describe
from rag.answering.question import analyse
from rag.answering.scorer import Perceptron
from rag.embedding import Embedder, open_embedder, word_embedder
from rag.frequencies import GeneralFrequencies
from rag.passages import contextual_text
from rag.records import Hit
from rag.retrieval import Retriever
from rag.settings import BUNDLED
from training import collections
from training.collections import Collection
from training.data import Data, Question
from training.train_embedder import for_embedder, training_passages

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
    swapped: Callable[[Question], bool] = lambda question: False,
) -> Iterator[Example]:
    """The questions of a collection with their evidence, retrieved as the product does.

    `without_gold`: the gold article is taken out of the evidence. `swapped`: a name or number of the question is
    changed for another one. Both leave a question without an answer.
    """
    words = word_embedder(embedder)
    names = sorted({name for question in collection.questions for name in written_names(question.text)})
    with collection.open(embedder) as index:
        retriever = Retriever(index, embedder)
        for question in collection.questions:
            if not unseen(question):
                continue
            if swapped(question) and (changed := swap_name(question, names)):
                question = changed
            text = collections.standalone(question)
            hidden = without_gold(question)
            hits = retriever.search(text, PASSAGES + 6)
            if hidden:
                hits = [hit for hit in hits if hit.passage.document_id != question.document_id]
                question = replace(question, kind="unanswerable")
            example = _example(question, text, hits[:PASSAGES], index.terms, general, words)
            if example:
                yield example


def written_names(text: str) -> list[str]:
    """The names and numbers of a question as written; nothing from one in capitals or without a capital."""
    wanted = analyse(text).names
    return [text[t.start : t.end] for t in french.tokens(text) if t.stem in wanted]


def swap_name(question: Question, names: Sequence[str]) -> Question | None:
    """The question with one of its names or numbers changed for another of `names` of its kind, without an answer."""
    rng = random.Random(question.id)
    own = written_names(question.text)
    if question.kind != "answerable" or not own:
        return None
    old = rng.choice(own)
    others = [name for name in rng.sample(names, min(50, len(names))) if name[0].isdigit() == old[0].isdigit()]
    new = next((name for name in others if french.stem(name) not in {french.stem(n) for n in own}), None)
    return replace(question, text=question.text.replace(old, new), kind="unanswerable") if new else None


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


def fit_confidence(features: np.ndarray, labels: np.ndarray) -> Perceptron:
    """Logistic regression over standardised features: as good on development data as deeper models, and steadier."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=0.05, max_iter=1000).fit(scaler.transform(features), labels)
    layer = (model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32))
    return Perceptron(scaler.mean_.astype(np.float32), scaler.scale_.astype(np.float32), [layer])


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


def outcome(
    example: Example, scorer: Perceptron, settings: Settings, general: GeneralFrequencies
) -> tuple[np.ndarray, bool, bool]:
    """Confidence features, whether the best sentence is right, whether any quoted sentence is."""
    logits = scorer.logits(example.features)
    order = np.argsort(-logits, kind="stable")
    row = confidence_features(
        analyse(example.text), example.sentences, example.features, logits, example.known, general
    )
    chosen = choose(example.sentences, softmax(logits), order, settings)

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

    if not frequencies.FILE.exists():
        general_frequencies(data).save(frequencies.FILE)
    general = frequencies.general_french()

    piaf = collections.piaf(data, "train", arguments.work, embedder)
    news = collections.news(data, "train", arguments.work, embedder)
    folders = collections.small(data, arguments.small, arguments.work, embedder)
    half = lambda question: question.kind != "unanswerable" and hash_of(question) < 0.33  # noqa: E731
    training: list[Example] = []
    for collection in (piaf, news, *folders):
        training += examples(
            collection,
            embedder,
            general,
            unseen=lambda q: not for_embedder(q),
            without_gold=half,
            swapped=lambda q: 0.33 <= hash_of(q) < 0.5,
        )
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

    fit_models(training, development, general)


def fit_models(training: list[Example], development: dict[str, list[Example]], general: GeneralFrequencies) -> None:
    """Steps 2 to 4 on analysed examples; writes the models and prints what they reach."""
    settings = Settings()
    halves = [[e for e in training if (hash_of(e.question) * 1000 % 1 < 0.5) == first] for first in (True, False)]
    rows: list[tuple[np.ndarray, bool, bool]] = []
    for one, other in (halves, halves[::-1]):
        scorer = fit_scorer(one)
        rows += [outcome(example, scorer, settings, general) for example in other]
    x, y = np.stack([row[0] for row in rows]), np.array([row[2] for row in rows], np.int8)
    confidence = fit_confidence(x, y)
    scorer = fit_scorer(training)
    scorer.save(FOLDER / "sentence.safetensors")

    results = {}
    for name, group in development.items():
        found = [outcome(example, scorer, settings, general) for example in group]
        logits = confidence.logits(np.stack([f[0] for f in found]))
        results[name] = [(e, float(z), f[1], f[2]) for e, z, f in zip(group, logits, found, strict=True)]
    slope, shift = calibrate([r for group in results.values() for r in group])
    confidence.rescaled(slope, shift).save(FOLDER / "confidence.safetensors")

    calibrated = {
        name: [(e, 1 / (1 + np.exp(-(slope * z + shift))), a, b) for e, z, a, b in group]
        for name, group in results.items()
    }
    settings = replace(settings, threshold=choose_threshold(calibrated["piaf-dev"]))
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


def choose_threshold(results: list[tuple[Example, float, bool, bool]], refused: float = 0.85) -> float:
    """The threshold under which this share of the unanswerable questions falls."""
    return round(float(np.quantile([r[1] for r in results if r[0].question.kind == "unanswerable"], refused)), 2)


if __name__ == "__main__":
    main()
