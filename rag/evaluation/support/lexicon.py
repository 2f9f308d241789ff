"""The closed classes of words that the rule knows. All keys and values are stems or folded words of `rag.french`."""

from __future__ import annotations

import re

from rag import french
from rag.french.dates import MONTHS

MAGNITUDES = {"1000": 1_000, "million": 10**6, "milliard": 10**9}
MONTH_STEMS = frozenset(map(french.stem, MONTHS))
_MEASURES = """
lundi mardi mercredi jeudi vendredi samedi dimanche pourcent million milliard euro dollar franc livre yen yuan won dong
kilo tonne
"""
UNITS = MONTH_STEMS | frozenset(map(french.stem, _MEASURES.split()))

# Country or continent, then its adjective
_COUNTRIES = """
corée:coréen chine:chinois vietnam:vietnamien japon:japonais france:français canada:canadien italie:italien inde:indien
russie:russe europe:européen afrique:africain asie:asiatique belgique:belge norvège:norvégien autriche:autrichien
roumanie:roumain ukraine:ukrainien algérie:algérien maroc:marocain tunisie:tunisien égypte:égyptien sénégal:sénégalais
brésil:brésilien mexique:mexicain argentine:argentin chili:chilien colombie:colombien australie:australien
indonésie:indonésien thaïlande:thaïlandais taïwan:taïwanais israël:israélien iran:iranien irak:irakien syrie:syrien
liban:libanais québec:québécois californie:californien amérique:américain britannia:britannique angleterre:anglais
allemagne:allemand espagne:espagnol néerlande:néerlandais grèce:grec turquie:turc danemark:danois suède:suédois
pologne:polonais portugal:portugais hongrie:hongrois tchéquie:tchèque irlande:irlandais écosse:écossais
finlande:finlandais
"""


def _feminine(adjective: str) -> str:
    return adjective + ("ne" if adjective.endswith("en") else "" if adjective.endswith("e") else "e")


def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for entry in _COUNTRIES.split():
        country, adjective = entry.split(":")
        for form in (country, adjective, _feminine(adjective)):
            names[french.stem(form)] = french.stem(country)
    return names


COUNTRIES = _countries()  # the stem of a country or of its adjective -> one name for both

# Words of which one may not stand for the other; several forms of one word are joined by "/"
_OPPOSITES = """
hausse/augmentation/progression:baisse/diminution/recul augmenter/monter:diminuer/baisser avant:après
premier/première:dernier/dernière ouvert/ouverte/ouverture:fermé/fermée/fermeture public/publique:privé/privée
début/commencement:fin gagner:perdre majorité:minorité fort/forte:faible accepter/accord:refuser/refus
autoriser/autorisation/permettre:interdire/interdit/interdiction souvent/fréquemment:rarement/rare meilleur/meilleure:pire
ancien/ancienne:nouveau/nouvelle grand/grande:petit/petite facile:difficile rapide:lent/lente
national/nationale:international/internationale entrer:sortir vendre/vente:acheter/achat avantage:inconvénient
succès/réussite:échec avance:retard général/générale/généraliste:spécialisé/spécialisée jeune:vieux/vieille/vieillissant/âgé
nord:sud est:ouest haut/haute:bas/basse riche:pauvre long/longue:court/courte créer/création:supprimer/suppression
ajouter:retirer accélérer/accélération:ralentir/ralentissement vrai/vraie:faux/fausse possible:impossible
gratuit/gratuite/gratuitement:payant/payante présent/présente:absent/absente victoire/vainqueur:défaite/vaincu plein:vide
monter:descendre embaucher/recruter:licencier condamner/condamné:acquitter/relaxer adopter:rejeter arriver:partir
construire:détruire/démolir vivant/vivante:mort/morte jour:nuit matin:soir droite:gauche chaud/chaude:froid/froide
allumer:éteindre légal/légale:illégal/illégale cher:abordable optimisme/optimiste:pessimisme/pessimiste
local/locale:mondial/mondiale homme:femme père:mère
fils:fille frère:sœur mari:épouse roi:reine
"""


def _inflected(word: str) -> set[str]:
    """The stems of a word's usual forms; Snowball does not bring all of them to one."""
    endings = ("e", "ent", "ait", "aient", "é", "ée", "és", "ées") if word.endswith("er") else ()
    return {french.stem(word + end) for end in ("", "s", "e", "es")} | {french.stem(word[:-2] + end) for end in endings}


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for entry in _OPPOSITES.split():
        sides = [frozenset(stem for word in side.split("/") for stem in _inflected(word)) for side in entry.split(":")]
        for side, other in zip(sides, reversed(sides), strict=True):
            for stem in side:
                found[stem] = found.get(stem, frozenset()) | other
    return found


OPPOSITES = _opposites()
_PREFIXES = [
    ("de", "en"),
    ("ex", "in"),
    ("sur", "sous"),
    *((p, "") for p in "in im ir il de des dis mal non anti".split()),
]
_ROOT = 5  # letters that must be left


