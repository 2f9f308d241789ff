"""Embedders: the bundled one read with and without sentence-transformers, others by folder, missing ones refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.embedding import Embedder, open_embedder
from rag.records import SourcierError
from rag.settings import BUNDLED

TEXTS = ["L'infrastructure de Gwangju", "Le gouvernement coréen achète 10 000 GPU.", "été", "a " * 900]


def test_vectors_have_length_one_and_nothing_gives_zero(embedder: Embedder) -> None:
    vectors = embedder.encode([*TEXTS, "", "  "])
    assert vectors.shape == (6, embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 1, 0, 0], atol=1e-5)
    assert embedder.encode([]).shape == (0, embedder.dimension)


def test_sentence_transformers_reads_the_bundled_embedder_alike(embedder: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(BUNDLED / "embedder"), device="cpu").float().encode(TEXTS)
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    np.testing.assert_allclose(embedder.encode(TEXTS), theirs, atol=1e-4)


def test_meaning_beats_spelling(embedder: Embedder) -> None:
    question, near, far = embedder.encode(
        ["Qui dirige le gouvernement ?", "Le premier ministre a remanié son cabinet.", "La recette demande trois œufs."]
    )
    assert question @ near > question @ far


@given(st.text(max_size=120))
def test_case_and_accents_never_matter(embedder: Embedder, text: str) -> None:
    np.testing.assert_allclose(*embedder.encode([f"{text} forêt Élysée", f"{text} FORET elysee"]), atol=1e-5)


def test_the_fingerprint_follows_the_weights(embedder: Embedder, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in (BUNDLED / "embedder").iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    assert open_embedder(str(copy)).fingerprint == embedder.fingerprint
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(bytes(weights))
    assert open_embedder(str(copy)).fingerprint != embedder.fingerprint


def test_a_transformer_model_in_a_folder_is_opened_by_sentence_transformers(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    vocabulary = {
        word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "le", "centre", "ouvre"])
    }
    tokenizer = Tokenizer(models.WordLevel(vocabulary, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    folder = tmp_path / "bert"
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    config = BertConfig(vocab_size=8, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    BertModel(config).save_pretrained(folder)
    transformer = Transformer(str(folder))
    SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu").save_pretrained(str(tmp_path / "model"))
    opened = open_embedder(str(tmp_path / "model"))
    assert opened.dimension == 16
    vectors = opened.encode(["le centre", "ouvre"], query=True)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_missing_model_is_one_clear_line(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "sourcier"), "index", str(BUNDLED / "embedder" / "README.md")]
    done = subprocess.run(
        [*command, "--embedder", "no-such-model", "--index", str(tmp_path / "index")],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "no-such-model" in done.stderr
    assert "Traceback" not in done.stderr


def test_asking_uses_the_embedder_of_the_settings_as_indexing_does(corpus_index: Path) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "sourcier"), "ask", "Que fait Naver ?", "--index", str(corpus_index)],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "SOURCIER_EMBEDDER": "no-such-model"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "no-such-model" in done.stderr


def test_a_damaged_model_is_one_clear_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in (BUNDLED / "embedder").iterdir():
        (broken / file.name).write_bytes(
            file.read_bytes()[:100] if file.name == "model.safetensors" else file.read_bytes()
        )
    with pytest.raises(SourcierError, match="damaged"):
        open_embedder(str(broken))


def test_asking_imports_neither_torch_nor_gradio(corpus_index: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom rag.assistant import Assistant\n"
        f"Assistant.open(Path({str(corpus_index)!r})).ask('Que fait Naver ?')\n"
        "print([m for m in ('torch', 'sentence_transformers', 'transformers', 'gradio', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr
