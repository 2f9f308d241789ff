"""Ten formats through both trips: every passage and every citation is the exact stretch of its document's text."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import docx
import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.assistant import Assistant
from rag.embedding import Embedder
from rag.ingestion import build_index

FACTS = {
    "phare.txt": ("le phare de Kermorvan", "Le phare de Kermorvan mesure vingt mètres depuis 1849."),
    "bac.md": ("le bac de Kerlouan", "Le bac de Kerlouan traverse l’estuaire en douze minutes."),
    "halle.html": ("la halle de Brignogan", "La halle de Brignogan abrite quarante étals le samedi matin."),
    "pont.pdf": ("le pont de Plouarzel", "Le pont de Plouarzel repose sur neuf arches de granit."),
    "moulin.docx": ("le moulin de Trébabu", "Le moulin de Trébabu produit 3\u202f300 kilos de farine par mois."),
    "école.odt": ("l'école de Lampaul", "L'école de Lampaul accueille soixante élèves dans trois classes."),
    "fort.epub": ("le fort de Bertheaume", "Le fort de Bertheaume a été racheté pour 88,5 millions de francs."),
    "gares.csv": ("la gare de Kerhuon", "La gare de Kerhuon voit passer trente trains chaque jour."),
    "iles.jsonl": ("l'île de Molène", "L'île de Molène compte cent quarante habitants en hiver."),
    "latin.txt": ("la forêt de Cranou", "La forêt de Cranou s’étend sur six cents hectares de chênes."),
}
MORE = " Les habitants en parlent souvent au marché. La mairie, elle, prépare déjà la saison prochaine avec soin."


def write(path: Path, title: str, text: str) -> None:
    """One article in the format of its suffix."""
    if path.name == "latin.txt":
        path.write_bytes(f"{title}\n\n{text}".encode("cp1252"))
    elif path.suffix == ".txt":
        path.write_text(f"{title}\n\n{text}", "utf-8")
    elif path.suffix == ".md":
        path.write_text(f"---\ntitle: {title}\nauthor: Anne Le Goff\n---\n\n# {title}\n\n{text}\n", "utf-8")
    elif path.suffix == ".html":
        path.write_text(
            f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
        )
    elif path.suffix == ".pdf":
        canvas = Canvas(str(path))
        for line, words in enumerate([title, "", *text.replace(". ", ".\n").split("\n")]):
            canvas.drawString(60, 760 - 16 * line, words)
        canvas.save()
    elif path.suffix == ".docx":
        document = docx.Document()
        document.add_heading(title, 1)
        document.add_paragraph(text)
        document.save(str(path))
    elif path.suffix == ".csv":
        path.write_text(f'id;titre;texte\n1;"{title}";"{text}"\n', "utf-8")
    elif path.suffix == ".jsonl":
        path.write_text(json.dumps({"id": "a", "title": title, "text": text}, ensure_ascii=False) + "\n", "utf-8")
    else:
        write_archive(path, title, text)


def write_archive(path: Path, title: str, text: str) -> None:
    """An OpenDocument text or an EPUB with one chapter."""
    with zipfile.ZipFile(path, "w") as archive:
        if path.suffix == ".odt":
            spaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            archive.writestr(
                "content.xml",
                f"<office:document-content {spaces}><office:body><office:text><text:h>{title}</text:h><text:p>{text}</text:p>"
                "</office:text></office:body></office:document-content>",
            )
            return
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
            '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
        )
        archive.writestr(
            "book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{title}</dc:title></metadata><manifest>"
            '<item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine></package>',
        )
        archive.writestr(
            "c.xhtml",
            f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{title}</h1><p>{text}</p></body></html>',
        )


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Assistant:
    folder = tmp_path_factory.mktemp("formats")
    for name, (subject, fact) in FACTS.items():
        write(folder / name, f"Tout savoir sur {subject}", fact + MORE)
    report = build_index([str(folder)], folder / "index", embedder=embedder)
    assert (report.documents, report.failures) == (len(FACTS), ())
    return Assistant.open(folder / "index")


def test_every_passage_is_its_stretch_of_the_text(opened: Assistant) -> None:
    passages = opened.index.passages(range(len(opened.index)))
    assert len(passages) >= len(FACTS)
    for passage in passages:
        assert opened.document(passage.document_id).text[passage.start : passage.end] == passage.text


@pytest.mark.parametrize("name", FACTS)
def test_every_format_is_answered_from_and_quoted_exactly(opened: Assistant, name: str) -> None:
    subject, fact = FACTS[name]
    answer = opened.ask(f"Que sait-on sur {subject} ?")
    assert not answer.abstained
    for citation in answer.citations:
        assert opened.document(citation.document.id).text[citation.start : citation.end] == citation.quote
    cited = [c for c in answer.citations if Path(c.document.path).name == name]
    assert any(" ".join(c.quote.split()) in " ".join((fact + MORE).split()) for c in cited)
