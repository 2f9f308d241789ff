"""The fields of a record, checked: each helper raises `Malformed`, which names the field and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rag.documents.encoding import storable

Record = Mapping[str, Any]
_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", int: "a number", float: "a number"}


class Malformed(Exception):
    """A record that cannot be used; the ones after it can. `field` may be "" when the whole record is wrong."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f'the field "{field}" {problem}' if field else problem)


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    return _KINDS.get(type(value), "null")


def shown(value: object) -> str:
    """A value as an error message quotes it: on one line, short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"


def parse(text: str) -> Any:
    """The JSON value of `text`. Raises Malformed with the place, counted in `text`."""
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        place = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
        raise Malformed("", f"malformed JSON ({error.msg} at {place})") from None
    except (RecursionError, ValueError):
        raise Malformed("", "malformed JSON (nested too deeply, or a number that is too long)") from None


def parse_object(text: str) -> dict[str, Any]:
    """As `parse`, for one JSON object."""
    value = parse(text)
    if not isinstance(value, dict):
        raise Malformed("", f"a JSON object was expected, not {kind(value)}")
    return value


def present(record: Record, *names: str) -> str | None:
    """The first of `names` that the record has with a value (null counts as absent)."""
    return next((name for name in names if record.get(name) is not None), None)


def required(record: Record, *names: str) -> str:
    """The first of `names` that the record has. Raises Malformed when there is none."""
    name = present(record, *names)
    if name is None:
        raise Malformed(names[0], "is missing")
    return name


def as_text(value: object, name: str, *, blank: bool = False) -> str:
    """A text that a store can hold; not a blank one unless `blank`."""
    if not isinstance(value, str):
        raise Malformed(name, f"must be a text, not {kind(value)}")
    if not blank and not value.strip():
        raise Malformed(name, "is empty")
    return storable(value)


def text_of(record: Record, *names: str, blank: bool = False) -> str:
    """The text under the first of `names` that is there; it must be."""
    name = required(record, *names)
    return as_text(record[name], name, blank=blank)


def optional_text(record: Record, *names: str) -> str:
    """The text under the first of `names` that is there, or ""."""
    name = present(record, *names)
    return as_text(record[name], name, blank=True) if name else ""


def texts_of(record: Record, *names: str) -> tuple[str, ...]:
    """One text or a list of them under the first of `names`; none where it is absent, each once."""
    name = present(record, *names)
    if name is None:
        return ()
    value = record[name]
    values = value if isinstance(value, list) else [value]
    return tuple(
        dict.fromkeys(as_text(item, name if len(values) == 1 else f"{name}[{i}]") for i, item in enumerate(values))
    )


def identifier(value: object, name: str) -> str:
    """An id: a text or a whole number, as text."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Malformed(name, f"must be a text or a whole number, not {kind(value)}")
    if not str(value).strip():
        raise Malformed(name, "is empty")
    return storable(str(value).strip())


def truth_of(record: Record, *names: str) -> bool | None:
    """The truth value under the first of `names` that is there, or None."""
    name = present(record, *names)
    if name is None:
        return None
    if not isinstance(record[name], bool):
        raise Malformed(name, f"must be true or false, not {shown(record[name])}")
    return bool(record[name])


def objects(value: object, name: str) -> list[Any]:
    """A list; its items are for the caller to check."""
    if not isinstance(value, list):
        raise Malformed(name, f"must be a list, not {kind(value)}")
    return value


def whole(text: str, name: str) -> int:
    """A whole number written in a cell, such as a relevance grade."""
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not number.is_integer():
        raise Malformed(name, f"must be a whole number, not {shown(text)}")
    return int(number)
