"""The bundled reader on passages given by hand: what it quotes, its short answers, its refusals."""

from __future__ import annotations

import pytest

from rag.answering.extractive import ExtractiveReader
from rag.answering.reading import SpanReader
from rag.embedding import Embedder
from rag.frequencies import general_french
from rag.records import Hit, Passage
from rag.settings import BUNDLED

BUDGET = (
    "Le conseil de Kerbihan a voté son budget lundi. L’argent doit servir à trois chantiers :\n"
    "- la réfection du port ;\n- l’isolation de l’école ;\n- un sentier vers le phare.\n\n"
    "Anne Le Goff, la maire de Kerbihan, parle d’un choix prudent. Le budget atteint 3\u202f300 euros par habitant."
)
FETE = "La fête de la mer a lieu le 14 août. Le port accueille 88 bateaux parce que la marée est haute ce jour-là."


def hits(*texts: str) -> list[Hit]:
    return [
        Hit(
            Passage(f"d{i}:0-{len(text)}", f"d{i}", 0, len(text), text, "Kerbihan"),
            1.0 - i / 10,
            {"lexical": 0.4, "dense": 0.3},
        )
        for i, text in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def reader(embedder: Embedder) -> ExtractiveReader:
    general = general_french()
    return ExtractiveReader(
        BUNDLED / "reader",
        spans=SpanReader(BUNDLED / "reader"),
        idf=general.idf,
        known=lambda stem: stem in general.frequency,
        word_vectors=embedder.encode,
    )


@pytest.mark.parametrize(
    ("question", "quoted", "short"),
    [
        ("Quel est le budget par habitant de Kerbihan ?", "3\u202f300 euros", "3\u202f300 euros"),
        ("Quand a lieu la fête de la mer ?", "14 août", "14 août"),
        ("Combien de bateaux le port accueille-t-il ?", "88 bateaux", "88 bateaux"),
        ("Qui est Anne Le Goff ?", "la maire de Kerbihan", "la maire de Kerbihan"),
        ("Qui est la maire de Kerbihan ?", "Anne Le Goff", "Anne Le Goff"),
        (
            "Pourquoi le port accueille-t-il 88 bateaux ?",
            "parce que la marée",
            "la marée est haute ce jour-là",
        ),
    ],
)
def test_it_quotes_and_names_the_few_words_that_answer(
    reader: ExtractiveReader, question: str, quoted: str, short: str
) -> None:
    draft = reader.answer(question, hits(BUDGET, FETE))
    assert quoted in draft.claims[0].text
    assert draft.short_answer == short


def test_a_sentence_that_announces_a_list_comes_with_it(reader: ExtractiveReader) -> None:
    draft = reader.answer("Quels sont les trois chantiers du budget ?", hits(BUDGET))
    claim = next(c for c in draft.claims if "trois chantiers" in c.text)
    assert claim.text.endswith("un sentier vers le phare.")
    assert claim.text == BUDGET[claim.start : claim.end]


def test_claims_are_stretches_of_their_passage(reader: ExtractiveReader) -> None:
    for question in ("Que dit la maire ?", "budget Kerbihan", "Que sait-on de la fête ?"):
        for claim in reader.answer(question, hits(BUDGET, FETE)).claims:
            text = {"d0": BUDGET, "d1": FETE}[claim.document_id]
            assert text[claim.start : claim.end] == claim.text


def test_off_topic_is_less_sure_than_on_topic(reader: ExtractiveReader) -> None:
    on = reader.answer("Combien de bateaux le port accueille-t-il ?", hits(BUDGET, FETE))
    off = reader.answer("Qui a inventé la machine à vapeur ?", hits(BUDGET, FETE))
    assert off.abstained
    assert off.confidence < reader.settings.threshold <= on.confidence


def test_nothing_to_read_or_nothing_asked_is_refused(reader: ExtractiveReader) -> None:
    assert reader.answer("Combien de bateaux ?", []).abstained
    assert reader.answer("Est-ce que c'est ?", hits(FETE)).abstained


def test_a_sentence_that_begins_with_a_pronoun_comes_with_the_one_before(reader: ExtractiveReader) -> None:
    text = "Marie Even dirige l’école de Locmiquel. Elle a demandé 12 ordinateurs à la région en septembre."
    draft = reader.answer("Combien d'ordinateurs ont été demandés à la région en septembre ?", hits(text))
    assert [claim.text.split()[0] for claim in draft.claims][:2] == ["Marie", "Elle"]
    impersonal = "L’école de Locmiquel a rouvert. Il faut 12 ordinateurs de plus selon la région en septembre."
    draft = reader.answer("Combien d'ordinateurs faut-il de plus en septembre ?", hits(impersonal))
    assert draft.claims[0].text.startswith("Il faut")
