"""One question and its answer as the chat shows them: the answer with its markers, its sources, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rag.assistant import LONGEST_QUESTION
from rag.citations import plain
from rag.records import Answer, Citation, DocumentReference, Turn
from rag.web.markup import element, fragment
from rag.web.notes import note_line
from rag.web.viewer import facts
from rag.web.words import Words, french_spaces

_MARKER = re.compile(r"[ \u00a0\u202f]*\[(\d{1,3})\]")
_NEAREST = 3  # passages shown when there is no answer
_EXCERPT = 220  # characters of such a passage


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it so far. `draft` is the stretch of the answer that has been shown."""

    question: str
    answer: Answer | None = None
    draft: str | None = None
    state: str = "pending"  # then "writing", and "done", "stopped", or the key of the words that say why not

    @property
    def closed(self) -> bool:
        return self.state not in ("pending", "writing")


def history(exchanges: Sequence[Exchange]) -> list[Turn]:
    """The conversation so far as plain text, for the assistant: only questions that got their answer."""
    turns = []
    for exchange in exchanges:
        if exchange.state == "done" and exchange.answer:
            plain = "".join(
                part
                for part in split_markers(exchange.answer.answer, exchange.answer.citations)
                if isinstance(part, str)
            )
            turns += [Turn("user", exchange.question), Turn("assistant", plain)]
    return turns


def split_markers(answer: str, citations: Sequence[Citation]) -> Iterator[str | Citation]:
    """The answer's text and, where a marker [n] stands, the citation it names.

    A "[1]" that a document wrote itself, inside a quoted sentence, stays text.
    """
    by_marker = {citation.marker: citation for citation in citations}
    quoted: list[tuple[int, int]] = []
    for citation in citations:
        if "[" in citation.quote:
            pattern = r"\s+".join(map(re.escape, citation.quote.split()))
            quoted += [match.span() for match in re.finditer(pattern, answer)]
    done = 0
    for match in _MARKER.finditer(answer):
        citation_here = by_marker.get(int(match.group(1)))
        if citation_here is None or any(a <= match.start(1) < b for a, b in quoted):
            continue
        if match.start() > done:
            yield answer[done : match.start()]
        yield citation_here
        done = match.end()
    if done < len(answer):
        yield answer[done:]


def conversation(exchanges: Sequence[Exchange], words: Words, first: int = 0) -> Markup:
    """Exchanges one below the other. `first` is the place of the first one in the whole conversation."""
    return fragment(*(_exchange(exchange, place, words) for place, exchange in enumerate(exchanges, first)))


def welcome(examples: Sequence[str], words: Words, *, empty: bool) -> Markup:
    """What stands where the conversation will be: how to begin, and questions to click on."""
    buttons = (
        element("li", element("button", french_spaces(question), type="button", data_question=question, lang="fr"))
        for question in examples
    )
    return element(
        "div",
        element("h2", words("welcome")),
        element("p", words("no_documents" if empty else "welcome_hint")),
        fragment(element("h3", words("examples")), element("ul", *buttons)) if examples and not empty else None,
        class_="welcome",
    )


def _exchange(exchange: Exchange, place: int, words: Words) -> Markup:
    return element(
        "article",
        element(
            "h2",
            element("span", words("you_asked"), class_="unseen"),
            element("span", french_spaces(exchange.question), class_="asked", dir="auto"),
            class_="question",
        ),
        element(
            "div",
            *_reply(exchange, place, words),
            class_="answer",
            aria_live="polite",
            aria_busy=None if exchange.closed else "true",  # a screen reader waits until the answer is complete
        ),
        class_="exchange",
    )


def _reply(exchange: Exchange, place: int, words: Words) -> Iterator[Markup]:
    answer = exchange.answer
    match exchange.state:
        case "pending":
            yield element("p", words("thinking"), class_="thinking")
        case "writing" | "stopped" | "done":
            if answer and answer.abstained:
                yield from _abstention(answer, place, words)
            elif answer:
                yield from _answer(answer, exchange, place, words)
            if exchange.state == "stopped":
                yield element("p", words("stopped"), class_="notice")
        case "too_long":
            length, limit = words.number(len(exchange.question)), words.number(LONGEST_QUESTION)
            yield element("p", words("too_long", length=length, limit=limit), class_="notice", role="alert")
        case reason:
            yield element("p", words(reason), class_="notice", role="alert")


