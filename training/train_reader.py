"""Train the neural reader: `python -m training.train_reader --data DATA`, after `training.encoder`.

Extractive question answering as in BERT (Devlin et al., 2019): the probability of each token to begin and to end the
answer, and of [CLS] for "not in this passage" (SQuAD 2.0). First lessons on questions made from text (`cloze`), mixed
with ever more of the questions that people wrote. Can be interrupted and goes on from its last checkpoint in --work.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertForQuestionAnswering

from rag.answering.encoding import Encoded, Encoder
from rag.answering.reading import best_span
from rag.evaluation.metrics.exact_match import exact_match
from rag.evaluation.metrics.token_f1 import token_f1
from training.cloze import cloze_readings
from training.data import Data
from training.encoder import schedule
from training.reading_examples import Reading, TrainingReadings, development

MASK = 4


@dataclass(frozen=True)
class Config:
    """Every choice of a training run."""

    seed: int = 7
    tokens: int = 5000  # of a batch
    learning_rate: float = 3e-4
    warm_up: float = 0.04
    masked: float = 0.06  # share of tokens hidden, so that it does not learn the questions by heart
    minutes: float = 70.0
    cloze: tuple[float, ...] = (1.0, 0.3, 0.15, 0.0)  # share of the made questions in each epoch; the last one stays


@dataclass(frozen=True, slots=True)
class Lesson:
    """An encoded reading with the tokens where its answer begins and ends (0: no answer)."""

    input: Encoded
    start: int
    end: int


def lesson(reading: Reading, encoder: Encoder) -> Lesson | None:
    """None when the answer lies beyond what the reader sees."""
    encoded = encoder(encoder.question(reading.question), reading.title, reading.text)
    if reading.start < 0:
        return Lesson(encoded, 0, 0)
    inside = np.flatnonzero((encoded.offsets[:, 0] < reading.end) & (encoded.offsets[:, 1] > reading.start))
    if not len(inside):
        return None
    return Lesson(encoded, encoded.first + int(inside[0]), encoded.first + int(inside[-1]))


def batches(lessons: list[Lesson], tokens: int, rng: random.Random) -> Iterator[list[Lesson]]:
    """Batches of about as many tokens each, of lessons of like length, in random order."""
    order = sorted(lessons, key=lambda x: len(x.input.ids) + rng.uniform(0, 12))
    groups: list[list[Lesson]] = [[]]
    for one in order:
        if (len(groups[-1]) + 1) * len(one.input.ids) > tokens:
            groups.append([])
        groups[-1].append(one)
    rng.shuffle(groups)
    yield from groups


def tensors(inputs: list[Encoded]) -> dict[str, torch.Tensor]:
    """Padded ids, types and attention mask, and `allowed`: where an answer may begin or end."""
    longest = max(len(x.ids) for x in inputs)
    ids, types = np.zeros((len(inputs), longest), np.int64), np.zeros((len(inputs), longest), np.int64)
    there, allowed = np.zeros((len(inputs), longest), np.int64), np.zeros((len(inputs), longest), bool)
    for row, x in enumerate(inputs):
        ids[row, : len(x.ids)], types[row, : len(x.ids)], there[row, : len(x.ids)] = x.ids, x.types, 1
        allowed[row, x.first : x.first + len(x.offsets)] = True
    allowed[:, 0] = True
    return {k: torch.from_numpy(v) for k, v in {"ids": ids, "types": types, "there": there, "allowed": allowed}.items()}


def scores(model: BertForQuestionAnswering, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Start and end logits, minus infinity where no answer may be."""
    with torch.autocast("cpu", torch.bfloat16):
        out = model(input_ids=batch["ids"], token_type_ids=batch["types"], attention_mask=batch["there"])
    closed = ~batch["allowed"]
    return out.start_logits.float().masked_fill(closed, -1e4), out.end_logits.float().masked_fill(closed, -1e4)


