"""The document panel: the whole text, the mark in its place, no markup but ours."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Document, DocumentReference, Span
from rag.web.viewer import document_panel, facts, failure_panel, quote_panel
from rag.web.words import Words
from web import hostile
from web.reading import Reading

FRENCH = Words("fr")
TAGS = {"section", "header", "div", "h2", "h3", "h4", "h5", "h6", "p", "a", "button", "blockquote", "mark"}
ATTRIBUTES = {
    "class", "lang", "dir", "tabindex", "type", "aria-label", "data-close", "data-opened", "href", "target", "rel", "role",
}  # fmt: skip

lines = st.lists(
    st.tuples(st.sampled_from(["", "# ", "## ", "- ", "12. ", "> ", "  ", "---", "| a "]), hostile.text).map("".join),
    max_size=8,
).map("\n".join)


def _show(document: Document, quote: str, words: Words = FRENCH) -> Reading:
    start = document.text.index(quote)
    return Reading.of(document_panel(document, start, start + len(quote), words))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _held(text: str) -> str:
    return "".join("\ufffd" if Reading.of(_as_text(c)).text == "\ufffd" else c for c in text)


def _as_text(character: str) -> str:
    from rag.web.markup import text

    return text(character)


@st.composite
def documents(draw: st.DrawFn, suffix: str) -> tuple[Document, int, int]:
    text = draw(lines)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    clutter = (Span(cuts[0], cuts[1], "byline"), Span(cuts[2], cuts[3], "share"))
    start, end = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    document = Document(
        "d", text, draw(hostile.text), f"x{suffix}", draw(hostile.text), date(2025, 3, 17), draw(hostile.text),
        clutter=draw(st.sampled_from([(), clutter])),
    )  # fmt: skip
    return document, start, end


@given(st.sampled_from([".md", ".txt"]).flatmap(documents))
def test_a_document_never_becomes_markup(drawn: tuple[Document, int, int]) -> None:
    reading = Reading.of(document_panel(*drawn, FRENCH))
    assert {e.tag for e in reading.elements} <= TAGS
    assert {name for e in reading.elements for name in e.attributes} <= ATTRIBUTES
    for link in reading.all("a"):
        assert (link.attributes["href"] or "").startswith(("http://", "https://"))


@given(documents(".txt"))
def test_all_of_a_text_is_shown_but_its_clutter_and_the_mark_is_the_quote(drawn: tuple[Document, int, int]) -> None:
    document, start, end = drawn
    reading = Reading.of(document_panel(document, start, end, FRENCH))
    hidden = [span for span in document.clutter if not (span.start < end and start < span.end)]
    kept = "".join(c for i, c in enumerate(document.text) if not any(s.start <= i < s.end for s in hidden))
    (shown,) = reading.all(".document-text")
    assert _squeezed(shown.text) == _squeezed(_held(kept))
    marked = "".join(mark.text for mark in reading.all("mark"))
    assert _squeezed(marked) == _squeezed(_held(document.text[start:end]))


@given(documents(".md"))
def test_of_markdown_only_signs_are_left_out(drawn: tuple[Document, int, int]) -> None:
    document, start, end = drawn
    reading = Reading.of(document_panel(document, start, end, FRENCH))
    (shown,) = reading.all(".document-text")
    letters = iter(_squeezed(_held(document.text)))
    assert all(c in letters for c in _squeezed(shown.text)), "what is shown is in the text, in that order"


FRONT = '---\ntitle: "Gwangju"\nauthor: Nastasia Michaels\n---\n'
BODY = """
# Gwangju

