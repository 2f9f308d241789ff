"""What a web page prints around an article: which short lines are share bars, appeals, credits, menus.

The patterns are read against the folded line (`lines.plain`), whole. They are general habits of French and English
sites, not the strings of any one site. `anywhere` rules are too peculiar to be an article's own sentence; `edges`
rules hold only near the top or the bottom of the text.
"""

from __future__ import annotations

import re

from rag.documents.lines import Line

_NETWORKS = (
    "facebook|twitter|linkedin|whatsapp|telegram|pinterest|reddit|messenger|instagram|youtube|tiktok|bluesky|threads"
    "|mastodon|flipboard|snapchat|viber|tumblr|pocket|google news|google actualites|x"
)
_NETWORK = re.compile(rf"\b(?:{_NETWORKS})\b")
_SHARE_VERB = re.compile(
    r"\b(?:partage[rz]|partages?|share|imprimer|print|tweete[rz]?|copier|copy|envoyer|suivez|suivre)\b"
)
_SHARE_WORDS = frozenset(
    f"""{_NETWORKS.replace("|", " ")} partager partagez partage partages share shares tweeter tweetez tweet print copy
    link imprimer copier le lien de cet article l ce la page sur par via email e mail mails courriel sms envoyer un ami
    suivez nous suivre on with this post et and ou aussi j aime like likes enregistrer sauvegarder favoris messenger url
    reseaux sociaux dans presse papier the wordpress chargement loading""".split()
)
_LETTERS = re.compile(r"[a-z]+")

_AGENCY = (
    "afp|reuters|ap|associated press|getty(?: images)?|sipa(?: press)?|epa|ansa|dpa|xinhua|maxppp|istock|shutterstock|unsplash"
    "|pexels|pixabay|adobe stock|wikimedia commons|bestimage|abaca(?: press)?|hans lucas|presse canadienne|belga|ats|dr"
)

