"""Reports, and a visitor who opens them from disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from run_folders import ASKED, GIVEN, predictions, write_run

from rag.evaluation import report

Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """`visit(path, **context)` opens a page from disk. After the test: nothing was fetched, asked or broken."""
    contexts: list[BrowserContext] = []
    requests: list[str] = []
    wrong: list[str] = []

    def open_page(path: Path, fragment: str = "", **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        context.on("request", lambda request: requests.append(request.url))
        context.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(f"error {error}"))
        page.on("console", lambda message: wrong.append(f"{message.type} {message.text}"))
        page.goto(path.as_uri() + fragment)
        return page

    yield open_page
    for context in contexts:
        context.close()
    pages = re.compile(r"file://.*/report\.html(#.*)?|data:,")
    assert [url for url in requests if not pages.fullmatch(url)] == [], "the page is one file"
    assert wrong == []


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_run(tmp_path_factory.mktemp("run") / "default", ASKED, GIVEN)
    report.write(folder)
    return folder


@pytest.fixture(scope="module")
def overview(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three systems on one data set, and one on another; names that an address must escape."""
    folder = tmp_path_factory.mktemp("all")
    runs = []
    for name, skill, seed in (("bm25", 0.3, 1), ("default", 0.95, 2), ("dense", 0.35, 3)):
        runs.append(
            write_run(folder / "jeu n° 1" / f"{name}#1", ASKED, predictions(ASKED, skill=skill, seed=seed), system=name)
        )
    runs.append(write_run(folder / "autre", ASKED, GIVEN, dataset="autre"))
    for one in runs:
        report.write(one)
    return report.write_overview(folder, runs)
