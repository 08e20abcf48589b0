"""The directory asks its caller for bytes by path; no socket is opened in this room.

A `Fetch` takes a path relative to the registry's address (`metadata/timestamp.json`) and returns bytes, or
pieces of bytes so that an endless answer can be cut off. It raises FileNotFoundError when the registry
answers that there is no such file, and any other exception when it cannot be reached.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface

Fetch = Callable[[str], bytes | Iterable[bytes]]


class PathFetcher(FetcherInterface):
    """Gives `tuf.ngclient` a `Fetch`, and remembers what was asked last: that names the stage at which TUF
    refused."""

    def __init__(self, fetch: Fetch) -> None:
        self._call = fetch
        self.last = ""
        self._seen = b""

    def _fetch(self, url: str) -> Iterator[bytes]:
        self.last, self._seen = url, b""
        try:
            answer = self._call(url)
        except FileNotFoundError as error:
            raise DownloadHTTPError("no such file", 404) from error
        except Exception as error:
            raise DownloadError("the registry did not answer") from error
        return self._pieces(answer)

    def _pieces(self, answer: bytes | Iterable[bytes]) -> Iterator[bytes]:
        try:
            for piece in (answer,) if isinstance(answer, bytes) else answer:
                self._seen += piece
                yield piece
        except DownloadError:
            raise
        except Exception as error:
            raise DownloadError("the registry broke off") from error

    @property
    def answered_version(self) -> int | None:
        """The version the last metadata file claims for itself."""
        try:
            version = json.loads(self._seen)["signed"]["version"]
        except (ValueError, KeyError, TypeError):
            return None
        return version if type(version) is int else None


def from_folder(folder: Path) -> Fetch:
    """Read the registry from a folder: a courier's copy, or the repository on this machine."""
    base = folder.resolve()

    def read(path: str) -> bytes:
        found = (base / unquote(path)).resolve()
        if not found.is_relative_to(base) or not found.is_file():
            raise FileNotFoundError(path)
        return found.read_bytes()

    return read
