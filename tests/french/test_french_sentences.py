"""Where sentences end: each case gives a text as the list of the sentences that it must be cut into."""

from __future__ import annotations

import textwrap

import pytest

from rag.french import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


TWO_SENTENCES = [
    ("Il est arrivé hier.", "Elle repart demain."),
    ("Pourquoi partir ?", "Parce qu'il pleut !"),
    ("C'est fini…", "Tout recommence."),
    ("Le prix est de 3.300 euros.", "Il baisse de 1,5 %."),
    ("Ils sont 12 sur 10 000.", "350 autres attendent."),
    ("Cela date de 2020.", "Depuis, rien."),
    ("M. Dupont et Mme Martin sont là.", "Le Dr. House aussi."),
    ("MM. Le Maire et Attal, avec Mme. Borne.", "Voilà."),
    ("Le livre de J. Dupont et J.-P. Martin.", "Il est bon."),
    ("L'armée (U.S. Army) est là.", "Elle reste."),
    ("Il travaille à l'O.N.U.", "Le siège est à New York."),
    ("C'est ce que dit J. Le Goff, ou M. L'Herbier.", "La suite."),
    ("Les U.S.A.", "C'est loin."),
    ("Né en 52 av. J.-C. à Rome, il écrit.", "On le lit."),
    ("Il mourut en 19 apr. J.-C.", "César était mort."),
    ("Voir p. 12, fig. 3, art. L. 123-4 et vol. II.", "Puis chap. 4."),
    ("Des pommes, des poires, etc.", "Il en reste."),
    ("Des pommes, etc. et des poires.", "Il en reste."),
    ("Il habite av. Foch, près du bd. Saint-Michel.", "C'est cher."),
    ("Le plan B.", "Il existe."),
    ("Elle aime l'art.", "Il aime le vol."),
    ("Ils étaient sept.", "Tous sont partis."),
    ("Visitez transilien.com.", "La plateforme est ouverte."),
    ("Il reste 31.779.", "Toutefois, cela monte."),
    ("« Il est parti. »", "Elle le regrette."),
    ("« Viens ! » dit-il.", "Elle vint."),
    ("« Pourquoi ? », a-t-elle demandé.", "« Je ne sais pas. »"),
    ('"Viens !" lui dit-elle.', '"Non."'),
    ('Il a dit : "Je pars".', '"Reste", dit-elle.'),
    ("Il l'a dit (voir p. 3).", "(Elle aussi.)"),
    ("Un fait étonnant (?) selon eux.", "Personne n'y croit."),
    ("Il hésite... puis repart.", "Elle attend…"),
    ("Un titre chanté par... Rihanna.", "Il est de… 1967."),
    ("Je ne suis pas là...", "Et toi ?"),
    ("C'est beau (…)", "Il y a de quoi rire."),
    ("Il a dit : « [...] rien ne va ».", "Elle rit."),
    ("L'iPhone 5.", "L'iPad 2."),
    ("À 20 h.", "Le train part."),
    ("**Fin de partie.**", "Suite au prochain numéro."),
    ("Le site Actualité I.A, dédié à l'I.A. appliquée.", "Il est lu."),
]


@pytest.mark.parametrize("parts", TWO_SENTENCES)
@pytest.mark.parametrize("space", [" ", "  ", "\u00a0"])
def test_punctuation(parts: tuple[str, str], space: str) -> None:
    assert split(space.join(parts)) == list(parts)


@pytest.mark.parametrize(
    "text",
    [
        "M. Dupont",
        "Le XXIe siècle, c.-à-d. le nôtre",
        "Elle pèse 88,5 kg et vaut 1.5 M€",
        "Il chante « Ah ! ça ira » dans la rue",
        "Wouah !!! c'est grand",
        "« Tu viens ? » demande-t-elle à J.-C. Dupont",
        "Il va voir qqch. de beau, p. ex. Lyon",
        "Voir http://example.org/page?Id=3",
        "La société Node.Js",
    ],
)
def test_one_sentence(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Quoi ?Oui !Non.", ["Quoi ?", "Oui !", "Non."]),
        ("C'est la fin.Le rideau tombe.", ["C'est la fin.", "Le rideau tombe."]),
        ("C'est fini !« Enfin »", ["C'est fini !", "« Enfin »"]),
        ("", []),
        (" \n\u00a0\t", []),
        ("...", ["..."]),
        ("Fin. \n", ["Fin."]),
        ("Bonjour", ["Bonjour"]),
    ],
)
def test_odd_spacing(text: str, parts: list[str]) -> None:
    assert split(text) == parts


