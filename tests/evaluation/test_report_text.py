"""Text of documents, questions and answers in the report: it stays text, and the gold answer is marked in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from run_folders import ASKED, GIVEN, write_run
from web import hostile

from rag.evaluation import report
from rag.evaluation.records import Example, Prediction, Quote
from rag.evaluation.report.outcomes import segments
from rag.french import fold

Open = Callable[..., Page]


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
