"""The training of the reader, on a model small enough to learn by heart in a second, and the graph that comes of it."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertForMaskedLM

from rag.answering.encoding import Encoder
from rag.answering.reading import SpanReader
from rag.records import Passage
from rag.settings import BUNDLED
from training.data import ENCYCLOPEDIC, NEAR_MISSES, PIAF_PASSAGES
from training.export_reader import build
from training.lessons import Lesson, batches, lesson, tensors
from training.reader_figures import evaluate
from training.reading_examples import Reading
from training.train_reader import Joint, reading_loss, rounded

BRIDGE = "Le pont de Kerlouan relie les deux rives depuis 1987. Il mesure 240 mètres."
SCHOOL = "L'école de Plouha accueille 112 élèves. Sa directrice, Anne Morvan, enseigne aussi la musique."
TOKENIZER = BUNDLED / "reader" / "tokenizer.json"


def answered(question: str, text: str, answer: str) -> Reading:
    start = text.index(answer)
    return Reading(question, "", text, start, start + len(answer), (answer,), (0, len(text)), "answerable")


LENGTH, HEAD = "Quelle est la longueur du pont ?", "Qui dirige l'école ?"
GROUPS = [
    [answered(LENGTH, BRIDGE, "240 mètres"), Reading(LENGTH, "", SCHOOL, kind="wrong passage")],
    [answered(HEAD, SCHOOL, "Anne Morvan"), Reading(HEAD, "", BRIDGE, kind="wrong passage")],
    [Reading("Qui a construit le pont ?", "", BRIDGE, kind="near miss")],
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(Tokenizer.from_file(str(TOKENIZER)))


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder as `training.encoder` leaves it."""
    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("start")
    config = BertConfig(
        vocab_size=16_000, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        type_vocab_size=6, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    BertForMaskedLM(config).save_pretrained(folder)
    shutil.copy(TOKENIZER, folder / "tokenizer.json")
    return folder


def lessons(encoder: Encoder) -> list[list[Lesson]]:
    return [[made for reading in group if (made := lesson(reading, encoder))] for group in GROUPS]


def test_a_lesson_points_at_the_tokens_of_its_answer(encoder: Encoder) -> None:
    made = lesson(GROUPS[1][0], encoder)
    assert made is not None
    first, last = made.start - made.input.first, made.end - made.input.first
    assert SCHOOL[made.input.offsets[first, 0] : made.input.offsets[last, 1]] == "Anne Morvan"
    assert [x.relevant for group in lessons(encoder) for x in group] == [1, 0, 1, 0, -1]
    assert [(x.start, x.end) for x in lessons(encoder)[2]] == [(0, 0)], "a near miss has no answer"


def test_batches_keep_the_lessons_of_a_question_together_and_lose_none(encoder: Encoder) -> None:
    groups = lessons(encoder) * 7
    found = list(batches(groups, 300, random.Random(1)))
    assert sorted(id(x) for batch in found for group in batch for x in group) == sorted(
        id(x) for group in groups for x in group
    )
    for batch in found:
        rows = [x for group in batch for x in group]
        assert len(batch) == 1 or len(rows) * max(len(x.input.ids) for x in rows) <= 1.4 * 300, "about as many"
        padded = tensors([x.input for x in rows])
        assert padded["there"].sum() == sum(len(x.input.ids) for x in rows)
        assert all(padded["allowed"][row, [x.start, x.end]].all() for row, x in enumerate(rows))


@pytest.fixture(scope="module")
def trained(start: Path, encoder: Encoder) -> Joint:
    model = Joint(start)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(120):
        loss = reading_loss(model, lessons(encoder), masked=0.0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    rounded(model.reader)
    return model


def test_it_learns_spans_no_answers_and_relevance(trained: Joint, encoder: Encoder) -> None:
    right = [group[0] for group in GROUPS[:2]]
    assert evaluate(trained, right, encoder) == {"f1": 1.0, "exact": 1.0, "sentence": 1.0, "none": 0.0}
    assert evaluate(trained, GROUPS[2], encoder) == {"none": 1.0}
    for group in lessons(encoder)[:2]:
        _, _, relevance = trained.read(tensors([x.input for x in group]))
        assert relevance[0] > 0 > relevance[1]


def test_the_language_model_shares_the_embeddings(trained: Joint) -> None:
    words = trained.reader.bert.embeddings.word_embeddings.weight
    assert trained.words.predictions.decoder.weight is words
    ids = torch.tensor([[2, 500, 4, 700, 3]])
    trained.zero_grad()
    trained.language_loss(ids, torch.tensor([[-100, -100, 600, -100, -100]])).backward()
    assert words.grad is not None
    assert words.grad[500].abs().sum() > 0


def test_the_graph_gives_what_was_trained(trained: Joint, tmp_path: Path) -> None:
    trained.reader.half().save_pretrained(tmp_path)
    save_file(
        {k: v.detach().float() for k, v in trained.relevance.state_dict().items()}, tmp_path / "relevance.safetensors"
    )
    trained.reader.float()
    shutil.copy(TOKENIZER, tmp_path / "tokenizer.json")
    onnx.save(build(tmp_path), tmp_path / "model.onnx")
    reader = SpanReader(tmp_path)
    for question, text, answer in (
        (LENGTH, BRIDGE, "240 mètres"),
        (HEAD, SCHOOL, "Anne Morvan"),
    ):
        (reading,) = reader.read(question, [Passage("p", "d", 0, len(text), text)])
        begin, end, margin = reading.best()
        assert text[begin:end] == answer
        assert margin > 0
        x = Encoder(Tokenizer.from_file(str(TOKENIZER)))
        encoded = x(x.question(question), "", text)
        with torch.inference_mode():
            starts, _, relevance = trained.read(tensors([encoded]))
        there = slice(encoded.first, encoded.first + len(encoded.offsets))
        np.testing.assert_allclose(reading.start, starts[0, there].numpy(), atol=0.05 * float(np.ptp(reading.start)))
        assert reading.relevance == pytest.approx(float(relevance[0]), abs=0.3)


@pytest.mark.parametrize("file", [ENCYCLOPEDIC, PIAF_PASSAGES, NEAR_MISSES])
def test_questions_written_by_hand_are_well_formed_and_hold_no_text_of_others(file: Path) -> None:
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    place = "article" if file == NEAR_MISSES else "passage"
    assert len({(str(row[place]), row["question"]) for row in rows}) == len(rows)
    for row in rows:
        spans = row["answers"] if file == NEAR_MISSES else [row["answer"]] if row["answer"] else []
        assert all(0 <= start < end for start, end in spans)
        assert len(row["question"]) < 300
        if file == ENCYCLOPEDIC:
            record, start, end = row["passage"]
            assert record >= 0
            assert all(b <= end - start for _, b in spans)
