"""Records of .jsonl and .csv files: fields, streaming, and what one bad record does (nothing to the others)."""

from __future__ import annotations

import itertools
import json
from datetime import date

import pytest

from rag.documents import Location, ReadFailure, find, read
from rag.records import Document, SourcierError

TEXT = "La piscine rouvre lundi après six mois de travaux, annonce la mairie dans un communiqué publié vendredi."


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_fields_of_a_record(write, read_one, quoted):
    record = {
        "id": "a-17", "titre": "La piscine rouvre", "auteur": "Luc Besnard", "date": "2025-03-01", "lang": "fr",
        "url": "https://exemple.fr/piscine", "texte": TEXT, "tags": ["sport", "loisirs"],
    }  # fmt: skip
    path = write("piscine.jsonl", lines(record))
    document = read_one(path)
    notice = (
        "Titre : La piscine rouvre\nAuteur : Luc Besnard\nDate : 1er mars 2025\nSource : https://exemple.fr/piscine"
    )
    assert document.text == f"{TEXT}\n\n{notice}"
    assert (document.id, document.path, document.title) == ("a-17", str(path), "La piscine rouvre")
    assert (document.author, document.date, document.source) == ("Luc Besnard", date(2025, 3, 1), record["url"])
    assert (document.language, document.tags) == ("fr", ("sport", "loisirs"))
    assert list(quoted(document).values()) == notice.split("\n")
    (clutter,) = document.clutter
    assert (clutter.reason, document.text[clutter.start : clutter.end]) == ("notice", notice)


def test_only_what_the_text_does_not_say_goes_into_the_notice(write, read_one, quoted):
    text = f"La piscine rouvre\n\nPar Luc Besnard\n\n{TEXT}"
    document = read_one(
        write(
            "p.jsonl",
            lines({"title": "La piscine rouvre", "author": "Luc Besnard", "date": "2025-03-17", "text": text}),
        )
    )
    assert quoted(document) == {
        "title": "La piscine rouvre",
        "author": "Par Luc Besnard",
        "date": "Date : 17 mars 2025",
    }
    assert document.text == f"{text}\n\nDate : 17 mars 2025"


def test_heading_is_prepended_unless_it_is_there(write, read_all):
    heading = "Les nageurs retrouvent leur bassin."
    found = read_all(
        write("h.jsonl", lines({"heading": heading, "text": TEXT}, {"chapo": heading, "text": f"{heading}\n\n{TEXT}"},
                               {"description": "les nageurs retrouvent leur bassin", "text": f"{heading} {TEXT}"}))
    )  # fmt: skip
    assert [document.text for document in found] == [
        f"{heading}\n\n{TEXT}",
        f"{heading}\n\n{TEXT}",
        f"{heading} {TEXT}",
    ]


def test_text_is_not_changed(write, read_one):
    text = "  Ligne un.\r\n\tLigne deux  \n\n\u2028fin\u00a0!  "
    assert read_one(write("t.jsonl", lines({"text": text}))).text == text


def test_characters_that_no_store_takes_keep_their_place(write, read_one):
    document = read_one(write("t.jsonl", '{"text": "a\\u0000b\\ud83dc été"}'))
    assert document.text == "a\ufffdb\ufffdc été"


def test_ids_without_an_id(write):
    write("corpus/sous/a.jsonl", lines({"text": TEXT}, {"text": TEXT, "id": 7}, {"text": TEXT}))
    path = write("corpus/b.txt", TEXT)
    found = [document.id for location in find([str(path.parent)]) for document in read(location)]
    assert found == ["b.txt", "sous/a.jsonl#1", "7", "sous/a.jsonl#3"]


def test_one_bad_record_does_not_stop_the_others(write, read_all):
    content = (
        lines({"text": TEXT})
        + '{"text": "coupé\n\n'
        + lines({"titre": "sans texte"}, {"text": ""}, {"text": ["a"]}, [1, 2], None, {"text": TEXT})
    )
    path = write("mixte.jsonl", content)
    found = read_all(path)
    assert [type(item) for item in found] == [Document, *[ReadFailure] * 6, Document]
    failures = [item for item in found if isinstance(item, ReadFailure)]
    assert [failure.line for failure in failures] == [2, 4, 5, 6, 7, 8]
    assert str(failures[0]).startswith(f"{path}, line 2: malformed JSON")
    assert 'no field with a text ("text", ' in failures[1].reason
    assert failures[1].reason.endswith("titre")
    assert failures[2].reason == 'the field "text" is empty'
    assert "not a text" in failures[3].reason
    assert "an array" in failures[4].reason
    assert found[-1].id == "mixte.jsonl#8"


