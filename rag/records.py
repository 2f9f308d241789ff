"""The records that travel through both trips: no logic beyond their invariants, no I/O.

All offsets count Unicode code points of `Document.text`, end exclusive, so that
`document.text[start:end]` is always the thing the offsets speak of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


class SourcierError(Exception):
    """A failure that the user can understand and act on: one line, says what to do."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch `text[start:end]` of a document, and why it is set apart ("byline", "read-also", ...)."""

    start: int
    end: int
    reason: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"span {self.start}:{self.end} is not a stretch of text")


@dataclass(frozen=True, slots=True)
class Document:
    """One article.

    `text` is the whole readable text; for .txt and .md it is the decoded file itself, so offsets hold in the
    file too. `clutter` marks what surrounds the article (bylines, share bars, links to other articles): it
    stays in `text`, in order, without overlap, and is never part of a passage. `facts` says where in `text`
    a metadata value is written ("author", "date", "title", "source"), so that it can be quoted.
    """

    id: str
    text: str
    title: str
    path: str
    author: str | None = None
    date: date | None = None
    source: str | None = None
    language: str = "fr"
    tags: tuple[str, ...] = ()
    clutter: tuple[Span, ...] = ()
    facts: tuple[Span, ...] = ()
    pages: tuple[int, ...] = ()  # offset at which each page of a PDF begins

    def __post_init__(self) -> None:
        length = len(self.text)
        if any(span.end > length for span in (*self.clutter, *self.facts)):
            raise ValueError(f"document {self.id}: a span ends after the text")
        if any(a.end > b.start for a, b in zip(self.clutter, self.clutter[1:], strict=False)):
            raise ValueError(f"document {self.id}: clutter spans overlap or are out of order")

    def fact(self, name: str) -> Span | None:
        """Where the text states this metadata value, or None."""
        return next((span for span in self.facts if span.reason == name), None)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that is retrieved as one: `document.text[start:end] == text`."""

    id: str
    document_id: str
    start: int
    end: int
    text: str
    title: str = ""  # the document's title and the heading above: they travel into embedding and BM25
    heading: str = ""

    def __post_init__(self) -> None:
        if self.end - self.start != len(self.text):
            raise ValueError(f"passage {self.id}: {self.start}:{self.end} does not fit its text")


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with the score that ranked it, and the scores that went into it."""

    passage: Passage
    score: float
    parts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of a draft, and the stretch of a document's text that supports it."""

    text: str
    passage_id: str
    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """What a citation says of its document."""

    id: str
    title: str
    source: str | None
    path: str
    author: str | None = None
    date: date | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Marker [n] of an answer: the exact quote, and where it stands in which document."""

    marker: int
    document: DocumentReference
    passage_id: str
    start: int
    end: int
    quote: str

    def __post_init__(self) -> None:
        if self.marker < 1 or self.end - self.start != len(self.quote):
            raise ValueError(f"citation [{self.marker}] {self.start}:{self.end} does not fit its quote")


@dataclass(frozen=True, slots=True)
class Note:
    """What should be known beside an answer. `kind` "disagreement": the citations `markers` answer with different
    `texts`; "relative_date": the quotes of `markers`, all of one document, say `texts` ("lundi") as of its date."""

    kind: str
    markers: tuple[int, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation: `role` is "user" or "assistant"."""

    role: str
    content: str

    def __post_init__(self) -> None:
        if self.role not in ("user", "assistant"):
            raise ValueError(f'a turn\'s role is "user" or "assistant", not "{self.role}"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What the ask trip returns. `answer` carries the markers as [1]; `confidence` lies in 0..1.

    `candidate` is the short answer as it would be without a threshold (or the first sentence, where no short answer
    was found), also when the answer is an abstention: evaluation draws its risk-coverage curves from it.
    """

    question: str
    standalone_question: str
    answer: str
    short_answer: str | None
    abstained: bool
    confidence: float
    citations: tuple[Citation, ...] = ()
    evidence: tuple[Hit, ...] = ()
    documents: dict[str, DocumentReference] = field(default_factory=dict)  # of the evidence, by id
    timings_ms: dict[str, float] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    candidate: str | None = None
    tokens: int = 0  # read and written by models
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence {self.confidence} is outside 0..1")
