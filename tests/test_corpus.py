"""The sample corpus: complete front matter, sound French typography, every fact present, no stray figure."""

from __future__ import annotations

import datetime
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from rag.french import acronyms, fold

CORPUS = Path(__file__).parent.parent / "corpus"
ARTICLES = sorted(CORPUS.glob("*.md"))
EACH_ARTICLE = pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
KEYS = {"title", "author", "date", "source", "language", "tags"}

# Each fact is a set of strings that one and the same paragraph of the corpus must hold together.
FACTS = [
    # Vertical AI in the world
    ("modèles « verticaux »", "dans son ensemble"),
    ("santé", "transports", "énergie", "industrie"),
    ("double intérêt", "ressources", "productif", "inventif"),
    ("États-Unis", "Michigan", "automobile", "véhicules autonomes", "systèmes de production intelligents"),
    ("Hangzhou", "Chine", "« vallée de l'IA »", "Alibaba", "DeepSeek", "données publiques", "infrastructures"),
    ("Toronto", "Canada", "Shenzhen", "Chine", "instituts de recherche", "entreprises", "collectivités locales"),
    # The cluster of Gwangju
    ("Gwangju", "Corée du Sud", "cinq éléments", "rare"),
    ("infrastructure informatique", "R&D", "ressources humaines", "entreprises", "coordination", "gouvernement"),
    ("Oh Sang-jin", "directeur de l'Unité de coopération industrielle en IA de Gwangju", "« laboratoire ouvert »"),
    ("plus de 3 300 infrastructures publiques", "modèles"),
    ("entreprises", "instituts de recherche", "citoyens", "réelles"),
    ("données", "entraîner", "valider", "algorithmes"),
    ("centre de données d'IA de Gwangju", "depuis 2023", "88,5 pétaflops", "30 centres"),
    ("plus de 2 200 projets", "services d'IA commerciaux", "300"),
    ("plus de 1 200 étudiants", "école d'intelligence artificielle"),
    ("simuler la conduite autonome", "énergies renouvelables"),
    ("programme d'incubation", "plus de 700 start-ups", "cinq ans"),
    ("ville pilote", "Corée du Sud"),
    ("600 milliards de wons", "cinq années", "supplémentaires"),
    ("vie urbaine", "industrie mobile", "énergies renouvelables"),
    ("« Gwangju à votre service »", "slogan", "ouverture", "infrastructures", "données", "espaces de test"),
    ("localités coréennes", "l'État", "entreprises", "monde universitaire", "durables"),
    # Vietnam and its cooperation with Korea
    ("Vietnam", "2045", "dix pays"),
    ("centre national de supercalculateurs", "base de données", "ouverte", "partagée"),
    ("Corée du Sud", "loi nationale sur l'IA", "promulgué", "infrastructures informatiques"),
    ("Hoang Minh", "vice-ministre", "Sciences et Technologies", "« l'infrastructure intellectuelle nationale »"),
    ("open source", "inclusive", "accessible"),
    ("entreprises coréennes", "infrastructure numérique", "centres de données", "100 millions d'habitants"),
    ("50 000 ingénieurs", "instituts", "écoles", "recherche", "développement", "formation"),
    ("technologies de pointe", "capitaux", "gestion", "marché", "jeune", "politiques de soutien"),
    ("production", "santé", "éducation", "villes intelligentes"),
    ("données", "tests", "formation des talents"),
    # DeepSeek-R1 and the answer of Seoul
    ("DeepSeek-R1", "start-up chinoise", "génératif", "janvier 2025", "Bourses"),
    ("architecture open source", "modèles américains", "moins de puissance de calcul"),
    ("17 février 2025", "gouvernement", "téléchargement", "interdit", "DeepSeek"),
    ("chatbot", "sécurité des données"),
    ("Service national de renseignement", "vie privée", "réponses", "incohérent"),
    ("Goguryeo", "royaume ancien", "kimchi", "origines", "nationalistes", "chinois et coréens"),
    ("Sud-Coréens", "rués", "géopolitiques"),
    ("retard de compétitivité", "géopolitique"),
    ("manque d'argent", "talents"),
    ("démocratise", "occasion"),
    ("signal d'alarme", "start-ups", "grandes entreprises", "gouvernement"),
    ("alliances stratégiques", "sociétés américaines", "modèles d'IA locaux"),
    ("population très connectée", "données"),
    ("écosystème", "naissant", "investissements", "capacités de calcul"),
    ("modèle de fondation souverain", "experts"),
    ("modèle linguistique", "ingénieurs du pays", "données nationales"),
    ("culture", "valeurs", "normes", "dignité", "grandes puissances"),
    ("Choi Sang-mok", "président par intérim", "février 2025", "10 000 processeurs graphiques (GPU)"),
    ("trois plus grands pôles",),
    ("souveraineté nationale",),
    ("Assemblée nationale", "décembre 2024", "loi fondamentale", "programmes publics", "garde-fous", "Europe"),
    ("première étape", "gouvernance plus complète"),
    ("Naver", "modèles linguistiques locaux", "culture coréenne", "CLOVA X", "CUE", "moteur de recherche"),
    ("Upstage", "start-ups", "DeepSeek"),
    ("Simon Robben", "17 mars 2025", "15 h 37", "Expert", "transformation numérique", "Actualité I.A"),
]

