"""Answers in the chat: markers that lead somewhere, sources, abstentions, and nothing taken for markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Answer, Citation, DocumentReference, Hit, Note, Passage, Turn
from rag.web.messages import Exchange, conversation, history, split_markers, welcome
from rag.web.words import Words
from web import hostile
from web.reading import Reading

FRENCH, ENGLISH = Words("fr"), Words("en")
GWANGJU = DocumentReference("g", "Gwangju", "https://x.example/g", "g.md", "N. Michaels", date(2025, 3, 17))
VIETNAM = DocumentReference("v", "Viêt Nam", None, "v.md")


def _cite(marker: int, quote: str, document: DocumentReference = GWANGJU) -> Citation:
    return Citation(marker, document, f"p{marker}", 0, len(quote), quote)


def _answer(text: str, *citations: Citation, short: str | None = None) -> Answer:
    return Answer("q", "q", text, short, False, 0.9, citations)


def _abstained(*texts: str, sentence: str = "Je ne sais pas : rien ici.") -> Answer:
    hits = tuple(Hit(Passage(f"p{n}", "g", 0, len(t), t, "Gwangju"), 1.0) for n, t in enumerate(texts))
    return Answer("q", "q", sentence, None, True, 0.1, (), hits, {"g": GWANGJU})


def _read(*exchanges: Exchange, words: Words = FRENCH) -> Reading:
    return Reading.of(conversation(exchanges, words))


def _done(answer: Answer, question: str = "Quoi ?") -> Exchange:
    return Exchange(question, answer, state="done")


@given(hostile.text, hostile.text, hostile.text, hostile.text, st.booleans())
def test_nothing_becomes_markup(question: str, text: str, quote: str, title: str, abstained: bool) -> None:
    document = DocumentReference("d", title, title, title, title)
    hits = (Hit(Passage("p", "d", 0, len(quote), quote, title), 1.0),)
    answer = Answer("q", "q", text + "[1]", quote, abstained, 0.5, (_cite(1, quote, document),), hits, {"d": document})
    reading = _read(_done(answer, question))
    assert {e.tag for e in reading.elements} <= {
        "article",
        "h2",
        "h3",
        "span",
        "div",
        "p",
        "button",
        "section",
        "ul",
        "li",
    }
    assert {name for e in reading.elements for name in e.attributes} <= {
        "class", "dir", "lang", "type", "aria-live", "aria-label", "aria-busy", "role",
        "data-exchange", "data-marker", "data-evidence", "data-quote", "data-title",
    }  # fmt: skip
    assert all(e.attributes["data-exchange"] == "0" for e in reading.all("button"))


def test_an_answer_with_its_markers_and_sources() -> None:
    first, second, third = _cite(1, "Un fait."), _cite(2, "Deux faits.", VIETNAM), _cite(3, "Trois faits.")
    reading = _read(_done(_answer("Un fait. [1] Deux faits. [2]\nTrois faits. [3]", first, second, third, short="Un")))
    assert reading.all(".short-answer")[0].text == "Un"
    paragraphs = [e for e in reading.all("p") if e.attributes.get("lang") == "fr" and "short" not in str(e.attributes)]
    assert [e.text.replace("\u2060", "") for e in paragraphs] == ["Un fait.1 Deux faits.2", "Trois faits.3"]
    marker = reading.all(".marker")[0]
    assert marker.attributes["data-quote"] == "Un fait."
    assert marker.attributes["aria-label"] == "Source 1\u00a0: ouvrir «\u00a0Gwangju\u00a0»"
    items = [e.text.replace("\u2060", "") for e in reading.all("li")]
    assert items == ["13GwangjuN. Michaels · 17\u00a0mars 2025", "2Viêt Nam"], "each document once"


def test_notes_stand_between_the_answer_and_its_sources() -> None:
    cited = _cite(1, "Le ministre vient lundi.")
    answer = replace(_answer("Le ministre vient lundi. [1]", cited), notes=(Note("relative_date", (1,), ("lundi",)),))
    reading = _read(_done(answer))
    assert [e.text for e in reading.all(".notice")] == [
        "«\u00a0lundi\u00a0»\u00a0: l’article [1] est daté du 17\u00a0mars 2025."
    ]
    assert not _read(Exchange("Quand ?", answer, state="writing", draft="Le")).all(".notice"), (
        "not before it is written"
    )


def test_a_marker_without_a_citation_is_text() -> None:
    reading = _read(_done(_answer("Voir [1], [2] et [1234].", _cite(1, "x"))))
    assert [e.text for e in reading.all(".marker")] == ["1", "1"], "in the text and in the list of sources"
    assert ", [2] et [1234]." in reading.text


def test_a_marker_that_the_document_wrote_is_text() -> None:
    quote = "Le pont [2] mesure\n12 mètres [1]."
    parts = list(
        split_markers(
            "Le pont [2] mesure 12 mètres [1]. [1] Il est neuf. [2]", [_cite(1, quote), _cite(2, "Il est neuf.")]
        )
    )
    assert [p if isinstance(p, str) else p.marker for p in parts] == [
        "Le pont [2] mesure 12 mètres [1].", 1, " Il est neuf.", 2,
    ]  # fmt: skip


@given(st.lists(st.tuples(hostile.text, st.integers(1, 3)), min_size=1, max_size=4))
def test_no_letter_of_an_answer_is_lost(sentences: list[tuple[str, int]]) -> None:
    text = " ".join(f"{sentence} [{marker}]" for sentence, marker in sentences)
    citations = [_cite(n, "ailleurs") for n in (1, 2, 3)]
    back = "".join(p if isinstance(p, str) else f"[{p.marker}]" for p in split_markers(text, citations))
    assert "".join(back.split()) == "".join(text.split())


def test_small_talk_is_plain() -> None:
    reading = _read(_done(_answer("Bonjour ! Posez-moi une question.")))
    assert "Bonjour\u202f! Posez-moi une question." in reading.text
    assert reading.all("button") == reading.all(".sources") == reading.all(".short-answer") == []


def test_a_short_answer_that_is_the_whole_answer_is_said_once() -> None:
    assert _read(_done(_answer("Oui", short="Oui"))).text.count("Oui") == 1


def test_an_abstention_names_the_nearest_passages_as_such() -> None:
    reading = _read(_done(_abstained("Premier passage.", "Deux. " * 100, "Trois", "Quatre")))
    assert reading.all(".abstained")[0].text == "Je ne sais pas\u00a0: rien ici."
    assert reading.all("h3")[0].text == "Passages les plus proches"
    assert [e.attributes["data-evidence"] for e in reading.all("button")] == ["0", "1", "2"]
    excerpts = [e.text for e in reading.all(".excerpt")]
    assert excerpts[0] == "Premier passage."
    assert excerpts[1].endswith("…")
    assert len(excerpts[1]) <= 221
    assert reading.all(".marker") == []


def test_an_abstention_without_evidence_is_one_sentence() -> None:
    assert _read(_done(_abstained())).all(".sources") == []


def test_in_english_the_page_speaks_english_and_the_answer_stays_french() -> None:
    reading = _read(_done(_abstained("Passage.")), words=ENGLISH)
    assert reading.all(".abstained")[0].text == "I did not find the answer in the documents."
    assert reading.all("h3")[0].text == "Closest passages"


@pytest.mark.parametrize(
    ("state", "said"),
    [("pending", "Recherche dans les documents…"), ("failed", "Un problème a empêché de répondre.")],
)
def test_states_without_an_answer(state: str, said: str) -> None:
    reading = _read(Exchange("Quoi ?", state=state))
    assert said in reading.text
    assert (reading.all(".answer")[0].attributes.get("aria-busy") == "true") is (state == "pending")


def test_a_question_that_is_too_long_says_how_long() -> None:
    assert "2\u202f001 caractères, au-delà des 2\u202f000" in _read(Exchange("x" * 2001, state="too_long")).text


def test_what_was_written_before_a_stop_stays() -> None:
    answer = _answer("Un fait. [1] Deux faits. [2]", _cite(1, "Un fait."), _cite(2, "Deux faits."))
    reading = _read(Exchange("Quoi ?", answer, "Un fait. [1] Deux", "stopped"))
    assert [e.text for e in reading.all(".marker")] == ["1"]
    assert "Réponse interrompue." in reading.text
    assert "faits" not in reading.text
    assert reading.all(".sources") == []


def test_the_history_is_plain_text_of_answered_questions() -> None:
    answer = _answer("Un fait. [1] Deux.", _cite(1, "Un fait."))
    exchanges = (
        _done(answer, "Un ?"), Exchange("Raté ?", state="failed"), Exchange("Interrompu ?", answer, "Un", "stopped"),
    )  # fmt: skip
    assert history(exchanges) == [Turn("user", "Un ?"), Turn("assistant", "Un fait. Deux.")]


def test_places_count_from_the_first_exchange() -> None:
    reading = Reading.of(conversation([_done(_answer("Un. [1]", _cite(1, "Un.")))], FRENCH, first=7))
    assert reading.all(".marker")[0].attributes["data-exchange"] == "7"


def test_welcome() -> None:
    reading = Reading.of(welcome(["Quoi ?", "<b>Qui</b> ?"], FRENCH, empty=False))
    assert [e.attributes["data-question"] for e in reading.all("button")] == ["Quoi ?", "<b>Qui</b> ?"]
    assert [e.text for e in reading.all("button")] == ["Quoi\u202f?", "<b>Qui</b>\u202f?"]
    empty = Reading.of(welcome(["Quoi ?"], FRENCH, empty=True))
    assert empty.all("button") == []
    assert "aucun document" in empty.text
