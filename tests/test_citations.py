"""Claims into cited text: exact quotes, markers that a document cannot forge."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from rag.citations import cite, plain
from rag.records import Claim, Document, DocumentReference

TEXT = "Le centre a ouvert en 2023. Il aide 2 200 projets [1]. **Plus de** 300 services\nsont nés."


def run(claims: list[Claim], text: str = TEXT) -> tuple[str, tuple]:
    document = Document(id="d", text=text, title="Titre", path="d.md")
    reference = DocumentReference("d", "Titre", None, "d.md")
    return cite(claims, lambda _: document, lambda _: reference)


def claim(start: int, end: int, text: str = TEXT) -> Claim:
    return Claim(text[start:end], "d:0-90", "d", start, end)


def test_each_sentence_has_its_marker_and_its_exact_quote() -> None:
    first, second = claim(0, 27), claim(28, 54)
    text, citations = run([first, second])
    assert text == "Le centre a ouvert en 2023. [1] Il aide 2 200 projets (1). [2]"
    assert [c.marker for c in citations] == [1, 2]
    assert [TEXT[c.start : c.end] for c in citations] == [c.quote for c in citations]


def test_the_same_stretch_is_cited_once() -> None:
    text, citations = run([claim(0, 27), claim(0, 27)])
    assert len(citations) == 1
    assert text.count("[1]") == 2


def test_a_claim_outside_its_document_is_not_said() -> None:
    assert run([Claim("Inventé.", "d:0-9", "d", 500, 509)]) == ("", ())


def test_markup_and_line_breaks_of_documents_become_plain_text() -> None:
    assert plain("## **Titre** du\nparagraphe") == "Titre du paragraphe"
    assert plain("- un [lien](https://exemple.fr) ici") == "un lien ici"


@given(st.text(alphabet="ab [],;0123456789", max_size=60))
def test_a_document_cannot_forge_a_marker(text: str) -> None:
    assert not re.search(r"\[\s*\d+(?:\s*[,;]\s*\d+)*\s*\]", plain(text))


@given(st.text(min_size=1, max_size=200), st.data())
def test_quotes_are_verbatim_for_any_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    _, citations = run([claim(start, end, text)], text)
    assert [text[c.start : c.end] for c in citations] == [c.quote for c in citations]
