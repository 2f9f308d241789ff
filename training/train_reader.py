"""Train the neural reader: `python -m training.train_reader --data DATA`, after `training.encoder`.

Three tasks share one encoder. Extractive question answering as in BERT (Devlin et al., 2019): the probability of each
token to begin and to end the answer, and of [CLS] for "not in this passage" (SQuAD 2.0). Relevance (Nogueira & Cho,
2019): from [CLS], whether the passage is the one that the question is about, against those that BM25 takes for it.
Masked language, so that it goes on learning French. Questions made from text (`cloze`) are mixed with those that people
wrote. Can be interrupted and goes on from its last checkpoint in --work.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertForMaskedLM, BertForQuestionAnswering

from rag.answering.encoding import PLAIN, Encoder
from training.cloze import cloze_readings
from training.data import Data
from training.encoder import mask, packed, schedule, texts
from training.lessons import Lesson, batches, lesson, tensors
from training.reader_figures import evaluate
from training.reading_examples import TrainingReadings, development

MASK = 4


@dataclass(frozen=True)
class Config:
    """Every choice of a training run."""

    seed: int = 7
    tokens: int = 5000  # of a batch
    learning_rate: float = 3e-4
    warm_up: float = 0.04
    masked: float = 0.06  # share of a lesson's tokens hidden, so that it does not learn the questions by heart
    minutes: float = 170.0
    cloze: tuple[float, ...] = (1.0, 0.3, 0.15, 0.0)  # share of the made questions in each epoch; the last one stays
    language: float = 0.3  # share of the steps that are masked language ...
    language_until: float = 0.65  # ... in this first part of the time
    rows: int = 32  # of 128 tokens, in a step of masked language


class Joint(torch.nn.Module):
    """The reader, a judge of relevance and a language model over the same encoder."""

    def __init__(self, start: Path) -> None:
        super().__init__()
        self.reader = BertForQuestionAnswering.from_pretrained(start)
        self.reader.set_attn_implementation("eager")
        self.relevance = torch.nn.Linear(self.reader.config.hidden_size, 1)
        language = BertForMaskedLM.from_pretrained(start)
        self.words = language.cls
        self.words.predictions.decoder.weight = self.reader.bert.embeddings.word_embeddings.weight

    def read(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Start and end logits (rows, length), minus infinity where no answer may be; relevance logits (rows,)."""
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.reader.bert(
                input_ids=batch["ids"], token_type_ids=batch["types"], attention_mask=batch["there"]
            ).last_hidden_state
            ends = self.reader.qa_outputs(hidden)
            relevance = self.relevance(hidden[:, 0])[:, 0]
        closed = ~batch["allowed"]
        starts, stops = ends.float().unbind(-1)
        return starts.masked_fill(closed, -1e4), stops.masked_fill(closed, -1e4), relevance.float()

    def language_loss(self, ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Cross-entropy of the hidden tokens; labels are -100 elsewhere."""
        wanted = labels >= 0
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.reader.bert(input_ids=ids, token_type_ids=torch.full_like(ids, PLAIN)).last_hidden_state
            scores = self.words(hidden[wanted])
        return functional.cross_entropy(scores.float(), labels[wanted])


def reading_loss(model: Joint, groups: list[list[Lesson]], masked: float) -> torch.Tensor:
    """Of the spans, and of relevance: each gold passage against the wrong ones of its question, and by itself."""
    lessons = [x for group in groups for x in group]
    batch = tensors([x.input for x in lessons])
    hidden = (torch.rand(batch["ids"].shape) < masked) & (batch["ids"] > MASK)
    batch["ids"] = batch["ids"].masked_fill(hidden, MASK)
    starts, stops, relevance = model.read(batch)
    loss = functional.cross_entropy(starts, torch.tensor([x.start for x in lessons]))
    loss = loss + functional.cross_entropy(stops, torch.tensor([x.end for x in lessons]))
    judged = torch.tensor([x.relevant for x in lessons])
    sure = judged >= 0
    if sure.any():
        loss = loss + 0.3 * functional.binary_cross_entropy_with_logits(relevance[sure], judged[sure].float())
    against, row = [], 0
    for group in groups:
        here = judged[row : row + len(group)]
        if (here == 1).any() and (here == 0).any():
            logits = relevance[row : row + len(group)]
            against.append(torch.logsumexp(logits[here >= 0], 0) - torch.logsumexp(logits[here == 1], 0))
        row += len(group)
    return loss + torch.stack(against).mean() if against else loss


def train(model: Joint, data: Data, encoder: Encoder, tokenizer: Tokenizer, config: Config, work: Path) -> None:
    """Training for `config.minutes`; every ten minutes a checkpoint and figures on development questions."""
    torch.manual_seed(config.seed)
    rng, noise = random.Random(config.seed), np.random.default_rng(config.seed)
    asked, made = TrainingReadings(data, config.seed), cloze_readings(data, rng, work / "cloze.jsonl")
    rows = packed(texts(data, config.seed + 1), tokenizer, 128)
    dev = {name: readings[:: max(1, len(readings) // 250)] for name, readings in development(data).items()}
    print(f"{len(asked.examples)} questions, {len(made)} made from text, {len(rows)} rows of text", flush=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=0.01)
    state, weights = work / "reader.json", work / "reader.pt"
    before, epochs = 0.0, 0
    if state.exists():
        known = json.loads(state.read_text())
        before, epochs = known["seconds"], known["epoch"]
        model.load_state_dict(torch.load(weights, weights_only=True))
    begun = saved = time.monotonic()
    step, seen, losses = 0, 0, {"reading": [0.0], "language": [0.0]}
    for epoch in range(epochs, 1000):
        share = config.cloze[min(epoch, len(config.cloze) - 1)]
        readings = asked.epoch(rng) + [[r] for r in rng.sample(made, int(share * len(made)))]
        groups = [found for group in readings if (found := [x for r in group if (x := lesson(r, encoder))])]
        print(f"epoch {epoch}: {sum(map(len, groups))} lessons on {len(groups)} questions", flush=True)
        for group in batches(groups, config.tokens, rng):
            spent = before + time.monotonic() - begun
            part = spent / (config.minutes * 60)
            if part >= 1:
                print({name: evaluate(model, readings, encoder) for name, readings in dev.items()}, flush=True)
                return
            for parameters in optimizer.param_groups:
                parameters["lr"] = config.learning_rate * schedule(part, config.warm_up)
            tasks = [("reading", reading_loss(model, group, config.masked))]
            seen += sum(len(x.input.ids) for lessons in group for x in lessons)
            if part < config.language_until and rng.random() < config.language / (1 - config.language):
                chosen = rows[noise.integers(0, len(rows), config.rows)]
                tasks.append(("language", model.language_loss(*mask(chosen, 0.2, len(tokenizer.get_vocab()), noise))))
                seen += chosen.size
            optimizer.zero_grad(set_to_none=True)
            for name, loss in tasks:
                loss.backward()
                losses[name].append(loss.item())
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            if step % 100 == 0:
                said = ", ".join(f"{name} {np.mean(values[-100:]):.3f}" for name, values in losses.items())
                print(f"step {step}: {said}, {spent:.0f} s, {seen / (time.monotonic() - begun):.0f} t/s", flush=True)
            if time.monotonic() - saved > 600:
                torch.save(model.state_dict(), weights)
                state.write_text(json.dumps({"seconds": spent, "epoch": epoch}))
                print({name: evaluate(model, readings, encoder) for name, readings in dev.items()}, flush=True)
                saved = time.monotonic()


def rounded(reader: BertForQuestionAnswering) -> BertForQuestionAnswering:
    """The weights as precise as the training multiplied them, in bfloat16: what is finer is noise that no file packs."""
    for parameter in reader.parameters():
        parameter.data = parameter.data.bfloat16().float()
    return reader


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--start", type=Path, help="the encoder to start from: by default `encoder` in --work")
    parser.add_argument("--out", type=Path, default=Path("training/work/reader"))
    parser.add_argument("--minutes", type=float, default=Config.minutes)
    arguments = parser.parse_args()
    start = arguments.start or arguments.work / "encoder"
    model = Joint(start)
    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    config = Config(minutes=arguments.minutes)
    train(model, Data(arguments.data), Encoder(tokenizer), tokenizer, config, arguments.work)
    rounded(model.reader).half().save_pretrained(arguments.out)
    relevance = {name: value.detach().float() for name, value in model.relevance.state_dict().items()}
    save_file(relevance, arguments.out / "relevance.safetensors")
    tokenizer.save(str(arguments.out / "tokenizer.json"))
    print(f"saved to {arguments.out}", flush=True)


if __name__ == "__main__":
    main()
