"""A follow-up into a question that stands alone; small talk recognised as such."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag import french
from rag.records import Turn

_FOLLOW_UP = re.compile(
    r"^(?:et|mais|alors|donc|puis|ensuite|sinon|ok|d'accord)\b|^(?:c'etait|c'est|et ca|pourquoi|comment|quand|ou|combien|qui)"
    r"\s*(?:donc|ca)?\s*\?*$|\b(?:celui|celle|ceux|celles)-(?:ci|la)\b|\b(?:ce dernier|cette derniere|ces derniers)\b"
    r"|(?<!ou )\ben [a-z]+-(?:t-)?(?:ils?|elles?|on)\b|-(?:ils?|elles?|on) donc\b"
)
# Words that stand for something named before; possessives and demonstratives only where the question names nothing
_PRONOUN = re.compile(
    r"(?:^|[\s'])(?:il|elle|ils|elles|lui|eux|leurs?|y|l'a|l'ont|l'avait|celui|celle|ceux|celles|cela|ca)(?=[\s?']|$)"
    r"|\b(?:la-bas|la-dedans|autres?)\b"
)
_POINTER = re.compile(r"(?:^|[\s'])(?:son|sa|ses|ce|cet|cette|ces)\s")
_INVERSION = re.compile(r"[\w']+-(?:t-)?(?:il|elle|ils|elles|ce)\b", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:l[ea]s?|un|une|des|du|mon|ma|mes|notre|nos|votre|vos)\s+\w|\bl['’]\w", re.IGNORECASE)


def standalone(question: str, history: Sequence[Turn] = ()) -> str:
    """The question with what it leans on: `Et combien de start-ups ?` -> `Et combien de start-ups ? (… Gwangju …)`.

    A question that stands alone comes back unchanged. Otherwise the words that the last questions of the user
    were about are added in brackets, names first, so that retrieval and reader see them.
    """
    earlier = [turn.content for turn in history if turn.role == "user" and small_talk(turn.content) is None]
    if not earlier or not leans_on_history(question):
        return question
    carried = _carried(question, earlier)
    return f"{question} ({' '.join(carried)})" if carried else question


def leans_on_history(question: str) -> bool:
    """Whether the question has a pronoun without its noun, an ellipsis, or names nothing at all."""
    folded = french.fold(question.strip())
    if _FOLLOW_UP.search(folded) or len(french.terms(question)) <= (1 if _names(question) else 4):
        return True
    inversion = _INVERSION.search(question)
    if inversion and _states_subject(question[: inversion.start()]):
        inversion = None
    without = french.fold(_INVERSION.sub(" ", question))
    return (
        bool(inversion) or bool(_PRONOUN.search(without)) or (not _names(question) and bool(_POINTER.search(without)))
    )


def _states_subject(before: str) -> bool:
    """Whether the words before an inverted verb hold its subject: « Pourquoi Gwangju a-t-elle », « la ville a-t-elle »."""
    return bool(_names(before)) or bool(_SUBJECT.search(before))


def _names(text: str) -> list[str]:
    found = []
    for position, token in enumerate(french.tokens(text)):
        word = text[token.start : token.end]
        if position and not token.stop and (word[0].isupper() or word[0].isdigit()):
            found.append(word)
    return found


def _carried(question: str, earlier: Sequence[str], turns: int = 2, most: int = 12) -> list[str]:
    """Content words of the last questions that the new one does not say itself, the latest question first."""
    said = set(french.terms(question))
    carried: list[str] = []
    for text in list(reversed(earlier))[:turns]:
        for token in french.tokens(text):
            if not token.stop and token.stem not in said and len(carried) < most:
                said.add(token.stem)
                carried.append(text[token.start : token.end])
    return carried


# --- small talk --------------------------------------------------------------------------------------------------

_SMALL_TALK: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"^(?:{pattern})[\s!.?,]*$"))
    for kind, pattern in (
        (
            "greeting",
            r"(?:bonjour|bonsoir|salut|coucou|hello|hi|hey|bien le bonjour|rebonjour)(?: (?:a tous|sourcier|toi|vous))?"
            r"(?:[\s,!]+(?:comment (?:ca va|vas-tu|allez-vous)|ca va))?|(?:comment )?ca va|comment (?:vas-tu|allez-vous)",
        ),
        (
            "thanks",
            r"(?:(?:ok|super|parfait|genial|tres bien|d'accord|excellent|top)[ ,!.]+)*(?:merci|thanks|thank you)"
            r"(?: (?:beaucoup|bien|a toi|a vous|infiniment|mille fois|pour .{1,40}))*"
            r"|(?:super|parfait|genial|tres bien|excellent|top|bravo)",
        ),
        (
            "goodbye",
            r"(?:au revoir|a bientot|bonne (?:journee|soiree|nuit)|a plus|bye|adieu|ciao)(?: (?:a tous|et merci))?",
        ),
        (
            "help",
            r"(?:aide|help|a l'aide|que (?:peux|sais)-tu faire|que pouvez-vous faire|qu'est-ce que (?:tu (?:peux|sais)|vous (?:pouvez|savez)) faire"
            r"|qui (?:es-tu|etes-vous)|tu es qui|comment (?:ca marche|tu (?:marches|fonctionnes)|t'utiliser)|comment fonctionnes-tu"
            r"|a quoi (?:sers-tu|tu sers)|what can you do|who are you|de quoi (?:peux-tu|pouvez-vous) (?:me )?parler)",
        ),
    )
)


def small_talk(text: str) -> str | None:
    """ "greeting", "thanks", "goodbye" or "help" when the message is nothing but that, else None."""
    folded = re.sub(r"\s+", " ", french.fold(text)).strip()
    return next((kind for kind, pattern in _SMALL_TALK if pattern.match(folded)), None)
