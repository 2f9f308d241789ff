"""The report can be read by everyone: on a phone, in the dark, by keyboard, on paper, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from run_folders import ASKED, GIVEN, write_run

from rag.evaluation import report
from rag.evaluation.records import Quote

pytestmark = pytest.mark.browser

NARROW = {"viewport": {"width": 360, "height": 740}}

Open = Callable[..., Page]


def _sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("name", ["run", "overview"])
def test_nothing_scrolls_sideways_on_a_phone(name: str, visit: Open, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(name)
    page = visit(path / "report.html" if name == "run" else path, **NARROW)
    assert _sideways(page) == 0
    for details in page.locator("details > summary").all():
        details.click()
    assert _sideways(page) == 0


def test_long_words_break_on_a_phone(visit: Open, tmp_path: Path) -> None:
    long = "anticonstitutionnellement" * 12
    example = replace(ASKED[0], id=long, question=long, answers=(long,), gold={long: 1}, type=long)
    prediction = replace(
        GIVEN[0], id=long, answer=long, short_answer=long, candidate=long, abstained=False, ranking=((long, 1.0),),
        quotes=(Quote(1, long, 0, len(long), long, True),), timings_ms={long: 2.0, "total": 2.0},
    )  # fmt: skip
    folders = [
        write_run(tmp_path / str(number), [example], [prediction], system=f"{long}{number}", dataset=long)
        for number in range(6)
    ]
    page = visit(report.write(folders[0]), **NARROW)
    assert _sideways(page) == 0
    for width in (360, 1280):
        assert _sideways(visit(report.write_overview(tmp_path, folders), viewport={"width": width, "height": 800})) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["run", "overview"])
def test_everyone_can_read_it(name: str, scheme: str, visit: Open, request: pytest.FixtureRequest) -> None:
    """WCAG 2.2 AA by axe-core, contrast among its rules, in both themes."""
    path = request.getfixturevalue(name)
    page = visit(path / "report.html" if name == "run" else path, color_scheme=scheme)
    for details in page.locator("details > summary").all():
        details.click()
    if name == "run":
        assert len(set(page.locator("#list .badge").all_inner_texts())) == 5, "each colour of an outcome is on the page"
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 22, 20)"
    assert dark == (scheme == "dark")


def test_text_in_plots_has_contrast(run: Path, visit: Open) -> None:
    """axe-core does not look into SVG."""
    for scheme in ("light", "dark"):
        page = visit(run / "report.html", color_scheme=scheme)
        colours = page.evaluate(
            "[...new Set([...document.querySelectorAll('.chart text')].map((t) => getComputedStyle(t).fill))]"
        )
        ground = page.evaluate("getComputedStyle(document.querySelector('#plot-latency')).backgroundColor")
        assert colours
        for colour in colours:
            assert _contrast(_rgb(colour), _rgb(ground)) >= 4.5, (scheme, colour, ground)


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3])


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Contrast ratio of WCAG 2.2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[float, ...]) -> float:
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_theme_can_be_chosen_and_stays(run: Path, visit: Open) -> None:
    page = visit(run / "report.html", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark theme").click()
    assert page.evaluate(ground) != light
    page.reload()
    assert page.evaluate(ground) != light
    page.get_by_role("button", name="Light theme").click()
    assert page.evaluate(ground) == light


def test_the_keyboard_is_enough_and_shows_where_it_is(run: Path, visit: Open) -> None:
    page = visit(run / "report.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the figures"
    assert page.locator(".skip").bounding_box()["width"] > 50  # type: ignore[index]
    page.locator("#search").focus()
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", reached[-1]
        if reached[-1].startswith("Wrong "):
            break
    page.keyboard.press("Enter")
    assert set(page.locator("#list .badge").all_inner_texts()) == {"Wrong"}


def test_on_paper_it_is_light_and_without_controls(run: Path, visit: Open) -> None:
    page = visit(run / "report.html", color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("#filters").is_visible()
    assert not page.locator("nav").is_visible()
    assert page.locator("#list article").first.is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_without_scripts_the_figures_stand(run: Path, visit: Open) -> None:
    page = visit(run / "report.html", java_script_enabled=False)
    assert page.locator(".card").count() == 6
    assert page.locator("noscript").inner_text().startswith("The list of questions needs JavaScript")
    assert not page.locator("#filters").is_visible()
