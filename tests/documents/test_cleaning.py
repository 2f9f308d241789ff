"""What surrounds an article is set apart, what belongs to it stays: articles written for these tests."""

from __future__ import annotations

from datetime import date

import pytest

from rag.documents import describe_dropped

FIRST = (
    "La commune de Saint-Aubin inaugure samedi sa nouvelle médiathèque, un bâtiment de bois et de verre posé au bord "
    "de la rivière, après trois ans de travaux."
)
SECOND = (
    "Le projet a coûté 4,2 millions d'euros, dont un tiers a été payé par la région. La maire, Hélène Marchand, parle "
    "d'un « investissement pour les vingt prochaines années »."
)
THIRD = (
    "Les lecteurs y trouveront 38 000 ouvrages, une salle de projection de quatre-vingts places et un jardin ouvert "
    "à tous, même les jours de fermeture."
)
FOURTH = (
    "Par ailleurs, l'ancienne bibliothèque deviendra une maison des associations, dont l'ouverture est prévue à la "
    "rentrée prochaine si le conseil municipal vote le budget."
)
BODY = [FIRST, SECOND, THIRD, FOURTH]


def page(above: list[str], below: list[str], between: list[str] | None = None) -> str:
    return "\n\n".join([*above, FIRST, SECOND, *(between or []), THIRD, FOURTH, *below])


def test_newspaper_page(article, left, quoted):
    document = article(
        page(
            ["Accueil > Culture > Lecture publique", "CULTURE", "Une médiathèque au bord de l'eau",
             "Par Claire Lenoir | Publié le 4 avril 2024 à 9h12 | 3 min de lecture", "Partager sur Facebook",
             "Facebook Twitter LinkedIn WhatsApp"],
            ["Crédit photo : Ville de Saint-Aubin", "Mots-clés : médiathèque, lecture, Saint-Aubin",
             "Imprimer", "12 commentaires", "Laisser un commentaire", "© 2024 Le Courrier de la vallée"],
            ["À lire également : Les cinq plus belles bibliothèques d'Europe"],
        )
    )  # fmt: skip
    assert left(document) == BODY
    assert (document.title, document.author, document.date) == (
        "Une médiathèque au bord de l'eau", "Claire Lenoir", date(2024, 4, 4),
    )  # fmt: skip
    assert document.tags == ("médiathèque", "lecture", "Saint-Aubin")
    assert quoted(document) == {
        "title": "Une médiathèque au bord de l'eau",
        "author": "Par Claire Lenoir",
        "date": "Publié le 4 avril 2024 à 9h12",
    }
    reasons = [reason for reason, _ in describe_dropped(document)]
    assert reasons == ["breadcrumb", "section", "title", "byline", "share", "read also", "credit", "tags", "share",
                       "comments", "credit"]  # fmt: skip


def test_repeated_title_and_name_of_the_author(article, left, quoted):
    document = article(
        page(
            ["Société", "Une médiathèque pour Saint-Aubin : l'attente est finie", "Claire Lenoir",
             "Une médiathèque pour Saint‑Aubin : l’attente est finie", "Rédigé par Claire Lenoir", "04/04/2024 09:12"],
            ["Une médiathèque pour Saint-Aubin : l’attente est finie", "Claire Lenoir"],
        )
    )  # fmt: skip
    assert left(document) == BODY
    assert quoted(document)["author"] == "Rédigé par Claire Lenoir"
    assert quoted(document)["date"] == "04/04/2024 09:12"
    assert document.title == "Une médiathèque pour Saint-Aubin : l'attente est finie"


def test_text_without_title_is_named_by_its_first_sentence(article, left, quoted):
    document = article(page([], []))
    assert left(document) == BODY
    assert document.title.endswith("…")
    assert len(document.title) <= 82
    assert FIRST.startswith(document.title[:-1])
    assert quoted(document) == {}


