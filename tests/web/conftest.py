"""A real index of `corpus/`, the page served from this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from rag.assistant import Assistant
from rag.settings import Settings
from rag.web.port import bind
from rag.web.server import build_app, serving
from rag.web.start import update_index

CORPUS = Path(__file__).parents[2] / "corpus"
Serve = Callable[[Assistant], str]


@pytest.fixture(scope="session")
def corpus_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("indexes") / "presse"
    update_index(index, [CORPUS], Settings().embedder)
    return index


@pytest.fixture(scope="session")
def assistant(corpus_index: Path) -> Assistant:
    return Assistant.open(corpus_index)


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """Serves an assistant's page on a free port, until the tests are over, and tells its address."""
    with ExitStack() as servers:
        yield lambda assistant: servers.enter_context(serving(build_app(assistant), bind("127.0.0.1", 0)))


@pytest.fixture(scope="session")
def chat_url(serve: Serve, assistant: Assistant) -> str:
    return serve(assistant)


class Visit:
    """One visitor's tab, which notes what no visit may do: leave this machine, open a dialog, break a script."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.requests: list[str] = []
        self.wrong: list[str] = []
        # On the context: new tabs count too
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("dialog", lambda dialog: (self.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        context.on("page", lambda page: self.wrong.append(f"page {page.url}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error {error}"))
        self.page.on(
            "console", lambda m: self.wrong.append(f"console {m.text}") if m.type in ("error", "warning") else None
        )
        self.page.goto(url)
        self.page.wait_for_selector(".welcome")

    def ask(self, question: str) -> None:
        """Types the question, sends it, and waits until its answer is complete."""
        before = self.page.locator(".exchange").count()
        self.page.locator("#question textarea").fill(question)
        self.page.keyboard.press("Enter")
        self.page.locator(".exchange").nth(before).wait_for()
        self.page.wait_for_selector("#question .submit-button")
        assert self.page.locator("[aria-busy]").count() == 0

    def check(self) -> None:
        outside = [u for u in self.requests if not u.startswith((self.url, "data:", f"blob:{self.url}"))]
        assert outside == []
        assert self.wrong == []


@pytest.fixture
def visit(browser: Browser, chat_url: str) -> Iterator[Callable[..., Visit]]:
    """`visit(url=…, locale=…, **context)` opens the page; after the test, nothing may have gone wrong on it."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_page(url: str = chat_url, **options: object) -> Visit:
        settings = {"locale": "fr-FR", "viewport": {"width": 1280, "height": 800}, **options}
        contexts.append(browser.new_context(**settings))  # type: ignore[arg-type]
        visits.append(Visit(contexts[-1], url))
        return visits[-1]

    yield open_page
    for one in visits:
        one.check()
    for context in contexts:
        context.close()
