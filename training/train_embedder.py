"""Train the bundled static embedding: `python -m training.train_embedder --data DATA`.

Three steps, a quarter of an hour on two cores; the first two are kept in --work and not done twice:
1. a WordPiece vocabulary over folded text (lower case, no accents);
2. token vectors by skip-gram with negative sampling (Mikolov et al., 2013) over the training text: words that are
   used alike come close, "devise" and "slogan";
3. contrastive training (InfoNCE over in-batch negatives, van den Oord et al., 2018, and BM25's hard negatives)
   on question -> passage, title -> passage, sentence -> its passage, and paraphrase pairs.

The result is a sentence-transformers `StaticEmbedding` in half precision. The development sets are never
trained on, nor are the articles that their questions are about. Of the training questions only half are used
(`for_embedder`): the reader is fitted on the other half, since the vectors of questions that were
trained on are closer to their passages than those of any new question.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from rag import french
from rag.passages import contextual_text, split
from rag.records import Document, Passage
from training.bm25 import hard_negatives
from training.data import Data, Question, gold_passage


@dataclass(frozen=True)
class Config:
    """Every choice of a training run."""

    vocabulary: int = 32_000
    dimension: int = 256
    seed: int = 7
    batch: int = 2048
    epochs: int = 3
    learning_rate: float = 1e-3
    temperature: float = 0.05
    question_repeats: int = 4  # the questions are few beside the titles
    tokens: int = 256  # of a passage


def training_passages(data: Data, seed: int) -> tuple[list[Passage], dict[str, list[Passage]]]:
    """All passages of the training text, and those of news and wiki articles by document id (dev left out)."""
    held_out = {question.document_id for question in data.news_questions("dev")}
    by_document = {i: split(d) for i, d in data.news.items() if i not in held_out}
    by_document |= {i: split(d) for i, d in data.wiki_questions()[0].items()}
    by_document |= {d.id: split(d) for d in data.piaf("train")[0]}
    passages = [passage for group in by_document.values() for passage in group]
    rng = random.Random(seed)
    for number, row in enumerate(data.rows("french-text.jsonl.xz")):
        keep = 0.12 if row["source"] in ("french_romans", "eltec_fra") else 1.0  # novels would drown the rest
        document = Document(id=f"text{number}", text=row["text"], title=row["title"] or "", path="")
        passages += [p for p in split(document) if rng.random() < keep]
    return passages, by_document


def train_tokenizer(texts: list[str], size: int) -> Tokenizer:
    """A WordPiece tokenizer that sees neither case, accents nor invisible characters."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Replace(c, "") for c in "\u00ad\u200b\u200c\u200d\u2060\ufeff"]
        + [normalizers.Replace("œ", "oe"), normalizers.Replace("Œ", "oe")]
        + [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=["[PAD]", "[UNK]"], show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def skip_gram(texts: list[str], tokenizer: Tokenizer, config: Config) -> np.ndarray:
    """Token vectors (vocabulary, dimension): direction by skip-gram, length by inverse document frequency.

    Stop words and punctuation are left out of the windows; they and rare tokens start small and at random.
    """
    from gensim.models import Word2Vec

    vocabulary = tokenizer.get_vocab()
    silent = {i for token, i in vocabulary.items() if token in french.STOP_WORDS or not any(map(str.isalnum, token))}
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]
    model = Word2Vec(
        [[str(i) for i in tokens if i not in silent] for tokens in ids], vector_size=config.dimension, window=6,
        min_count=3, sg=1, negative=8, sample=1e-4, workers=2, epochs=4, seed=config.seed,
    )  # fmt: skip
    vectors = np.random.default_rng(config.seed).normal(
        0, 0.3 / config.dimension**0.5, (len(vocabulary), config.dimension)
    )
    known = np.array([int(token) for token in model.wv.index_to_key])
    centred = model.wv.vectors - model.wv.vectors.mean(0)
    vectors[known] = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    frequency = np.bincount(
        np.concatenate([np.unique(tokens) for tokens in ids]).astype(np.int64), minlength=len(vocabulary)
    )
    idf = np.log((1 + len(ids)) / (1 + frequency))
    return (vectors * (idf / idf.mean())[:, None]).astype(np.float32)


def for_embedder(question: Question) -> bool:
    """Whether a training question is the embedder's; the reader is fitted on the others. By article."""
    article = (
        question.document_id.rpartition("/")[0] if question.document_id.startswith("train/") else question.document_id
    )
    return random.Random(article).random() < 0.5


