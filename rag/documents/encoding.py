"""Bytes to text, whatever the file was saved as: UTF-8, UTF-16, Windows-1252 or Latin-1."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from charset_normalizer import from_bytes

from rag.records import SourcierError

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CANDIDATES = ["cp1252", "latin_1", "mac_roman", "cp850"]  # what French files are saved as when not in Unicode
_SAMPLE = 1 << 16
# Control characters that no text holds; ESC, form feed and the like are tolerated
_CONTROLS = bytes(range(9)) + bytes(range(14, 27))
_READABLE_CONTROLS = "\t\n\r\f\v\x1b\x85"
_WINDOWS_ONLY = frozenset(range(0x80, 0xA0))  # curly quotes, œ and € in Windows-1252, nothing in Latin-1


def _utf16_without_bom(sample: bytes) -> str | None:
    """UTF-16 text in a Latin script has a zero in every second byte."""
    if len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0) / len(sample[0::2]), sample[1::2].count(0) / len(sample[1::2])
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    if even > 0.6 and odd < 0.1:
        return "utf-16-be"
    return None


def _eight_bits(sample: bytes) -> str:
    """The single-byte encoding of a sample that is not UTF-8; Windows-1252 where nothing speaks against it."""
    best = from_bytes(sample, cp_isolation=_CANDIDATES, enable_fallback=False).best()
    name = best.encoding if best else "cp1252"
    if name in ("mac_roman", "cp850"):
        # Short samples deceive the detector: believe it only where Windows-1252 would give hardly any French letter.
        accented = sum(c in "éèêàâçùûôîïëœÉÈÀÇ«»’" for c in sample.decode("cp1252", "replace"))
        other = sum(c in "éèêàâçùûôîïëœÉÈÀÇ«»’" for c in sample.decode(name, "replace"))
        if other > 2 * accented:
            return name
    # Latin-1 is Windows-1252 without the range that holds quotes, œ and €: the larger of the two reads both.
    return "cp1252"


def detect(sample: bytes, hint: str | None = None) -> str:
    """The encoding of `sample`: byte-order mark, the server's `hint` if it fits, UTF-8, UTF-16, then eight bits."""
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if guess := _utf16_without_bom(sample[:_SAMPLE]):
        return guess
    for name in filter(None, (hint, "utf-8")):
        try:
            codecs.getincrementaldecoder(name)().decode(sample)  # incremental: a sample may end inside a character
        except (UnicodeError, LookupError):
            continue
        return name
    return _eight_bits(sample[:_SAMPLE])


def is_binary(content: bytes) -> bool:
    """Whether these bytes are no text at all (an image, a program, ...)."""
    sample = content[:_SAMPLE]
    if not sample or sample.startswith(tuple(mark for mark, _ in _BOMS)) or _utf16_without_bom(sample):
        return False
    strange = len(sample) - len(sample.translate(None, _CONTROLS))
    return strange > max(2, 0.01 * len(sample)) or sample[:4] in (
        b"\x89PNG",
        b"PK\x03\x04",
        b"%PDF",
        b"\xff\xd8\xff\xe0",
    )


def universal_newlines(text: str) -> str:
    """Only `\\n` ends a line, as when Python opens a text file; NUL, which no store likes, is removed."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def decode(content: bytes, hint: str | None = None) -> str:
    """The text of a file, as it is written except for line ends and NULs.

    Raises SourcierError if the bytes are no text.
    """
    if is_binary(content):
        raise SourcierError("not a text file (binary content): remove it or convert it to text")
    name = detect(content, hint)
    text = universal_newlines(content.decode(name, "replace"))
    sample = text[:4096]
    if sample and sum(not c.isprintable() and c not in _READABLE_CONTROLS for c in sample) > max(2, 0.1 * len(sample)):
        raise SourcierError("not a text file (unknown encoding): save it as UTF-8")
    return text


def detect_stream(stream: BinaryIO) -> str:
    """The encoding of a whole seekable stream, read once in pieces and rewound; never held in memory."""
    sample = stream.read(_SAMPLE)
    if is_binary(sample):
        raise SourcierError("not a text file (binary content): remove it or convert it to text")
    name = detect(sample)
    if name == "utf-8":
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(sample)
            while piece := stream.read(1 << 20):
                sample = piece
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            name = _eight_bits(sample[:_SAMPLE])
    stream.seek(0)
    return name


def storable(text: str) -> str:
    """Same length, and storable as UTF-8: NUL and lone surrogates, which JSON can spell, become U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text
