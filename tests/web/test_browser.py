"""The page as its visitors use it: a real browser, the real application, a real index."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.assistant import Assistant
from rag.settings import Settings
from rag.web import page as page_module
from rag.web.start import update_index

pytestmark = pytest.mark.browser

CAPACITY = "Quelle est la capacité de calcul du centre de données de Gwangju ?"
UNANSWERABLE = "Quelle est la recette de la tarte aux pommes ?"


@pytest.fixture(scope="session")
def answered(assistant: Assistant) -> str:
    """A question that the index answers: the page's own first example."""
    return assistant.examples(1)[0]


def _colours(page: Page, selector: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Text colour of an element and the first opaque ground behind it."""
    found = page.locator(selector).first.evaluate(
        """element => {
            const text = getComputedStyle(element).color;
            let ground = "rgba(0, 0, 0, 0)";
            for (let e = element; e && /, 0\\)$/.test(ground); e = e.parentElement) ground = getComputedStyle(e).backgroundColor;
            return [text, ground];
        }"""
    )
    return tuple(tuple(float(n) for n in re.findall(r"[\d.]+", colour)[:3]) for colour in found)  # type: ignore[return-value]


def _contrast(text: tuple[float, ...], ground: tuple[float, ...]) -> float:
    """Contrast ratio of WCAG 2.2."""

    def luminance(colour: tuple[float, ...]) -> float:
        linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _mark_is_in_view(page: Page) -> bool:
    return bool(
        page.evaluate(
            """() => {
                const panel = document.getElementById("panel").getBoundingClientRect();
                const head = document.querySelector("#panel header").getBoundingClientRect();
                const mark = document.querySelector("#panel mark").getBoundingClientRect();
                return mark.top >= head.bottom && mark.top < panel.bottom && mark.top < innerHeight;
            }"""
        )
    )


def test_a_question_its_answer_and_the_passage_it_stands_on(visit: Callable) -> None:
    page = visit().page
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert re.search(r"Index «\spresse\s»\s: 12 documents, \d+ passages, mis à jour le ", page.inner_text(".index"))
    page.locator("#question textarea").fill(CAPACITY)
    page.keyboard.press("Enter")
    answer = page.locator(".exchange .answer")
    expect(answer.locator(".sources")).to_be_visible()
    expect(page.locator(".question")).to_contain_text("Gwangju\u202f?")
    expect(answer).to_contain_text(re.compile(r"88,5[ \u00a0\u202f]pétaflops"))
    expect(page.locator("#question textarea")).to_have_value("")

    marker = answer.locator("p .marker").first
    marker.hover()
    expect(page.locator("#preview")).to_contain_text("pétaflops")
    quote = marker.get_attribute("data-quote")
    marker.click()
    mark = page.locator("#panel mark")
    expect(mark.first).to_be_visible()
    assert _mark_is_in_view(page)
    assert "".join("".join(mark.all_inner_texts()).split()) == "".join((quote or "").split())
    expect(page.locator("#preview")).to_be_hidden()
    link = page.locator("#panel a")
    assert (link.get_attribute("href") or "").startswith("https://")
    assert link.get_attribute("target") == "_blank"
    assert link.get_attribute("rel") == "noopener noreferrer"
    expect(page.locator("#panel .heading").first).to_be_visible()
    assert "#" not in page.inner_text("#panel .heading >> nth=0")
    assert "language: fr" not in page.inner_text("#panel"), "front matter is no content"

    page.locator("#panel .close").click()
    expect(page.locator("#panel")).to_be_hidden()
    marker.click()  # the same again
    expect(page.locator("#panel")).to_be_visible()
    assert page.locator("footer").is_hidden()


def test_by_keyboard_alone(visit: Callable, answered: str) -> None:
    page = visit().page
    page.locator("#question textarea").focus()  # where the page puts it
    page.keyboard.type(answered)
    page.keyboard.press("Enter")
    page.wait_for_selector(".sources")
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.answer p .marker')"):
            break
    else:
        raise AssertionError("no marker can be reached")
    focused = page.locator(":focus")
    assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    expect(page.locator("#preview")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#preview")).to_be_hidden()
    name = focused.get_attribute("aria-label")
    page.keyboard.press("Enter")
    expect(page.locator("#panel mark").first).to_be_visible()
    expect(page.locator("#panel h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    assert page.locator(":focus").get_attribute("aria-label") == name


def test_an_english_browser_on_a_dark_system(visit: Callable, answered: str) -> None:
    one = visit(locale="en-GB", color_scheme="dark")
    page = one.page
    assert page.evaluate("document.documentElement.lang") == "en"
    assert re.search(r"Index “presse”: 12 documents, \d+ passages, updated on ", page.inner_text(".index"))
    expect(page.locator("#new")).to_have_text("New conversation")
    expect(page.locator("#question textarea")).to_have_attribute("placeholder", "Ask a question…")
    one.ask(answered)
    page.locator(".answer p .marker").first.click()
    page.wait_for_selector("#panel mark")
    expect(page.locator("#panel a")).to_have_text("See the source")
    page.locator(".question").hover()
    assert max(_colours(page, ".question")[1]) < 60, "a dark ground"
    _check_contrasts(page)


def test_colours_on_a_light_system(visit: Callable, answered: str) -> None:
    one = visit(color_scheme="light")
    one.ask(answered)
    one.page.locator(".answer p .marker").first.click()
    one.page.wait_for_selector("#panel mark")
    one.page.locator(".question").hover()
    assert min(_colours(one.page, ".question")[1]) > 230
    _check_contrasts(one.page)


def _check_contrasts(page: Page) -> None:
    page.wait_for_timeout(300)  # Gradio fades buttons between colours
    for selector in (
        ".header h1", ".index", "#new", ".question", ".answer p", ".answer p .marker", ".sources h3", ".sources .title",
        "#panel h2", "#panel a", "#panel .paragraph", "#panel mark", "#panel .close", "#question .submit-button",
    ):  # fmt: skip
        text, ground = _colours(page, selector)
        assert _contrast(text, ground) >= 4.5, selector


def test_on_a_phone_nothing_scrolls_sideways_and_the_document_is_below(visit: Callable, answered: str) -> None:
    one = visit(viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
    page = one.page

    def fits() -> bool:
        return bool(
            page.evaluate(
                "[document.documentElement, ...document.querySelectorAll('#log, #panel, #masthead')]"
                ".every(e => e.scrollWidth <= Math.max(e.clientWidth, 0) || e.clientWidth === 0)"
            )
        )

    assert fits()
    one.ask(answered)
    assert fits()
    page.locator(".sources .title").first.tap()
    page.wait_for_selector("#panel mark")
    assert fits()
    assert _mark_is_in_view(page)
    chat, panel = page.locator("#chat").bounding_box(), page.locator("#panel").bounding_box()
    assert chat is not None
    assert panel is not None
    assert panel["y"] >= chat["y"] + chat["height"] - 1
    assert panel["y"] + panel["height"] <= 701


def test_an_abstention_and_the_nearest_passages(visit: Callable) -> None:
    one = visit()
    one.ask(UNANSWERABLE)
    page = one.page
    expect(page.locator(".abstained")).to_be_visible()
    expect(page.locator(".nearest h3")).to_have_text("Passages les plus proches")
    expect(page.locator(".marker")).to_have_count(0)
    excerpt = page.inner_text(".nearest .excerpt >> nth=0").rstrip("…")
    page.locator(".nearest .title").first.click()
    page.wait_for_selector("#panel mark")
    marked = "".join("".join(page.locator("#panel mark").all_inner_texts()).split())
    assert "".join(excerpt.split())[:60] in marked


def test_an_example_small_talk_and_a_new_conversation(visit: Callable) -> None:
    one = visit()
    page = one.page
    example = page.locator(".welcome li button").first
    question = example.inner_text()
    example.click()
    expect(page.locator(".question")).to_contain_text(question)
    page.wait_for_selector("#question .submit-button")
    expect(page.locator(".sources")).to_be_visible()
    one.ask("Bonjour !")
    last = page.locator(".exchange").last
    expect(last).to_contain_text("Bonjour")
    expect(last.locator("button")).to_have_count(0)
    page.locator("#new").click()
    expect(page.locator(".exchange")).to_have_count(0)
    expect(page.locator(".welcome")).to_be_visible()


def test_markers_of_earlier_answers_still_open(visit: Callable, answered: str) -> None:
    one = visit()
    one.ask(answered)
    one.ask("Bonjour !")
    marker = one.page.locator(".exchange").first.locator("p .marker").first
    marker.click()
    expect(one.page.locator("#panel mark").first).to_be_visible()
    marked = "".join(one.page.locator("#panel mark").all_inner_texts())
    assert "".join(marked.split()) == "".join((marker.get_attribute("data-quote") or "").split())


def test_an_empty_question_does_nothing_and_a_long_one_gets_a_line(visit: Callable) -> None:
    one = visit()
    page = one.page
    sent = [r for r in one.requests if "/queue/join" in r]
    page.locator("#question textarea").fill("   ")
    page.keyboard.press("Enter")
    page.locator("#question .submit-button").click()
    one.ask("x" * 2001)  # events are served in order: what the empty question did would stand above
    assert len([r for r in one.requests if "/queue/join" in r]) == len(sent) + 1
    expect(page.locator(".notice")).to_contain_text("2\u202f001")
    expect(page.locator(".exchange")).to_have_count(1)


def test_two_visitors_do_not_see_each_other(visit: Callable, answered: str) -> None:
    first, second = visit(), visit()
    first.ask(answered)
    expect(second.page.locator(".exchange")).to_have_count(0)
    second.ask("Bonjour !")
    expect(first.page.locator(".exchange")).to_have_count(1)
    expect(first.page.locator(".exchange .sources")).to_be_visible()


def test_stopping_keeps_what_is_written(visit: Callable, answered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "_PAUSE", 0.6)
    page = visit().page
    page.locator("#question textarea").fill(answered)
    page.keyboard.press("Enter")
    expect(page.locator(".answer p[lang=fr]").last).to_contain_text(re.compile(r"\w+ \w+"))
    page.locator("#question .stop-button").click()
    expect(page.locator(".answer .notice")).to_have_text("Réponse interrompue.")
    expect(page.locator("#question .submit-button")).to_be_visible()
    expect(page.locator(".sources")).to_have_count(0)
    monkeypatch.setattr(page_module, "_PAUSE", 0.0)
    page.locator("#question textarea").fill("Bonjour !")
    for _ in range(20):  # until the stopped thread has noticed
        page.keyboard.press("Enter")
        page.wait_for_timeout(250)
        if page.locator(".exchange").count() == 2:
            break
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator(".answer .notice")).to_have_count(1)


def test_enter_pressed_twice_asks_once(visit: Callable) -> None:
    page = visit().page
    page.locator("#question textarea").fill("Bonjour !")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".answer p")).to_contain_text("Bonjour")
    page.wait_for_timeout(500)
    expect(page.locator(".exchange")).to_have_count(1)


HOSTILE = "\n\n".join(
    [
        "# <script>alert('titre')</script> Le pont <img src=http://ailleurs.example/t.png onerror=alert(1)>",
        "Le pont de Trifouilly mesure 4321 mètres [1] <img src=x onerror=\"alert('image')\"> selon "
        "[la mairie](javascript:alert('lien')) ${alert('gabarit')} {{constructor.constructor('alert(1)')()}}.",
        '![suivi](http://ailleurs.example/suivi.png) <iframe src="http://ailleurs.example/"></iframe> '
        "<svg onload=alert('svg')>",
        '</div></article></section><h1>Fin</h1><form action="http://ailleurs.example/"><button>Envoyer</button></form>',
    ]
)


def test_a_hostile_document_stays_text(visit: Callable, serve: Callable, tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "pont.md").write_text(HOSTILE, "utf-8")
    update_index(tmp_path / "index", [tmp_path / "articles"], Settings().embedder)
    one = visit(url=serve(Assistant.open(tmp_path / "index")))
    page = one.page
    one.ask("Combien de mètres mesure le pont de Trifouilly ?")
    answer = page.locator(".exchange")
    expect(answer).to_contain_text(re.compile(r"4321 mètres [\[(]1[\])] <img src=x"))
    answer.locator("button[data-exchange]").first.hover()
    answer.locator("button[data-exchange]").first.click()
    page.wait_for_selector("#panel mark")
    expect(page.locator("#panel")).to_contain_text("<iframe src=")
    expect(page.locator("#panel")).to_contain_text("</div></article></section><h1>Fin</h1>")
    page.wait_for_timeout(300)
    elements = "#log :is(script, img, iframe, svg, form, h1), #panel :is(script, img, iframe, svg, form, h1, a)"
    assert page.locator(elements).count() == 0
    assert page.locator("[href^='javascript']").count() == 0


BYLINE = """# La tour de Fessenheim