def evaluate(model: BertForQuestionAnswering, readings: list[Reading], encoder: Encoder) -> dict[str, float]:
    """F1, exact match and right sentence of the best span, and the share said to be without an answer."""
    model.eval()
    inputs = [(r, encoder(encoder.question(r.question), r.title, r.text)) for r in readings]
    inputs.sort(key=lambda x: len(x[1].ids))
    f1, exact, right, none = [], [], [], []
    for begin in range(0, len(inputs), 24):
        group = inputs[begin : begin + 24]
        with torch.inference_mode():
            starts, ends = scores(model, tensors([x for _, x in group]))
        for (reading, x), s, e in zip(group, starts.numpy(), ends.numpy(), strict=True):
            there = slice(x.first, x.first + len(x.offsets))
            a, b, score = best_span(s[there], e[there])
            none.append(float(s[0] + e[0] > score))
            if reading.start >= 0:
                said = reading.text[x.offsets[a, 0] : x.offsets[b, 1]]
                f1.append(token_f1(said, reading.answers))
                exact.append(exact_match(said, reading.answers))
                right.append(float(reading.sentence[0] <= x.offsets[a, 0] < reading.sentence[1]))
    model.train()
    return {
        name: round(float(np.mean(values)), 3)
        for name, values in (("f1", f1), ("exact", exact), ("sentence", right), ("none", none))
        if values
    }


def train(model: BertForQuestionAnswering, data: Data, encoder: Encoder, config: Config, work: Path) -> None:
    """Training for `config.minutes`; every ten minutes a checkpoint and figures on development questions."""
    torch.manual_seed(config.seed)
    rng = random.Random(config.seed)
    asked, made = TrainingReadings(data, config.seed), cloze_readings(data, rng, work / "cloze.jsonl")
    dev = {name: readings[:: max(1, len(readings) // 250)] for name, readings in development(data).items()}
    print(f"{len(asked.pairs)} questions, {len(made)} made from text", flush=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=0.01)
    state = work / "reader.json"
    before = 0.0
    if state.exists():
        before = json.loads(state.read_text())["seconds"]
        model.load_state_dict(torch.load(work / "reader.pt", weights_only=True))
    begun = saved = time.monotonic()
    step, losses, seen = 0, [], 0
    for epoch in range(1000):
        share = config.cloze[min(epoch, len(config.cloze) - 1)]
        readings = asked.epoch(rng) + rng.sample(made, int(share * len(made)))
        lessons = [x for r in readings if (x := lesson(r, encoder))]
        for group in batches(lessons, config.tokens, rng):
            spent = before + time.monotonic() - begun
            if spent >= config.minutes * 60:
                print({name: evaluate(model, readings, encoder) for name, readings in dev.items()}, flush=True)
                return
            for parameters in optimizer.param_groups:
                parameters["lr"] = config.learning_rate * schedule(spent / (config.minutes * 60), config.warm_up)
            batch = tensors([x.input for x in group])
            hidden = (torch.rand(batch["ids"].shape) < config.masked) & (batch["ids"] > MASK)
            batch["ids"] = batch["ids"].masked_fill(hidden, MASK)
            starts, ends = scores(model, batch)
            loss = torch.nn.functional.cross_entropy(starts, torch.tensor([x.start for x in group]))
            loss = loss + torch.nn.functional.cross_entropy(ends, torch.tensor([x.end for x in group]))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            seen += batch["ids"].numel()
            step += 1
            if step % 100 == 0:
                speed = seen / (time.monotonic() - begun)
                print(
                    f"epoch {epoch} step {step} loss {np.mean(losses[-100:]):.3f} {spent:.0f} s {speed:.0f} t/s",
                    flush=True,
                )
            if time.monotonic() - saved > 600:
                torch.save(model.state_dict(), work / "reader.pt")
                state.write_text(json.dumps({"seconds": spent}))
                print({name: evaluate(model, readings, encoder) for name, readings in dev.items()}, flush=True)
                saved = time.monotonic()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--start", type=Path, help="the encoder to start from: by default `encoder` in --work")
    parser.add_argument("--out", type=Path, default=Path("training/work/reader"))
    parser.add_argument("--minutes", type=float, default=Config.minutes)
    arguments = parser.parse_args()
    start = arguments.start or arguments.work / "encoder"
    model = BertForQuestionAnswering.from_pretrained(start)
    model.set_attn_implementation("eager")
    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    train(model, Data(arguments.data), Encoder(tokenizer), Config(minutes=arguments.minutes), arguments.work)
    model.half().save_pretrained(arguments.out)
    tokenizer.save(str(arguments.out / "tokenizer.json"))
    print(f"saved to {arguments.out}", flush=True)


if __name__ == "__main__":
    main()