def _answer(answer: Answer, exchange: Exchange, place: int, words: Words) -> Iterator[Markup]:
    # an answer of nothing but its short form would only say the same thing twice
    if answer.short_answer and answer.short_answer.strip() != answer.answer.strip():
        yield element("p", answer.short_answer, class_="short-answer", lang="fr")
    written = answer.answer if exchange.draft is None else exchange.draft
    if not answer.citations:
        written = french_spaces(written)  # the assistant's own words; a quotation stays as its document writes it
    paragraph: list[str | Markup] = []
    for part in split_markers(written, answer.citations):
        if isinstance(part, Citation):
            paragraph.append(_marker(part, place, words))
            continue
        lines = part.split("\n")
        for number, line in enumerate(lines):
            if number and paragraph:
                yield element("p", *paragraph, lang="fr")
                paragraph = []
            if line.strip():
                paragraph.append(line)
    if paragraph:
        yield element("p", *paragraph, lang="fr")
    if exchange.state == "done" and answer.citations:
        for note in answer.notes:
            yield element("p", note_line(note, answer.citations, words), class_="notice")
        yield _sources(answer.citations, place, words)


def _marker(citation: Citation, place: int, words: Words) -> Markup:
    """The marker in the text: a button, glued to the word before it."""
    button = element(
        "button",
        str(citation.marker),
        type="button",
        class_="marker",
        data_exchange=place,
        data_marker=citation.marker,
        data_quote=citation.quote,
        data_title=citation.document.title,
        aria_label=words("open_source", marker=citation.marker, title=citation.document.title),
    )
    return fragment("\u2060", button)  # a word joiner: no line break between the sentence and its marker


def _sources(citations: Sequence[Citation], place: int, words: Words) -> Markup:
    """Each cited document once, with all its markers, in the order of the first."""
    grouped: dict[str, list[Citation]] = {}
    for citation in sorted(citations, key=lambda c: c.marker):
        grouped.setdefault(citation.document.id, []).append(citation)
    items = []
    for group in grouped.values():
        document = group[0].document
        markers = fragment(*(_marker(citation, place, words) for citation in group))
        title = element(
            "button",
            document.title,
            type="button",
            class_="title",
            data_exchange=place,
            data_marker=group[0].marker,
            dir="auto",
        )
        line = facts(document, words)
        items.append(
            element(
                "li",
                element("span", markers, class_="markers"),
                element("span", title, element("span", line, class_="facts") if line else None),
            )
        )
    return element("section", element("h3", words("sources")), element("ul", *items), class_="sources")


def _abstention(answer: Answer, place: int, words: Words) -> Iterator[Markup]:
    # the assistant's own sentence is French: a page in another language says it in its own words
    sentence = french_spaces(answer.answer.strip()) if words.language == "fr" else ""
    yield element("p", sentence or words("abstained"), class_="abstained")
    nearest = [hit for hit in answer.evidence[:_NEAREST] if hit.passage.text.strip()]
    if not nearest:
        return
    items = []
    for rank, hit in enumerate(nearest):
        known: DocumentReference | None = answer.documents.get(hit.passage.document_id)
        title = known.title if known else hit.passage.title
        items.append(
            element(
                "li",
                element(
                    "button",
                    title,
                    type="button",
                    class_="title",
                    data_exchange=place,
                    data_evidence=rank,
                    aria_label=words("open_passage", title=title),
                    dir="auto",
                ),
                element("span", _excerpt(hit.passage.text), class_="excerpt", lang="fr"),
            )
        )
    yield element(
        "section",
        element("h3", words("nearest")),
        element("p", words("nearest_hint"), class_="facts"),
        element("ul", *items),
        class_="sources nearest",
    )


def _excerpt(text: str) -> str:
    """The beginning of a passage in one line, without Markdown signs and without the headings above it."""
    lines = [line for line in text.splitlines() if line.strip()]
    prose = [line for line in lines if not line.lstrip().startswith("#")]
    text = " ".join(plain(line) for line in prose or lines)
    return text if len(text) <= _EXCERPT else text[:_EXCERPT].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
