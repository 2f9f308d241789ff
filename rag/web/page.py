"""The chat page in Gradio: which component shows what, and what happens on each click.

Nothing is shared between visitors: a conversation lives in its session's `gr.State`, as a tuple of exchanges.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from rag.assistant import LONGEST_QUESTION, Assistant
from rag.records import Answer, DocumentReference, SourcierError
from rag.web.markup import element
from rag.web.messages import Exchange, conversation, history, welcome
from rag.web.viewer import document_panel, failure_panel, quote_panel
from rag.web.words import Words, preferred_language

log = logging.getLogger(__name__)

_SCRIPT = Path(__file__).with_name("script.js").read_text("utf-8")
_GROUP = re.compile(r"(?:\S+\s*){1,4}")  # words that appear together
_PAUSE = 0.015  # seconds between two groups: enough for the eye to follow, too short to wait for

Exchanges = tuple[Exchange, ...]
Updates = dict[Any, Any]


def build_page(assistant: Assistant) -> gr.Blocks:
    """The page over one open assistant. Style, theme and fonts are added where it is mounted (`server`)."""
    return Chat(assistant).blocks


def reveal(answer: Answer) -> Iterator[str]:
    """The answer in growing stretches, as a reader that writes token by token would give it."""
    end = 0
    for group in _GROUP.finditer(answer.answer):
        end = group.end()
        yield answer.answer[:end]


class Chat:
    """The components of the page and the functions behind its events."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self._tried: tuple[int | None, tuple[str, ...]] = (None, ())  # examples, of which generation
        french = Words("fr")
        with gr.Blocks(title="Sourcier", analytics_enabled=False, fill_width=True) as self.blocks:
            self.exchanges = gr.State(())
            with gr.Row(elem_id="masthead"):
                self.header = gr.HTML(self._header(french), apply_default_css=False, js_on_load=None)
                self.new = gr.Button(french("new_conversation"), elem_id="new", size="sm", scale=0)
            with gr.Row(elem_id="shell"):
                with gr.Column(elem_id="chat", min_width=0):
                    with gr.Column(elem_id="log"):
                        # Hidden by the style once there is an exchange: what arrives late overwrites no answer
                        self.welcome = gr.HTML(elem_id="welcome", apply_default_css=False, js_on_load=None)
                        # The finished exchanges, and the one being written: only the latter travels while it grows
                        self.past = gr.HTML(elem_id="past", apply_default_css=False, js_on_load=None)
                        self.live = gr.HTML(elem_id="live", apply_default_css=False, js_on_load=None)
                    self.question = gr.Textbox(
                        elem_id="question",
                        label=french("question_label"),
                        placeholder=french("placeholder"),
                        lines=1,
                        max_lines=6,
                        autofocus=True,
                        container=False,
                        submit_btn=True,
                        stop_btn=False,
                    )
                self.panel = gr.HTML(elem_id="panel", apply_default_css=False, js_on_load=_SCRIPT)
            self._connect()

    def _connect(self) -> None:
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        outputs = [self.exchanges, self.past, self.live, self.question]
        # "once": Enter pressed twice asks once. After a stop, the next question waits for the thread to notice
        asking: dict[str, Any] = {**quiet, "concurrency_limit": 16, "trigger_mode": "once"}
        asked = self.question.submit(self.ask, [self.question, self.exchanges], outputs, **asking)
        clicked = self.panel.example(self.ask_example, [self.exchanges], outputs, **asking)
        running = [asked, clicked]
        self.question.stop(self.stop, [self.exchanges], outputs, cancels=running, concurrency_limit=None, **quiet)
        self.new.click(self.clear, None, [*outputs, self.panel], cancels=running, concurrency_limit=None, **quiet)
        self.panel.cite(self.open, [self.exchanges], [self.panel], concurrency_limit=16, **quiet)
        greeted = [self.header, self.welcome, self.question, self.new]
        self.blocks.load(self.greet, None, greeted, concurrency_limit=None, **quiet)

    # --- events ----------------------------------------------------------------------------------------------------

    def greet(self, request: gr.Request) -> Iterator[Updates]:
        """A visitor opens the page: its words in her language, what the index holds now, questions to begin with."""
        words = _words(request)
        self._refresh()
        yield {
            self.header: self._header(words),
            self.welcome: self._welcome(words, examples=()),
            self.question: gr.update(label=words("question_label"), placeholder=words("placeholder")),
            self.new: gr.update(value=words("new_conversation")),
        }
        yield {self.welcome: self._welcome(words, examples=self._examples())}

    def ask_example(self, exchanges: Exchanges, event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        """A click on an example asks it."""
        yield from self.ask(str(event._data.get("question", "")), exchanges, request)

    def ask(self, question: str | None, exchanges: Exchanges, request: gr.Request) -> Iterator[Updates]:
        """A question: show it at once, then its answer as it comes.

        White space alone does nothing, and neither does a question while another one is being answered.
        """
        words, question = _words(request), (question or "").strip()
        if not question or (exchanges and not exchanges[-1].closed):
            yield gr.skip()
            return
        yield {
            **self._show((*exchanges, Exchange(question)), words),
            self.past: conversation(exchanges, words),
            self.question: gr.update(value="", submit_btn=False, stop_btn=True),
        }
        for exchange in self._answering(question, exchanges):
            yield self._show((*exchanges, exchange), words)
        yield {**self._show((*exchanges, exchange), words), self.question: gr.update(submit_btn=True, stop_btn=False)}

    def _answering(self, question: str, exchanges: Exchanges) -> Iterator[Exchange]:
        """The states that an exchange goes through, the last one closed."""
        if len(question) > LONGEST_QUESTION:
            yield Exchange(question, state="too_long")
            return
        try:
            self.assistant.refresh()
            answer = self.assistant.ask(question, history(exchanges))
        except Exception:
            # whatever it is, the visitor gets one line and the log gets the rest
            log.exception("No answer could be given to a question of %d characters", len(question))
            yield Exchange(question, state="failed")
            return
        if not answer.abstained:
            for draft in reveal(answer):
                yield Exchange(question, answer, draft, "writing")
                time.sleep(_PAUSE)
        yield Exchange(question, answer, state="done")

    def stop(self, exchanges: Exchanges, request: gr.Request) -> Updates:
        """What has been written stays, marked as interrupted."""
        *earlier, last = exchanges or (None,)
        if last is not None and not last.closed:
            last = Exchange(last.question, last.answer, last.draft or "", "stopped")
            exchanges = (*earlier, last)
        return {
            **(self._show(exchanges, _words(request)) if exchanges else {}),
            self.question: gr.update(submit_btn=True, stop_btn=False),
        }

    def clear(self) -> Updates:
        """A new conversation."""
        return {
            self.exchanges: (),
            self.past: "",
            self.live: "",
            self.question: gr.update(value="", submit_btn=True, stop_btn=False),
            self.panel: "",
        }

    def open(self, exchanges: Exchanges, event: gr.EventData, request: gr.Request) -> str:
        """A click on a marker or a passage: its document, marked. Only what this session was shown can be named."""
        words = _words(request)
        try:
            reference, start, end, quote = _target(exchanges, event._data)
        except (LookupError, TypeError, ValueError):
            log.warning("A passage was asked for that this conversation does not hold: %r", event._data)
            return failure_panel(words)
        try:
            document = self.assistant.document(reference.id)
            if document.text[start:end] != quote:
                start = document.text.find(quote)
                if start < 0:
                    return quote_panel(reference, quote, "document_changed", words)
            return document_panel(document, start, start + len(quote), words)
        except (KeyError, SourcierError):
            return quote_panel(reference, quote, "document_gone", words)
        except Exception:
            log.exception("Document %s could not be shown", reference.id)
            return failure_panel(words)

    # --- parts of the page -----------------------------------------------------------------------------------------

    def _show(self, exchanges: Exchanges, words: Words) -> Updates:
        last = len(exchanges) - 1
        return {self.exchanges: exchanges, self.live: conversation(exchanges[last:], words, first=last)}

    def _refresh(self) -> None:
        try:
            self.assistant.refresh()
        except Exception:
            log.exception("The index could not be opened anew")  # the one that is open still answers

    def _header(self, words: Words) -> Markup:
        info = self.assistant.info()
        index = words(
            "index",
            name=info.name,
            documents=words("documents", count=info.documents),
            passages=words("passages", count=info.passages),
            date=words.date(info.created),
        )
        return element(
            "div",
            element("h1", "Sourcier"),
            element("p", words("tagline"), class_="tagline"),
            element("p", index, class_="index"),
            class_="header",
            data_language=words.language,
            data_send=words("send"),
            data_stop=words("stop"),
        )

    def _welcome(self, words: Words, examples: Sequence[str]) -> Markup:
        return welcome(examples, words, empty=self.assistant.info().documents == 0)

    def _examples(self) -> Sequence[str]:
        """Questions that the open generation answers: found by trying, so once for each generation."""
        generation = self.assistant.info().generation
        known, examples = self._tried
        if known != generation:
            try:
                examples = tuple(dict.fromkeys(self.assistant.examples(5)))
            except Exception:
                log.exception("No example questions")
                examples = ()
            self._tried = (generation, examples)
        return examples


def _words(request: gr.Request) -> Words:
    return Words(preferred_language(request.headers.get("accept-language")))


def _target(exchanges: Exchanges, clicked: Any) -> tuple[DocumentReference, int, int, str]:
    """What a click names: the document, the stretch of its text, and the text as it was quoted.

    Raises LookupError, TypeError or ValueError when the conversation holds no such thing.
    """
    place = int(clicked["exchange"])
    if place < 0 or (answer := exchanges[place].answer) is None:
        raise LookupError(f"exchange {place} has no answer")
    if clicked.get("marker") is not None:
        for citation in answer.citations:
            if citation.marker == int(clicked["marker"]):
                return citation.document, citation.start, citation.end, citation.quote
        raise LookupError(f"no citation {clicked['marker']}")
    rank = int(clicked["evidence"])
    if rank < 0:
        raise LookupError(f"no passage {rank}")
    passage = answer.evidence[rank].passage
    reference = answer.documents.get(passage.document_id) or DocumentReference(
        passage.document_id, passage.title, None, ""
    )
    return reference, passage.start, passage.end, passage.text
