"""Reads HTML as a browser does, for the tests: which elements, which attributes, which text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Reading(HTMLParser):
    """`Reading.of(html)`: all elements in order, each with the text inside it, and the text of the whole."""

    elements: list[Element] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)
        self._open: list[Element] = []

    @classmethod
    def of(cls, html: str) -> Reading:
        reading = cls()
        reading.feed(str(html))  # Markup would escape what is added to it
        reading.close()
        assert not reading._open, "an element is left open"
        return reading

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))
        self._open.append(self.elements[-1])

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        for element in self._open:
            element.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def all(self, name: str) -> list[Element]:
        """Elements with this tag, or with this class when it begins with a dot."""
        if name.startswith("."):
            return [e for e in self.elements if name[1:] in (e.attributes.get("class") or "").split()]
        return [e for e in self.elements if e.tag == name]
