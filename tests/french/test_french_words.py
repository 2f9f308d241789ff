"""Words and numbers: what is one token, and which spellings meet in one stem."""

from __future__ import annotations

import pytest

from rag.french import STOP_WORDS, fold, stem, terms, tokens


def written(text: str) -> list[str]:
    return [text[token.start : token.end] for token in tokens(text)]


def stems(text: str) -> list[str]:
    return [token.stem for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Cœur d’Élysée", "coeur d'elysee"),
        ("CŒUR", "coeur"),
        ("e\u0301te\u0301", "ete"),
        ("so\u00adleil\u200b", "soleil"),
        ("l´eau, l‘eau", "l'eau, l'eau"),
        ("ﬁn de l'œuvre", "fin de l'oeuvre"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("l'école", ["l", "école"]),
        ("L’ÉCOLE", ["L", "ÉCOLE"]),
        ("jusqu'à demain", ["jusqu", "à", "demain"]),
        ("lorsqu'il s'agit", ["lorsqu", "il", "s", "agit"]),
        ("quelqu'un", ["quelqu", "un"]),
        ("l´eau et d‘or", ["l", "eau", "et", "d", "or"]),
        ("aujourd'hui", ["aujourd'hui"]),
        ("jusqu'aujourd'hui", ["jusqu", "aujourd'hui"]),
        ("les prud’hommes", ["les", "prud’hommes"]),
        ("la presqu'île", ["la", "presqu'île"]),
        ("presqu'un an", ["presqu", "un", "an"]),
        ("M. O'Brien", ["M", "O'Brien"]),
        ("rock'n'roll", ["rock'n'roll"]),
        ("« l'O.N.U. »", ["l", "O.N.U"]),
        ("a-t-elle", ["a", "t", "elle"]),
        ("snake_case", ["snake", "case"]),
    ],
)
def test_words_are_cut_at_elisions_only(text: str, parts: list[str]) -> None:
    assert written(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("3.300", ["3300"]),
        ("3’300 et 3‘300", ["3300", "et", "3300"]),
        ("3\u00a0300, 3\u202f300, 3\u2009300, 3\u2007300", ["3300"] * 4),
        ("3'300 francs", ["3300", "franc"]),
        ("1 234 567,80", ["1234567.8"]),
        ("1.234.567", ["1234567"]),
        ("88,5", ["88.5"]),
        ("88.50", ["88.5"]),
        ("0,5 et 0.125", ["0.5", "et", "0.125"]),
        ("10 000", ["10000"]),
        ("2019 350", ["2019", "350"]),
        ("2019 350 000", ["2019", "350000"]),
        ("en 2020 2 000", ["en", "2020", "2000"]),
        ("12/03/2020", ["12", "3", "2020"]),
        ("12.03.2020", ["12", "3", "2020"]),
        ("2025-03-17", ["2025", "3", "17"]),
        ("01 42 34 56 78", ["1", "42", "34", "56", "78"]),
        ("06.12.34.56.78", ["6", "12", "34", "56", "78"]),
        ("0800 123 456", ["800", "123", "456"]),
        ("192.168.0.1", ["192", "168", "0", "1"]),
        ("2019-2020", ["2019", "2020"]),
        ("1,2,3", ["1", "2", "3"]),
        ("20h30", ["20", "h", "30"]),
        ("20 h 30", ["20", "h", "30"]),
        ("08h05", ["8", "h", "5"]),
        ("007", ["7"]),
        ("10km", ["10", "km"]),
        ("50m²", ["50", "m2"]),
        ("12%", ["12"]),
        ("5G et 3D", ["5g", "et", "3d"]),
    ],
)
def test_numbers(text: str, parts: list[str]) -> None:
    assert stems(text) == parts


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("trois", "3"),
        ("vingt-cinq", "25"),
        ("vingt et un", "21"),
        ("vingt-et-une", "21"),
        ("soixante et onze", "71"),
        ("soixante-quinze", "75"),
        ("septante-deux", "72"),
        ("quatre-vingts", "80"),
        ("quatre-vingt-dix-sept", "97"),
        ("Quatre vingt dix sept", "97"),
        ("cent deux", "102"),
        ("deux cents", "200"),
        ("mille neuf cent quarante-cinq", "1945"),
        ("dix-neuf cent quatorze", "1914"),
        ("deux mille vingt-trois", "2023"),
        ("trois cent mille", "300000"),
        ("1er", "1"),
        ("1re", "1"),
        ("2nde", "2"),
        ("19e", "19"),
        ("19ème", "19"),
        ("3èmes", "3"),
        ("XIXe", "19"),
        ("XIVème", "14"),
        ("Ve", "5"),
        ("XLIIe", "42"),
        ("Ier", "1"),
        ("deuxième", "2"),
        ("cinquième", "5"),
        ("vingt-neuvième", "29"),
    ],
)
def test_number_words_and_ordinals_are_one_token(text: str, number: str) -> None:
    assert [(token.start, token.end, token.stem) for token in tokens(text)] == [(0, len(text), number)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("deux, trois", ["2", "3"]),
        ("deux trois", ["2", "3"]),
        ("deux et trois", ["2", "et", "3"]),
        ("dix et sept", ["10", "et", "7"]),
        ("vingt trente", ["20", "30"]),
        ("cent et un animaux", ["101", "animal"]),
        ("un pour cent", ["un", "pour", "100"]),
        ("deux millions", ["2", "million"]),
        ("zéro un", ["0", "un"]),
    ],
)
def test_number_words_are_joined_only_where_they_say_one_number(text: str, parts: list[str]) -> None:
    assert stems(text) == parts


