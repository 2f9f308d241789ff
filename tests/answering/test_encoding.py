"""How the neural reader sees a question and a passage."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from rag.answering import encoding
from rag.answering.encoding import CAPITAL, LONGEST, MATCHED, MATCHED_CAPITAL, PLAIN, QUESTION, TITLE, Encoder
from rag.settings import BUNDLED

TOKENIZER = Tokenizer.from_file(str(BUNDLED / "reader" / "tokenizer.json"))
WORDS = st.lists(
    st.sampled_from(["l’hôpital", "Élysée", "3\u202f300", "cœur", "œuvre", "start-up", "(IA)", "«", "à", "\u00ad", "e\u0301té", "🙂"])
    | st.text(max_size=6),
    max_size=30,
).map(" ".join)  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(TOKENIZER)


@settings(max_examples=150, deadline=None)
@given(question=WORDS, title=WORDS, text=WORDS)
def test_every_token_of_the_passage_knows_its_place(question: str, title: str, text: str) -> None:
    encoder = Encoder(TOKENIZER)
    x = encoder(encoder.question(question), title, text)
    assert len(x.ids) == len(x.types) == x.first + len(x.offsets) + 1
    assert set(x.types[: x.first]) <= {QUESTION, TITLE}
    assert set(x.types[x.first :]) <= {PLAIN, MATCHED, CAPITAL, MATCHED_CAPITAL}
    assert ((x.offsets[:, 0] >= 0) & (x.offsets[:, 0] <= x.offsets[:, 1]) & (x.offsets[:, 1] <= len(text))).all()
    assert (x.offsets[1:, 0] >= x.offsets[:-1, 0]).all()


def marks(encoder: Encoder, question: str, text: str) -> dict[str, int]:
    x = encoder(encoder.question(question), "", text)
    return {text[a:b]: int(t) for (a, b), t in zip(x.offsets, x.types[x.first :], strict=False)}


def test_words_of_the_question_and_capitals_are_marked(encoder: Encoder) -> None:
    found = marks(encoder, "Qui protège les forêts de Bretagne ?", "La forêt de Bretagne est protégée par Paul.")
    assert found["forêt"] == MATCHED
    assert found["Bretagne"] == MATCHED_CAPITAL
    assert found["Paul"] == CAPITAL
    assert found["de"] == found["est"] == found["."] == PLAIN


def test_case_and_accents_of_the_question_do_not_matter(encoder: Encoder) -> None:
    text = "L’Élysée répond à la députée de Brest."
    assert marks(encoder, "QUE REPOND L'ELYSEE", text) == marks(encoder, "que répond l’Élysée", text)


def test_what_is_too_long_is_cut_at_the_end_of_the_passage(encoder: Encoder) -> None:
    x = encoder(encoder.question("mot " * 500), "titre " * 500, "phrase " * 2000)
    assert len(x.ids) == LONGEST
    assert x.first == encoding._LONGEST_QUESTION + encoding._LONGEST_TITLE + 3
    assert x.offsets[0].tolist() == [0, 6]
