"""What the page answers to events, also to those that its own buttons would never send."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from rag.assistant import Assistant
from rag.records import Answer, Citation, DocumentReference, Hit, Passage
from rag.settings import Settings
from rag.web.messages import Exchange
from rag.web.page import Chat, reveal
from rag.web.start import update_index
from web.reading import Reading

FRENCH: Any = SimpleNamespace(headers={"accept-language": "fr"})


@pytest.fixture(scope="module")
def chat(assistant: Assistant) -> Chat:
    return Chat(assistant)


@pytest.fixture(scope="module")
def exchange(assistant: Assistant) -> Exchange:
    """An answer with a citation and evidence, made from what the index really holds."""
    hit = assistant.search("centre de données de Gwangju", 1)[0]
    document = assistant.document(hit.passage.document_id)
    reference = DocumentReference(document.id, document.title, document.source, document.path)
    start = hit.passage.end - 40
    citation = Citation(1, reference, hit.passage.id, start, hit.passage.end, document.text[start : hit.passage.end])
    answer = Answer("q", "q", f"{citation.quote} [1]", None, False, 0.9, (citation,), (hit,), {document.id: reference})
    return Exchange("Quoi ?", answer, state="done")


def _open(chat: Chat, exchanges: tuple[Exchange, ...], **clicked: object) -> Reading:
    event = gr.EventData(None, {"exchange": 0, **clicked})
    return Reading.of(chat.open(exchanges, event, FRENCH))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_click_on_a_marker_opens_its_quote(chat: Chat, exchange: Exchange) -> None:
    assert exchange.answer
    reading = _open(chat, (exchange,), marker=1)
    marked = _squeezed("".join(mark.text for mark in reading.all("mark")))
    assert marked == _squeezed(exchange.answer.citations[0].quote)


def test_a_click_on_a_passage_opens_the_passage(chat: Chat, exchange: Exchange) -> None:
    assert exchange.answer
    reading = _open(chat, (exchange,), evidence=0)
    marked = _squeezed("".join(mark.text for mark in reading.all("mark")))
    assert marked[-30:] == _squeezed(exchange.answer.evidence[0].passage.text)[-30:]


@pytest.mark.parametrize(
    "clicked",
    [
        {"exchange": 1, "marker": 1}, {"exchange": -1, "marker": 1}, {"marker": 2}, {"marker": "x"}, {"evidence": -1},
        {"evidence": 99}, {}, {"exchange": None}, {"marker": [1]}, {"evidence": {"a": 1}},
    ],
)  # fmt: skip
def test_a_click_on_what_was_not_shown_opens_nothing(chat: Chat, exchange: Exchange, clicked: dict[str, Any]) -> None:
    reading = _open(chat, (exchange,), **clicked)
    assert reading.all("mark") == []
    assert len(reading.all(".notice")) == 1


@pytest.mark.parametrize("data", [None, [], "x"])
def test_a_click_without_its_data_opens_nothing(chat: Chat, exchange: Exchange, data: object) -> None:
    assert len(Reading.of(chat.open((exchange,), gr.EventData(None, data), FRENCH)).all(".notice")) == 1


def test_a_document_that_left_the_index_and_one_that_changed(chat: Chat, exchange: Exchange) -> None:
    assert exchange.answer
    held = exchange.answer.citations[0]
    gone = DocumentReference("nulle-part", "Parti", None, "x.md")
    passage = Passage("p", "nulle-part", 0, 4, "Quoi", "Parti")
    answer = Answer(
        "q", "q", "a", None, False, 1.0,
        (Citation(1, gone, "p", 0, 4, "Quoi"), Citation(2, held.document, "p", 0, 9, "Jamais vu")),
        (Hit(passage, 1.0),),
    )  # fmt: skip
    exchanges = (Exchange("q", answer, state="done"),)
    for clicked, notice, quote in (
        ({"marker": 1}, "n’est plus dans l’index", "Quoi"),
        ({"evidence": 0}, "n’est plus dans l’index", "Quoi"),
        ({"marker": 2}, "a changé", "Jamais vu"),
    ):
        reading = _open(chat, exchanges, **clicked)
        assert notice in reading.all(".notice")[0].text
        assert [mark.text for mark in reading.all("mark")] == [quote]


def test_a_quote_that_moved_is_found_again(chat: Chat, exchange: Exchange) -> None:
    assert exchange.answer
    held = exchange.answer.citations[0]
    moved = Citation(1, held.document, "p", 0, len(held.quote), held.quote)
    answer = Answer("q", "q", "a [1]", None, False, 1.0, (moved,))
    reading = _open(chat, (Exchange("q", answer, state="done"),), marker=1)
    assert _squeezed("".join(mark.text for mark in reading.all("mark"))) == _squeezed(held.quote)


@pytest.mark.parametrize("question", ["", "  \n ", None])
def test_an_empty_question_changes_nothing(chat: Chat, question: str | None) -> None:
    (update,) = chat.ask(question, (), FRENCH)
    assert update == gr.skip()


def test_a_question_during_an_answer_changes_nothing(chat: Chat) -> None:
    (update,) = chat.ask("Bonjour", (Exchange("Quoi ?"),), FRENCH)
    assert update == gr.skip()


def test_a_late_greeting_overwrites_no_answer(chat: Chat) -> None:
    shown = {part for update in chat.greet(FRENCH) for part in update}
    assert shown.isdisjoint({chat.exchanges, chat.past, chat.live, chat.panel})


def test_stop_without_a_conversation(chat: Chat) -> None:
    assert chat.exchanges not in chat.stop((), FRENCH)


def test_a_failure_is_logged_with_its_reason_and_shown_without(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(chat.assistant, "ask", lambda *_: {}["la raison"])
    *_, last = chat.ask("Quoi ?", (), FRENCH)
    assert last[chat.exchanges][-1].state == "failed"
    assert "la raison" not in last[chat.live]
    assert "la raison" in caplog.text


def test_an_answer_comes_in_growing_stretches_that_cut_no_word() -> None:
    text = "Sa capacité s’élève à 88,5 pétaflops. [1]\nElle grandit encore chaque année. [2]"
    drafts = list(reveal(Answer("q", "q", text, None, False, 1.0)))
    assert drafts[-1] == text
    assert len(drafts) > 2
    for shorter, longer in pairwise(drafts):
        assert longer.startswith(shorter)
        assert shorter[-1].isspace()


def test_a_new_generation_shows_on_the_next_visit(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.md").write_text("# Un titre\n\nUne phrase tout à fait ordinaire.\n", "utf-8")
    (articles / "b.md").write_text("# Un autre\n\nUne phrase qui restera un peu plus longtemps.\n", "utf-8")
    update_index(tmp_path / "index", [articles], Settings().embedder)
    chat = Chat(Assistant.open(tmp_path / "index"))
    assert "2 documents" in next(chat.greet(FRENCH))[chat.header]
    (articles / "a.md").unlink()
    update_index(tmp_path / "index", [articles], Settings().embedder)
    assert "1 document," in next(chat.greet(FRENCH))[chat.header], "a new generation shows without a restart"
