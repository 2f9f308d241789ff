"""Every format from a real file made here, read through `find` and `read`."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from rag.documents import Location, read
from rag.records import SourcierError

FIRST = (
    "Le marché aux fleurs a rouvert ses portes vendredi matin sur la place de la mairie, après deux années de travaux "
    "qui avaient chassé les marchands vers les quais."
)
SECOND = (
    "Les allées ont été élargies de deux mètres pour laisser passer les poussettes et les fauteuils roulants, et "
    "l'éclairage a été entièrement refait par une entreprise de la région."
)
TITLE = "Le marché aux fleurs rouvre ses portes"


# --- text and Markdown ------------------------------------------------------------------------------------------------


def test_text_is_the_file(write, read_one):
    text = f"{TITLE}\n\nPar Anne Petit\n\n{FIRST}\n\n{SECOND}\n"
    path = write("fleurs.txt", text)
    document = read_one(path)
    assert document.text == text
    assert (document.id, document.path, document.title) == ("fleurs.txt", str(path), TITLE)
    assert document.language == "fr"
    assert read_one(write("crlf.txt", text.replace("\n", "\r\n").encode() + b"\x00")).text == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_encodings(write, read_one, encoding):
    text = f"{TITLE}\n\n{FIRST}\n\nUn café à Noël, naïf : déjà vu, çà et là.\n"
    content = text.encode(encoding)
    if encoding == "cp1252":
        content = (text := text + "« Cœur d’Élysée », 5 €…\n").encode(encoding)
    assert read_one(write("texte.txt", content)).text == text


def test_short_latin_1_text(write, read_one):
    assert read_one(write("t.txt", "Été à Orléans".encode("latin-1"))).text == "Été à Orléans"


def test_markdown_front_matter(write, read_one, quoted):
    text = (
        f'---\ntitle: "{TITLE}"\nauthor: Anne Petit\ndate: 2024-05-03\ntags: [fleurs, marché]\nlang: fr-FR\n'
        f"source: https://exemple.fr/fleurs\n---\n\n# {TITLE}\n\n{FIRST}\n\n## Des allées plus larges\n\n{SECOND}\n"
    )
    document = read_one(write("fleurs.md", text))
    assert document.text == text
    assert (document.title, document.author, document.date) == (TITLE, "Anne Petit", date(2024, 5, 3))
    assert (document.source, document.tags) == ("https://exemple.fr/fleurs", ("fleurs", "marché"))
    assert quoted(document) == {
        "title": TITLE, "author": "Anne Petit", "date": "2024-05-03", "source": "https://exemple.fr/fleurs",
    }  # fmt: skip
    front = document.clutter[0]
    assert front.reason == "front matter"
    assert document.text[front.start : front.end].startswith("---\ntitle")
    assert document.text[front.start : front.end].endswith("fleurs\n---")
    assert "## Des allées plus larges" not in [document.text[s.start : s.end] for s in document.clutter]


def test_front_matter_with_lists_and_comments(write, read_one, quoted):
    text = f"---\ntitre: Le marché\nauthors:\n  - Anne Petit\n  - Luc Besnard\ndate: 2024-05-03 # relu\n---\n{FIRST}\n"
    document = read_one(write("fleurs.md", text))
    assert (document.author, document.date) == ("Anne Petit, Luc Besnard", date(2024, 5, 3))
    assert quoted(document) == {"title": "Le marché", "author": "Anne Petit", "date": "2024-05-03"}
    listed = read_one(write("b.md", f"---\nauthor: [Anne Petit, Luc Besnard]\n---\n{FIRST}\n"))
    assert quoted(listed) == {"author": "Anne Petit, Luc Besnard"}


def test_malformed_front_matter_is_read_as_far_as_it_goes(write, read_one):
    text = f"---\ntitle: Fleurs : le marché\nauthor: [Anne Petit\ndate: 3 mai 2024\n---\n{FIRST}\n"
    document = read_one(write("fleurs.md", text))
    assert document.text == text
    assert (document.title, document.date) == ("Fleurs : le marché", date(2024, 5, 3))


def test_markdown_rule_is_no_front_matter(write, read_one):
    text = f"---\n\n{FIRST}\n\n---\n\n{SECOND}\n"
    document = read_one(write("regle.md", text))
    assert (document.text, document.clutter) == (text, ())


def test_markdown_code_is_left_alone(write, read_one):
    text = f"# {TITLE}\n\n{FIRST}\n\n```\nÀ lire aussi : un commentaire du programme\n```\n\n{SECOND}\n"
    document = read_one(write("code.md", text))
    assert [span.reason for span in document.clutter] == ["title"]
    assert document.title == TITLE


# --- HTML -------------------------------------------------------------------------------------------------------------

PAGE = f"""<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{TITLE} - Le Courrier</title>
<meta name="author" content="Anne Petit"><meta property="article:published_time" content="2024-05-03T10:00:00+02:00">
<link rel="canonical" href="https://exemple.fr/fleurs"></head><body>
<nav><a href="/">Accueil</a> <a href="/sport">Sport</a></nav><article><h1>{TITLE}</h1><p>{FIRST}</p>
<h2>Des allées plus larges</h2><p>{SECOND}</p><ul><li>Roses</li><li>Tulipes</li></ul>
<p>À lire aussi : <a href="/halles">Les halles rénovées</a></p></article><footer>© Le Courrier</footer></body></html>"""


def test_html(write, read_one, left, quoted):
    document = read_one(write("fleurs.html", PAGE))
    assert left(document) == [FIRST, "Des allées plus larges", SECOND, "- Roses", "- Tulipes"]
    assert (document.title, document.author, document.date) == (TITLE, "Anne Petit", date(2024, 5, 3))
    assert (document.source, document.language) == ("https://exemple.fr/fleurs", "fr")
    assert quoted(document) == {
        "title": TITLE,
        "author": "Auteur : Anne Petit",
        "date": "Date : 3 mai 2024",
        "source": "Source : https://exemple.fr/fleurs",
    }
    notice = document.clutter[-1]
    assert notice.reason == "notice"
    assert document.text[notice.start :] == "Auteur : Anne Petit\nDate : 3 mai 2024\nSource : https://exemple.fr/fleurs"


def test_html_in_a_declared_encoding(write, read_one):
    page = PAGE.replace('charset="utf-8"', 'charset="iso-8859-1"').replace("—", "-")
    assert FIRST in read_one(write("latin.htm", page.encode("cp1252"))).text
    assert FIRST in read_one(write("menteur.htm", page.encode())).text  # declares Latin-1, is UTF-8


def test_very_short_html(write, read_one):
    assert "Bonjour à tous." in read_one(write("court.html", "<p>Bonjour à tous.</p>")).text


# --- PDF --------------------------------------------------------------------------------------------------------------


def make_pdf(
    path: Path, pages: list[list[str]], title: str = "", author: str = "", password: str | None = None
) -> Path:
    sheet = canvas.Canvas(str(path), pagesize=A4, encrypt=password)
    sheet.setTitle(title)
    sheet.setAuthor(author)
    for lines in pages:
        height = 800
        for line in lines:
            sheet.drawString(60, height, line)
            height -= 16 if line else 30
        sheet.showPage()
    sheet.save()
    return path


def test_pdf(tmp_path, read_one, quoted):
    pages = [
        ["Courrier - page 1", TITLE, "", "Le marché aux fleurs a rouvert ses portes vendredi matin sur la place de la mai-",
         "rie, après deux années de travaux qui avaient chassé les marchands vers les quais.",
         "Cinquante étals attendent les visiteurs, dit-", "il, et la place est pleine.", "1"],
        ["Courrier - page 2", "Les allées ont été élargies de deux mètres pour laisser passer les poussettes et les",
         "fauteuils roulants.", "2"],
        ["Courrier - page 3", "La fête durera trois jours.", "3"],
    ]  # fmt: skip
    document = read_one(make_pdf(tmp_path / "fleurs.pdf", pages, title=TITLE, author="Anne Petit"))
    assert "sur la place de la mairie, après deux années" in document.text
    assert "dit-il, et la place" in document.text
    assert "poussettes et les fauteuils roulants." in document.text
    assert "Courrier" not in document.text
    assert len(document.pages) == 3
    assert document.text[document.pages[2] :].startswith("La fête durera trois jours.")
    assert document.text[document.pages[1] :].startswith("Les allées")
    assert (document.title, document.author) == (TITLE, "Anne Petit")
    assert quoted(document)["author"] == "Auteur : Anne Petit"


def test_pdf_keeps_a_title_apart_from_the_text(tmp_path, read_one, left):
    path = tmp_path / "titre.pdf"
    sheet = canvas.Canvas(str(path), pagesize=A4)
    sheet.setFont("Helvetica-Bold", 20)
    sheet.drawString(60, 800, "Le marché aux fleurs rouvre enfin ses portes, place")
    sheet.drawString(60, 776, "de la mairie")
    sheet.setFont("Helvetica", 11)
    body = ["Après deux années de travaux qui avaient chassé les marchands vers les quais, les allées",
            "ont rouvert vendredi matin. Les visiteurs étaient nombreux à attendre devant les grilles."]  # fmt: skip
    for height, line in [
        (740, body[0]),
        (726, body[1]),
        (700, "Cinquante étals attendent les visiteurs jusqu'à l'automne."),
    ]:
        sheet.drawString(60, height, line)
    sheet.save()
    document = read_one(path)
    assert document.title == "Le marché aux fleurs rouvre enfin ses portes, place de la mairie"
    assert left(document) == [" ".join(body), "Cinquante étals attendent les visiteurs jusqu'à l'automne."]


def test_what_the_text_says_is_believed_before_properties(tmp_path, read_one, quoted):
    lines = [
        TITLE,
        "",
        "Par Luc Besnard",
        "",
        "Publié le 3 mai 2024",
        "",
        "Le marché aux fleurs a rouvert ses portes vendredi.",
    ]
    document = read_one(make_pdf(tmp_path / "p.pdf", [lines], title="(anonymous)", author="Secrétariat"))
    assert (document.title, document.author, document.date) == (TITLE, "Luc Besnard", date(2024, 5, 3))
    assert quoted(document) == {"title": TITLE, "author": "Par Luc Besnard", "date": "Publié le 3 mai 2024"}


def test_scanned_pdf(tmp_path, read_one):
    path = tmp_path / "scan.pdf"
    sheet = canvas.Canvas(str(path))
    sheet.rect(50, 50, 200, 200, fill=1)
    sheet.save()
    with pytest.raises(SourcierError, match=r"scan\.pdf: scanned PDF without text"):
        read_one(path)


def test_encrypted_and_broken_pdf(tmp_path, write, read_one):
    with pytest.raises(SourcierError, match=r"secret\.pdf: encrypted PDF"):
        read_one(make_pdf(tmp_path / "secret.pdf", [[FIRST]], password="sésame"))
    whole = make_pdf(tmp_path / "whole.pdf", [[FIRST]]).read_bytes()
    with pytest.raises(SourcierError, match=r"cut\.pdf: broken PDF"):
        read_one(write("cut.pdf", whole[:200]))
    with pytest.raises(SourcierError, match=r"not\.pdf: broken PDF"):
        read_one(write("not.pdf", FIRST))


# --- Word -------------------------------------------------------------------------------------------------------------


def make_docx(path: Path) -> Path:
    document = docx.Document()
    document.add_heading(TITLE, level=1)
    document.add_paragraph(FIRST)
    document.add_heading("Des allées plus larges", level=2)
    document.add_paragraph(SECOND)
    document.add_paragraph("Roses", style="List Bullet")
    document.add_paragraph("Tulipes", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip([c for row in table.rows for c in row.cells], ["Fleur", "Prix", "Rose", "3 €"], strict=True):
        cell.text = text
    properties = document.core_properties
    properties.title, properties.author, properties.created = TITLE, "Anne Petit", datetime(2024, 5, 3, 10)
    properties.keywords = "fleurs; marché"
    document.save(str(path))
    return path


def test_docx(tmp_path, read_one, left, quoted):
    document = read_one(make_docx(tmp_path / "fleurs.docx"))
    assert left(document) == [
        FIRST,
        "Des allées plus larges",
        SECOND,
        "- Roses",
        "- Tulipes",
        "Fleur | Prix",
        "Rose | 3 €",
    ]
    assert (document.title, document.author, document.date) == (TITLE, "Anne Petit", date(2024, 5, 3))
    assert document.tags == ("fleurs", "marché")
    assert quoted(document) == {"title": TITLE, "author": "Auteur : Anne Petit", "date": "Date : 3 mai 2024"}


def test_docx_properties_written_by_programs_are_no_metadata(tmp_path, read_one):
    document = docx.Document()
    document.add_paragraph(FIRST)
    document.core_properties.title = "Document1"
    document.save(str(tmp_path / "sans.docx"))
    read = read_one(tmp_path / "sans.docx")
    assert (read.author, read.date) == (None, None)
    assert read.title.startswith("Le marché aux fleurs a rouvert")


# --- OpenDocument and EPUB --------------------------------------------------------------------------------------------


def archive(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        for name, text in parts.items():
            target.writestr(name, text)
    return path


ODT = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "content.xml": f"""<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:text>
 <text:h text:outline-level="1">{TITLE}</text:h><text:p>{FIRST}</text:p>
 <text:p>Les allées<text:s text:c="2"/>sont <text:span>larges</text:span>.</text:p>
 <text:list><text:list-item><text:p>Roses</text:p></text:list-item><text:list-item><text:p>Tulipes</text:p></text:list-item></text:list>
 <table:table><table:table-row><table:table-cell><text:p>Rose</text:p></table:table-cell>
 <table:table-cell><text:p>3 €</text:p></table:table-cell></table:table-row></table:table>
 </office:text></office:body></office:document-content>""",
    "meta.xml": f"""<?xml version="1.0"?><office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>
 <dc:title>{TITLE}</dc:title><meta:initial-creator>Anne Petit</meta:initial-creator>
 <meta:creation-date>2024-05-03T10:00:00</meta:creation-date></office:meta></office:document-meta>""",
}


def test_odt(tmp_path, read_one, left):
    document = read_one(archive(tmp_path / "fleurs.odt", ODT))
    assert left(document) == [FIRST, "Les allées  sont larges.", "- Roses", "- Tulipes", "Rose | 3 €"]
    assert (document.title, document.author, document.date) == (TITLE, "Anne Petit", date(2024, 5, 3))


def chapter(body: str) -> str:
    return f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{body}</body></html>'


EPUB = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
 <rootfile full-path="OEBPS/livre.opf" media-type="application/oebps-package+xml"/></rootfiles></container>""",
    "OEBPS/livre.opf": f"""<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>
 <dc:title>{TITLE}</dc:title><dc:creator>Anne Petit</dc:creator><dc:language>fr-FR</dc:language><dc:date>2024-05-03</dc:date>
 </metadata><manifest><item id="b" href="deux.xhtml" media-type="application/xhtml+xml"/>
 <item id="a" href="un%20.xhtml" media-type="application/xhtml+xml"/>
 <item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>
 <spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>""",
    "OEBPS/un .xhtml": chapter(f"<h1>Premier chapitre</h1><p>{FIRST}</p>"),
    "OEBPS/deux.xhtml": chapter(
        f"<section><h1>Second chapitre</h1><p>{SECOND.replace('roulants', '<em>roulants</em>')}</p></section>"
    ),
    "OEBPS/nav.xhtml": chapter("<nav>Sommaire</nav><p>Sommaire</p>"),
}


