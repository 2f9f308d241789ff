"""Citation precision and recall, the rule behind them, and how well it agrees with labels given by hand."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.grounding import PARTS, Pair, agreement, kappa, read
from rag import french
from rag.evaluation.metrics.grounding import grounding, statements, supports
from rag.evaluation.records import Prediction, Quote

ROOT = Path(__file__).parents[3]
ARTICLES = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "corpus").glob("*.md"))}
PARAGRAPHS = [
    paragraph.strip()
    for text in ARTICLES.values()
    for paragraph in text.split("---", 2)[2].split("\n\n")
    if paragraph.strip() and not paragraph.strip().startswith(("#", "*"))
]
SENTENCES = [(p[start:end], p) for p in PARAGRAPHS for start, end in french.sentences(p) if end - start > 20]
WITH_NUMBER = [(s, p) for s, p in SENTENCES if re.search(r"\d", s)]
DENYING = [(s, p) for s, p in SENTENCES if re.search(r"\b(?:ne |n’)\w+ (?:donc )?pas\b(?! (?:seulement|qu))", s)]
STATING = [(s, p) for s, p in SENTENCES if re.search(r"(?<=[a-z]) (?:est|sont|a|ont) (?!l|pas)", s) and "n’" not in s]
PAIRS = read()
CASES = [json.loads(line) for line in (Path(__file__).parent / "grounding_cases.jsonl").read_text("utf-8").splitlines()]

CENTRE = "Le centre de données d’IA de Gwangju fonctionne depuis 2023."
POWER = "Sa capacité de traitement s’élève à 88,5 pétaflops."
SCHOOL = "Gwangju possède une école d’intelligence artificielle. Plus de 1 200 étudiants s’y forment."


def prediction(answer: str, *quotes: str, verbatim: bool = True, abstained: bool = False) -> Prediction:
    return Prediction(
        id="q",
        answer=answer,
        abstained=abstained,
        quotes=tuple(Quote(n, "d", 0, len(text), text, verbatim) for n, text in enumerate(quotes, start=1)),
    )


# --- statements ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Depuis 2023. [1] Il est grand. [2]", [("Depuis 2023.", (1,)), ("Il est grand.", (2,))]),
        ("Depuis 2023 [1]. Il est grand [2][3].", [("Depuis 2023.", (1,)), ("Il est grand.", (2, 3))]),
        ("Sa puissance [2] est grande [1, 3].", [("Sa puissance est grande.", (2, 1, 3))]),
        ("Un appui ; [1] une école ; [2]", [("Un appui ;", (1,)), ("une école ;", (2,))]),
        ("Un appui [1]\nune école [1][1]", [("Un appui", (1,)), ("une école", (1,))]),
        ("Sans source. Avec source. [1]", [("Sans source.", ()), ("Avec source.", (1,))]),
        ("M. Dupont part. [1]", [("M. Dupont part.", (1,))]),
        ("« Oui », dit-il. [12]", [("« Oui », dit-il.", (12,))]),
        ("[1]", []),
        ("", []),
    ],
)
def test_a_marker_belongs_to_its_sentence(answer: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [tuple(statement) for statement in statements(answer)] == expected


# --- precision and recall -----------------------------------------------------------------------------------------


def test_an_answer_of_its_quotes_is_wholly_grounded() -> None:
    assert grounding(prediction(f"{CENTRE} [1] {POWER} [2]", CENTRE, POWER)) == {
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "unsupported_sentences": 0.0,
        "quote_fidelity": 1.0,
    }


def test_a_citation_that_adds_nothing_costs_precision() -> None:
    values = grounding(prediction(f"{CENTRE} [1][2]", CENTRE, POWER))
    assert values["citation_recall"] == 1.0
    assert values["citation_precision"] == 0.5


def test_two_citations_that_support_only_together_are_both_needed() -> None:
    answer = "Le centre de Gwangju, en service depuis 2023, a une capacité de traitement de 88,5 pétaflops. [1][2]"
    values = grounding(prediction(answer, CENTRE, POWER))
    assert values["citation_recall"] == values["citation_precision"] == 1.0


def test_two_citations_that_each_support_are_both_useful() -> None:
    assert grounding(prediction(f"{CENTRE} [1][2]", CENTRE, f"{CENTRE} {POWER}"))["citation_precision"] == 1.0


def test_citations_of_an_unsupported_sentence_are_not_precise() -> None:
    values = grounding(prediction(f"{CENTRE} [1] Sa capacité de traitement s’élève à 99 pétaflops. [2]", CENTRE, POWER))
    assert values["citation_precision"] == values["citation_recall"] == values["unsupported_sentences"] == 0.5


def test_a_sentence_with_the_wrong_marker_is_miscited_but_not_unsupported() -> None:
    values = grounding(prediction(f"{CENTRE} [2] {POWER} [1]", CENTRE, POWER))
    assert values["citation_recall"] == values["citation_precision"] == values["unsupported_sentences"] == 0.0


def test_an_answer_without_citation_has_recall_and_precision_zero() -> None:
    assert grounding(prediction(CENTRE)) == {
        "citation_precision": 0.0,
        "citation_recall": 0.0,
        "unsupported_sentences": 1.0,
    }


def test_a_marker_without_quote_supports_nothing() -> None:
    values = grounding(prediction(f"{CENTRE} [7]", CENTRE))
    assert values["citation_recall"] == values["citation_precision"] == values["unsupported_sentences"] == 0.0


def test_quote_fidelity_is_the_share_found_at_its_offsets() -> None:
    good, bad = (prediction("", CENTRE, verbatim=v).quotes[0] for v in (True, False))
    found = Prediction(id="q", answer=f"{CENTRE} [1]", quotes=(good, bad))
    assert grounding(found)["quote_fidelity"] == 0.5


def test_nothing_is_said_of_an_abstention_or_an_empty_answer() -> None:
    assert grounding(prediction("Je ne sais pas.", abstained=True)) == {}
    assert grounding(prediction("")) == {}


# --- the rule -----------------------------------------------------------------------------------------------------


def test_no_quote_supports_nothing() -> None:
    assert not supports(CENTRE, [])
    assert not supports(CENTRE, ["", " … "])


@given(st.sampled_from(SENTENCES))
@settings(max_examples=100, deadline=None)
def test_a_verbatim_sentence_is_supported_by_itself_and_by_its_paragraph(pair: tuple[str, str]) -> None:
    sentence, paragraph = pair
    assert supports(sentence, [sentence])
    assert supports(sentence, [paragraph])
    retyped = sentence.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
    assert supports(retyped, [paragraph])


@given(st.sampled_from(SENTENCES), st.sampled_from(PARAGRAPHS))
@settings(max_examples=100, deadline=None)
def test_another_quote_beside_it_takes_no_support_away(pair: tuple[str, str], other: str) -> None:
    assert supports(pair[0], [other, pair[1]])


@given(st.sampled_from(WITH_NUMBER), st.integers(1, 7), st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_number_is_not_supported(pair: tuple[str, str], more: int, data: st.DataObject) -> None:
    sentence, paragraph = pair
    place = data.draw(
        st.sampled_from([m.end() - 1 for m in re.finditer(r"\d(?!\d|[ \u00a0\u202f]\d{3}|,\d)", sentence)])
    )
    digit = str((int(sentence[place]) + more) % 10)
    changed = sentence[:place] + digit + sentence[place + 1 :]
    numbers = {token.stem for token in french.tokens(paragraph)}
    if {token.stem for token in french.tokens(changed)} <= numbers or digit == sentence[place]:
        return  # another number of the paragraph, or 88,50 for 88,5
    assert not supports(changed, [paragraph])


@given(st.sampled_from(DENYING))
@settings(max_examples=50, deadline=None)
def test_what_is_denied_may_not_be_stated(pair: tuple[str, str]) -> None:
    sentence, _ = pair
    stated = re.sub(r"\b(?:ne |n’)(\w+) (?:donc )?pas\b", r"\1", sentence, count=1)
    assert stated != sentence
    assert not supports(stated, [sentence])


@given(st.sampled_from(STATING))
@settings(max_examples=100, deadline=None)
def test_what_is_stated_may_not_be_denied(pair: tuple[str, str]) -> None:
    sentence, _ = pair
    denied = re.sub(
        r"(?<=[a-z]) (est|sont|a|ont) (?!l|pas)",
        lambda m: f" {'n’' if m[1][0] in 'aeo' else 'ne '}{m[1]} pas ",
        sentence,
        count=1,
    )
    assert denied != sentence
    assert not supports(denied, [sentence])


@given(st.sampled_from(SENTENCES))
@settings(max_examples=100, deadline=None)
def test_a_name_from_elsewhere_is_not_supported(pair: tuple[str, str]) -> None:
    sentence, paragraph = pair
    changed = re.sub(r"\b(?:Gwangju|Vietnam|DeepSeek|Séoul|Naver|Upstage|Hangzhou|Toronto)\b", "Valparaiso", sentence)
    assert supports(changed, [paragraph]) == (changed == sentence)


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
@settings(max_examples=100, deadline=None)
def test_any_text_gives_values_between_zero_and_one(answer: str, quotes: list[str]) -> None:
    values = grounding(prediction(answer, *quotes))
    assert all(0.0 <= value <= 1.0 for value in values.values())
    assert bool(values) == bool(statements(answer))


@pytest.mark.parametrize("answer", [" " * 20_000 + "x", "[" * 20_000, f"{'9' * 6_000} milliards [{'9' * 6_000}] [1]"])
def test_strange_answers_do_no_harm(answer: str) -> None:
    assert all(0.0 <= value <= 1.0 for value in grounding(prediction(answer, CENTRE)).values())


@pytest.mark.parametrize(
    ("sentence", "quote", "supported"),
    [
        ("Plus de 1 200 étudiants se forment à Gwangju.", SCHOOL, True),
        ("Plus de 1200 étudiants se forment à Gwangju.", SCHOOL, True),
        ("Plus de mille deux cents étudiants se forment à Gwangju.", SCHOOL, True),
        ("Moins de 1 200 étudiants se forment à Gwangju.", SCHOOL, False),
        ("Gwangju possède une école d’IA.", SCHOOL, True),
        ("Il a payé 3 € le 2 mai 2024.", "Le 02/05/2024, il a payé trois euros.", True),
        ("Il a payé 3 $ le 2 mai 2024.", "Le 02/05/2024, il a payé trois euros.", False),
        ("10 % des élèves", "dix pour cent des élèves", True),
        ("La ville a 2,5 millions d’habitants.", "La ville compte 2 500 000 habitants.", True),
        ("La start-up vietnamienne grandit.", "La start-up grandit au Vietnam.", True),
        ("La start-up japonaise grandit.", "La start-up grandit au Vietnam.", False),
        ("Le centre sert seulement à la recherche.", "Le centre ne sert pas seulement à la recherche.", False),
        ("Il est né à Paris en 1900.", "Né à Lyon en 1900, il meurt à Paris.", False),
        ("Le maire a construit une école.", "Le maire veut construire une école.", False),
        ("Léa a battu Zoé.", "Zoé a été battue par Léa.", True),
        ("Le local est fermé.", "Le local est ouvert.", False),
    ],
)
def test_what_the_rule_tells_apart(sentence: str, quote: str, supported: bool) -> None:
    assert supports(sentence, [quote]) is supported


# --- agreement with labels ----------------------------------------------------------------------------------------


def test_the_labelled_pairs_are_well_formed() -> None:
    assert len(PAIRS) == len({pair.id for pair in PAIRS}) == len({(p.sentence, p.quote) for p in PAIRS}) == 200
    assert Counter((pair.part, pair.supported) for pair in PAIRS) == {
        ("dev", True): 60,
        ("dev", False): 60,
        ("test", True): 40,
        ("test", False): 40,
    }
    assert {pair.part for pair in PAIRS} == set(PARTS)
    assert {pair.document for pair in PAIRS} == set(ARTICLES)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.id)
def test_a_pair_quotes_its_article_and_names_its_change(pair: Pair) -> None:
    assert pair.quote in ARTICLES[pair.document]
    assert bool(pair.change) == (not pair.supported)
    assert bool(pair.form) == pair.supported
    assert pair.sentence == pair.sentence.strip() != ""


def of(part: str) -> list[Pair]:
    return [pair for pair in PAIRS if pair.part == part]


@pytest.mark.parametrize(
    ("part", "floors"),
    [
        ("dev", {"accuracy": 0.96, "precision": 0.93, "recall": 0.98, "kappa": 0.92}),
        ("test", {"accuracy": 0.80, "precision": 0.78, "recall": 0.82, "kappa": 0.60}),
    ],
)
def test_the_rule_agrees_with_the_labels(part: str, floors: dict[str, float]) -> None:
    found = agreement(of(part))
    for name, floor in floors.items():
        value, low, high = found[name]
        assert value >= floor, name
        assert low <= value <= high, name


def test_the_rule_agrees_with_cases_from_other_topics() -> None:
    right = sum(supports(case["sentence"], [case["quote"]]) is case["supported"] for case in CASES)
    assert right >= 0.9 * len(CASES)


def test_kappa_is_that_of_a_worked_example() -> None:
    labels = np.array([True] * 25 + [False] * 25)  # 20 + 15 agreements of 50, expected 0.5: kappa 0.4
    judged = np.array([True] * 20 + [False] * 5 + [True] * 10 + [False] * 15)
    assert kappa(labels, judged) == pytest.approx(0.4)
    assert kappa(labels, labels) == 1.0
