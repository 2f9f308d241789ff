"""Makes the README's picture of the chat from the real application: python docs/screenshots.py

Indexes `corpus/` into a temporary folder, serves the page, asks a question in Chromium and opens the source of
its answer. `--all` adds the dark page and the page on a phone.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from rag.assistant import Assistant
from rag.settings import Settings
from rag.web.port import bind
from rag.web.server import build_app, serving
from rag.web.start import update_index

ROOT = Path(__file__).parent.parent
QUESTION = "Quelle est la capacité de calcul du centre de données de Gwangju ?"
SHOTS: dict[str, dict[str, Any]] = {
    "chat": {"viewport": {"width": 1280, "height": 720}},
    "chat-dark": {"viewport": {"width": 1280, "height": 720}, "color_scheme": "dark"},
    "chat-phone": {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "device_scale_factor": 2},
}


def shoot(browser: Browser, url: str, question: str, file: Path, options: dict[str, Any]) -> None:
    """One picture: question, answer, and the document beside it."""
    context = browser.new_context(locale="fr-FR", **options)
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(".welcome")
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(".sources")
    if page.locator(".abstained").count():
        sys.exit(f"Sourcier does not answer « {question} »: no picture is made. Name another one with --question.")
    page.click(".answer p .marker >> nth=0")
    page.wait_for_selector("#panel mark")
    page.mouse.move(1, 1)
    page.wait_for_timeout(500)  # fonts and fading buttons
    page.screenshot(path=file)
    context.close()
    print(f"{file} ({file.stat().st_size // 1024} KB)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="the dark page and the phone as well")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--question", default=QUESTION)
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("Chromium is not installed (apt install chromium).")
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        index = Path(folder) / "default"
        update_index(index, [ROOT / "corpus"], Settings().embedder)
        with serving(build_app(Assistant.open(index)), bind("127.0.0.1", 0)) as url:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for name, options in SHOTS.items():
                if arguments.all or name == "chat":
                    shoot(browser, url, arguments.question, arguments.out / f"{name}.png", options)
            browser.close()


if __name__ == "__main__":
    main()
