"""Fixtures that several rooms' tests share: the index of the sample articles, built once by the real ingestion."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.embedding import Embedder, open_embedder
from rag.ingestion import build_index
from rag.settings import BUNDLED

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The bundled embedder."""
    return open_embedder(str(BUNDLED / "embedder"))


@pytest.fixture(scope="session")
def corpus_index(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """The folder of an index of corpus/."""
    directory = tmp_path_factory.mktemp("corpus") / "index"
    build_index([str(CORPUS)], directory, embedder=embedder)
    return directory


@pytest.fixture(scope="session")
def assistant(corpus_index: Path) -> Assistant:
    """An assistant over corpus/."""
    return Assistant.open(corpus_index)