# Every number that the articles may write in digits: one that is not here was made up, or mistyped.
FIGURES = {88.5, 30, 2023, 3300, 2200, 300, 1200, 700, 600, 2045, 100, 50000, 17, 2024, 2025, 10000, 15, 37, 1, 2, 3}


def squeezed(text: str) -> str:
    """`text` folded, with one plain space for every kind and run of white space."""
    return re.sub(r"\s+", " ", fold(text))


@cache
def article(path: Path) -> tuple[dict[str, Any], str]:
    """The front matter and the Markdown body of an article."""
    opening, front_matter, body = re.split(r"^---\n", path.read_bytes().decode("utf-8"), maxsplit=2, flags=re.M)
    assert opening == ""
    return yaml.safe_load(front_matter), body


def headings(body: str, level: int) -> list[str]:
    return re.findall(rf"^{'#' * level} (.+)$", body, flags=re.M)


@cache
def paragraphs() -> tuple[str, ...]:
    return tuple(squeezed(block) for path in ARTICLES for block in article(path)[1].split("\n\n"))


def test_the_folder_holds_articles_only() -> None:
    assert len(ARTICLES) >= 10
    assert sorted(CORPUS.rglob("*.md")) == ARTICLES
    assert {path.suffix for path in CORPUS.iterdir()} == {".md"}


def test_titles_are_unique() -> None:
    titles = [article(path)[0]["title"] for path in ARTICLES]
    assert len(set(map(squeezed, titles))) == len(titles)


@EACH_ARTICLE
def test_file_name_is_ascii_kebab_case(path: Path) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.md", path.name)


@EACH_ARTICLE
def test_front_matter(path: Path) -> None:
    matter, body = article(path)
    assert set(matter) <= KEYS
    assert matter["language"] == "fr"
    assert isinstance(matter["title"], str)
    assert headings(body, 1) == [matter["title"]]
    if "source" in matter:
        assert re.fullmatch(r"https://[\w.-]+/\S+", matter["source"])
    else:
        assert matter.keys() >= {"author", "date"}  # an article says in one way or the other where it comes from
    if "author" in matter:
        assert re.fullmatch(r"[^\W\d_].*\S", matter["author"])
    if "date" in matter:
        assert type(matter["date"]) is datetime.date  # ISO without quotes: PyYAML reads nothing else as a date
    assert all(isinstance(tag, str) and tag == tag.strip() for tag in matter.get("tags", []))


@EACH_ARTICLE
def test_shape(path: Path) -> None:
    _, body = article(path)
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", body)
    assert 250 <= len(words) <= 500
    assert 2 <= len(headings(body, 2)) <= 4
    assert not headings(body, 3)
    assert acronyms(body)["IA"] == "intelligence artificielle"


@EACH_ARTICLE
def test_typography(path: Path) -> None:
    matter, body = article(path)
    text = f"{matter['title']}\n{body}"
    assert unicodedata.is_normalized("NFC", text)
    assert not re.findall(r"['\"`“”]|\.\.\.", text), "typographic apostrophes, French quotation marks and …"
    assert not re.findall(r"[^\u00a0\u202f][:;?!»]", text), "a no-break space before : ; ? ! »"
    assert not re.findall(r"«[^\u00a0\u202f]", text), "a no-break space after «"
    assert text.count("«") == text.count("»")
    assert not re.findall(r"\d \d", text), "a no-break space inside a number"
    assert not re.findall(r"\d{4,}(?<!\b20\d\d)", text), "thousands are set apart: 3 300"
    assert not re.findall(r"  |[^\S\n]\n|\t", text), "no doubled or trailing space"
    assert not re.findall(r"\bcoeur|\boeuvre|\b[Ee]tat|\bEtats", text), "ligatures and accented capitals"


@EACH_ARTICLE
def test_no_figure_was_made_up(path: Path) -> None:
    matter, body = article(path)
    text = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3}\b)", "", f"{matter['title']}\n{body}")
    text = text.replace("DeepSeek-R1", "")  # a name, not a figure
    assert {float(figure.replace(",", ".")) for figure in re.findall(r"\d+(?:,\d+)?", text)} <= FIGURES


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact[0])
def test_fact_is_stated_in_one_paragraph(fact: tuple[str, ...]) -> None:
    wanted = [squeezed(piece) for piece in fact]
    assert any(all(piece in paragraph for piece in wanted) for paragraph in paragraphs()), fact