def test_a_life_is_no_roman_numeral() -> None:
    assert stem("vie") == stem("VIE") == stem("vies") != "6"
    assert not any(stem(word).isdigit() for word in ("livre", "mixe", "ie", "ire", "dire", "mille-feuille"))


@pytest.mark.parametrize(
    "words",
    [
        "annoncé annoncée annoncés annoncées annonce annoncer annonçait",
        "financé financée financement finance",
        "cheval chevaux",
        "national nationale nationales nationaux",
        "coréen coréenne CORÉENS",
        "œuvre oeuvres ŒUVRE",
        "startup startups start-up start-ups",
    ],
)
def test_forms_of_a_word_share_their_stem(words: str) -> None:
    assert len({terms(word)[-1] for word in words.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("start-up", "startup"),
        ("e-mail", "email"),
        ("non\u2011lieu start\u2011up", "startup"),
        ("COVID-19", "covid19"),
        ("GPT-4", "GPT4"),
        ("l'O.N.U.", "ONU"),
        ("U.S.A.", "usa"),
        ("Actualité I.A", "IA"),
        ("R&D", "RD"),
        ("J.R.R. Tolkien", "JRR"),
        ("le XIXe siècle", "19e"),
        ("trente-sept jours", "37"),
        ("3 300 infrastructures", "3300"),
        ("1 500 m", "1500m"),
        ("vice-président", "vice"),
        ("km²", "km2"),
    ],
)
def test_spellings_meet(one: str, other: str) -> None:
    assert terms(other)
    assert set(terms(other)) <= set(terms(one))


def test_hyphens_join_neither_function_words_nor_years() -> None:
    assert terms("peut-elle") == []
    assert terms("2019-2020") == ["2019", "2020"]
    assert terms("arc-en-ciel") == ["arc", "ciel"]


def test_stop_words() -> None:
    assert terms("Qui est-ce ? Qu'est-ce que c'est ?") == []
    assert terms("Bonjour, pourriez-vous me dire") == ["dir"]
    assert terms("l'été") == ["ete"], "été is the summer too"
    assert terms("le prix de l'or") == ["prix", "or"]
    assert terms("Quelle somme ?") == ["somm"]
    assert terms("à l'est") == []
    assert terms("aujourd’hui") == []
    assert all(word == fold(word) for word in STOP_WORDS)


def test_terms_of_a_sentence() -> None:
    assert terms("L'infrastructure de la FORÊT : 3 300 start-ups") == [
        "infrastructur", "foret", "3300", "start", "up", "startup",
    ]  # fmt: skip


def test_offsets_point_into_decomposed_text() -> None:
    text = "Le re\u0301sume\u0301 de l'e\u0301cole : 3\u200b300 so\u00adleils"
    assert written(text) == ["Le", "re\u0301sume\u0301", "de", "l", "e\u0301cole", "3\u200b300", "so\u00adleils"]


def test_what_is_no_word_is_kept_whole() -> None:
    assert terms("x" * 5000) == ["x" * 5000]
    assert stem("y" * 5000) == "y" * 5000