_ANYWHERE = {
    "share": (r"(?:copier|copy) (?:le lien|l'url|link).{0,25}", r"partage[rz] (?:cet|l'|cette|cela|ceci).{0,60}",
              rf"(?:suivez|retrouvez|rejoignez)[- ](?:nous|moi|.{{2,40}}) sur (?:nos |les )?(?:{_NETWORKS}|reseaux sociaux)\b.{{0,60}}"),
    "newsletter": (
        r"(?:inscrivez|abonnez|inscris|abonne)[- ](?:vous|toi)\b.*",
        r"(?:recevez|recevoir) .*(?:newsletter|infolettre|lettre d'info|boite (?:mail|de reception|aux lettres)|par (?:e-?)?mail|alertes?)\b.*",
        r"(?:je m'|s')(?:abonner?|inscri(?:s|re)) (?:a|aux) (?:la |l'|notre |nos |cette )?(?:newsletters?|infolettres?|alertes?).{0,60}",
        r"(?:subscribe|sign up|join) (?:to|for|our)\b.*(?:newsletter|updates|mailing list|channel).*",
        r"(?:telechargez|installez) (?:notre|l')\s?appli(?:cation)?\b.*",
        r"rejoignez (?:notre|la|nos) (?:communaute|chaine|groupe|canal)\b.*",
        r"newsletters?\b.{0,250}(?:s'inscrire|s'abonner|je m'inscris|je m'abonne|inscrivez-vous|abonnez-vous).{0,20}",
        r"retrouvez (?:ici |aussi |egalement |ci-dessous )?(?:tou(?:te)?s )?(?:nos|l'integralite de nos|l'ensemble de nos) (?:articles|dossiers"
        r"|videos|podcasts|contenus|informations|actualites|enquetes|reportages|analyses)\b.{0,100}",
    ),
    "cookies": (
        r"(?:nous|ce site|notre site|nos partenaires|we|this (?:site|website)) .{0,40}\b(?:utilis|recour|depos|use|using|stock).{0,80}\bcookies?\b.*",
        r"en (?:poursuivant|continuant) (?:votre navigation|(?:a|de) naviguer sur).*",
        r"(?:continuer sans accepter|(?:tout )?accepter (?:et (?:fermer|continuer)|(?:tous )?les cookies)|accept (?:all )?cookies"
        r"|(?:parametrer|personnaliser|gerer|gestion) (?:mes |des |les |vos )?cookies)\b.{0,30}",
    ),
    "paywall": (
        r"(?:cet |l'|ce |la )?(?:article|contenu|suite|lecture)(?: de (?:cet article|ce contenu))?(?: complet)?"
        r"(?: est| sont)?(?: exclusivement)? reservee?s? (?:aux|a nos) abonne.{0,160}",
        r"il vous reste .{1,30} a (?:lire|decouvrir).*",
        r"(?:article |contenu )?(?:reserve|exclusivite) (?:aux|a nos) abonne.{0,20}",
        r"pour (?:lire la suite|continuer (?:a lire|votre lecture)|poursuivre (?:la|votre) lecture).*",
        r"(?:deja abonnee?|vous etes (?:deja )?abonnee?|already a subscriber)\b.{0,60}",
        r"(?:je m'abonne|s'abonner|abonnement)(?: (?:des|a partir de|pour) .{0,40})?",
    ),
    "advertisement": (
        r"(?:- )?(?:publicite|advertisement|sponsorise|contenu (?:sponsorise|partenaire))(?: -)?",
        r"(?:la suite|votre article|l'article continue|article) apres (?:la|cette) (?:publicite|pub|annonce).{0,10}",
    ),
    "credit": (
        r"©.{0,110}",
        r"(?:\(c\)|copyright) ?(?:©|\(c\)|\d{4}|by\b).{0,100}",
        r"(?:photos?|ph\.?|images?|video|illustration) ?(?:d'illustration )?(?:[-:/|] ?)?"
        rf"(?:{_AGENCY})\b.{{0,60}}",
        r"credits?(?: ?[-:]? ?(?:photos?|images?|videos?|illustrations?))+\s*:.{1,110}",
        rf"credits?\s*:\s*(?:.{{1,50}}/.{{1,50}}|(?:{_AGENCY})\b.{{0,60}})",
        r"photos?(?: credits?| d'illustration)?\s*:[^.]{1,90}", r"photos? (?:by|par|de) .{2,40}/.{2,40}", r"photos? d'illustration\.?(?: .{0,60})?",
        rf"(?:avec |d'apres |source ?: ?)?(?:l')?(?:{_AGENCY})(?: avec (?:{_AGENCY}))?(?:\s*[/].{{0,60}})?",
        r"tous droits (?:de reproduction .{0,40})?reserves.{0,120}", r"all rights reserved.{0,120}", r"reproduction (?:interdite|reservee).{0,80}",
    ),
    "reading time": (
        r"(?:temps de lecture|duree de lecture|reading time)\s*(?:estime)?\s*:?\s*(?:environ |~ ?)?\d+ ?(?:min\w*|mn|m|')\.?",
        r"(?:lecture(?: en)?\s*:?\s*)?\d+ ?(?:minutes?|mins?|mn)\.?(?: de lecture| read)", r"lecture\s*:?\s*\d+ ?(?:minutes?|mins?|mn)\.?",
    ),
    "comments": (
        r"(?:\d+|une?|one) (?:reflexions?|reponses?|thoughts?|commentaires?|reactions?|responses?) (?:sur|a|on|to) ?[:«“\"].*",
        r"(?:comments?|commentaires?|reactions?|avis)\s*\(\s*\d*\s*\)", r"soyez le premier a (?:commenter|reagir|donner).{0,40}",
        r"laisse[rz] (?:un|votre|une) (?:commentaire|reponse|avis|message).{0,40}", r"leave a (?:comment|reply).{0,40}",
        r"votre adresse (?:e-?mail|de messagerie) ne sera pas publiee.*", r"les champs obligatoires sont .*", r"your email address will not be .*",
        r"enregistrer mon nom, .*", r"vous devez (?:etre connecte|vous connecter).{0,40} (?:commenter|commentaire).*",
        r"(?:connectez-vous|identifiez-vous|inscrivez-vous).{0,20} pour (?:commenter|reagir|laisser|publier).*",
        r"(?:signaler|rapporter) (?:un|une|cet?) (?:abus|erreur|contenu|commentaire|faute).{0,40}",
    ),
    "menu": (r"(?:aller (?:directement )?au|passer au) (?:contenu|menu)(?: principal)?", r"skip to (?:main |the )?(?:content|navigation)",
             r"(?:retour|back) (?:en haut|a l'accueil|a la (?:page d'accueil|liste|une)|to top|to home)(?: de (?:la )?page)?", r"haut de page"),
}  # fmt: skip

