"""The ask trip over the sample articles, as a user of the package makes it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.assistant import ABSTENTION, LONGEST_QUESTION, Assistant
from rag.embedding import Embedder
from rag.ingestion import build_index
from rag.records import Answer, SourcierError, Turn

CAPACITY = "Quelle est la capacité de calcul du centre de données de Gwangju ?"


def quotes(answer: Answer) -> str:
    return " ".join(re.sub(r"\s", " ", citation.quote) for citation in answer.citations)


def test_a_question_gets_an_answer_that_quotes_its_source(assistant: Assistant) -> None:
    answer = assistant.ask(CAPACITY)
    assert not answer.abstained
    assert "88,5 pétaflops" in quotes(answer)
    assert answer.short_answer is not None
    assert "88,5" in answer.short_answer
    assert "[1]" in answer.answer


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("QUELLE EST LA CAPACITE DE CALCUL DU CENTRE DE DONNEES DE GWANGJU ?", "88,5"),
        ("capacite calcul centre donnees gwangju", "88,5"),
        ("quelle est la capacité du centre de donées de Gwangjou", "88,5"),
        ("Qui est le vice-ministre vietnamien des Sciences et Technologies ?", "Hoang Minh"),
        ("Combien de start-ups Gwangju a-t-elle accompagnées ?", "700"),
        ("Combien de startups le programme d'incubation de Gwangju a-t-il aidées ?", "700"),
        ("conbien de startups le programe d'incubation de Gwangju a-t-il acompagnées", "700"),
    ],
)
def test_however_it_is_typed(assistant: Assistant, question: str, expected: str) -> None:
    answer = assistant.ask(question)
    assert not answer.abstained
    assert expected in quotes(answer)


@pytest.mark.parametrize(
    "question",
    [
        "Qui a gagné la Coupe du monde de football en 1998 ?",
        "Quelle est la recette de la ratatouille ?",
        "Combien de stations compte le métro de Lyon ?",
        "xyzzy plugh",
        "???",
    ],
)
def test_what_the_articles_do_not_say_is_refused(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.abstained
    assert answer.answer == ABSTENTION
    assert answer.citations == ()
    assert answer.short_answer is None


def test_every_citation_of_every_answer_is_verbatim(assistant: Assistant) -> None:
    asked = [
        CAPACITY,
        "Quels sont les trois axes ?",
        "Que fait Naver ?",
        "Qui est Oh Sang-jin ?",
        "Pourquoi 10 000 GPU ?",
    ]
    for question in asked:
        answer = assistant.ask(question)
        for citation in answer.citations:
            assert assistant.document(citation.document.id).text[citation.start : citation.end] == citation.quote
        for hit in answer.evidence:
            passage = hit.passage
            assert assistant.document(passage.document_id).text[passage.start : passage.end] == passage.text
        markers = [int(m) for m in re.findall(r"\[(\d+)\]", answer.answer)]
        assert set(markers) == {c.marker for c in answer.citations}


def test_an_answer_can_be_asked_of_some_documents_alone(assistant: Assistant) -> None:
    free = assistant.ask(CAPACITY)
    holder = free.citations[0].document.id
    others = {d.reference.id for d in assistant.index.documents()} - {holder}
    bound = assistant.ask(CAPACITY, within=[holder])
    assert {citation.document.id for citation in bound.citations} == {holder}
    assert {hit.passage.document_id for hit in bound.evidence} == {holder}
    assert holder not in {hit.passage.document_id for hit in assistant.ask(CAPACITY, within=others).evidence}


def test_a_refusal_keeps_what_it_would_have_said_for_the_evaluation(assistant: Assistant) -> None:
    refused = assistant.ask("Qui a gagné la Coupe du monde de football en 1998 ?")
    assert refused.abstained
    assert refused.short_answer is None
    assert refused.candidate
    assert refused.candidate not in refused.answer
    answer = assistant.ask(CAPACITY)
    assert answer.candidate == answer.short_answer


def test_the_tokens_that_were_read_are_counted(assistant: Assistant) -> None:
    one = assistant.ask(CAPACITY, within=[assistant.ask(CAPACITY).citations[0].document.id]).tokens
    assert 0 < one < assistant.ask(CAPACITY).tokens
    assert assistant.ask("Bonjour !").tokens == 0


def test_a_follow_up_uses_the_turns_before(assistant: Assistant) -> None:
    history = [Turn("user", CAPACITY), Turn("assistant", "Il dispose de 88,5 pétaflops [1].")]
    answer = assistant.ask("Et depuis quand fonctionne-t-il ?", history)
    assert "Gwangju" in answer.standalone_question
    assert "2023" in quotes(answer)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Qui a écrit l'article sur l'interdiction de DeepSeek ?", "Simon Robben"),
        ("De quand date l'article sur les 10 000 GPU ?", "2025-03-17"),
        ("Quelle est la source de l'article sur le centre de données de Gwangju ?", "https://vietnamnet.vn/"),
    ],
)
def test_questions_about_an_article_itself(assistant: Assistant, question: str, expected: str) -> None:
    answer = assistant.ask(question)
    assert not answer.abstained
    assert expected in quotes(answer)


def test_an_article_that_names_no_author_is_not_given_one(assistant: Assistant) -> None:
    answer = assistant.ask("Qui a écrit l'article sur le centre de données de Gwangju ?")
    assert "Simon Robben" not in answer.answer


@pytest.mark.parametrize("text", ["Bonjour !", "merci beaucoup", "Que peux-tu faire ?", "au revoir"])
def test_small_talk_gets_a_fitting_reply_without_citations(assistant: Assistant, text: str) -> None:
    answer = assistant.ask(text)
    assert not answer.abstained
    assert answer.citations == ()
    assert answer.evidence == ()
    assert "[1]" not in answer.answer


def test_examples_are_questions_that_it_answers(assistant: Assistant) -> None:
    examples = assistant.examples(4)
    assert len(examples) == len(set(examples)) == 4
    assert all(not assistant.ask(question).abstained for question in examples)


def test_bad_questions_get_one_clear_line(assistant: Assistant) -> None:
    with pytest.raises(SourcierError, match="vide"):
        assistant.ask("   ")
    with pytest.raises(SourcierError, match=str(LONGEST_QUESTION)):
        assistant.ask("a" * (LONGEST_QUESTION + 1))
    with pytest.raises(SourcierError):
        assistant.document("absent.md")


def test_top_k_is_the_number_of_passages_shown(assistant: Assistant) -> None:
    assert len(assistant.ask(CAPACITY, top_k=3).evidence) == 3
    assert len(assistant.search("Gwangju", 4)) == 4


def test_many_threads_get_the_same_answers(assistant: Assistant) -> None:
    questions = [CAPACITY, "Que fait Naver ?", "Qui est Hoang Minh ?"] * 8
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(assistant.ask, questions))
    for question, answer in zip(questions, answers, strict=True):
        assert answer.question == question
        assert answer.answer == answers[questions.index(question)].answer


def test_a_newer_index_is_taken_up_between_questions(tmp_path: Path, embedder: Embedder) -> None:
    article = tmp_path / "articles" / "phare.md"
    article.parent.mkdir()
    article.write_text("# Le phare\n\nLe phare de Kermorvan mesure vingt mètres de haut depuis 1849.\n", "utf-8")
    build_index([str(article.parent)], tmp_path / "index", embedder=embedder)
    opened = Assistant.open(tmp_path / "index")
    assert not opened.refresh()
    (article.parent / "bac.md").write_text(
        "# Le bac\n\nLe bac de Kerlouan traverse la rivière en douze minutes chaque matin.\n", "utf-8"
    )
    build_index([str(article.parent)], tmp_path / "index", embedder=embedder)
    assert opened.refresh()
    assert opened.info().documents == 2
    assert "douze minutes" in quotes(opened.ask("En combien de temps le bac de Kerlouan traverse-t-il la rivière ?"))


def test_no_index_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourcierError, match="sourcier index"):
        Assistant.open(tmp_path / "nothing")


def test_answers_stay_whole_while_the_index_changes_under_them(tmp_path: Path, embedder: Embedder) -> None:
    articles, index = tmp_path / "articles", tmp_path / "index"
    articles.mkdir()

    def write(version: int) -> None:
        before = "La commune de Kerlouan a refait son port. " * version  # moves the offsets of what follows
        text = f"# Le phare\n\n{before}Le phare de Kermorvan mesure {20 + version} mètres de haut.\n"
        (articles / "phare.md").write_text(text, "utf-8")
        build_index([str(articles)], index, embedder=embedder)

    write(1)
    opened = Assistant.open(index)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(opened.ask, "Combien de mètres mesure le phare de Kermorvan ?") for _ in range(60)]
        for version in range(2, 6):
            write(version)
            opened.refresh()
        for future in asked:
            answer = future.result()
            assert not answer.abstained
            assert all(citation.quote in answer.answer for citation in answer.citations)
    assert "25 mètres" in quotes(opened.ask("Combien de mètres mesure le phare de Kermorvan ?"))