Un **pôle** d’IA : voir [la carte](https://x.example/a_b).
Il grandit.

## Des chiffres

- 88,5 pétaflops
- 300 services

1. Premier

> « Oui »,
> dit-il.

"""
NOTICE = "Avec *Belga*.\n"
ARTICLE = Document(
    "a", FRONT + BODY + NOTICE, "Gwangju", "corpus/a.md", "Nastasia Michaels", date(2025, 3, 17),
    "https://vietnamnet.vn/x",
    clutter=(
        Span(0, len(FRONT), "front-matter"),
        Span(len(FRONT + BODY), len(FRONT + BODY + NOTICE), "agency"),
    ),
)  # fmt: skip


def test_markdown_is_laid_out_without_its_signs() -> None:
    reading = _show(ARTICLE, "Il grandit.")
    (text,) = reading.all(".document-text")
    assert "Un pôle d’IA : voir la carte." in text.text
    assert [(e.tag, e.text) for e in reading.all(".heading")] == [("h4", "Des chiffres")], "the title is not said twice"
    assert [e.text for e in reading.all(".item")] == ["88,5 pétaflops", "300 services"]
    assert [e.text for e in reading.all(".numbered")] == ["1. Premier"]
    assert [e.text for e in reading.all("blockquote")] == ["« Oui »,\ndit-il."]
    assert [e.text for e in reading.all("mark")] == ["Il grandit."]


def test_head_of_the_panel() -> None:
    reading = _show(ARTICLE, "Il grandit.")
    assert reading.all("h2")[0].text == "Gwangju"
    assert reading.all(".facts")[0].text == "Nastasia Michaels · 17\u00a0mars 2025 · Voir la source"
    assert reading.all("a")[0].attributes == {
        "href": "https://vietnamnet.vn/x", "target": "_blank", "rel": "noopener noreferrer",
    }  # fmt: skip
    english = _show(ARTICLE, "Il grandit.", Words("en"))
    assert english.all(".facts")[0].text == "Nastasia Michaels · 17\u00a0March 2025 · See the source"


def test_clutter_is_hidden_unless_it_is_cited() -> None:
    plain = _show(ARTICLE, "Il grandit.")
    assert "Belga" not in plain.text
    assert "author:" not in plain.text
    byline = _show(ARTICLE, "Nastasia Michaels")
    assert [e.text for e in byline.all("mark")] == ["Nastasia Michaels"]
    assert "author: " in byline.all(".aside")[0].text
    assert "Belga" not in byline.text
    notice = _show(ARTICLE, "Belga")
    assert [e.text for e in notice.all("mark")] == ["Belga"]
    assert "author:" not in notice.text


def test_a_quote_that_is_a_sign_is_seen() -> None:
    assert [e.text for e in _show(ARTICLE, "https://x.example/a_b").all("mark")] == ["https://x.example/a_b"]


def test_a_quote_over_several_paragraphs_is_marked_in_each() -> None:
    quote = ARTICLE.text[ARTICLE.text.index("Il grandit") : ARTICLE.text.index("- 300")]
    assert [e.text for e in _show(ARTICLE, quote).all("mark")] == ["Il grandit.", "Des chiffres", "88,5 pétaflops"]


def test_a_text_file_keeps_its_lines_and_shows_no_signs_as_layout() -> None:
    reading = _show(Document("t", "# pas un titre\nvers un\n- vers deux\n\nfin", "T", "t.txt"), "vers un")
    assert [(e.tag, e.text) for e in reading.all(".paragraph")] == [
        ("p", "# pas un titre\nvers un\n- vers deux"), ("p", "fin"),
    ]  # fmt: skip
    assert all("as-written" in (e.attributes["class"] or "") for e in reading.all(".paragraph"))


def test_pages_of_a_pdf_are_numbered() -> None:
    reading = _show(Document("p", "Un.\n\nDeux.\nTrois.", "P", "p.pdf", pages=(0, 5, 11)), "Deux")
    assert [(e.text) for e in reading.all("p")] == [
        "Page 1", "Un.", "Page 2", "Deux.", "Page 3", "Trois.",
    ]  # fmt: skip
    assert "Page" not in _show(Document("p", "Un.", "P", "p.pdf", pages=(0,)), "Un").text


@pytest.mark.parametrize("source", [None, "javascript:alert(1)", "corpus/a.md", "//x.example"])
def test_no_link_to_what_is_not_on_the_web(source: str | None) -> None:
    reading = _show(Document("a", "Un mot.", "A", "a.txt", source=source), "mot")
    assert reading.all("a") == []
    assert reading.all(".facts") == []


def test_when_the_document_is_gone_its_quote_remains() -> None:
    reference = DocumentReference("a", "<Titre>", "https://x.example/", "a.md", None, date(2025, 1, 1))
    reading = Reading.of(quote_panel(reference, "la <b>citation</b>", "document_gone", FRENCH))
    assert reading.all("h2")[0].text == "<Titre>"
    assert reading.all("mark")[0].text == "la <b>citation</b>"
    assert "n’est plus dans l’index" in reading.all(".notice")[0].text
    assert facts(reference, FRENCH) == "1er\u00a0janvier 2025"


def test_a_failure_is_one_line() -> None:
    assert len(Reading.of(failure_panel(FRENCH)).all(".notice")) == 1
