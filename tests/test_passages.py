"""Passages: exact offsets, whole sentences, headings, never across clutter."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rag.passages import LONGEST, contextual_text, split
from rag.records import Document, Span

SENTENCE = "La mairie a ouvert une bibliothèque de quartier, avec trois mille livres et une salle de lecture. "


def document(text: str, clutter: tuple[Span, ...] = (), title: str = "Une ville lit") -> Document:
    return Document(id="d", text=text, title=title, path="d.txt", clutter=clutter)


words = st.sampled_from(
    [
        "Le centre ouvre.",
        "M. Dupont arrive",
        "l’été",
        "3 300",
        "« Oui ! »",
        "\n",
        "\n\n",
        "## Titre",
        "- point",
        "fin.",
        "É" * 50,
    ]
)
texts = st.one_of(st.text(max_size=400), st.lists(words, max_size=120).map(" ".join))


@given(texts)
def test_every_passage_is_a_stretch_of_its_document(text: str) -> None:
    passages = split(document(text))
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert passage.text.strip() == passage.text != ""
        assert len(passage.text) <= LONGEST
    assert all(a.end <= b.start for a, b in pairwise(passages))


@given(texts)
def test_nothing_of_the_content_is_lost(text: str) -> None:
    kept = "".join(passage.text for passage in split(document(text)))
    assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", text)


@given(texts, st.data())
def test_clutter_is_in_no_passage(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for passage in split(document(text, (Span(start, end, "share bar"),))):
        assert passage.end <= start or passage.start >= end or start == end


def test_a_short_article_is_one_passage() -> None:
    text = SENTENCE * 5
    assert [p.text for p in split(document(text))] == [text.strip()]


def test_long_articles_are_cut_between_sentences_into_passages_of_like_length() -> None:
    passages = split(document(SENTENCE * 40))
    assert len(passages) == 4
    assert all(p.text.startswith("La mairie") and p.text.endswith("lecture.") for p in passages)
    lengths = [len(p.text) for p in passages]
    assert max(lengths) < 1.35 * min(lengths)


def test_headings_open_a_passage_and_travel_with_those_below() -> None:
    text = f"# Une ville lit\n\n{SENTENCE * 4}\n\n## Les horaires\n\n{SENTENCE * 12}\n"
    passages = split(document(text))
    opening = [p for p in passages if p.text.startswith("## Les horaires")]
    assert len(opening) == 1
    below = passages[passages.index(opening[0]) + 1]
    assert below.heading == "Les horaires"
    assert contextual_text(below).startswith("Une ville lit\nLes horaires\nLa mairie")


def test_a_plain_line_between_paragraphs_is_a_heading() -> None:
    text = f"{SENTENCE * 4}\nUne ouverture très attendue\n{SENTENCE * 4}"
    assert [p.heading for p in split(document(text))] == ["", "Une ouverture très attendue"]


def test_an_article_of_clutter_alone_has_no_passage() -> None:
    text = "Partager sur Facebook"
    assert split(document(text, (Span(0, len(text), "share bar"),))) == []


@given(
    st.lists(st.sampled_from(["mot", "é" * 700, " ", "\u00a0", "\n", "très"]), min_size=200, max_size=900).map(" ".join)
)
def test_a_sentence_without_end_is_cut_at_white_space(text: str) -> None:
    passages = split(document(text))
    assert all(text[p.start : p.end] == p.text == p.text.strip() and len(p.text) <= LONGEST for p in passages)
    assert re.sub(r"\s", "", "".join(p.text for p in passages)) == re.sub(r"\s", "", text)
