"""Self-contained pages from the templates beside this file.

Jinja2 escapes every value. Style and scripts stand inline and are named by their hashes in the page's Content Security
Policy, so a browser runs nothing else and fetches nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rag.evaluation.files import write_text
from rag.evaluation.report.catalogue import metric
from rag.evaluation.report.outcomes import Outcome
from rag.evaluation.report.plots import milliseconds
from rag.evaluation.report.svg import interval_bar, stacked_bar

_HERE = Path(__file__).parent
# What could end the script element or open a comment within it; the rest of JSON is harmless there
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def write_page(path: Path, template: str, scripts: tuple[str, ...], **values: Any) -> Path:
    """Renders a template into `path`, at once or not at all. Raises SourcierError when it cannot be written."""
    style, code = _piece("report.css"), [_piece(name) for name in scripts]
    page = (
        _environment()
        .get_template(template)
        .render(
            style=style, scripts=code, style_hash=_hash(style), script_hashes=[_hash(one) for one in code], **values
        )
    )
    write_text(path, page)
    return path


def embedded_json(value: Any) -> Markup:
    """JSON for the inside of a `<script type="application/json">`, where no text in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_UNSAFE))  # nothing that HTML reads is left


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(metric=metric, thousands=lambda count: f"{count:,}", milliseconds=milliseconds)
    environment.globals.update(interval_bar=interval_bar, stacked_bar=stacked_bar, bar_parts=_bar_parts)
    return environment


def _bar_parts(outcomes: Sequence[tuple[Outcome, int]]) -> list[tuple[str, int]]:
    return [(one.name, count) for one, count in outcomes]


@lru_cache
def _piece(name: str) -> Markup:
    return Markup((_HERE / name).read_text("utf-8"))  # our own style and scripts


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
