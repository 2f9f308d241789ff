"""The neural reader: its graph against stock transformers, and what it says of sentences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModelForQuestionAnswering

from rag import french
from rag.answering.encoding import Encoder
from rag.answering.features import cut
from rag.answering.reading import SPAN_FEATURES, Reading, SpanReader, best_span, heading, span_features
from rag.records import Hit, Passage
from rag.settings import BUNDLED
from tests.answering.test_encoding import TOKENIZER

FOLDER = BUNDLED / "reader"
PORT = (
    "Le port de Kerbihan a rouvert en mars 2021 après deux ans de travaux. Les quais ont coûté 12 millions d’euros à "
    "la région. La capitaine du port, Anne Le Goff, attend 4 000 plaisanciers cet été."
)
ECOLE = "L’école de Locmiquel compte 212 élèves. Sa directrice, Marie Even, a demandé une classe de plus en septembre."
QUESTIONS = (
    "Combien ont coûté les quais du port ?",
    "Qui dirige l'école de Locmiquel ?",
    "Quand le port a-t-il rouvert ?",
    "capitaine port kerbihan",
)


def passage(text: str, title: str = "", above: str = "") -> Passage:
    return Passage("p", "d", 0, len(text), text, title, above)


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return SpanReader(FOLDER)


def test_the_graph_says_what_stock_transformers_say_of_the_same_weights(reader: SpanReader) -> None:
    model = AutoModelForQuestionAnswering.from_pretrained(FOLDER, dtype=torch.float32).eval()
    encoder = Encoder(TOKENIZER)
    for question in QUESTIONS:
        for text in (PORT, ECOLE):
            x = encoder(encoder.question(question), "", text)
            with torch.inference_mode():
                out = model(
                    input_ids=torch.tensor(x.ids[None], dtype=torch.long),
                    token_type_ids=torch.tensor(x.types[None], dtype=torch.long),
                )
            there = slice(x.first, x.first + len(x.offsets))
            (said,) = reader.read(question, [passage(text)])
            for ours, theirs in ((said.start, out.start_logits), (said.end, out.end_logits)):
                theirs = theirs[0, there].numpy()
                # eight bits are not thirty-two: near, and in the same order
                assert np.corrcoef(ours, theirs)[0, 1] > 0.98
                assert np.abs(ours - theirs).mean() < 0.1 * np.ptp(theirs)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Combien ont coûté les quais du port ?", "12 millions d’euros"),
        ("Qui est la capitaine du port ?", "Anne Le Goff"),
        ("Combien d'élèves l'école compte-t-elle ?", "212"),
    ],
)
def test_it_finds_the_words_in_the_passage_that_has_them(reader: SpanReader, question: str, answer: str) -> None:
    texts = (PORT, ECOLE)
    best = max(
        ((r.best(), text) for r, text in zip(reader.read(question, list(map(passage, texts))), texts, strict=True)),
        key=lambda found: found[0][2],
    )
    (start, end, _), text = best
    assert answer in text[start:end] or text[start:end] in answer
    assert answer in text


def test_passages_read_together_are_read_as_alone(reader: SpanReader) -> None:
    together = reader.read(QUESTIONS[0], [passage(t) for t in (ECOLE, PORT, ECOLE * 3)])
    for text, one in zip((ECOLE, PORT, ECOLE * 3), together, strict=True):
        (alone,) = reader.read(QUESTIONS[0], [passage(text)])
        assert np.array_equal(alone.offsets, one.offsets)
        assert np.abs(alone.start - one.start).mean() < 0.1 * max(1.0, np.ptp(alone.start))
    again = reader.read(QUESTIONS[0], [passage(t) for t in (ECOLE, PORT, ECOLE * 3)])
    assert all(np.array_equal(a.start, b.start) for a, b in zip(together, again, strict=True))


def test_nothing_to_read_reads_nothing(reader: SpanReader) -> None:
    assert reader.read("Quoi ?", []) == []
    (empty,) = reader.read("Quoi ?", [passage("")])
    assert empty.best() == (0, 0, -20.0)


def test_a_sentence_past_what_it_sees_is_never_the_answer(reader: SpanReader) -> None:
    text = "Les quais ont coûté cher. " * 80 + "Ils ont coûté 12 millions d’euros."
    hits = [Hit(passage(text), 1.0), Hit(passage(ECOLE), 0.5)]
    sentences = cut(hits)
    rows = span_features(sentences, dict(enumerate(reader.read(QUESTIONS[0], [hit.passage for hit in hits]))))
    last = next(i for i, s in enumerate(sentences) if "12 millions" in s.text)
    assert rows[last, SPAN_FEATURES.index("span_margin")] == -20.0
    assert np.isfinite(rows).all()


def test_features_follow_the_best_sentence(reader: SpanReader) -> None:
    hits = [Hit(passage(PORT), 1.0), Hit(passage(ECOLE), 0.5)]
    sentences = cut(hits)
    rows = span_features(sentences, dict(enumerate(reader.read(QUESTIONS[0], [hit.passage for hit in hits]))))
    margin, gap, rank = (rows[:, SPAN_FEATURES.index(f"span_{name}")] for name in ("margin", "gap", "rank"))
    best = int(margin.argmax())
    assert gap[best] == 0.0
    assert (gap <= 0).all()
    assert rank[best] == 1.0
    of_passage = rows[:, SPAN_FEATURES.index("span_passage")]
    for i, sentence in enumerate(sentences):
        assert of_passage[i] == max(m for m, s in zip(margin, sentences, strict=True) if s.rank == sentence.rank)


def test_the_heading_is_told_when_the_text_does_not_hold_it() -> None:
    assert heading(passage("Du texte.", "Titre", "Chapitre")) == "Titre. Chapitre"
    assert heading(passage("Chapitre\nDu texte.", "Titre", "Chapitre")) == "Titre"


LOGITS = st.lists(st.floats(-8, 8), min_size=1, max_size=25)


@settings(max_examples=100, deadline=None)
@given(start=LOGITS, end=LOGITS)
def test_the_best_span_is_the_best_of_all(start: list[float], end: list[float]) -> None:
    n = min(len(start), len(end))
    s, e = np.array(start[:n]), np.array(end[:n])
    a, b, score = best_span(s, e)
    assert 0 <= a <= b < n
    assert score == max(s[i] + e[j] for i in range(n) for j in range(i, n))


@settings(max_examples=60, deadline=None)
@given(start=LOGITS, end=LOGITS)
def test_the_likeliest_span_agrees_most_with_the_twenty_best(start: list[float], end: list[float]) -> None:
    n = min(len(start), len(end))
    s, e = np.array(start[:n]), np.array(end[:n])
    offsets = np.array([[i * 3, i * 3 + 2] for i in range(n)], np.int32)
    spans = sorted(((i, j) for i in range(n) for j in range(i, n)), key=lambda x: -(s[x[0]] + e[x[1]]))[:20]
    most = s[spans[0][0]] + e[spans[0][1]]

    def expected(one: tuple[int, int]) -> float:
        total = 0.0
        for other in spans:
            words, others = set(range(one[0], one[1] + 1)), set(range(other[0], other[1] + 1))
            share = np.exp((s[other[0]] + e[other[1]] - most) / 0.7)
            total += share * 2 * len(words & others) / (len(words) + len(others))
        return total

    found = Reading(s, e, offsets, 0.0, 0.0, 0.0).likeliest(0, 3 * n)
    assert found is not None
    chosen = found[0] // 3, (found[1] - 2) // 3
    assert expected(chosen) == pytest.approx(max(map(expected, spans)), rel=0.05)


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(
        st.sampled_from(["Le", "port", "rouvre", ".", "Il", "a", "12", "quais", "!", "\n", "«", "»"]), max_size=60
    )
)
def test_the_best_span_of_a_sentence_lies_in_it(words: list[str]) -> None:
    text = " ".join(words)
    x = Encoder(TOKENIZER)(([5], frozenset()), "", text)
    rng = np.random.default_rng(len(words))
    reading = Reading(rng.normal(size=len(x.offsets)), rng.normal(size=len(x.offsets)), x.offsets, 0.0, 0.0, 0.0)
    for begin, stop in french.sentences(text):
        start, end, margin = reading.best(begin, stop)
        likeliest = reading.likeliest(begin, stop)
        if margin > -20:
            assert begin <= start < end <= stop
            assert likeliest is not None
            assert begin <= likeliest[0] < likeliest[1] <= stop
        else:
            assert likeliest is None
        shares = reading.shares(begin, stop)
        assert all(-20 <= share <= 1e-6 for share in shares)
