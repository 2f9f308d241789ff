"""Retrieval: one analyser for question and text, acronyms, typos, fusion."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.embedding import Embedder
from rag.index import Index
from rag.ingestion import build_index
from rag.retrieval import Fusion, Retriever

ARTICLES = {
    "hopital": "L'hôpital de Kerbihan utilise l'intelligence artificielle (IA) pour lire ses radiographies depuis 2021.",
    "chiffres": "La bibliothèque compte 3\u202f300 livres et la médiathèque 88,5 mètres de rayonnages.",
    "foret": "La forêt de Brocéliande accueille un sentier de découverte et une cabane d’observation.",
    "jeunes": "La start-up Kelenn fabrique des vélos. Ses ouvriers réparent aussi des trottinettes.",
    "onu": "L'Organisation des Nations unies (ONU) a salué le plan de la région pour l'eau.",
    "eau": "Les Nations unies demandent que l'organisation de la distribution d'eau soit publique.",
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Retriever:
    folder = tmp_path_factory.mktemp("retrieval")
    for name, text in ARTICLES.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    build_index([str(folder)], folder / "index", embedder=embedder)
    return Retriever(Index.open(folder / "index", embedder=embedder), embedder)


def first(retriever: Retriever, question: str, mode: str = "hybrid") -> str:
    hits = retriever.search(question, 3, mode=mode)
    return Path(hits[0].passage.document_id).stem if hits else ""


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("FORET", "foret"),
        ("la forêt", "foret"),
        ("3300 livres", "chiffres"),
        ("3 300", "chiffres"),
        ("3\u00a0300", "chiffres"),
        ("88.5", "chiffres"),
        ("startup", "jeunes"),
        ("start up", "jeunes"),
        ("l’hopital", "hopital"),
        ("in\u00adtel\u00adli\u00adgence ar\u00adti\u00adfi\u00adcielle", "hopital"),
        ("troti\u200bnette", "jeunes"),
        ("radiografies", "hopital"),
        ("biblioteque", "chiffres"),
    ],
)
def test_words_meet_however_they_are_written(retriever: Retriever, question: str, document: str) -> None:
    assert first(retriever, question, "lexical") == document
    assert first(retriever, question) == document


def test_an_acronym_meets_its_long_form_both_ways(retriever: Retriever) -> None:
    assert "intelligent" in " ".join(retriever.query_weights("IA")) or "artificiel" in retriever.query_weights("IA")
    assert "onu" in retriever.query_weights("organisation des nations unies")
    assert "onu" not in retriever.query_weights("organisation unies")
    found = [hit.passage.document_id for hit in retriever.search("ONU", 3, mode="lexical")]
    assert found[:2] == ["onu.txt", "eau.txt"]


def test_known_words_are_not_corrected_and_unknown_ones_weigh_less(retriever: Retriever) -> None:
    weights = retriever.query_weights("forêt trotinettes")
    fusion = Fusion.load()
    assert weights == {"foret": 1.0, "trottinet": fusion.corrected}
    assert retriever.query_weights("zzzz 9999") == {}


def test_the_corrected_question_keeps_what_the_index_knows(retriever: Retriever) -> None:
    assert retriever.corrected("Où est la forêt ?") == "Où est la forêt ?"
    assert retriever.corrected("Qui répare les trotinettes à Paris ?") == "Qui répare les trottinet à Paris ?"


def test_scores_fall_and_parts_explain_them(retriever: Retriever) -> None:
    hits = retriever.search("le plan de la région pour l'eau", 6)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.parts["lexical"] <= 1 and -1 <= hit.parts["dense"] <= 1.0001 for hit in hits)


def test_nothing_to_search_finds_nothing(retriever: Retriever) -> None:
    assert retriever.search("", 5) == []
    assert retriever.search("zzzz", 5, mode="lexical") == []


def test_an_unknown_mode_is_refused(retriever: Retriever) -> None:
    with pytest.raises(ValueError, match="hybrid"):
        retriever.search("eau", mode="magic")


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense"])
def test_a_search_within_documents_leaves_the_others_out(retriever: Retriever, mode: str) -> None:
    everything = {Path(h.passage.document_id).stem: h.passage.document_id for h in retriever.search("eau", 10)}
    chosen = [retriever.search("la forêt", 1)[0].passage.document_id, everything["onu"]]
    hits = retriever.search("Quelle organisation distribue l'eau ?", 10, mode=mode, within=chosen)
    assert {hit.passage.document_id for hit in hits} == set(chosen)
    assert Path(hits[0].passage.document_id).stem == "onu"
    assert retriever.search("eau", within=["nothing"]) == retriever.search("eau", within=[]) == []
