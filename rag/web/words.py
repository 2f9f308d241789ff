"""Every word that the page shows, French first, English second, and the way each language writes numbers and dates."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple


class Plural(NamedTuple):
    """A counted noun: the form for one, and the form for several."""

    one: str
    many: str


_FRENCH: dict[str, str | Plural] = {
    "tagline": "Des réponses tirées de vos documents, chaque phrase avec sa source.",
    "welcome": "Que voulez-vous savoir ?",
    "welcome_hint": "Posez une question en français. La réponse cite les passages des documents dont elle est tirée.",
    "examples": "Par exemple",
    "no_documents": "Cet index ne contient encore aucun document.",
    "index": "Index « {name} » : {documents}, {passages}, mis à jour le {date}.",
    "documents": Plural("{count} document", "{count} documents"),
    "passages": Plural("{count} passage", "{count} passages"),
    "question_label": "Votre question",
    "placeholder": "Posez une question…",
    "send": "Envoyer",
    "stop": "Arrêter",
    "new_conversation": "Nouvelle conversation",
    "you_asked": "Votre question :",
    "thinking": "Recherche dans les documents…",
    "stopped": "Réponse interrompue.",
    "sources": "Sources",
    "disagreement": "Les sources ne donnent pas la même réponse : {answers}.",
    "relative_date": "{texts} : l’article [{marker}] est daté du {date}.",
    "open_source": "Source {marker} : ouvrir « {title} »",
    "open_passage": "Ouvrir le passage dans « {title} »",
    "abstained": "Je n’ai pas trouvé la réponse dans les documents.",
    "nearest": "Passages les plus proches",
    "nearest_hint": "Ils ne contiennent pas forcément la réponse.",
    "failed": "Un problème a empêché de répondre. Réessayez ; si cela continue, consultez le journal de Sourcier.",
    "too_long": "Votre question compte {length} caractères, au-delà des {limit} acceptés : raccourcissez-la.",
    "document": "Document cité",
    "close_document": "Fermer le document",
    "visit_source": "Voir la source",
    "page": "Page {number}",
    "document_gone": "Ce document n’est plus dans l’index. Voici le passage tel qu’il a été cité :",
    "document_changed": "Le document a changé depuis cette réponse. Voici le passage tel qu’il a été cité :",
    "document_failed": "Le document n’a pas pu être ouvert. Réessayez ; si cela continue, consultez le journal de Sourcier.",
}

_ENGLISH: dict[str, str | Plural] = {
    "tagline": "Answers drawn from your documents, every sentence with its source.",
    "welcome": "What would you like to know?",
    "welcome_hint": "Ask a question in French. The answer quotes the passages of the documents it is drawn from.",
    "examples": "For example",
    "no_documents": "This index does not hold any document yet.",
    "index": "Index “{name}”: {documents}, {passages}, updated on {date}.",
    "documents": Plural("{count} document", "{count} documents"),
    "passages": Plural("{count} passage", "{count} passages"),
    "question_label": "Your question",
    "placeholder": "Ask a question…",
    "send": "Send",
    "stop": "Stop",
    "new_conversation": "New conversation",
    "you_asked": "Your question:",
    "thinking": "Searching the documents…",
    "stopped": "Answer interrupted.",
    "sources": "Sources",
    "disagreement": "The sources do not give the same answer: {answers}.",
    "relative_date": "{texts}: article [{marker}] is dated {date}.",
    "open_source": "Source {marker}: open “{title}”",
    "open_passage": "Open the passage in “{title}”",
    "abstained": "I did not find the answer in the documents.",
    "nearest": "Closest passages",
    "nearest_hint": "They do not necessarily hold the answer.",
    "failed": "Something went wrong and there is no answer. Try again; if it goes on, look at Sourcier’s log.",
    "too_long": "Your question is {length} characters long and the limit is {limit}: please shorten it.",
    "document": "Cited document",
    "close_document": "Close the document",
    "visit_source": "See the source",
    "page": "Page {number}",
    "document_gone": "This document is no longer in the index. This is the passage as it was quoted:",
    "document_changed": "The document has changed since this answer. This is the passage as it was quoted:",
    "document_failed": "The document could not be opened. Try again; if it goes on, look at Sourcier’s log.",
}

_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}

LANGUAGES: dict[str, dict[str, str | Plural]] = {"fr": _FRENCH, "en": _ENGLISH}


def french_spaces(text: str) -> str:
    """The no-break spaces of French typography: narrow before ; ? !, full before : and inside « ».

    >>> french_spaces("« Oui ; non ? »")
    '«\\xa0Oui\\u202f; non\\u202f?\\xa0»'
    """
    text = re.sub(r" ([;?!])", "\u202f\\1", text)
    return re.sub(r" ([:»])", "\u00a0\\1", text).replace("« ", "«\u00a0")


class Words:
    """The words of one language: `Words("fr")("page", number=3)`.

    Raises KeyError for a key or a placeholder that does not exist. A plural takes its form from `count`.
    """

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "fr"
        self._words = LANGUAGES[self.language]

    def __call__(self, key: str, **values: object) -> str:
        word = self._words[key]
        if isinstance(word, Plural):
            count = values["count"]
            assert isinstance(count, int)
            one = abs(count) < 2 if self.language == "fr" else count == 1  # French: zero is singular
            word, values = (word.one if one else word.many), {**values, "count": self.number(count)}
        if self.language == "fr":
            word = french_spaces(word)
        return word.format(**values)

    def number(self, value: int) -> str:
        """Thousands set apart: `12 345` with narrow no-break spaces, or `12,345`."""
        return f"{value:,}".replace(",", "\u202f") if self.language == "fr" else f"{value:,}"

    def date(self, value: date) -> str:
        """A date in full: `1er mars 2025` (the first alone is an ordinal in French), or `1 March 2025`."""
        day = "1er" if value.day == 1 and self.language == "fr" else str(value.day)
        return f"{day}\u00a0{_MONTHS[self.language][value.month - 1]} {value.year}"


def preferred_language(accept_language: str | None) -> str:
    """ "fr" or "en", from the Accept-Language header: French when it comes first, or when nothing is said.

    Weights count (RFC 9110, 12.5.4): `en;q=0.5, fr` prefers French.
    """
    best, language = 0.0, "fr"
    for item in (accept_language or "").split(","):
        tag, _, weight = item.strip().lower().partition(";")
        try:
            quality = float(weight.split("=", 1)[1]) if "=" in weight else 1.0
        except ValueError:
            quality = 0.0
        if tag.strip() not in ("", "*") and quality > best:
            best, language = quality, "fr" if tag.strip().split("-")[0] == "fr" else "en"
    return language
