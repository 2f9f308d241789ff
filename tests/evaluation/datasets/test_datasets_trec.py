"""TREC collections: topics as <top>, XML and TSV, qrels, and every kind of corpus."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.evaluation.datasets import load
from rag.records import SourcierError

WriteLines = Callable[..., Path]

CLASSIC = """
<top>

<num> Number: 301
<title> Topic: Marais salants &amp; paludiers

<desc> Description:
Combien de paludiers travaillent
à Séné ?

<narr> Narrative:
Un document pertinent donne un nombre.
</top>

<top>
<num> 302 </num>
<FR-title> Phare d'Ouistrel </FR-title>
<FR-desc> Quand fut-il allumé ? </FR-desc>
</top>
<top>
<num> Number: 303
<title> Jamais jugé
</top>
"""
XML = """<?xml version="1.0"?>
<topics>
  <topic number="301"><query>Marais salants &amp; paludiers</query><question>Combien sont-ils ?</question></topic>
  <topic number="302"><title>Phare d'Ouistrel</title></topic>
</topics>
"""
SGML = """<DOC>
<DOCNO> OUEST-0001 </DOCNO>
<DATE>19940312</DATE>
<TITLE>Les marais</TITLE>
<TEXT>
<P>Trente paludiers récoltent
le sel à Séné.</P>

