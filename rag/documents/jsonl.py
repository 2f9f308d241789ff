"""JSON Lines: one record a line, streamed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import BinaryIO

from rag.documents.draft import Draft
from rag.documents.encoding import decode, detect
from rag.documents.record_fields import BadRecord, draft_of_record
from rag.records import SourcierError

LONGEST_LINE = 20 * 1024 * 1024


def read(stream: BinaryIO) -> Iterator[tuple[int, Draft | BadRecord]]:
    """Each record with its line number, or why it cannot be read.

    Raises SourcierError if the file as a whole is not JSON Lines (a JSON array, one object over many lines).
    """
    encoding = detect(stream.read(4096))
    stream.seek(0)
    if encoding.startswith("utf-16"):
        stream = _as_utf8(stream, encoding)
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (more := stream.readline(LONGEST_LINE)) and not more.endswith(b"\n"):
                pass
            yield number, BadRecord(f"line longer than {LONGEST_LINE >> 20} MB")
            continue
        line = line.strip(b"\xef\xbb\xbf \t\r\n" if number == 1 else None)
        if line:
            if number == 1 and line in (b"[", b"{"):
                raise SourcierError("not JSON Lines: each line must be one JSON object; convert it with: jq -c '.[]'")
            yield number, _record(line)


def _as_utf8(stream: BinaryIO, encoding: str) -> BinaryIO:
    """A UTF-16 file line by line as UTF-8; rare enough to be held in memory."""
    return io.BytesIO(stream.read().decode(encoding, "replace").encode())


def _record(line: bytes) -> Draft | BadRecord:
    try:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = decode(line)
        record = json.loads(text, strict=False)
    except SourcierError as error:
        return BadRecord(str(error))
    except json.JSONDecodeError as error:
        return BadRecord(f"malformed JSON ({error.msg} at column {error.colno})")
    except (RecursionError, ValueError):
        return BadRecord("malformed JSON (nested too deeply, or a number that is too long)")
    if not isinstance(record, dict):
        return BadRecord(f"a JSON object was expected, not {_KINDS.get(type(record).__name__, 'null')}")
    try:
        return draft_of_record(record)
    except BadRecord as bad:
        return bad


_KINDS = {"list": "an array", "str": "a text", "int": "a number", "float": "a number", "bool": "a truth value"}