@pytest.mark.parametrize(
    "line",
    [
        "A lire aussi :  Le nouveau visage du cinéma de quartier",
        "À LIRE AUSSI > Le nouveau visage du cinéma de quartier",
        "> Lire aussi : Le nouveau visage du cinéma de quartier.",
        "Lire aussi Le nouveau visage du cinéma de quartier",
        "» À lire également – Le nouveau visage du cinéma de quartier",
        "Voir aussi : Le nouveau visage du cinéma de quartier",
        "Sur le même sujet : Le nouveau visage du cinéma de quartier",
        "[À lire aussi](https://exemple.fr/cinema)",
        "**À lire aussi :** [Le nouveau visage du cinéma](https://exemple.fr/cinema)",
        "(À lire aussi : Le nouveau visage du cinéma de quartier)",
        "Read also: The new face of the cinema",
        "LIRE NOTRE ENQUÊTE : Ces cinémas qui ferment",
        "Vous aimerez aussi : Le nouveau visage du cinéma",
        "🔎 À lire aussi : Le nouveau visage du cinéma de quartier",
    ],
)
def test_links_to_other_articles(article, left, line):
    document = article(page([], [], [line]))
    assert left(document) == BODY
    assert {span.reason for span in document.clutter} == {"read also"}


def test_folded_link_and_link_inside_a_paragraph(article, left):
    folded = "À lire aussi : Le nouveau visage du cinéma de quartier, une salle qui\nne ressemble à aucune autre"
    assert left(article(page([], [], [folded]))) == BODY
    inside = f"{SECOND} À lire aussi : Le nouveau visage du cinéma. La région se réjouit."
    document = article("\n\n".join([FIRST, inside, THIRD]))
    (span,) = document.clutter
    assert document.text[span.start : span.end] == "À lire aussi : Le nouveau visage du cinéma."
    bracket = f"La salle rouvre (lire aussi : Le nouveau visage du cinéma) après les travaux. {SECOND}"
    (span,) = article("\n\n".join([FIRST, bracket, THIRD])).clutter
    assert span.end - span.start == len("(lire aussi : Le nouveau visage du cinéma)")


def test_list_of_links_under_a_header_in_the_middle(article, left):
    links = ["À lire aussi\n\n- Le cinéma rouvre ses portes\n- Un festival de bande dessinée en mai"]
    assert left(article(page([], [], [*links, "Un jardin pour tous"]))) == [
        FIRST,
        SECOND,
        "Un jardin pour tous",
        THIRD,
        FOURTH,
    ]
    plain = [
        "Articles similaires",
        "Le cinéma rouvre ses portes",
        "Un festival de bande dessinée attendu en mai",
        "Un jardin pour tous",
    ]
    assert left(article(page([], [], plain))) == [FIRST, SECOND, "Un jardin pour tous", THIRD, FOURTH]
    assert left(article(page([], [], ["À lire aussi :", "> Le cinéma rouvre ses portes"]))) == BODY


def test_list_of_links_at_the_end(article, left):
    below = [
        "Sur le même sujet",
        "Le cinéma rouvre ses portes",
        "Un festival de bande dessinée en mai",
        "Où lire au soleil ?",
    ]
    assert left(article(page([], below))) == BODY


@pytest.mark.parametrize(
    "lines",
    [
        ["Inscrivez-vous à notre newsletter pour ne rien manquer de l'actualité de la vallée."],
        ["Abonnez-vous à partir de 1 € par mois"],
        ["Recevez chaque matin l'essentiel de l'actualité dans votre boîte mail"],
        ["Cet article est réservé aux abonnés.", "Il vous reste 72 % de cet article à lire."],
        ["Nous utilisons des cookies pour mesurer l'audience de ce site.", "Continuer sans accepter"],
        ["La suite après la publicité", "PUBLICITÉ"],
        ["Suivez-nous sur Instagram", "Copier le lien"],
        ["Temps de lecture : 4 minutes"],
        ["© AFP", "Photo : AFP / Jeanne Roux"],
        ["Commentaires (0)", "Soyez le premier à commenter"],
        ["Twitter", "Facebook | X | LinkedIn | E-mail"][1:],
    ],
)
def test_furniture_between_paragraphs(article, left, lines):
    assert left(article(page([], [], lines))) == BODY
    assert left(article(page([], lines))) == BODY


