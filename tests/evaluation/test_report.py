"""The report in a real browser: what it shows, what it must not do, and that everyone can read it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from run_folders import examples, predictions, write_run
from web import hostile

from rag.evaluation import report
from rag.evaluation.records import Example, Prediction, Quote
from rag.evaluation.report.outcomes import segments
from rag.french import fold
from rag.records import SourcierError, Turn

pytestmark = pytest.mark.browser

ASKED = examples(130)
GIVEN = predictions(ASKED)
_CHROMIUM = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update".split()
)
NARROW = {"viewport": {"width": 360, "height": 740}}

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        message = "Chromium is not installed: the report cannot be tested (apt install chromium)"
        if os.environ.get("CI") or os.environ.get("SOURCIER_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_CHROMIUM)
        yield browser
        browser.close()


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
    assert [url for url in requests if not url.startswith(("file://", "data:,"))] == []
    assert len([url for url in requests if url.startswith("file://")]) <= len(contexts) * 3, "the page is one file"
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


def _outcomes() -> Counter[str]:
    """What became of the questions, told anew from what was asked and given."""
    found: Counter[str] = Counter()
    for example, one in zip(ASKED, GIVEN, strict=True):
        if example.unanswerable:
            found["Rightly refused" if one.abstained else "Answered an unanswerable"] += 1
        elif one.abstained:
            found["Wrongly refused"] += 1
        else:
            right = example.answers[0] in (one.short_answer, *(quote.text for quote in one.quotes))
            found["Right" if right or any(example.answers[0] in q.text for q in one.quotes) else "Wrong"] += 1
    return found


def _shown(page: Page) -> list[str]:
    """The ids of the questions on the page."""
    return page.locator("#list .id").all_inner_texts()


def _sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


# --- what it shows ---


def test_the_headline_is_the_summary(run: Path, visit: Open) -> None:
    page = visit(run / "report.html")
    metrics = json.loads((run / "summary.json").read_text("utf-8"))["metrics"]
    cards = page.locator(".card")
    assert cards.locator("h3").all_inner_texts() == [
        "F1", "Exact match", "Answer in quote", "F1 of refusing", "MRR@10", "Hit@1",
    ]  # fmt: skip
    f1, mrr = metrics["f1"], metrics["mrr@10"]
    assert f"{100 * f1['value']:.1f}%" in cards.nth(0).inner_text()
    assert f"{100 * f1['low']:.1f} – {100 * f1['high']:.1f} over 130 questions" in cards.nth(0).inner_text()
    assert f"{mrr['value']:.3f}" in cards.nth(4).inner_text()
    every = page.locator(".metrics").all_inner_texts()
    assert all(any(name in text for text in every) for name in metrics if "@" not in name and name not in ("f1", "map"))


def test_outcomes_are_counted_and_filter_the_questions(run: Path, visit: Open) -> None:
    page = visit(run / "report.html")
    expected = _outcomes()
    assert len(expected) == 5, "the test data has every outcome"
    for label, count in expected.items():
        button = page.locator(".choices button", has_text=re.compile(rf"^{label}\s*{count}$"))
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert page.locator("#found").inner_text().startswith(f"{count} of 130 questions")
        assert set(page.locator("#list .badge").all_inner_texts()) == {label}
    page.locator("#found button").click()
    assert page.locator("#found").inner_text() == "130 of 130 questions, 1 to 20 shown"


def test_the_legend_and_the_types_lead_to_their_questions(run: Path, visit: Open) -> None:
    page = visit(run / "report.html")
    page.locator(".legend a", has_text="Wrongly refused").click()
    expect(page.locator("#found")).to_contain_text(f"{_outcomes()['Wrongly refused']} of 130")
    assert set(page.locator("#list .badge").all_inner_texts()) == {"Wrongly refused"}
    page.locator("#types a", has_text="how many").click()
    expect(page.locator("#type")).to_have_value("how many")
    assert page.locator("#found").inner_text().startswith(f"{sum(e.type == 'how many' for e in ASKED)} of 130")


def test_search_knows_no_accents_and_no_case(run: Path, visit: Open) -> None:
    page = visit(run / "report.html")
    wanted = [e.id for e in ASKED if "L’Haÿ" in e.question and e.type == "who"]
    page.locator("#type").select_option("who")
    page.locator("#search").fill("l'HAY-les-roses introuvable")
    expect(page.locator("#found")).to_contain_text("No question matches")
    page.locator("#search").fill("QUI  l'HAY-les-roses")
    expect(page.locator("#found")).not_to_contain_text("No question matches")
    found = _shown(page)
    assert set(wanted) <= set(found)
    for one in found:  # others are found by their quotes
        text = page.locator("#list article", has=page.get_by_text(one, exact=True)).inner_text()
        assert "l'hay-les-roses" in fold(text)
    page.locator("#search").fill("lacoeur")
    expect(page.locator("#list")).to_contain_text("Lacœur")


def test_pages_and_the_address_that_keeps_them(run: Path, visit: Open) -> None:
    page = visit(run / "report.html")
    assert _shown(page) == [example.id for example in ASKED[:20]]
    page.get_by_role("button", name="Next").click()
    assert _shown(page) == [example.id for example in ASKED[20:40]]
    page.get_by_role("button", name="Last").click()
    assert _shown(page) == [example.id for example in ASKED[120:]]
    assert page.locator("#place").inner_text() == "Page 7 of 7"
    page.get_by_role("button", name="Next").click(force=True)
    assert page.locator("#place").inner_text() == "Page 7 of 7"
    page.reload()
    assert _shown(page) == [example.id for example in ASKED[120:]]


def test_order(run: Path, visit: Open) -> None:
    page = visit(run / "report.html")
    page.locator("#order").select_option("sure")
    ranked = sorted(zip(ASKED, GIVEN, strict=True), key=lambda pair: -round(pair[1].confidence, 3))
    assert _shown(page) == [example.id for example, _ in ranked[:20]]
    page.locator("#order").select_option("slow")
    ranked = sorted(zip(ASKED, GIVEN, strict=True), key=lambda pair: -pair[1].timings_ms["total"])
    assert _shown(page) == [example.id for example, _ in ranked[:20]]


def test_a_question_can_be_linked_to(run: Path, visit: Open) -> None:
    page = visit(run / "report.html", "#id=q77")
    assert _shown(page) == ["q77"]
    assert ASKED[77].question in page.locator("#list").inner_text()


def test_the_gold_answer_is_marked_within_the_quote(run: Path, visit: Open) -> None:
    page = visit(run / "report.html", "#outcome=right&type=how+many")
    card = page.locator("#list article").first
    example = next(e for e in ASKED if e.id == card.locator(".id").inner_text())
    assert card.locator("mark").all_inner_texts() == [example.answers[0]]
    assert card.locator("blockquote").get_attribute("lang") == "fr"
    assert card.locator("h3").get_attribute("lang") == "fr"
    assert page.evaluate("document.documentElement.lang") == "en"


def test_english_data_is_said_to_be_english(visit: Open, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", ASKED[:4], GIVEN[:4], normalisation="english")
    assert visit(report.write(folder)).locator("#list h3").first.get_attribute("lang") == "en"


def test_plots_have_their_figures_as_tables(run: Path, visit: Open) -> None:
    page = visit(run / "report.html")
    summary = json.loads((run / "summary.json").read_text("utf-8"))
    for name in ("reliability", "risk-coverage", "latency", "ranks"):
        figure = page.locator(f"#plot-{name}")
        svg = figure.locator("svg")
        assert svg.get_attribute("role") == "img"
        for label in (svg.get_attribute("aria-labelledby") or "").split():
            assert (page.locator(f"#{label}").text_content() or "").strip()
        figure.locator("summary").click()
        assert figure.locator("tbody tr").count() > 0
    groups = summary["curves"]["reliability"]
    assert page.locator("#plot-reliability .dot").count() == len([point for point in groups if point[2]])
    assert page.locator("#plot-reliability tbody tr").count() == page.locator("#plot-reliability .dot").count()
    assert page.locator("#plot-latency tbody th").all_inner_texts() == ["embedding", "retrieval", "reading", "total"]
    gold = [example for example in ASKED if example.gold]
    first = sum(one.ranking[0][0] in e.gold for e, one in zip(ASKED, GIVEN, strict=True) if e.gold)
    row = page.locator("#plot-ranks tbody tr").first.locator("td").all_inner_texts()
    assert row == [str(first), f"{100 * first / len(gold):.1f}%"]


def test_types_show_every_metric_with_its_interval(run: Path, visit: Open) -> None:
    page = visit(run / "report.html")
    by_type = json.loads((run / "summary.json").read_text("utf-8"))["by_type"]
    rows = page.locator("#types tbody tr")
    assert rows.count() == len(by_type) == 4
    for place in range(4):
        text = rows.nth(place).inner_text()
        f1 = by_type[next(name for name in by_type if text.startswith(name))]["f1"]
        assert f"{100 * f1['value']:.1f}%" in text
        assert f"{100 * f1['low']:.1f} – {100 * f1['high']:.1f}" in text


def test_retrieval_and_conversation_have_their_own_view(visit: Open, tmp_path: Path) -> None:
    asked = [replace(example, type="") for example in ASKED if example.gold]
    given = predictions(asked)
    page = visit(report.write(write_run(tmp_path / "retrieval", asked, given, mode="retrieval")))
    assert page.locator(".card h3").first.inner_text() == "MRR@10"
    assert "names no question types" in page.locator("#types").inner_text()
    missed = sum(next(iter(e.gold)) not in dict(one.ranking) for e, one in zip(asked, given, strict=True))
    assert page.locator(".choices button", has_text="Missed").inner_text().split() == ["Missed", str(missed)]
    assert "Gold answer" not in page.locator("#list").inner_text()
    assert page.locator("#plot-risk-coverage").count() == 0

    turns = (Turn("user", "Où est-elle ?"), Turn("assistant", "À Évreux."))
    talk = write_run(tmp_path / "talk", [replace(ASKED[0], history=turns)], GIVEN[:1], mode="conversation")
    page = visit(report.write(talk))
    page.get_by_text("After 2 earlier turns").click()
    assert "Asked: Où est-elle ?" in page.locator(".history").inner_text()
    assert "Answered: À Évreux." in page.locator(".history").inner_text()


# --- what it must not do ---


def test_hostile_text_stays_text(visit: Open, tmp_path: Path) -> None:
    evil = "".join(hostile.FRAGMENTS) + "</script><!--<script>\u2028</textarea>\"'`"
    shown = evil.replace("\ud800", "?")
    name = evil.replace("\ud800", "")
    example = Example("q</script><b>", evil, (f"oui {evil}",), gold={name: 1}, quotes=(evil,), type=f"type{evil}")
    prediction = Prediction(
        example.id, answer=f"Oui {evil} [1]", short_answer=evil, candidate=evil, confidence=0.8,
        ranking=((name, 1.0),), quotes=(Quote(1, evil, 0, len(evil), evil, False),),
        timings_ms={f"stage{evil}": 1.0, "total": 1.0},
    )  # fmt: skip
    folder = write_run(tmp_path / "evil", [example], [prediction], system=f"système{evil}", dataset=f"jeu{evil}")
    page = visit(report.write(folder))
    assert page.locator("b b, iframe, #list img, #list script, #list svg, [onerror], [onload], [onfocus]").count() == 0
    assert page.locator("script").count() == 3, "theme, data, questions"
    assert page.locator("#list h3").text_content() == shown
    assert shown in (page.locator("#list blockquote").first.text_content() or "")
    assert "not found at its place" in page.locator("#list figcaption").first.inner_text()
    assert page.locator("#type option").count() == 2
    page.locator("#type").select_option(index=1)
    assert page.locator("#list article").count() == 1
    page = visit(report.write_overview(tmp_path, [folder]))
    assert page.locator("script").count() == 1
    assert page.locator("iframe, img").count() == 0


def test_escapes_that_no_file_can_hold(visit: Open, tmp_path: Path) -> None:
    """Another tool may write half of a surrogate pair as an escape."""
    folder = write_run(tmp_path / "run", ASKED[:1], GIVEN[:1])
    path = folder / "predictions.jsonl"
    record = {**json.loads(path.read_text("utf-8")), "type": "a\ud800b \U0001f600", "question": "Qui\udfff ?"}
    path.write_text(json.dumps(record) + "\n", "utf-8")
    page = visit(report.write(folder))
    assert page.locator("#list h3").inner_text() == "Qui? ?"
    page.locator("#type").select_option("a?b \U0001f600")
    assert page.locator("#list article").count() == 1


def test_injected_script_would_not_run(run: Path, visit: Open, tmp_path: Path) -> None:
    """The second wall: even markup that got through is held by the Content Security Policy."""
    text = (run / "report.html").read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert text.count("<script>") == policy[1].count("sha256-") - 1, "a hash for each script, and one for the style"
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text)


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
    if name == "run":  # each colour of an outcome on the page
        for outcome in page.locator(".choices button").all()[1:]:
            outcome.click()
            _check_accessible(page, "#list")
    _check_accessible(page)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 22, 20)"
    assert dark == (scheme == "dark")


def _check_accessible(page: Page, part: str | None = None) -> None:
    results = Axe().run(page, context=part)
    assert results.violations_count == 0, results.generate_report()


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


# --- several systems ---


def test_the_overview_sets_systems_side_by_side(overview: Path, visit: Open) -> None:
    page = visit(overview)
    table = page.locator("table").first
    assert table.locator("thead a").all_inner_texts() == ["bm25", "default", "dense"]
    row = table.locator("tbody tr", has=page.get_by_text("Answer in quote", exact=False)).first
    assert [cell.locator(".best").count() for cell in row.locator("td").all()] == [0, 1, 0]
    summary = json.loads((overview.parent / "jeu n° 1" / "default#1" / "summary.json").read_text("utf-8"))
    assert f"{100 * summary['metrics']['answer_in_quote']['value']:.1f}%" in row.locator("td").nth(1).inner_text()
    page.locator("thead a", has_text="default").first.click()
    assert page.locator("h1").inner_text() == "bibliothèques · default"


def test_the_best_is_marked_only_beyond_doubt(visit: Open, tmp_path: Path) -> None:
    near = [
        write_run(tmp_path / str(seed), ASKED, predictions(ASKED, skill=0.6, seed=seed), system=f"s{seed}")
        for seed in (1, 2)
    ]
    page = visit(report.write_overview(tmp_path, near))
    assert page.locator("td .best").count() == 0
    assert "No system is best beyond doubt" in page.locator("main").inner_text()


def test_of_a_risk_the_lower_one_is_best(visit: Open, overview: Path) -> None:
    row = visit(overview).locator("table").first.locator("tbody tr", has_text="Area under risk-coverage")
    assert [cell.locator(".best").count() for cell in row.locator("td").all()] == [0, 1, 0]


# --- files ---


def test_the_same_run_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(run, tmp_path / "copy")
    (copy / "report.html").unlink()
    assert report.write(copy).read_bytes() == (run / "report.html").read_bytes()


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourcierError, match="name the folder of a finished run"):
        report.write(tmp_path)
    with pytest.raises(SourcierError, match="name the folder of a finished run"):
        report.write_overview(tmp_path, [tmp_path / "nowhere"])
    assert list(tmp_path.iterdir()) == []


def test_one_question_without_any_figure_is_still_a_report(visit: Open, tmp_path: Path) -> None:
    """A data set that judges nothing, a system that times nothing."""
    example, prediction = Example("1", "Qui ?"), Prediction("1", answer="Personne.", short_answer="Personne")
    page = visit(report.write(write_run(tmp_path / "run", [example], [prediction])))
    assert page.locator("#list .badge").inner_text() == "Not judged"
    assert page.locator("#plots").count() == 0


# --- marking ---


@settings(max_examples=100)
@given(hostile.text, st.lists(hostile.text, max_size=3))
def test_marking_changes_no_text(text: str, answers: list[str]) -> None:
    parts = segments(text, answers)
    assert "".join(parts) == text
    assert len(parts) % 2 == 1
    assert all(parts[1::2])


@settings(max_examples=100)
@given(
    st.sampled_from(["", "Il y a ", "« Oui », dit "]),
    st.sampled_from(["l’été", "3 300 élèves", "Zoé Lacœur", "L'ONU", "88,5 %", "quatre-vingt-dix"]),
    st.sampled_from(["", ".", " en France, l’an dernier."]),
)
def test_an_answer_is_marked_where_it_stands(before: str, answer: str, after: str) -> None:
    for written in (answer, answer.upper(), answer.replace("’", "'"), f"les {answer}"):
        parts = segments(before + answer + after, [written])
        assert len(parts) == 3, parts
        assert parts[1] in answer
        assert fold(answer).startswith(fold(parts[1]))