def opposed(a: str, b: str) -> bool:
    """Whether two stems are opposites, by the list or by a prefix: `encourag` and `decourag`, `coherent` and `incoherent`."""
    if b in OPPOSITES.get(a, ()):
        return True
    return any(
        x.startswith(one) and y.startswith(two) and len(x) - len(one) >= _ROOT and x[len(one) :] == y[len(two) :]
        for x, y in ((a, b), (b, a))
        for one, two in _PREFIXES
    )


# What makes a claim stronger: a folded word of a class needs one of the same class in the quotes
_DEGREES = (
    "tous toute toutes chaque chacun chacune chacuns ensemble entier entiere unanimement partout",
    "meilleur meilleure meilleurs meilleures optimal optimale pire pires",
    "entierement totalement completement absolument pleinement definitivement integralement parfaitement",
    "toujours constamment systematiquement",
    "peu guere rarement rare rares faiblement faible petit petite difficilement peine manque limite limitee limitees",
    "unique uniques seul seule seuls seules",
)
DEGREES = {word: number for number, line in enumerate(_DEGREES) for word in line.split()}

SUPERLATIVES = frozenset("premier premiere dernier derniere record seul seule unique".split())

SECOND = frozenset("pas plus jamais rien aucun aucune guere personne ni nul nulle point nullement".split())
ALONE = frozenset("pas jamais aucun aucune sans ni nul nulle non nullement".split())  # deny without "ne"
SOFTENED = frozenset("seulement uniquement exclusivement que qu".split())  # pas seulement: nothing is denied
ONLY = frozenset("seulement uniquement exclusivement".split())
INSTEAD = re.compile(r"(?:loin|au lieu|faute) (?:de|d)\b|plutot (?:que|qu)\b")
GIVING_UP = ("renonc", "refus", "evit", "cess", "empech", "priv", "depourv", "absenc")
BELIEVED = re.compile(
    r"(?:croi(?:t|ent|re)|pens(?:e|ent|er)|imagin(?:e|ent|er)|suppos(?:e|ent|er)|pretend(?:ent|re)?) (?:que|qu)"
)
INTENDED = re.compile(
    r"veut|veulent|voul\w+|vise\w*|souhait\w+|prevoi\w*|esper\w+|peu(?:t|vent)|pourr\w+|doi(?:t|vent)|objectifs?|buts?|"
    r"ambition\w*|projet(?:te|tent)|desir\w+|promet\w*|envisag\w*|\w{3,}ra|\w{3,}ront|\w{3,}rai(?:t|ent)"
)  # what is wanted, possible or to come is not yet so
INTENDED_TO = re.compile(
    r"cherch\w+|appele\w*|invit\w+|convi\w+|tent(?:e|ent|er|ait)|comptent?|entend|entendent|propos\w+|va|vont"
)
PLANNED = re.compile(
    r"veut|veulent|voulai\w+|vise(?:nt)?|souhait\w+|prevoi\w*|esper\w+|ambitionn\w+|envisag\w*|projettent?"
)
ADJECTIVE = re.compile(
    r".{2,}(?:aires?|ale?s?|aux|elle?s?|els?|ifs?|ives?|euse?s?|eux|iques?|[aiu]bles?|ie(?:n|nne)s?|aine?s?|oise?s?|aise?s?|"
    r"ante?s?|ée?s?|ie?s|ues?|istes?|iles?|ine?s?|oires?)"
)  # as written; no ending that a verb in the present shares
INFINITIVE = re.compile(r"\w{2,}(?:er|ir|re)")

COMPARATORS = (
    ("less", re.compile(r"(?:moins (?:de|d)|inferieure?s? a|en dessous de|sous les)$")),
    ("most", re.compile(r"(?:au plus|au maximum|jusqu a)$")),
    ("least", re.compile(r"(?:au moins|au minimum)$")),
    ("more", re.compile(r"(?:plus (?:de|d)|superieure?s? a|au dela (?:de|des)|au dessus (?:de|des))$")),
    ("more", re.compile(r"(?:depasse\w*|excede\w*)(?: (?:les|le|la|l|de|des))*$")),
    ("about", re.compile(r"(?:environ|pres (?:de|d)|quelque|presque|autour de|a peu pres)$")),
    ("exact", re.compile(r"(?:exactement|precisement|tout juste)$")),
)
# What a sentence may say of a number -> what the quote may say of it
BOUNDS = {
    "": frozenset({"", "more", "less", "most", "least", "about", "exact"}),
    "more": frozenset({"more"}),
    "least": frozenset({"more", "least", "", "exact"}),
    "less": frozenset({"less"}),
    "most": frozenset({"less", "most", "", "exact"}),
    "about": frozenset({"", "more", "less", "about", "exact"}),
    "exact": frozenset({"", "exact"}),
}
ARTICLES = frozenset("le la les l un une des du au aux son sa ses leur leurs ce cet cette ces".split())
AUXILIARIES = frozenset("a ont est sont ete etait etaient avait avaient fut sera seront s se y".split())
