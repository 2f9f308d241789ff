"""CSV and its kin: one record a row under a header row, whatever separates the cells, streamed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from rag.documents.draft import Draft
from rag.documents.encoding import detect_stream
from rag.documents.record_fields import BadRecord, draft_of_record, known_fields, missing_text_column
from rag.records import SourcierError

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 20 * 1024 * 1024


def _delimiter(sample: str) -> str:
    """The separator under which the header names a text column; what `csv.Sniffer` says where none does.

    The header decides because running text in the cells is full of commas and semicolons, which deceive the sniffer.
    """
    best, most = "", -1
    for candidate in _DELIMITERS:
        header = next(csv.reader(io.StringIO(sample, newline=""), delimiter=candidate), [])
        fields = known_fields(header)
        score = len(fields) + 100 * ("text" in fields)
        if score > most and (len(header) > 1 or "text" in fields):
            best, most = candidate, score
    if most >= 100:
        return best
    try:
        return csv.Sniffer().sniff(sample, delimiters=_DELIMITERS).delimiter
    except csv.Error:
        return best or ","


def read(stream: BinaryIO) -> Iterator[tuple[int, Draft | BadRecord]]:
    """Each record with the line number at which it begins, or why it cannot be read.

    Raises SourcierError if the header has no text column.
    """
    csv.field_size_limit(_LONGEST_CELL)
    text = io.TextIOWrapper(stream, encoding=detect_stream(stream), errors="replace", newline="")
    sample = text.read(1 << 16)
    text.seek(0)
    rows = csv.reader(text, delimiter=_delimiter(sample.lstrip("\n\r")))
    header: list[str] = []
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            if not header:
                raise SourcierError(f"malformed CSV ({error})") from None
            yield line, BadRecord(f"malformed CSV ({error})")
            continue
        if not any(cell.strip() for cell in row):
            continue
        if not header:
            header = [name.strip().lstrip("\ufeff") for name in row]
            if "text" not in known_fields(header):
                raise missing_text_column(header)
            continue
        if len(row) > len(header):
            yield line, BadRecord(f"{len(row)} cells, but the header has {len(header)}: is a quotation mark missing?")
            continue
        try:
            yield line, draft_of_record(dict(zip(header, row, strict=False)))
        except BadRecord as bad:
            yield line, bad
    if not header:
        raise SourcierError("empty: there is no header row")
