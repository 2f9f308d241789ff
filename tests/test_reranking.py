"""Reranking: the first passages found are read with the question, and ranked anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.answering.reading import SpanReader
from rag.assistant import Assistant
from rag.embedding import Embedder
from rag.index import Index
from rag.records import Passage, SourcierError
from rag.reranking import CrossEncoderReranker, Reranker
from rag.retrieval import Fusion, Retriever
from rag.settings import BUNDLED

QUESTION = "Quelle entreprise fournit les processeurs du centre de données de Gwangju ?"
EVERYTHING = replace(Fusion.load(), reranked=4, sure=9.0, relevance=100.0)


class Longest:
    """Prefers the longest passage; `asked` keeps what it was given."""

    name = "longest"

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def relevance(self, question: str, passages: Sequence[Passage]) -> np.ndarray:
        self.asked.append((question, len(passages)))
        return np.array([len(passage.text) / 100 - 6 for passage in passages])


@pytest.fixture(scope="module")
def index(corpus_index: Path, embedder: Embedder) -> Index:
    return Index.open(corpus_index, embedder=embedder)


def ids(retriever: Retriever, **options: bool) -> list[str]:
    return [hit.passage.id for hit in retriever.search(QUESTION, 12, **options)]


def test_the_first_passages_are_ranked_anew_and_the_others_stay(index: Index, embedder: Embedder) -> None:
    reranker = Longest()
    retriever = Retriever(index, embedder, EVERYTHING, reranker=reranker)
    before = retriever.search(QUESTION, 12, rerank=False)
    after = retriever.search(QUESTION, 12)
    by_length = sorted(before[:4], key=lambda hit: -len(hit.passage.text))
    assert [hit.passage.id for hit in after[:4]] == [hit.passage.id for hit in by_length]
    assert [hit.passage.id for hit in after[4:]] == [hit.passage.id for hit in before[4:]]
    assert [hit.score for hit in after] == sorted((hit.score for hit in after), reverse=True)
    assert all(0 < hit.parts["relevance"] < 1 for hit in after[:4])
    assert reranker.asked == [(QUESTION, 4)]
    assert [hit.passage.id for hit in before[:4]] != [hit.passage.id for hit in by_length]


def test_few_passages_are_asked_for_as_many_are_read(index: Index, embedder: Embedder) -> None:
    retriever = Retriever(index, embedder, EVERYTHING, reranker=Longest())
    assert [hit.passage.id for hit in retriever.search(QUESTION, 2)] == ids(retriever)[:2]


def test_a_first_passage_far_ahead_is_not_read(index: Index, embedder: Embedder) -> None:
    reranker = Longest()
    retriever = Retriever(index, embedder, replace(EVERYTHING, sure=-1.0), reranker=reranker)
    assert ids(retriever) == ids(retriever, rerank=False)
    assert not reranker.asked


def test_bm25_and_vectors_alone_are_not_reranked(index: Index, embedder: Embedder) -> None:
    reranker = Longest()
    retriever = Retriever(index, embedder, EVERYTHING, reranker=reranker)
    retriever.search(QUESTION, 12, mode="lexical")
    retriever.search(QUESTION, 12, mode="dense")
    assert not reranker.asked


def passage(text: str) -> Passage:
    return Passage("p", "d", 0, len(text), text, "", "")


def test_the_bundled_reader_knows_what_a_passage_is_about() -> None:
    """Word for word both passages have as much of the question; only one is about it."""
    reader: Reranker = SpanReader(BUNDLED / "reader")
    about = passage("Le maire de Lannion, Paul Kerdal, a inauguré la médiathèque en 2019, après trois ans de travaux.")
    beside = passage("La médiathèque prête des romans policiers. Le maire de Lannion aime ceux qui se passent en 2019.")
    odds = reader.relevance("Quand la médiathèque de Lannion a-t-elle ouvert ?", [beside, about])
    assert odds.shape == (2,)
    assert odds[1] > odds[0]
    assert reader.relevance("Quand a-t-elle ouvert ?", []).shape == (0,)


def test_what_is_said_of_a_passage_does_not_depend_on_the_others() -> None:
    texts = ["Le pont relie deux rives.", "La gare compte douze quais et trois salles d'attente. " * 12, "Un lac."]
    alone = [SpanReader(BUNDLED / "reader").relevance("Combien de quais a la gare ?", [passage(t)])[0] for t in texts]
    together = SpanReader(BUNDLED / "reader").relevance("Combien de quais a la gare ?", [passage(t) for t in texts])
    np.testing.assert_allclose(together, alone, atol=1e-3)


@pytest.fixture(scope="module")
def cross_encoders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Cross-encoders with one output and with two, in sentence-transformers' format, with weights by chance."""
    import torch
    from sentence_transformers import CrossEncoder
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(1)
    folders = {}
    for outputs in (1, 2):
        folder = tmp_path_factory.mktemp("cross")
        words = [
            "[PAD]",
            "[UNK]",
            "[CLS]",
            "[SEP]",
            "[MASK]",
            "Gwangju",
            "centre",
            "données",
            "de",
            "Séoul",
            "le",
            "la",
        ]
        tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, "[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
            model_max_length=128,
        ).save_pretrained(folder / "start")  # fmt: skip
        config = BertConfig(
            vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
            num_labels=outputs,
        )  # fmt: skip
        BertForSequenceClassification(config).save_pretrained(folder / "start")
        CrossEncoder(str(folder / "start"), device="cpu").save_pretrained(str(folder / "model"))
        folders[outputs] = folder / "model"
    return folders


def test_any_cross_encoder_takes_the_place_of_the_bundled_one(
    cross_encoders: dict[int, Path], corpus_index: Path
) -> None:
    name = str(cross_encoders[1])
    reranker = CrossEncoderReranker(name)
    assistant = Assistant.open(corpus_index, reranker=name)
    hits = assistant.search(QUESTION, 4)
    odds = reranker.relevance(QUESTION, [hit.passage for hit in hits])
    assert [hit.parts["relevance"] for hit in hits] == pytest.approx((1 / (1 + np.exp(-odds))).tolist(), abs=1e-4)
    assert assistant.ask(QUESTION).models["reranker"] == name


def sourcier(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "sourcier"), *arguments],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_model_that_is_no_reranker_is_one_clear_line(cross_encoders: dict[int, Path], corpus_index: Path) -> None:
    with pytest.raises(SourcierError, match="2 outputs"):
        CrossEncoderReranker(str(cross_encoders[2]))
    done = sourcier("search", QUESTION, "--index", str(corpus_index), "--reranker", "no-such-model")
    assert done.returncode == 1
    assert "no-such-model" in done.stderr
    assert "Traceback" not in done.stderr


def test_reranking_can_be_left_out(corpus_index: Path, index: Index, embedder: Embedder) -> None:
    done = sourcier("search", QUESTION, "--index", str(corpus_index), "--reranker", "none", "--json")
    assert done.returncode == 0, done.stderr
    found = [hit["passage_id"] for hit in json.loads(done.stdout)["evidence"]]
    assert found == [hit.passage.id for hit in Retriever(index, embedder).search(QUESTION, 10)]
