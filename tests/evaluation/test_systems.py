"""The systems that a benchmark measures, over a small data set in the product's own index."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import ABSTENTION, Assistant
from rag.evaluation.collection import Collection
from rag.evaluation.records import Dataset, Example, Prediction
from rag.evaluation.systems import System, parse
from rag.records import Document, SourcierError, Turn
from rag.settings import BUNDLED

TEXTS = {
    "brest": "Le port de Brest a été fondé en 1631 par Richelieu. Il abrite aujourd’hui 12 navires de la marine.",
    "lyon": "La ville de Lyon compte 522 000 habitants. Son maire a inauguré une ligne de tramway en 2001.",
    "nice": "Le carnaval de Nice attire chaque année un million de visiteurs. Il dure deux semaines en février.",
    "twin": "La ville de Lyon compte 522 000 habitants. Son maire a inauguré une ligne de tramway en 2001.",
}
BREST = Example("q1", "Qui a fondé le port de Brest ?", ("Richelieu",), gold={"brest": 1})
LYON = Example("q2", "Combien d'habitants la ville de Lyon compte-t-elle ?", ("522 000",), gold={"twin": 1})
NAMES = ("default", "bm25", "dense", "lead", "random")


def dataset(*examples: Example, **fields: Any) -> Dataset:
    documents = tuple(Document(name, text, "", name) for name, text in TEXTS.items())
    return Dataset("villes", examples or (BREST, LYON), documents, digest="ab" * 32, **fields)


@contextmanager
def opened(name: str, work: Path, data: Dataset | None = None, seed: int = 7) -> Iterator[tuple[System, Collection]]:
    system = parse(name, seed=seed)
    collection = system.open(data or dataset(), work, lambda stage, done, total: None)
    yield system, collection
    system.close()


def predicted(name: str, work: Path, example: Example = BREST, mode: str = "open", seed: int = 7) -> Prediction:
    with opened(name, work, seed=seed) as (system, _):
        return system.predict(example, mode)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", ["open", "reading", "retrieval"])
def test_every_system_predicts_in_every_mode(name: str, mode: str, work: Path) -> None:
    with opened(name, work) as (system, collection):
        prediction = system.predict(BREST, mode)
        texts = dict(collection.texts)
    assert prediction.id == "q1"
    documents = [document for document, _ in prediction.ranking]
    scores = [score for _, score in prediction.ranking]
    assert documents
    assert len(documents) == len(set(documents))
    assert all(higher > lower for higher, lower in pairwise(scores))
    assert "total" in prediction.timings_ms
    if mode == "retrieval":
        assert (prediction.answer, prediction.quotes) == ("", ())
    if mode == "reading":
        assert documents == ["brest"]
    for quote in prediction.quotes:
        assert quote.verbatim
        assert texts[quote.document][quote.start : quote.end] == quote.text
    assert Prediction.from_json(prediction.to_json()) == prediction


def test_default_is_the_product(work: Path) -> None:
    prediction = predicted("default", work)
    with opened("default", work) as (_, collection):
        answer = Assistant.open(collection.directory).ask(BREST.question)
    assert (prediction.answer, prediction.confidence) == (answer.answer, answer.confidence)
    assert "Richelieu" in prediction.answer
    assert [quote.text for quote in prediction.quotes] == [citation.quote for citation in answer.citations]


def test_systems_with_the_same_embedder_share_one_index(work: Path) -> None:
    for name in NAMES:
        predicted(name, work)
    assert len(list(work.glob("index-*/index/generation-*"))) == 1


def test_another_embedder_gets_another_index(tmp_path: Path) -> None:
    shutil.copytree(BUNDLED / "embedder", tmp_path / "other")
    (tmp_path / "other" / "note.json").write_text("{}")  # its fingerprint is no longer that of the bundled one
    for name in ("default", f"default:embedder={tmp_path / 'other'}"):
        with opened(name, tmp_path / "work") as (system, _):
            assert "Richelieu" in system.predict(BREST, "open").answer
    assert len(list((tmp_path / "work").glob("index-*"))) == 2


def test_other_data_gets_another_index(tmp_path: Path) -> None:
    first = dataset()
    other = Dataset("villes", first.examples, first.documents[:1], digest="cd" * 32)
    for data in (first, other):
        with opened("bm25", tmp_path, data) as (_, collection):
            assert collection.documents == min(len(data.documents), 3)


def test_documents_with_the_same_text_are_found_under_both_ids(work: Path) -> None:
    prediction = predicted("bm25", work, LYON, "retrieval")
    assert {document for document, _ in prediction.ranking[:2]} == {"lyon", "twin"}
    assert "522 000" in predicted("default", work, LYON, "reading").candidate


def test_documents_go_by_the_file_names_of_the_data_set(tmp_path: Path) -> None:
    (tmp_path / "articles" / "villes").mkdir(parents=True)
    for name, text in TEXTS.items():
        (tmp_path / "articles" / "villes" / f"{name}.txt").write_text(text, "utf-8")
    (tmp_path / "articles" / "villes" / "twin.txt").unlink()
    for gold in ("brest.txt", "villes/brest.txt"):
        example = Example("q1", BREST.question, ("Richelieu",), gold={gold: 1})
        data = Dataset("fichiers", (example,), paths=(str(tmp_path / "articles"),), digest="ef" * 32)
        with opened("default", tmp_path / "work", data) as (system, collection):
            assert system.predict(example, "retrieval").ranking[0][0] == gold
            prediction = system.predict(example, "reading")
            assert {quote.document for quote in prediction.quotes} == {gold}
            assert collection.texts[gold] == TEXTS["brest"]


def test_a_document_without_text_counts_by_its_title(tmp_path: Path) -> None:
    documents = (Document("a", "", "Le carnaval de Dunkerque", ""), Document("b", "Une phrase sur Lyon.", "", ""))
    data = Dataset("titres", (Example("q", "carnaval Dunkerque", gold={"a": 1}),), documents, digest="12" * 32)
    with opened("bm25", tmp_path, data) as (system, _):
        assert system.predict(data.examples[0], "retrieval").ranking[0][0] == "a"


def test_the_threshold_is_what_refuses(work: Path) -> None:
    near_miss = Example("q3", "Combien de navires le carnaval de Nice compte-t-il ?", unanswerable=True)
    lenient = predicted("default:threshold=0.0", work, near_miss)
    strict = predicted("default:threshold=1.0", work, near_miss)
    assert not lenient.abstained
    assert lenient.short_answer
    assert strict.abstained
    assert (strict.answer, strict.short_answer, strict.quotes) == (ABSTENTION, "", ())
    assert strict.candidate == lenient.short_answer
    assert strict.confidence == lenient.confidence


def test_weights_and_models_are_described(work: Path) -> None:
    with opened("default:dense=0.3,top_k=20", work) as (system, _):
        described = system.describe()
    assert described["retrieval"]["dense"] == 0.3
    assert described["retrieval"]["top_k"] == 20
    assert described["embedder"]["fingerprint"]
    assert described["reader"]["fingerprint"]


def test_bm25_and_dense_rank_differently(work: Path) -> None:
    question = Example("q", "fête populaire en hiver", gold={"nice": 1})  # no word of it stands in a document
    assert predicted("bm25", work, question, "retrieval").ranking == ()
    assert predicted("dense", work, question, "retrieval").ranking


def test_lead_is_the_first_sentence_and_never_refuses(work: Path) -> None:
    prediction = predicted("lead", work)
    assert prediction.short_answer == "Le port de Brest a été fondé en 1631 par Richelieu."
    assert prediction.answer == f"{prediction.short_answer} [1]"
    for question in ("Combien de navires à Nice ?", "xyzzy"):
        assert predicted("lead", work, Example("q", question, unanswerable=True)).short_answer


def test_random_is_settled_by_the_seed(work: Path) -> None:
    questions = [Example(f"q{n}", "Qui ?", gold={"brest": 1}) for n in range(12)]

    def answers(seed: int) -> list[str]:
        with opened("random", work, seed=seed) as (system, _):
            return [system.predict(question, "open").answer for question in questions]

    assert answers(1) == answers(1)
    assert answers(1) != answers(2)
    assert len(set(answers(1))) > 1


@pytest.mark.parametrize("name", ["default", "lead"])
def test_a_follow_up_is_asked_with_its_history(name: str, work: Path) -> None:
    turns = (Turn("user", "Parlez-moi du carnaval de Nice."), Turn("assistant", "Il attire un million de visiteurs."))
    follow_up = Example("q", "Et combien de temps dure-t-il ?", ("deux semaines",), gold={"nice": 1}, history=turns)
    assert predicted(name, work, follow_up, "retrieval").ranking[0][0] == "nice"
    assert predicted(name, work, follow_up).ranking[0][0] == "nice"


def test_a_question_that_the_product_does_not_take_is_a_refusal(work: Path) -> None:
    prediction = predicted("default", work, Example("q", "Lyon ? " * 1000))
    assert prediction.abstained
    assert "2000" in prediction.answer


def test_questions_without_documents_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourcierError, match="--corpus"):
        parse("default").open(Dataset("vide", (BREST,)), tmp_path, lambda stage, done, total: None)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bm26", "the systems are default, bm25"),
        ("default:seuil=0.3", "no option 'seuil': its options are embedder, reranker, top_k"),
        ("default:threshold=haut", "threshold is a number"),
        ("bm25:top_k=1.5", "top_k is a whole number"),
        ("bm25:top_k", "key=value"),
        ("lead:top_k=3", "it has no options"),
    ],
)
def test_a_wrong_name_says_what_would_be_right(name: str, message: str) -> None:
    with pytest.raises(SourcierError, match=message):
        parse(name)
