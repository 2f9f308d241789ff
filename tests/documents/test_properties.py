"""Whatever the text: spans lie in it, in order, apart; a text file is its document; facts quote what they say."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from document_invariants import check_invariants
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.documents import find, read
from rag.records import Document, SourcierError

quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Lines that wake the rules, mixed with anything at all
PIECES = [
    "Actualités", "Accueil > Tech > IA", "Une médiathèque au bord de l'eau", "Par Claire Lenoir", "Claire Lenoir",
    "Écrit par Claire Lenoir", "Publié le 4 avril 2024 à 9h12", "2024-04-04 09:12:00", "4 avril 2024", "Comment (0)",
    "À lire aussi : Un autre article", "À lire aussi", "- Un lien", "Un lien sans point", "Partager sur Facebook",
    "Source : https://exemple.fr/a", "Mots-clés : a, b", "À propos de l'auteur", "© AFP", "Inscrivez-vous à la newsletter",
    "Une phrase entière de l'article, assez longue pour compter comme un paragraphe du texte. À lire aussi : Un titre.",
    "Une phrase de l'article, qui compte elle aussi comme un paragraphe.", "", "", "```", "---", "# Titre", "()", "[]", "**", "[a](b)",
]  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=40)), max_size=25).map("\n".join)


def check_line(message: object) -> None:
    assert str(message).strip()
    assert "\n" not in str(message)


def read_text(path: Path, content: bytes) -> list:
    path.write_bytes(content)
    (location,) = find([str(path)])
    return list(read(location))


@quick
@given(text=texts)
def test_any_text_file(tmp_path, text):
    try:
        content = text.encode()
    except UnicodeEncodeError:
        return
    for name in ("a.txt", "a.md"):
        try:
            (document,) = read_text(tmp_path / name, content)
        except SourcierError as error:
            check_line(error)
            continue
        check_invariants(document)
        if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            assert document.text == text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace(
                "\0", ""
            ) or (
                document.text == text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").removeprefix("\ufeff")
            )
        for span in document.facts:
            said = document.text[span.start : span.end]
            assert said.strip() == said
            if span.reason == "title":
                assert said == document.title or name == "a.md"


@quick
@given(
    text=texts,
    title=st.none() | st.text(max_size=60),
    author=st.none() | st.sampled_from(["Claire Lenoir", "Jean Petit"]),
    day=st.none() | st.dates(min_value=date(1900, 1, 1)),
)
def test_any_record(tmp_path, text, title, author, day):
    record = {"text": text, "title": title, "author": author, "date": day and day.isoformat()}
    (document,) = read_text(tmp_path / "a.jsonl", json.dumps(record).encode())
    if not isinstance(document, Document):
        assert not text.strip()
        return
    check_invariants(document)
    assert document.text.startswith(text.replace("\0", "\ufffd"))
    assert document.date == day or day is None
    for name, value in (("author", author), ("date", day)):
        if value is not None:  # what is known can be quoted
            assert document.fact(name) is not None
    if author:
        span = document.fact("author")
        assert author in document.text[span.start : span.end]


@quick
@given(
    content=st.one_of(
        st.binary(max_size=300), st.text(alphabet='<>[]{}"\x27,;:=/ \n\r\t#-aé01', max_size=200).map(str.encode)
    )
)
def test_any_bytes_give_documents_or_one_line(tmp_path, content):
    for suffix in (".txt", ".html", ".csv", ".jsonl", ".docx", ".odt", ".epub"):
        try:
            for item in read_text(tmp_path / f"a{suffix}", content):
                if isinstance(item, Document):
                    check_invariants(item)
                else:
                    check_line(item)
        except SourcierError as error:
            check_line(error)