Ils vendent la fleur de sel &amp; le gros sel.
</TEXT>
</DOC>
<DOC>
<DOCNO>OUEST-0002</DOCNO>
<TEXT>Le phare d'Ouistrel fut allumé en 1849.</TEXT>
</DOC>
"""
MARSH = "Trente paludiers récoltent le sel à Séné.\n\nIls vendent la fleur de sel & le gros sel."
LIGHT = "Le phare d'Ouistrel fut allumé en 1849."
QRELS = ("301 0 OUEST-0001 2", "301 0 OUEST-0002 0", "302 Q0 OUEST-0002 1", "302 0 OUEST-9999 1", "304 0 OUEST-0001 1")


def collection(write_lines: WriteLines, topics: tuple[str, str], documents: tuple[str, str] | None) -> Path:
    """A folder with these topics and documents (name, content), and the judgements."""
    write_lines(f"ouest/{topics[0]}", topics[1].rstrip("\n"))
    if documents:
        write_lines(f"ouest/docs/{documents[0]}", documents[1].rstrip("\n"))
    write_lines("ouest/README", "About: a collection.")
    write_lines("ouest/bm25.run", "301 Q0 OUEST-0001 1 12.5 bm25")
    return write_lines("ouest/judgements.txt", *QRELS).parent


@pytest.mark.parametrize(
    ("name", "content", "questions"),
    [
        ("topics.301-303", CLASSIC, ["Marais salants & paludiers", "Phare d'Ouistrel"]),
        ("topics.xml", XML, ["Combien sont-ils ?", "Phare d'Ouistrel"]),
        ("queries.tsv", "301\tpaludiers de Séné\n302\tphare  d'Ouistrel\n303\tjamais jugé", ["paludiers de Séné", "phare d'Ouistrel"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("file", "documents"),
    [
        ("OUEST94", SGML),
        ("ouest.tsv", f"OUEST-0001\tLes marais\t{MARSH}\nOUEST-0002\t\t{LIGHT}".replace("\n\n", " ")),
        (
            "ouest.jsonl",
            f'{{"docno": "OUEST-0001", "title": "Les marais", "text": "{MARSH}"}}\n'.replace("\n\n", " ")
            + f'{{"id": "OUEST-0002", "contents": "{LIGHT}"}}',
        ),
    ],
)
def test_topics_judgements_and_documents_in_one_folder(
    write_lines: WriteLines, name: str, content: str, questions: list[str], file: str, documents: str
) -> None:
    folder = collection(write_lines, (name, content), (file, documents))
    dataset = load(str(folder))
    assert dataset.name == "ouest"
    marsh = MARSH if file == "OUEST94" else MARSH.replace("\n\n", " ")
    assert [(d.id, d.title, d.text) for d in dataset.documents] == [
        ("OUEST-0001", "Les marais", marsh),
        ("OUEST-0002", "", LIGHT),
    ]
    assert [(e.id, e.question, dict(e.gold)) for e in dataset.examples] == [
        ("301", questions[0], {"OUEST-0001": 2}),
        ("302", questions[1], {"OUEST-0002": 1, "OUEST-9999": 1}),
    ]


def test_a_corpus_that_is_elsewhere(write_lines: WriteLines, tmp_path: Path) -> None:
    folder = collection(write_lines, ("topics.xml", XML), None)
    with pytest.raises(SourcierError, match="no documents: name them with --corpus"):
        load(str(folder))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "OUEST94.gz").write_bytes(gzip.compress(SGML.encode("latin-1")))
    assert [d.text for d in load(str(folder), corpus=[str(elsewhere)]).documents] == [MARSH, LIGHT]
    other = write_lines("other.jsonl", {"id": "x", "text": "Rien."})
    with pytest.raises(SourcierError, match="none of the 3 judged documents is in the corpus"):
        load(str(folder), corpus=[str(other)])


def test_one_of_several_topic_files(write_lines: WriteLines) -> None:
    folder = collection(write_lines, ("topics.xml", XML), ("OUEST94", SGML))
    other = write_lines(
        "ouest/desc.xml", '<topics><topic number="302"><query>Quand fut allumé le phare ?</query></topic></topics>'
    )
    with pytest.raises(SourcierError, match='the field "id" is used twice: "302"'):
        load(str(folder))
    dataset = load(str(other))
    assert [e.question for e in dataset.examples] == ["Quand fut allumé le phare ?"]
    assert dataset.name == "ouest-desc"


@pytest.mark.parametrize(("topics", "documents"), [("queries.tsv", "x.tsv"), ("y.tsv", "collection.tsv")])
def test_tables_are_told_apart_though_all_ids_are_numbers(write_lines: WriteLines, topics: str, documents: str) -> None:
    write_lines("num/qrels.tsv", "3\t0\t1\t1", "2\t0\t9\t1")
    write_lines(f"num/{topics}", "2\tdeux ?", "3\ttrois ?")
    folder = write_lines(f"num/{documents}", "1\tUn.", "2\tDeux.", "3\tTrois.", "9\tNeuf.").parent
    dataset = load(str(folder))
    assert [(e.question, dict(e.gold)) for e in dataset.examples] == [("deux ?", {"9": 1}), ("trois ?", {"1": 1})]
    assert [d.text for d in dataset.documents] == ["Un.", "Deux.", "Trois.", "Neuf."]


def test_a_folder_that_lacks_a_part(write_lines: WriteLines) -> None:
    folder = collection(write_lines, ("topics.xml", XML), ("OUEST94", SGML))
    (folder / "topics.xml").rename(folder / ".topics.xml")
    with pytest.raises(SourcierError, match="qrels but no topics"):
        load(str(folder))
    (folder / ".topics.xml").rename(folder / "topics.xml")
    (folder / "judgements.txt").unlink()
    with pytest.raises(SourcierError, match="topics but no qrels"):
        load(str(folder))


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("judgements.txt", "\n".join([*QRELS, "301 0 OUEST-0001"]), "line 6: four columns were expected"),
        (
            "judgements.txt",
            "\n".join([*QRELS, "303 0 OUEST-0001 oui"]),
            'line 6: the field "grade" must be a whole number',
        ),
        ("topics.xml", XML + "<topic><title>Sans numéro</title></topic>", 'line 6: the field "num" is missing'),
        ("topics.xml", XML + '<topic number="305"></topic>', 'line 6: the field "title" is missing'),
        ("docs/OUEST94", SGML + "<DOC>\n<TEXT>Sans nom.</TEXT>\n</DOC>", 'line 16: the field "DOCNO" is missing'),
        ("docs/OUEST94", SGML + "<DOC>\n<DOCNO>Z</DOCNO>\n<TEXT>Coupé", 'line 16: the field "DOC" is not closed'),
        (
            "docs/OUEST94",
            SGML + SGML[:40] + "<TEXT>Autre.</TEXT></DOC>",
            'line 16: the field "id" is used for two texts',
        ),
    ],
)
def test_a_malformed_record_is_named_or_skipped(write_lines: WriteLines, file: str, content: str, message: str) -> None:
    folder = collection(write_lines, ("topics.xml", XML), ("OUEST94", SGML))
    whole = load(str(folder))
    write_lines(f"ouest/{file}", content)
    with pytest.raises(SourcierError) as raised:
        load(str(folder))
    assert str(raised.value).startswith(f"{folder / file}, {message}")
    spoilt = load(str(folder), skip_bad=True)
    assert (spoilt.examples, spoilt.documents) == (whole.examples, whole.documents)
    assert len(spoilt.skipped) == 1