def test_biography_as_a_section(article, left, quoted):
    document = article(
        page(
            ["Une médiathèque au bord de l'eau"],
            ["À propos de l'auteur", "Claire Lenoir", "Claire Lenoir",
             "Journaliste depuis quinze ans, elle suit la vie culturelle de la vallée et des communes voisines pour le Courrier."],
        )
    )  # fmt: skip
    assert left(document) == BODY
    assert document.author == "Claire Lenoir"
    assert quoted(document)["author"] == "Claire Lenoir"


def test_biography_on_the_line_of_its_header(article, left):
    below = ["À propos de l’autrice : Claire Lenoir suit la vie culturelle de la vallée pour le Courrier depuis 2009."]
    assert left(article(page(["Une médiathèque au bord de l'eau", "Par Claire Lenoir"], below))) == BODY
    assert (
        left(article(page(["Une médiathèque au bord de l'eau", "Par Claire Lenoir"], ["L'auteure", below[0][25:]])))
        == BODY
    )


def test_an_article_may_speak_of_its_author_or_of_authors(article, left):
    section = [
        "Qui est Claire Lenoir ?",
        "Elle a fondé le Courrier en 2009, dans une ancienne imprimerie du bourg, avec deux amis de lycée.",
    ]
    assert left(article(page(["Une médiathèque au bord de l'eau", "Par Claire Lenoir"], section))) == [*BODY, *section]
    early = [
        "À propos de l'auteur, la critique se divise.",
        "L'auteur",
        "Le romancier viendra lire des pages de son dernier livre samedi.",
    ]
    assert left(article("\n\n".join([*early, *BODY]))) == [*early, *BODY]


def test_blog_page(article, left):
    document = article(
        """La soupe à l'oignon de ma grand-mère

Publié par Mamie Jo
le 3 février 2023 dans Recettes, Soupes
8 commentaires

Temps de préparation : 20 minutes

Voici une recette que je tiens de ma grand-mère, qui la préparait chaque dimanche d'hiver dans sa petite cuisine de Lyon.

Ingrédients

- 6 oignons jaunes
- 50 g de beurre

1. Émincer les oignons.
2. Les faire fondre dans le beurre.

Bon appétit !

Partager :
Tweet
E-mail
WordPress:
J'aime chargement…

Articles similaires

La tarte tatin
Le 4 mars 2022
Dans "Recettes"

Le gratin dauphinois de Noël
Dans "Plats"

8 réflexions sur « La soupe à l'oignon de ma grand-mère »

Laisser un commentaire Annuler la réponse

Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués avec *
"""
    )
    assert left(document) == [
        "Temps de préparation : 20 minutes",
        "Voici une recette que je tiens de ma grand-mère, qui la préparait chaque dimanche d'hiver dans sa petite cuisine de Lyon.",
        "Ingrédients", "- 6 oignons jaunes", "- 50 g de beurre", "1. Émincer les oignons.",
        "2. Les faire fondre dans le beurre.", "Bon appétit !",
    ]  # fmt: skip
    assert (document.author, document.date) == ("Mamie Jo", date(2023, 2, 3))


