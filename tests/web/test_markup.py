"""What is built from hostile text holds that text and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.web.markup import element, fragment, text, web_address
from web import hostile
from web.reading import Reading


def _as_shown(value: str) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", "\ufffd", value)


@given(hostile.text)
def test_text_comes_out_as_text(value: str) -> None:
    written = text(value)
    written.encode("utf-8")
    reading = Reading.of(written)
    assert reading.elements == []
    assert reading.text == _as_shown(value)


@given(hostile.text, hostile.text, hostile.text)
def test_children_and_attributes_stay_in_their_place(child: str, other: str, attribute: str) -> None:
    reading = Reading.of(element("p", child, element("b", other), data_quote=attribute, title=None, hidden=False))
    paragraph, bold = reading.elements
    assert (paragraph.tag, bold.tag) == ("p", "b")
    assert paragraph.attributes == {"data-quote": _as_shown(attribute)}
    assert paragraph.text == _as_shown(child) + _as_shown(other)
    assert bold.text == _as_shown(other)


def test_attribute_names_are_not_text() -> None:
    with pytest.raises(ValueError, match="not the name of an attribute"):
        element("p", **{"x onclick": "alert(1)"})


def test_a_string_that_was_markup_elsewhere_is_text_here() -> None:
    assert Reading.of(fragment("<b>", element("i", "x"))).text == "<b>x"


@pytest.mark.parametrize(
    "address",
    ["https://vietnamnet.vn/a-b.html?x=1&y=2#z", "http://[::1]:8080/", "https://fr.wikipedia.org/wiki/Élysée"],
)
def test_web_addresses(address: str) -> None:
    assert web_address(f" {address}\n") == address


@pytest.mark.parametrize(
    "address",
    [
        None, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>",
        "vbscript:x", "//ailleurs.example/x", "/etc/passwd", "file:///etc/passwd", "https:///sans-hote", "http://",
        "http://[bad", "https://a b.example/", "https:\\\\x.example", "article.md", "https://x.example/\u202egnp",
    ],
)  # fmt: skip
def test_not_web_addresses(address: str | None) -> None:
    assert web_address(address) is None


@given(hostile.text)
@example("http://a\x00b")
def test_a_web_address_is_http_whatever_comes_in(value: str) -> None:
    found = web_address(value)
    assert found is None or re.match(r"https?://[^\s]+$", found)


@given(st.sampled_from(["http", "https"]), st.from_regex(r"[a-z]{1,10}\.(fr|example)/[a-z?&=%/]{0,9}", fullmatch=True))
def test_ordinary_addresses_pass(scheme: str, rest: str) -> None:
    assert web_address(f"{scheme}://{rest}") == f"{scheme}://{rest}"