_EDGES = {
    "comments": (
        r"(?:\d+|aucun|pas encore de|no) (?:commentaires?|comments?|reactions?|partages?|vues?|shares?|views?|j'aime)",
        r"commentaires", r"comments", r"(?:reagir|reagissez|commenter|commentez)(?: a)?(?: cet article)?",
        r"(?:voir|lire|afficher|ajouter|ecrire|poster|publier) (?:un|les|tous les|vos|votre) (?:\d+ )?commentaires?",
    ),
    "share": (r"partage[rz]?|imprimer|tweet(?:er)?|share|print|envoyer(?: par (?:e-?)?mail| a un ami)?|enregistrer|ecouter (?:cet |l')article"
              r"|ajouter (?:a (?:mes|vos|la) .{0,25}|aux favoris)|offrir (?:cet |l')article",),
    "newsletter": (r"(?:la |notre |nos )?(?:newsletters?|infolettre)", r"votre (?:adresse )?(?:e-?mail|courriel)"),
    "menu": (r"menu|rechercher|recherche|se connecter|connexion|mon compte|search|(?:article |page )?(?:precedente?|suivante?)|previous|next"
             r"|contribuer|reutiliser ce contenu|nous contacter|qui sommes-nous ?\??|donnees personnelles|conditions generales.{0,30}"
             r"|mentions legales|plan du site|contact(?:ez-nous)?|(?:politique|charte) de confidentialite|toute l'actualite(?: .{0,30})?"
             r"|retrouvez (?:toute l'actualite|nos |tous nos|toutes nos|tous les articles|cet article).{0,120}",),
    "cookies": (r"(?:tout )?(?:accepter|refuser)(?: tout)?|j'accepte|ok, tout accepter",),
    "tags": (r"(?:mots?[- ]cles?|tags?|etiquettes?|hashtags?|themes|sujets|rubriques?|categories?|keywords?|filed under"
             r"|classe dans|topics)\s*:\s*.{1,250}",),
    "paywall": (r"abonnes?|premium|subscribers only",),
}  # fmt: skip

SECTIONS = frozenset(
    [
        "actualites",
        "actualite",
        "actu",
        "actus",
        "accueil",
        "home",
        "news",
        "economie",
        "politique",
        "monde",
        "international",
        "societe",
        "culture",
        "sport",
        "sports",
        "sante",
        "sciences",
        "science",
        "tech",
        "technologie",
        "technologies",
        "high-tech",
        "numerique",
        "planete",
        "environnement",
        "climat",
        "faits-divers",
        "justice",
        "education",
        "regions",
        "region",
        "france",
        "europe",
        "afrique",
        "asie",
        "ameriques",
        "opinion",
        "opinions",
        "idees",
        "debats",
        "tribune",
        "editorial",
        "edito",
        "chronique",
        "dossier",
        "analyse",
        "analyses",
        "reportage",
        "enquete",
        "entretien",
        "interview",
        "portrait",
        "decryptage",
        "video",
        "videos",
        "podcast",
        "podcasts",
        "entreprises",
        "entreprise",
        "finance",
        "bourse",
        "marches",
        "immobilier",
        "emploi",
        "carriere",
        "auto",
        "automobile",
        "voyage",
        "voyages",
        "cuisine",
        "gastronomie",
        "mode",
        "style",
        "people",
        "medias",
        "televisions",
        "cinema",
        "musique",
        "livres",
        "arts",
        "exclusif",
        "infographie",
        "diaporama",
        "direct",
        "live",
        "business",
        "innovation",
        "ia",
        "blog",
        "magazine",
        "locales",
        "communique",
    ]
)
_SECTION_PHRASES = frozenset(
    ["faits divers", "a la une", "grand angle", "en direct", "intelligence artificielle", "communique de presse",
     "non classe", "point de vue", "sciences et tech", "vie pratique", "proche-orient", "moyen-orient"]
)  # fmt: skip