def training_pairs(
    data: Data, by_document: dict[str, list[Passage]], others: list[Passage], config: Config
) -> list[tuple[str, str, str]]:
    """(query, passage, hard negative or "") triples of every kind."""
    rng = random.Random(config.seed)
    pairs: list[tuple[str, str, str]] = []
    questions: list[tuple[str, Passage]] = []
    piaf_questions = data.piaf("train")[1]
    for question in piaf_questions + data.news_questions("train") + data.wiki_questions()[1]:
        if question.kind == "unanswerable" or question.document_id not in by_document or not for_embedder(question):
            continue
        text = question.standalone if question.kind == "followup" else question.text
        passage = gold_passage(by_document[question.document_id], question)
        if passage and text:
            questions.append((text, passage))
    everything = [p for group in by_document.values() for p in group]
    negatives = hard_negatives([q for q, _ in questions], [p for _, p in questions], everything, rng)
    for _ in range(config.question_repeats):
        pairs += [
            (text, contextual_text(passage), contextual_text(rng.choice(found)) if found else "")
            for (text, passage), found in zip(questions, negatives, strict=True)
        ]
    headings = data.headings
    for identifier, group in by_document.items():
        if identifier not in headings:
            continue
        for passage in group[:4]:
            pairs.append((passage.title, passage.text, ""))
        if len(group) > 1 and headings[identifier]:
            pairs.append((headings[identifier], rng.choice(group[1:]).text, ""))
    for passage in everything + others:
        spans = french.sentences(passage.text)
        if len(spans) >= 3:
            start, end = rng.choice(spans)
            if end - start > 30:
                rest = passage.text[:start] + " " + passage.text[end:]
                pairs.append((passage.text[start:end], f"{passage.title}\n{rest}", ""))
    for line in data.lines("wikipedia-vikidia-pairs.tsv.xz"):
        left, _, right = line.rstrip("\n").partition("\t")
        pairs.append((right, left, ""))
    for row in data.rows("quiz.jsonl.xz"):
        if row["anecdote"]:
            pairs.append((row["question"], f"{row['answer']}. {row['anecdote']}", ""))
    rng.shuffle(pairs)
    return pairs


class TokenMean(torch.nn.Module):
    """The static embedding in training: the mean of the tokens' vectors, made unit length."""

    def __init__(self, vectors: np.ndarray) -> None:
        super().__init__()
        self.bag = torch.nn.EmbeddingBag.from_pretrained(torch.from_numpy(vectors), freeze=False, mode="mean")

    def forward(self, ids: list[np.ndarray]) -> torch.Tensor:
        flat = torch.from_numpy(np.concatenate(ids).astype(np.int64))
        offsets = torch.from_numpy(np.cumsum([0] + [len(x) for x in ids[:-1]]).astype(np.int64))
        return torch.nn.functional.normalize(self.bag(flat, offsets), dim=-1)


def train(vectors: np.ndarray, tokenizer: Tokenizer, pairs: list[tuple[str, str, str]], config: Config) -> np.ndarray:
    """Contrastive training of the token vectors; returns them."""
    torch.manual_seed(config.seed)

    def encode(texts: list[str]) -> list[np.ndarray]:
        return [
            np.asarray(e.ids[: config.tokens] or [1], np.int32)
            for e in tokenizer.encode_batch(texts, add_special_tokens=False)
        ]

    queries, passages, negatives = (encode(list(column)) for column in zip(*pairs, strict=True))
    has_negative = np.array([bool(pair[2]) for pair in pairs])
    model = TokenMean(vectors)
    optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate)
    steps = config.epochs * (len(pairs) // config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config.learning_rate, total_steps=steps, pct_start=0.1)
    rng = np.random.default_rng(config.seed)
    step, started = 0, time.monotonic()
    for _ in range(config.epochs):
        order = rng.permutation(len(pairs))
        for begin in range(0, len(order) - config.batch + 1, config.batch):
            batch = order[begin : begin + config.batch]
            a = model([queries[i] for i in batch])
            hard = [i for i in batch if has_negative[i]][: config.batch // 2]
            b = model([passages[i] for i in batch] + [negatives[i] for i in hard])
            scores = a @ b.T / config.temperature
            targets = torch.arange(len(batch))
            loss = torch.nn.functional.cross_entropy(scores, targets)
            loss = loss + torch.nn.functional.cross_entropy(scores[:, : len(batch)].T, targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            step += 1
            if step % 50 == 0:
                print(f"step {step}/{steps} loss {loss.item():.3f} {time.monotonic() - started:.0f} s", flush=True)
    return model.bag.weight.detach().numpy()


def save(vectors: np.ndarray, tokenizer: Tokenizer, folder: Path) -> None:
    """Write a sentence-transformers model in half precision."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    model = SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_weights=vectors)], similarity_fn_name="cosine", device="cpu"
    )
    model.half().save_pretrained(str(folder), create_model_card=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--out", type=Path, default=Path("rag/bundled/embedder"))
    arguments = parser.parse_args()
    config, data = Config(), Data(arguments.data)
    arguments.work.mkdir(parents=True, exist_ok=True)

    started = time.monotonic()

    def say(what: str) -> None:
        print(f"{what}, {time.monotonic() - started:.0f} s", flush=True)

    passages, by_document = training_passages(data, config.seed)
    texts = [contextual_text(passage) for passage in passages]
    say(f"{len(texts)} passages")
    if not (kept := arguments.work / "tokenizer.json").exists():
        train_tokenizer(texts, config.vocabulary).save(str(kept))
    tokenizer = Tokenizer.from_file(str(kept))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    say("tokenizer")
    if not (kept := arguments.work / "skipgram.npy").exists():
        np.save(kept, skip_gram(texts, tokenizer, config))
    vectors = np.load(kept)
    say("skip-gram")
    known = {id(p) for group in by_document.values() for p in group}
    pairs = training_pairs(data, by_document, [p for p in passages if id(p) not in known], config)
    say(f"{len(pairs)} pairs")
    save(train(vectors, tokenizer, pairs, config), tokenizer, arguments.out)
    say(f"saved to {arguments.out}")


if __name__ == "__main__":
    main()
