"""HTML built from elements: every string that goes in is text and comes out escaped, only `Markup` is markup."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

# What no HTML page may hold: control characters other than tab and line breaks, lone surrogates, non-characters
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NAME = re.compile(r"[a-z][a-z0-9-]*")


def text(value: str) -> Markup:
    """`value` as text. What HTML cannot hold becomes U+FFFD, one for one; line ends become \\n as browsers read them."""
    return escape(_UNPRINTABLE.sub("\ufffd", str(value).replace("\r\n", "\n").replace("\r", "\n")))


def element(tag: str, *children: str | Markup | None, **attributes: str | int | bool | None) -> Markup:
    """One element with escaped children and attributes.

    `class_` and `for_` lose their underscore, other underscores become hyphens (`data_exchange`). None and False
    leave an attribute or a child out, True writes it without a value.

    >>> element("a", "1 < 2", href='"x"', hidden=True)
    Markup('<a href="&#34;x&#34;" hidden>1 &lt; 2</a>')
    """
    opening = [tag]
    for key, value in attributes.items():
        name = key.rstrip("_").replace("_", "-")
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of an attribute")
        if value is True:
            opening.append(name)
        elif value is not None and value is not False:
            opening.append(f'{name}="{text(str(value))}"')
    return Markup(f"<{' '.join(opening)}>{fragment(*children)}</{tag}>")


def fragment(*children: str | Markup | None) -> Markup:
    """Children side by side, without an element around them."""
    return Markup("").join(c if isinstance(c, Markup) else text(c) for c in children if c is not None)


def web_address(value: str | None) -> str | None:
    """`value` when it is an address that a link may lead to: http or https, with a host. Else None."""
    if not value:
        return None
    value = value.strip()
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return None
    safe = parts.scheme in ("http", "https") and host and not re.search(r"[\s\\]", value) and value.isprintable()
    return value if safe else None