Par Nastasia Michaels
Publié le 17 mars 2025

La tour de Fessenheim mesure 71 mètres de haut. Elle a été bâtie par la commune en 1902, puis restaurée deux fois.

Depuis 2019, la tour accueille les visiteurs chaque dimanche, et la commune y organise des concerts d’été.

Elle reste le symbole de la vallée, disent les habitants, qui viennent y voir le soleil se lever.

(Avec Belga)
"""


def test_a_byline_is_shown_and_marked_only_where_it_is_cited(visit: Callable, serve: Callable, tmp_path: Path) -> None:
    (tmp_path / "tour.md").write_text(BYLINE, "utf-8")
    update_index(tmp_path / "index", [tmp_path / "tour.md"], Settings().embedder)
    one = visit(url=serve(Assistant.open(tmp_path / "index")))
    one.ask("Qui a écrit l’article sur la tour de Fessenheim ?")
    panel = one.page.locator("#panel")
    expect(one.page.locator(".short-answer")).to_have_text("Nastasia Michaels")
    expect(one.page.locator(".sources .facts")).to_have_text("Nastasia Michaels · 17\u00a0mars 2025")
    one.page.locator(".answer p .marker").first.click()
    expect(panel.locator(".aside mark")).to_have_text("Par Nastasia Michaels")
    expect(panel).to_contain_text("concerts d’été")
    expect(panel).not_to_contain_text("Belga")
    expect(panel).not_to_contain_text("Publié le")
    expect(panel.locator("header .facts")).to_have_text("Nastasia Michaels · 17\u00a0mars 2025")


def test_a_failure_is_one_friendly_line(
    visit: Callable,
    answered: str,
    serve: Callable,
    corpus_index: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = Assistant.open(corpus_index)
    one = visit(url=serve(broken))
    monkeypatch.setattr(broken, "ask", lambda *_: 1 / 0)
    one.ask(answered)
    expect(one.page.locator(".exchange .notice")).to_contain_text("Un problème a empêché de répondre.")
    assert "Traceback" not in one.page.content()
    assert any(record.exc_info for record in caplog.records if record.name == "rag.web.page")


def test_a_new_generation_is_picked_up(visit: Callable, serve: Callable, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.md").write_text("# La tour\n\nLa tour de Fessenheim-le-Bas mesure 71 mètres de haut.\n", "utf-8")
    update_index(tmp_path / "index", [articles], Settings().embedder)
    one = visit(url=serve(Assistant.open(tmp_path / "index")))
    page = one.page
    one.ask("Combien mesure la tour de Fessenheim-le-Bas ?")
    page.locator(".answer [data-exchange]").first.click()
    expect(page.locator("#panel mark").first).to_contain_text("71 mètres")
    (articles / "a.md").write_text("# La tour\n\nLa tour de Fessenheim-le-Bas mesure 93 mètres de haut.\n", "utf-8")
    update_index(tmp_path / "index", [articles], Settings().embedder)
    one.ask("Combien mesure la tour de Fessenheim-le-Bas, en mètres ?")
    page.locator(".exchange").last.locator("[data-exchange]").first.click()
    expect(page.locator("#panel mark").first).to_contain_text("93 mètres")
    # the earlier answer quotes what is no longer written: the quote is shown, and that it is gone
    page.locator(".exchange").first.locator("[data-exchange]").first.click()
    expect(page.locator("#panel .notice")).to_be_visible()
    expect(page.locator("#panel mark").first).to_contain_text("71 mètres")