def test_epub_in_the_order_of_the_spine(tmp_path, read_one, left):
    document = read_one(archive(tmp_path / "livre.epub", EPUB))
    assert left(document) == ["Premier chapitre", FIRST, "Second chapitre", SECOND]
    assert (document.title, document.author, document.language) == (TITLE, "Anne Petit", "fr")
    assert document.date == date(2024, 5, 3)


@pytest.mark.parametrize("suffix", [".docx", ".odt", ".epub"])
def test_broken_archives(write, tmp_path, read_one, suffix):
    with pytest.raises(SourcierError, match=rf"faux\{suffix}: broken \{suffix} file"):
        read_one(write(f"faux{suffix}", "ceci n'est pas une archive"))
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    with pytest.raises(SourcierError, match=rf"vide\{suffix}: broken \{suffix} file"):
        read_one(write(f"vide{suffix}", empty.getvalue()))


def test_archive_cut_short_and_with_broken_xml(tmp_path, write, read_one):
    whole = make_docx(tmp_path / "whole.docx").read_bytes()
    with pytest.raises(SourcierError, match=r"cut\.docx: broken"):
        read_one(write("cut.docx", whole[: len(whole) // 2]))
    with pytest.raises(SourcierError, match=r'xml\.odt: broken \.odt file \(part "content\.xml"'):
        read_one(archive(tmp_path / "xml.odt", {**ODT, "content.xml": "<a><b></a>"}))
    with pytest.raises(SourcierError, match=r"deux\.xhtml"):
        read_one(archive(tmp_path / "trou.epub", {k: v for k, v in EPUB.items() if "deux" not in k}))


# --- what is no article -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".csv", ".jsonl", ".pdf", ".docx"])
@pytest.mark.parametrize("text", ["", " \n\n\t\n"])
def test_empty_files(write, read_one, suffix, text):
    with pytest.raises(SourcierError, match=rf"vide\{suffix}: empty"):
        read_one(write(f"vide{suffix}", text))


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".csv"])
def test_binary_rubbish(write, read_one, suffix):
    rubbish = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
    with pytest.raises(SourcierError, match=rf"image\{suffix}: not "):
        read_one(write(f"image{suffix}", rubbish))


def test_page_without_text(write, read_one):
    with pytest.raises(SourcierError, match=r"script\.html: no text in this page"):
        read_one(write("script.html", "<html><body><script>draw()</script></body></html>"))


def test_unreadable_file(write):
    path = write("ferme.txt", FIRST)
    path.unlink()
    path.mkdir()  # opening it fails, also for root, to whom permissions mean nothing
    with pytest.raises(SourcierError, match=r"ferme\.txt: cannot be opened"):
        list(read(Location(str(path), "ferme.txt")))
