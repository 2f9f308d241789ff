"""The report in a real browser: what it shows."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from run_folders import ASKED, GIVEN, predictions, write_run

from rag.evaluation import report
from rag.evaluation.records import Example, Prediction
from rag.french import fold
from rag.records import SourcierError, Turn

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


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