_BREADCRUMB = re.compile(r"(?:vous etes ici ?:? ?)?(?:accueil|home|une)\s*(?:[>›»/→|]\s*[^>›»/→|]{2,90}){1,6}")
_ARROWS = re.compile(r"[^>›→.!?]{2,40}(?:\s[>›→]\s[^>›→.!?]{2,60}){2,6}")
_CREDIT_TAIL = re.compile(
    r"\s(?:©\s?.{2,60}|\(?[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ .'’\-]{3,40}\s?/\s?(?:AFP|REUTERS|AP|SIPA|EPA|MAXPPP|Reuters|Getty|Sipa)\b[^.]{0,25})$"
)
_HASHTAGS = re.compile(r"(?:#\w+[\s,]*){2,}")
_INITIALS = re.compile(r"[a-z]{2,5}(?:[-/][a-z]{2,5}){1,5}")


def _compile(rules: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    # a group's name cannot hold a space
    return re.compile("|".join(f"(?P<{name.replace(' ', '_')}>{'|'.join(rules[name])})" for name in rules))


_ANYWHERE_RULES, _EDGE_RULES = _compile(_ANYWHERE), _compile(_EDGES)


def is_share_bar(folded: str) -> bool:
    """Whether a line holds nothing but names of networks and what one does with them."""
    words = _LETTERS.findall(folded)
    if not words or len(words) > 25 or not all(word in _SHARE_WORDS for word in words):
        return False
    networks = len(set(_NETWORK.findall(folded)))
    return networks >= 2 or (networks == 1 and _SHARE_VERB.search(folded) is not None)


def continues_share_bar(folded: str) -> bool:
    """Whether a line next to a share bar is a piece of it: a network's name, "J'aime", "E-mail"."""
    words = _LETTERS.findall(folded)
    return 0 < len(words) <= 5 and all(word in _SHARE_WORDS for word in words)


def credit_at_end(core: str) -> int | None:
    """Where a photo's credit begins at the end of a caption ("… à Lyon. JEAN ROUX / AFP", "… © Anne Roy"), or None."""
    match = _CREDIT_TAIL.search(core[-90:]) if len(core) > 12 else None
    return len(core) - len(match.group().lstrip()) if match and len(match.group()) < len(core) else None


def is_section(folded: str) -> bool:
    """Whether a line is but the name of a newspaper's section ("Économie", "Faits divers", "Tech & IA")."""
    if folded in _SECTION_PHRASES:
        return True
    words = re.findall(r"[a-z-]+", folded)
    return 1 <= len(words) <= 4 and all(word in SECTIONS or word in ("et", "and") for word in words)


def is_breadcrumb(folded: str, above_text: bool) -> bool:
    """Whether a line is a path through a site: "Accueil > Tech > IA"; a path from elsewhere only above the text."""
    return bool(_BREADCRUMB.fullmatch(folded) or (above_text and "«" not in folded and _ARROWS.fullmatch(folded)))


def reason(line: Line, text: str, at_edge: bool, at_end: bool) -> str:
    """Why this line is page furniture, or "" if it is not."""
    folded = line.plain
    if not folded:
        return ""
    if match := _ANYWHERE_RULES.fullmatch(folded):
        return (match.lastgroup or "").replace("_", " ")
    if at_edge and (match := _EDGE_RULES.fullmatch(folded.rstrip(" :"))):
        return (match.lastgroup or "").replace("_", " ")
    if is_share_bar(folded):
        return "share"
    if at_edge and text[line.start] == "#" and _HASHTAGS.fullmatch(text, line.start, line.end):
        return "tags"
    if at_end and _INITIALS.fullmatch(line.core):
        return "credit"  # the initials with which an agency signs
    return ""