def test_headings_and_paragraphs() -> None:
    parts = ["Un titre sans point", "La première phrase.", "La seconde.", "Un intertitre", "Autre paragraphe, sans fin"]
    text = f"{parts[0]}\n\n{parts[1]} {parts[2]}\n{parts[3]}\r\n{parts[4]}\n"
    assert split(text) == parts


def test_markdown() -> None:
    parts = [
        "# Le titre", "## Un intertitre", "Du texte.", "- un point", "- M. Dupont, p. 3", "* une étoile",
        "1. Le premier point.", "2. Le deuxième", "3) Le troisième", "| a | b |", "| 1 | 2 |", "> Une citation", "Fin.",
    ]  # fmt: skip
    assert split("\n".join(parts)) == parts


def test_lists_without_marks_follow_the_colon() -> None:
    parts = ["Il faut :", "du pain ;", "du beurre ;", "– de l'eau ;", "• et du sel."]
    assert split("\n".join(parts)) == parts


PARAGRAPHS = [
    "Le 17 février, le gouvernement a décrété l'interdiction de nouveaux téléchargements de cette application, "
    "invoquant des préoccupations liées à la sécurité des données. M. Dupont, ministre de l'Intérieur, a rencontré "
    "à Paris J. Martin et Mme Durand, de l'Office national des forêts, puis la presse. « Rien ne presse ! » a-t-il dit.",
    "Court paragraphe.",
    "Un Intertitre",
    "Par ailleurs, la ville de Rennes abrite une école qui forme plus de 1 200 étudiants, des laboratoires et un "
    "centre de recherche. Gwangju, en Corée du Sud, est considérée comme une ville pilote nationale dans ce domaine.",
]
WHOLE = [
    PARAGRAPHS[0].split(" M. Dupont")[0],
    "M. Dupont" + PARAGRAPHS[0].split(" M. Dupont")[1].split(" « Rien")[0],
    "« Rien" + PARAGRAPHS[0].split(" « Rien")[1],
    PARAGRAPHS[1],
    PARAGRAPHS[2],
    PARAGRAPHS[3].split(" Gwangju")[0],
    "Gwangju" + PARAGRAPHS[3].split(" Gwangju")[1],
]


@pytest.mark.parametrize("width", range(40, 100))
def test_hard_wrapped_text_gives_the_same_sentences(width: int) -> None:
    text = "\n\n".join(textwrap.fill(paragraph, width, break_on_hyphens=False) for paragraph in PARAGRAPHS)
    assert [" ".join(sentence.split()) for sentence in split(text)] == WHOLE


@pytest.mark.parametrize("width", range(50, 100, 3))
def test_hard_wrapped_text_without_blank_lines(width: int) -> None:
    text = "\n".join(textwrap.fill(paragraph, width, break_on_hyphens=False) for paragraph in PARAGRAPHS)
    assert [" ".join(sentence.split()) for sentence in split(text)] == WHOLE


def test_ragged_lines_do_not_cut_names() -> None:
    text = (
        "Non seulement il est très facile aujourd'hui d'être un lord\n"
        "Byron, mais il est encore très difficile de ne pas l'être, dit-on dans les\n"
        "salons. Elle demanda à sa tante, qui ne savait rien, l'adresse de\n"
        "Garnier, et lui défendit, dans sa réponse, de songer à elle plus longtemps\n"
        "qu'il n'est permis.\n"
    )
    assert len(split(text)) == 2


def test_hard_wrapped_list() -> None:
    text = (
        "La commission a retenu trois mesures pour soutenir les éleveurs de la\n"
        "région touchée par la sécheresse cet été :\n"
        "- une avance de trésorerie versée dès le mois de septembre aux\n"
        "  exploitations qui en feront la demande ;\n"
        "- un report des cotisations sociales ;\n"
        "- une aide à l'achat de fourrage.\n"
    )
    assert [" ".join(sentence.split())[:20] for sentence in split(text)] == [
        "La commission a rete", "- une avance de trés", "- un report des coti", "- une aide à l'achat",
    ]  # fmt: skip


def test_paragraphs_cut_after_an_abbreviation_are_mended() -> None:
    assert split("Il accuse M.\n\nSarkozy d'avoir menti.\n\nFin.") == ["Il accuse M.\n\nSarkozy d'avoir menti.", "Fin."]
    assert split("La bactérie E.\ncoli.") == ["La bactérie E.\ncoli."]


def test_a_very_long_text_is_quick_to_cut() -> None:
    """One line of a megabyte: work that grows with the square of the text would hit the timeout."""
    text = "M. Dupont a vu J. Martin, p. 12. " * 30_000
    assert len(sentences(text)) == 30_000