def test_page_copied_without_blank_lines(article, left):
    document = article(
        """Menu
S'abonner
Planète
Climat
Les glaciers alpins reculent plus vite que prévu, selon une étude
Une équipe de chercheurs de Grenoble publie des mesures inédites réalisées sur douze glaciers, des Écrins au mont Blanc.
Par Audrey Fontaine et Le Quotidien avec AFP
Publié le 12 septembre 2024 à 06h00, modifié le 12 septembre 2024 à 18h40 • 5 min de lecture
Article réservé aux abonnés
Partager
Ajouter à vos sélections
Le glacier d'Argentière, en août 2024. JEAN DURAND / AFP
« Nous ne pensions pas voir cela avant 2040 », reconnaît la glaciologue Émilie Roussel, qui a coordonné les relevés.
À LIRE AUSSI
Randonnée : faut-il encore marcher sur les glaciers ?
Stations de ski : le grand doute des vallées
Trois causes
La première est la hausse des températures estivales. La deuxième tient à la baisse de l'enneigement hivernal.
Newsletter « Climat » Comment faire face ? Chaque semaine, nos meilleurs articles S'inscrire
Reste une troisième cause, moins connue : les poussières du Sahara, qui noircissent la glace et accélèrent la fonte.
Voir aussi notre carte des glaciers
Audrey Fontaine
Audrey Fontaine, géographe de formation, écrit sur la montagne depuis 2015.
Contribuer
"""
    )
    assert left(document) == [
        "Une équipe de chercheurs de Grenoble publie des mesures inédites réalisées sur douze glaciers, des Écrins au mont Blanc.",
        "Le glacier d'Argentière, en août 2024.",
        "« Nous ne pensions pas voir cela avant 2040 », reconnaît la glaciologue Émilie Roussel, qui a coordonné les relevés.",
        "Trois causes",
        "La première est la hausse des températures estivales. La deuxième tient à la baisse de l'enneigement hivernal.",
        "Reste une troisième cause, moins connue : les poussières du Sahara, qui noircissent la glace et accélèrent la fonte.",
    ]
    assert document.author == "Audrey Fontaine et Le Quotidien"
    assert document.date == date(2024, 9, 12)


def test_biography_ends_at_the_next_heading(article, left):
    document = article(
        page(
            ["Une médiathèque au bord de l'eau", "Par Claire Lenoir"],
            ["À propos de l'auteure", f"Claire Lenoir suit la vie culturelle de la vallée. {'Elle écrit. ' * 6}",
             "Les horaires", "La médiathèque sera ouverte du mardi au samedi, de dix heures à dix-huit heures, sans interruption."],
        )
    )  # fmt: skip
    assert left(document) == [
        *BODY,
        "Les horaires",
        document.text[
            -len(
                "La médiathèque sera ouverte du mardi au samedi, de dix heures à dix-huit heures, sans interruption."
            ) :
        ],
    ]


def test_last_paragraph_that_presents_the_author(article, left):
    biography = "Claire Lenoir est journaliste au Courrier de la vallée, où elle suit la culture depuis 2009."
    assert left(article(page(["Une médiathèque au bord de l'eau", "Par Claire Lenoir"], [biography]))) == BODY
    about_someone_else = (
        "Hélène Marchand est maire de Saint-Aubin depuis 2014, après avoir dirigé le collège de la commune."
    )
    document = article(page(["Une médiathèque au bord de l'eau", "Par Claire Lenoir"], [about_someone_else]))
    assert left(document) == [*BODY, about_someone_else]


def test_source_of_the_article(article, left, quoted):
    document = article(page([], ["Source : https://exemple.fr/mediatheque-1234.html", "Comment (3)"]))
    assert left(document) == BODY
    assert document.source == "https://exemple.fr/mediatheque-1234.html"
    assert quoted(document)["source"] == "Source : https://exemple.fr/mediatheque-1234.html"
    assert article(page([], ["Source : Le Courrier de la vallée"])).source == "Le Courrier de la vallée"


