"""Articles that the user names by their http(s) address; nothing else is ever fetched."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from rag.records import SourcierError

TIMEOUT = 20.0  # seconds, for the whole answer
LARGEST = 20 * 1024 * 1024
_SUFFIX_OF_TYPE = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/epub+zip": ".epub",
    "text/csv": ".csv",
    "application/csv": ".csv",
    "application/jsonl": ".jsonl",
    "application/jsonlines": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "application/x-jsonlines": ".jsonl",
}
_BY_NAME = ("", "application/octet-stream", "binary/octet-stream", "text/plain", "application/zip")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered: the bytes, the suffix of their format, and the encoding that the server declares."""

    content: bytes
    suffix: str
    charset: str | None


def _suffix(content_type: str, address: str, readable: tuple[str, ...]) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    named = PurePosixPath(unquote(urlsplit(address).path)).suffix.lower()
    if kind in _BY_NAME and named in readable:  # servers send .md and .jsonl as plain text or as mere bytes
        return named
    if kind in _SUFFIX_OF_TYPE:
        return _SUFFIX_OF_TYPE[kind]
    raise SourcierError(f"not a text that can be read (content type {kind or 'not given'})")


def fetch(address: str, readable: tuple[str, ...]) -> Fetched:
    """Download one address within 20 seconds and 20 MB.

    Raises SourcierError (without the address: the caller knows it) for every failure.
    """
    import httpx

    from rag import __version__

    deadline = time.monotonic() + TIMEOUT
    headers = {"User-Agent": f"sourcier/{__version__}", "Accept-Language": "fr, en;q=0.5"}
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=True, headers=headers) as client,
            client.stream("GET", address) as response,
        ):
            if response.status_code >= 400:
                raise SourcierError(f"the server answers {response.status_code} {response.reason_phrase}".rstrip())
            suffix = _suffix(response.headers.get("content-type", ""), str(response.url), readable)
            pieces, size = [], 0
            for piece in response.iter_bytes():
                size += len(piece)
                if size > LARGEST:
                    raise SourcierError(f"larger than {LARGEST >> 20} MB: download it and name the file")
                if time.monotonic() > deadline:
                    raise SourcierError(f"no complete answer within {TIMEOUT:.0f} seconds: try again later")
                pieces.append(piece)
            return Fetched(b"".join(pieces), suffix, response.charset_encoding)
    except httpx.TimeoutException:
        raise SourcierError(f"no answer within {TIMEOUT:.0f} seconds: try again later") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise SourcierError(f"cannot be reached ({reason}): check the address") from None
