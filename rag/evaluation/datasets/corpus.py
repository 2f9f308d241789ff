"""The documents that questions are about: record files read here (JSON Lines, TSV, TREC SGML), the rest by the product."""

from __future__ import annotations

import glob
import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.documents import SUFFIXES, Location, find
from rag.documents.encoding import storable
from rag.documents.record_fields import BadRecord, draft_of_record
from rag.evaluation.datasets.fields import Malformed, identifier, parse_object, required, shown
from rag.evaluation.datasets.files import Files, head, plain_name, walk
from rag.evaluation.datasets.gathering import Gathering
from rag.records import Document, SourcierError

_IDS = ("id", "_id", "docno", "docid", "doc_id", "document_id")
_DOC = re.compile(r"<DOC(?:\s[^>]*)?>", re.IGNORECASE)
_DOC_END = re.compile(r"</DOC\s*>", re.IGNORECASE)
_DOCNO = re.compile(r"<DOCNO>\s*(.*?)\s*</DOCNO>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<(TITLE|HEADLINE|HEAD|TI|HL)(?:\s[^>]*)?>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_TEXT = re.compile(r"<(TEXT|TX|LEAD1?|LEADPARA|LD|BODY)(?:\s[^>]*)?>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_BESIDE = re.compile(
    r"<(DOCNO|DOCID|DOCHDR|DATE|DATE1|NO|ID|TITLE|HEADLINE|HEAD|TI|HL|BYLINE)(?:\s[^>]*)?>.*?</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
_BREAK = re.compile(r"</?(?:P|BR|LP|LI|DIV|H\d)(?:\s[^>]*)?/?>|\n\s*\n", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")


def holds_records(path: Path) -> bool:
    """Whether a file is one of records with an id of their own: .jsonl, .tsv (also .gz, .xz), or TREC SGML."""
    name = plain_name(path).lower()
    return name.endswith((".jsonl", ".tsv")) or is_sgml(path)


def is_sgml(path: Path) -> bool:
    """Whether a file begins with TREC's <DOC>."""
    name = plain_name(path).lower()
    if name.endswith(SUFFIXES) and not name.endswith(".txt"):
        return False
    start = head(path)
    return _DOC.match(start.lstrip("\ufeff \t\r\n")) is not None and "<docno>" in start.lower()


def take(arguments: Sequence[str], gathering: Gathering) -> tuple[str, ...]:
    """Read the record files among the arguments into `gathering`; the other arguments are returned for the product.

    A folder is read here when all that it holds is records. Raises SourcierError for a path that does not exist.
    """
    left = []
    for argument in arguments:
        path = Path(argument)
        if path.is_file() and holds_records(path):
            read(path, gathering)
        elif path.is_dir() and (records := _records_of(path)):
            for file in records:
                read(file, gathering)
        elif path.exists() or "://" in argument or glob.has_magic(argument):
            left.append(argument)
        else:
            raise SourcierError(f"{argument}: no such file or folder (--corpus names the documents to ask about).")
    return tuple(left)


def _records_of(folder: Path) -> list[Path]:
    """The record files of a folder that has nothing else which the product could read; otherwise none."""
    found = []
    for path in walk(folder):
        if holds_records(path):
            found.append(path)
        elif path.suffix.lower() in SUFFIXES and not path.name.lower().startswith("readme"):
            return []
    return found


def locations(arguments: Sequence[str], files: Files) -> list[Location]:
    """The files that the product will read, all of them counted into the digest."""
    found = find(arguments)
    for location in found:
        if location.is_url:
            files.count_bytes(location.path.encode())  # what stands there is only known when it is fetched
        else:
            files.count(Path(location.path))
    return found


def read(path: Path, gathering: Gathering) -> None:
    """The documents of one record file."""
    name = plain_name(path).lower()
    if name.endswith(".jsonl"):
        _read_json_lines(path, gathering)
    elif name.endswith(".tsv"):
        _read_tsv(path, gathering)
    else:
        _read_sgml(path, gathering)


def _read_json_lines(path: Path, gathering: Gathering) -> None:
    for number, line in gathering.files.lines(path):
        with gathering.files.record(f"{path}, line {number}"):
            row = parse_object(line)
            name = required(row, *_IDS)
            if "contents" in row:  # Pyserini's name for the text
                row = {"text": row["contents"], **row}
            try:
                draft = draft_of_record(row)
            except BadRecord as bad:
                raise Malformed("", str(bad)) from None
            gathering.document(
                Document(
                    id=identifier(row[name], name),
                    text=storable(draft.text),
                    title=draft.title or "",
                    path=str(path),
                    author=draft.author,
                    date=draft.date,
                    source=draft.source,
                    tags=draft.tags,
                )
            )


def _read_tsv(path: Path, gathering: Gathering) -> None:
    """id, text; or id, title, text; or MS MARCO's id, address, title, text."""
    for number, line in gathering.files.lines(path):
        with gathering.files.record(f"{path}, line {number}"):
            cells = [cell.strip() for cell in line.split("\t")]
            if number == 1 and cells[0].lower() in _IDS:
                continue
            if not 2 <= len(cells) <= 4:
                raise Malformed(
                    "", f"two columns (id, text) or three (id, title, text) were expected, not {len(cells)}"
                )
            if not cells[-1]:
                raise Malformed("text", "is empty")
            source = cells[1] if len(cells) == 4 else None
            title = cells[-2] if len(cells) > 2 else ""
            gathering.document(Document(identifier(cells[0], "id"), cells[-1], title, str(path), source=source))


def _read_sgml(path: Path, gathering: Gathering) -> None:
    for number, block in _sgml_blocks(path, gathering.files):
        with gathering.files.record(f"{path}, line {number}"):
            if not _DOC_END.search(block):
                raise Malformed("DOC", "is not closed by </DOC>")
            docno = _DOCNO.search(block)
            if docno is None or not docno[1]:
                raise Malformed("DOCNO", "is missing")
            title = _TITLE.search(block)
            parts = [match[2] for match in _TEXT.finditer(block)] or [_BESIDE.sub("", block)]
            text = "\n\n".join(filter(None, map(_plain, parts)))
            if not text and not title:
                gathering.files.leave_out(f"{path}, line {number}: a document without text ({shown(docno[1])})")
                continue
            name = " ".join(_plain(title[2]).split()) if title else ""
            gathering.document(Document(identifier(docno[1], "DOCNO"), text or name, name, str(path)))


def _sgml_blocks(path: Path, files: Files) -> Iterator[tuple[int, str]]:
    """(line, text) from each <DOC> to its end, or to the next <DOC> where it has none."""
    block: list[str] = []
    began = 0
    previous = 0
    for number, line in files.lines(path):
        if _DOC.search(line):
            if block:
                yield began, "\n".join(block)
            block, began, previous = [], number, number
        if began:
            block += [""] * (number - previous - 1 if block else 0)  # blank lines divide paragraphs
            block.append(line)
            previous = number
            if _DOC_END.search(line):
                yield began, "\n".join(block)
                block, began = [], 0
    if block:
        yield began, "\n".join(block)


def _plain(markup: str) -> str:
    """Running text of a marked-up stretch: lines that were only wrapped are joined, paragraphs kept apart."""
    paragraphs = (html.unescape(_TAG.sub(" ", part)) for part in _BREAK.split(markup))
    return "\n\n".join(text for part in paragraphs if (text := re.sub(r"[ \t\n]+", " ", part).strip()))