@pytest.mark.parametrize(
    ("line", "author", "published"),
    [
        ("Propos recueillis par Jean-Marc de La Tour", "Jean-Marc de La Tour", None),
        ("Par Anne Roy et Luc Besnard, avec AFP", "Anne Roy et Luc Besnard", None),
        ("Publié par Manon le 3 mai 2023", "Manon", date(2023, 5, 3)),
        ("By John Smith - May 3, 2023", "John Smith", date(2023, 5, 3)),
        ("Mis à jour le lundi 1er mai 2023 à 15 h 37", None, date(2023, 5, 1)),
        ("Publié le 02/05/2023 à 18:02 - Mis à jour le 03/05/2023 à 7h", None, date(2023, 5, 2)),
        ("2023-05-03 15:37:00", None, date(2023, 5, 3)),
        ("3 mai 2023", None, date(2023, 5, 3)),
        ("Il y a 3 heures", None, None),
        ("Auteur : Sophie d'Arcy", "Sophie d'Arcy", None),
        ("Par Paul Henry, envoyé spécial à Kiev", "Paul Henry", None),
    ],
)  # fmt: skip
def test_bylines_and_dates(article, left, line, author, published):
    document = article(page(["Une médiathèque au bord de l'eau", line], []))
    assert left(document) == BODY
    assert (document.author, document.date) == (author, published)
    for span in document.facts:
        assert (
            document.text[span.start : span.end] in (line, document.title)
            or document.text[span.start : span.end] in line
        )


@pytest.mark.parametrize(
    "line",
    [
        "Par ailleurs, tout reste à faire.",
        "Par Toutatis !",
        "Par Toutatis",
        "Par amour des livres",
        "Source d'inspiration pour beaucoup, le lieu séduit.",
        "Lire aussi est un plaisir.",
        "Lire aussi bien que possible.",
        "Voir aussi loin que possible.",
        "À lire, à relire et à faire lire.",
        "Il pleut.",
        "Enfin !",
        "— Oui, dit-elle.",
        "- une salle de projection",
        "- Par Pauline Martin, une fresque de douze mètres",
        "1. Pousser la porte",
        "Un jardin pour tous",
        "Des travaux difficiles",
        "Facebook",
        "Crédit : les taux remontent",
        "S'inscrire sur les listes électorales",
        "(c) la personne qui a signé le contrat ;",
        "14 juillet 1789",
        "En continuant vers le nord, on atteint le pont.",
        "Nous avons goûté des cookies au chocolat.",
        "Partager, c'est aimer.",
        "Le livre a été écrit par Victor Hugo en 1862.",
        "Sources d'eau chaude et thermes romains",
        "Il y a trois ans, rien de tout cela n'existait.",
        "« Nous avons réussi », dit la maire.",
        "Photo de famille devant la mairie.",
        "3 avis favorables ont été rendus.",
    ],
)
def test_the_articles_own_short_lines_stay(article, left, line):
    assert left(article(page([], [], [line]))) == [FIRST, SECOND, line, THIRD, FOURTH]


def test_sentence_about_the_date_stays_below_the_title(article, left):
    opening = "Par un matin de mars 2024, la rivière a débordé."
    assert left(article(page(["Une médiathèque au bord de l'eau", opening], []))) == [opening, *BODY]


def test_chronology_keeps_its_dates(article, left):
    text = "Chronologie des travaux\n\n3 mars 2021\nPremier coup de pioche\n\n5 mai 2022\nPose du toit\n\n4 avril 2024\nOuverture"
    assert left(article(text)) == text.replace("\n\n", "\n").split("\n")[1:]


def test_poem_loses_nothing_but_its_title(article, left):
    poem = ["Demain, dès l'aube, à l'heure où blanchit la campagne,", "Je partirai. Vois-tu, je sais que tu m'attends.",
            "J'irai par la forêt, j'irai par la montagne.", "Je ne puis demeurer loin de toi plus longtemps."]  # fmt: skip
    assert left(article("\n".join(poem))) == poem


def test_a_lone_line_is_never_taken_away(article, left):
    assert left(article("Bonjour tout le monde")) == ["Bonjour tout le monde"]
    assert left(article("Une médiathèque au bord de l'eau\n\nUne médiathèque au bord de l'eau")) != []


def test_describe_dropped_is_one_short_line_each(article):
    document = article(page(["Une médiathèque au bord de l'eau"], ["À lire aussi : " + "très long titre " * 12]))
    described = describe_dropped(document)
    assert [reason for reason, _ in described] == ["title", "read also"]
    assert all("\n" not in excerpt and len(excerpt) <= 70 for _, excerpt in described)
