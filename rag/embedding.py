"""Text to vectors: the bundled static embedding at once, any sentence-transformers model by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from rag.records import SourcierError
from rag.settings import BUNDLED, Settings


class Embedder(Protocol):
    """What turns texts into vectors. `fingerprint` changes whenever the vectors would."""

    name: str
    fingerprint: str
    dimension: int

    def encode(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray:
        """Vectors of shape (len(texts), dimension), float32, of length one (or zero for an empty text)."""
        ...


def open_embedder(name: str | None = None) -> Embedder:
    """The embedder in a local folder, or under a hub name; without a name the one of the settings.

    A static embedding is read in a tenth of a second, without importing torch; anything else by
    sentence-transformers. Raises SourcierError when there is no such model.
    """
    name = name or Settings().embedder
    folder = Path(name)
    if (folder / "modules.json").is_file():
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        if modules[0]["type"].endswith("StaticEmbedding"):
            return StaticEmbedder(folder)
    return TransformerEmbedder(name)


class StaticEmbedder:
    """A sentence-transformers `StaticEmbedding`: a text is the mean of its tokens' vectors.

    Read with tokenizers and safetensors alone, so that it opens at once and may be used by many threads.
    Method: Tsukagoshi et al. and Aarsen, "Static embeddings with sentence-transformers" (2025).
    """

    _BATCH = 64  # texts; keeps the gathered token vectors of a batch within the cache

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.name = folder.name if folder.parent.name == "bundled" else str(folder)
        self.fingerprint = _fingerprint(folder)
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._vectors = load_file(folder / "model.safetensors")["embedding.weight"].astype(np.float32)
        except Exception as error:  # tokenizers and safetensors raise their own kinds
            raise SourcierError(f"The embedder in {folder} is damaged ({error}): install Sourcier again.") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.dimension = int(self._vectors.shape[1])

    def encode(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray:
        result = np.zeros((len(texts), self.dimension), np.float32)
        for begin in range(0, len(texts), self._BATCH):
            encodings = self._tokenizer.encode_batch_fast(
                list(texts[begin : begin + self._BATCH]), add_special_tokens=False
            )
            ids = [encoding.ids for encoding in encodings]
            rows = [begin + row for row, tokens in enumerate(ids) if tokens]
            if rows:
                lengths = np.array([len(tokens) for tokens in ids if tokens])
                starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
                gathered = self._vectors[np.fromiter((i for tokens in ids for i in tokens), np.int64)]
                result[rows] = np.add.reduceat(gathered, starts, axis=0)  # the mean's direction is the sum's
        return _unit(result)


class TransformerEmbedder:
    """Any other sentence-transformers model, with the prompts that it asks for on queries and passages."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(name, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise SourcierError(
                f"No sentence-transformers model at {name!r}: give a folder, or a hub name while online."
            ) from error
        self.name = name
        folder = Path(name)
        self.fingerprint = _fingerprint(folder) if folder.is_dir() else f"hub:{name}"
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray:
        encode = self._model.encode_query if query else self._model.encode_document
        return _unit(np.asarray(encode(list(texts), show_progress_bar=False)))


def _unit(vectors: np.ndarray) -> np.ndarray:
    vectors = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def _fingerprint(folder: Path) -> str:
    """sha256 over the weights and tokenizer files of a model folder, shortened."""
    digest = hashlib.sha256()
    files = [p for p in sorted(folder.rglob("*")) if p.suffix in {".safetensors", ".bin", ".json", ".txt", ".model"}]
    for file in files:
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def word_embedder(embedder: Embedder) -> Embedder:
    """The embedder that compares single words: the one in use when it is static, else the bundled one."""
    return embedder if isinstance(embedder, StaticEmbedder) else open_embedder(str(BUNDLED / "embedder"))
