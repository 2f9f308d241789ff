"""What must hold of any text: offsets, coverage, and what matching may never depend on."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.french import acronyms, fold, sentences, stem, terms, tokens

ANY_TEXT = st.text(max_size=200)
_SNIPPETS = [
    "L'", "l’", "qu'", "aujourd'hui ", "école ", "ÉTÉ ", "Cœur ", "naïve", "Noël ", "3 300 ", "88,5", "1er ", "XIXe ", "12.03.2020",
    "vingt", "-", "cinq ", " et ", "onze ", "start", "-up ", "O.N.U. ", "R&D ", "M. ", "Dupont", ". ", " ? ", "… ", "« ", " »", "\n",
    "\n\n", "- ", "1. ", "# Titre", "(IA)", "etc. ", "av. J.-C. ", "20h30 ", "5G ", "!", "\"", "\t", "GPT-4 ", "presqu'île ", "vie ",
]  # fmt: skip
FRENCH = st.lists(st.sampled_from(_SNIPPETS) | st.text("aeéèçœ ’'-.,;:!?«»\n123", max_size=6), max_size=30).map("".join)
QUICK = settings(max_examples=150, deadline=None)


@QUICK
@given(ANY_TEXT | FRENCH)
def test_tokens_lie_in_the_text_in_order(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        assert token.stem
        end = token.end


@QUICK
@given(ANY_TEXT | FRENCH)
def test_sentences_hold_every_character_in_order(text: str) -> None:
    end = 0
    for start, stop in sentences(text):
        assert end <= start < stop <= len(text)
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip()
        end = stop
    assert not text[end:].strip()


@QUICK
@given(ANY_TEXT | FRENCH)
def test_fold_twice_is_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@QUICK
@given(ANY_TEXT | FRENCH)
def test_terms_are_the_stems_of_tokens_and_compounds(text: str) -> None:
    stems = [token.stem for token in tokens(text) if not token.stop]
    rest = iter(terms(text))
    assert all(stem in rest for stem in stems), "every stem, in order"


@QUICK
@given(FRENCH)
def test_case_does_not_matter(text: str) -> None:
    assert terms(text.upper()) == terms(text) == terms(text.lower())


@QUICK
@given(FRENCH)
def test_accents_and_their_composition_do_not_matter(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    assert terms(decomposed) == terms(text) == terms(bare)


@QUICK
@given(FRENCH, st.sampled_from("’ʼ‘´"))
def test_the_kind_of_apostrophe_does_not_matter(text: str, apostrophe: str) -> None:
    assert terms(text.replace("'", apostrophe)) == terms(text.replace("’", "'"))


@QUICK
@given(FRENCH, st.sampled_from("\u00ad\u200b\u200d\u2060\ufeff"), st.data())
def test_invisible_characters_do_not_matter(text: str, invisible: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    assert terms(text[:place] + invisible + text[place:]) == terms(text)


@QUICK
@given(st.integers(1000, 10**12), st.sampled_from("\u00a0\u202f\u2009 ."))
def test_grouping_of_digits_does_not_matter(number: int, separator: str) -> None:
    assert terms(f"{number:,}".replace(",", separator)) == [str(number)]


@QUICK
@given(ANY_TEXT | FRENCH)
def test_nothing_raises(text: str) -> None:
    stem(text)
    assert all(short and long in " ".join(text.split()) for short, long in acronyms(text).items())
