"""Fixtures that several rooms' tests share: the index of the sample articles, built once by the real ingestion."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from rag.assistant import Assistant
from rag.embedding import Embedder, open_embedder
from rag.ingestion import build_index
from rag.settings import BUNDLED

CORPUS = Path(__file__).parent.parent / "corpus"

_CHROMIUM = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        message = "Chromium is not installed: pages cannot be tested (apt install chromium)"
        if os.environ.get("CI") or os.environ.get("SOURCIER_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_CHROMIUM)
        yield browser
        browser.close()