def test_deep_nesting_is_one_bad_record(write, read_all):
    found = read_all(write("profond.jsonl", "[" * 100_000 + "\n" + lines({"text": TEXT})))
    assert [type(item) for item in found] == [ReadFailure, Document]


def test_line_in_another_encoding(write, read_all):
    found = read_all(
        write("l.jsonl", lines({"text": TEXT}).encode() + lines({"text": "Été à Orléans"}).encode("cp1252"))
    )
    assert [document.text for document in found] == [TEXT, "Été à Orléans"]


def test_whole_json_is_not_json_lines(write, read_all):
    with pytest.raises(SourcierError, match=r"tout\.jsonl: not JSON Lines"):
        read_all(write("tout.jsonl", json.dumps([{"text": TEXT}], indent=1)))


def test_records_are_streamed(write):
    """The first documents come although the file never ends well, and nothing after them has been parsed."""
    path = write("long.jsonl", lines({"text": TEXT}) * 3 + "pas du JSON\n" * 3)
    (location,) = find([str(path)])
    assert all(isinstance(item, Document) for item in itertools.islice(read(location), 3))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv(write, read_all, delimiter, encoding):
    rows = [["Titre", "Date", "Contenu", "Étiquettes"],
            ["La piscine rouvre", "17/03/2025", f'"{TEXT}; ""enfin"", dit-on,\nà l\'été."', "sport"],
            ["Le stade ferme", "lundi 17 mars 2025 à 15 h 37", '"Fermé, hélas."', ""]]  # fmt: skip
    path = write("piscine.csv", "\n".join(delimiter.join(row) for row in rows).encode(encoding))
    first, second = read_all(path)
    assert first.text.startswith(f'{TEXT}; "enfin", dit-on,\nà l\'été.\n\nTitre : ')
    assert (first.title, first.date, first.tags) == ("La piscine rouvre", date(2025, 3, 17), ("sport",))
    assert (second.id, second.title, second.date) == ("piscine.csv#2", "Le stade ferme", date(2025, 3, 17))


def test_csv_without_text_column(write, read_all):
    with pytest.raises(SourcierError, match=r"prix\.csv: no column with a text .* its columns: fleur, prix"):
        read_all(write("prix.csv", "fleur,prix\nrose,3\n"))


def test_bad_rows_of_a_csv(write, read_all):
    path = write("b.csv", f'id,text\n1,"{TEXT}"\n2,\n3,un,deux,trois\n\n4,"deux\nlignes"\n5,fin\n')
    found = read_all(path)
    assert [item.id if isinstance(item, Document) else item.line for item in found] == ["1", 3, 4, "4", "5"]
    assert 'field "text" is empty' in found[1].reason
    assert "4 cells, but the header has 2" in found[2].reason


def test_table_with_one_column(write, read_all):
    assert [document.text for document in read_all(write("un.csv", f'texte\n"{TEXT}"\n'))] == [TEXT]


def test_location_of_another_kind_of_file(write):
    with pytest.raises(SourcierError, match=r"\.exe: this kind of file cannot be read"):
        list(read(Location(str(write("a.exe", "x")), "a.exe")))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-03-17T15:37:00Z", date(2025, 3, 17)), ("17 mars 2025", date(2025, 3, 17)), ("1er mars 2025", date(2025, 3, 1)),
        ("17/03/2025", date(2025, 3, 17)), ("03/17/2025", date(2025, 3, 17)), ("17.03.25", date(2025, 3, 17)),
        ("lundi 17 mars 2025 à 15 h 37", date(2025, 3, 17)), ("Publié le 2 août 2019", date(2019, 8, 2)),
        ("March 17, 2025", date(2025, 3, 17)), ("20250317", date(2025, 3, 17)), (1742169600, date(2025, 3, 17)),
        (1742169600000, date(2025, 3, 17)), ("31/02/2025", None), ("bientôt", None), (True, None), (12, None), ({}, None),
    ],
)  # fmt: skip
def test_dates_of_records(write, read_one, written, expected):
    document = read_one(write("d.jsonl", lines({"text": TEXT, "date": written})))
    assert document.date == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (TEXT, "fr"),
        ("The swimming pool will open on Monday after six months of work, said the mayor in a statement.", "en"),
        ("Das Schwimmbad wird am Montag nach sechs Monaten wieder geöffnet, teilte die Stadt mit.", "und"),
        ("La piscina abrirá el lunes tras seis meses de obras, según anunció el ayuntamiento de la ciudad.", "und"),
        ("12 34", "und"),
    ],
)
def test_language(write, read_one, text, language):
    assert read_one(write("l.jsonl", lines({"text": text}))).language == language
    assert read_one(write("l.jsonl", lines({"text": text, "lang": "pt-BR"}))).language == "pt"
