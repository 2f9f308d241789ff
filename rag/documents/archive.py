"""Zip archives of XML, which is what .odt and .epub files are: opened with care, parsed without fetching anything."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from lxml import etree

from rag.records import SourcierError

_LARGEST = 200 * 1024 * 1024  # unpacked; beyond that it is a zip bomb, not an article


class Archive:
    """The parts of a zip file. Raises SourcierError for broken, encrypted or absurdly large ones."""

    def __init__(self, content: bytes, kind: str) -> None:
        self.kind = kind
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise SourcierError(f"broken {kind} file (not a zip archive): save it again as {kind}") from None
        if sum(part.file_size for part in self._zip.infolist()) > _LARGEST:
            raise SourcierError(f"{kind} file larger than {_LARGEST >> 20} MB when unpacked: split it")

    def __contains__(self, name: str) -> bool:
        return name in self._zip.namelist()

    def part(self, name: str) -> bytes:
        """The bytes of one part."""
        try:
            return self._zip.read(name)
        except KeyError:
            raise SourcierError(
                f'broken {self.kind} file (part "{name}" is missing): save it again as {self.kind}'
            ) from None
        except RuntimeError:
            raise SourcierError(f"encrypted {self.kind} file: save it without a password") from None
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError):
            raise SourcierError(f'broken {self.kind} file (part "{name}"): save it again as {self.kind}') from None
        except Exception as error:  # zlib.error and the other decompressors' own
            raise SourcierError(f'broken {self.kind} file (part "{name}"): {error}') from error

    def xml(self, name: str) -> Any:
        """The root element of one part; entities are not expanded, nothing is loaded from elsewhere."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=False, huge_tree=False)
        try:
            return etree.fromstring(self.part(name), parser)
        except etree.XMLSyntaxError as error:
            raise SourcierError(f'broken {self.kind} file (part "{name}": {error.msg})') from None
