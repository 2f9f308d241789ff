"""What a question asks for: its type, the words that carry it, the names and numbers it insists on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag import french

TYPES = ("who", "when", "howmany", "where", "why", "how", "list", "quote", "yesno", "what", "keywords")

# The first pattern that occurs decides. They read folded text (no case, no accents, straight apostrophes).
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("why", r"\bpourquoi\b|pour quelles? raisons?|quelles? (?:est|sont|etaient|etait) (?:la|les) (?:raisons?|causes?)\b"
            r"|dans quel but|a quelle fin|quelle est la cause|en raison de quoi|a cause de quoi|quel motif"),
    ("quote", r"\ben quels termes|que dit\b|qu'a(?:vait)? (?:dit|declare|affirme)|que declare|quelle phrase|quels mots"
              r"|comment (?:qualifi|decri|resum|defini|jug)"),
    ("howmany", r"\bcombien\b|quel(?:le)?s? (?:est |sont |etait |etaient |serait )?(?:le |la |les |l'|son |sa |leur )?"
                r"(?:nombre|montant|capacite|taux|pourcentage|proportion|part|prix|cout|taille|superficie|population"
                r"|duree|vitesse|distance|somme|age|budget|hauteur|longueur|largeur|poids|altitude|temperature|effectif"
                r"|puissance|chiffre|score|salaire|quantite)s?\b|a hauteur de quo|a combien"),
    ("when", r"\bquand\b|quel(?:le)?s? (?:est |etait |fut )?(?:la |le |l')?(?:dates?|annees?|epoques?|jours?|mois|siecles?"
             r"|periodes?|heures?|moment|decennie)\b"),
    ("where", r"^(?:et |mais )?(?:d'|par |vers |jusqu')?ou\b(?! non)|\boù\b|quel(?:le)?s? (?:est |sont )?(?:la |le |les |l')?"
              r"(?:villes?|pays|regions?|lieux?|endroits?|departements?|communes?|continents?|quartiers?|etats?|ile)\b"),
    ("how", r"\bcomment\b|de quelle (?:maniere|facon)|par quels? moyens?|grace a quo"),
    ("who", r"(?<!ce )(?<!qu'est-ce )\bqui\b(?! est-ce que)|quel(?:le)?s? (?:est |sont |etait |fut )?(?:la |le |les |l')?"
            r"(?:personnes?|hommes?|femmes?|auteurs?|ministres?|presidente?s?|directeurs?|directrices?|joueurs?|joueuses?"
            r"|acteurs?|actrices?|roi|reine|empereur|ecrivains?|chanteu(?:rs?|ses?)|dirigeants?|responsables?|nom)\b"),
    ("list", r"\bquels\b|\bquelles\b|\bcite[sz]?\b|\benumere[sz]?\b|lesquel(?:le)?s\b|\bliste[sz]?\b"),
    ("yesno", r"^(?:et |mais )?est-ce qu|^\w+-(?:t-)?(?:il|elle|ils|elles|on|ce|vous|tu)\b"
              r"|^(?:l[ea]s? |l'|un |une |des )[^?]{3,60}-(?:t-)?(?:il|elle|ils|elles|on)\b"),
    ("what", r"\bquel(?:le)?\b|\bque\b|\bqu'|\bquoi\b|\blequel\b|\blaquelle\b"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _PATTERNS)
_HEAD = re.compile(
    r"(?:combien (?:de |d')|quel(?:le)?s? (?:est |sont |etait |etaient |fut |serait )?(?:le |la |les |l'|son |sa |ses )?)"
    r"([\w'\-]+(?: [\w'\-]+)?)"
)
# Words of the question that say what is asked rather than what it is about
_ASKING = frozenset(
    french.stem(word)
    for word in """
    quel quelle est-ce combien nombre date annee jour raison pourquoi comment nom dire dit selon annonce
    personne lieu endroit maniere facon fait quoi citer article
    """.split()
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question analysed once for the whole answering step."""

    text: str
    type: str
    words: tuple[str, ...]  # content words as written, one for each of `stems`
    stems: tuple[str, ...]  # without repetition, in order
    names: frozenset[str]  # stems of capitalised words and numbers: what an answer must not get wrong
    head: frozenset[str]  # stems of the thing asked for: "capacité" in "quelle est la capacité de…"


def question_type(text: str) -> str:
    """One of TYPES. A text without interrogative words or question mark is a bare keyword query."""
    if re.search(r"(?:^|\s)[Oo]ù\b", text):
        return "where"
    folded = french.fold(text.strip())
    for name, pattern in _COMPILED:
        if pattern.search(folded):
            return name
    return "what" if folded.endswith("?") else "keywords"


def analyse(text: str) -> Question:
    """The analysed question. Capitals say nothing when the whole question is in capitals."""
    words: dict[str, str] = {}
    names: set[str] = set()
    shouted = text.isupper()
    first = True
    for token in french.tokens(text):
        word = text[token.start : token.end]
        if not token.stop and (token.stem not in _ASKING or word[0].isdigit()):
            words.setdefault(token.stem, word)
            if word[0].isdigit() or (word[0].isupper() and not first and not shouted):
                names.add(token.stem)
        if word[0].isalnum():
            first = False
    head = _HEAD.search(french.fold(text))
    return Question(
        text=text,
        type=question_type(text),
        words=tuple(words.values()),
        stems=tuple(words),
        names=frozenset(names),
        head=frozenset(t.stem for t in french.tokens(head.group(1)) if not t.stop) if head else frozenset(),
    )
