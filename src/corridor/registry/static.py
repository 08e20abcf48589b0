"""The public folder of a repository as a WSGI application: files, read only, and nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

#: Every path this registry ever writes: two or three plain parts, so there is nothing to climb with.
_PATH = re.compile(r"/(metadata|targets)(/[A-Za-z]{1,16})?/[A-Za-z0-9][A-Za-z0-9.-]{0,120}\.json\Z")
_PIECE = 64 * 1024

Start = Callable[..., Any]


def make_app(public: Path) -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """Answer GET and HEAD for files under `public`. Everything that is not one of them is the same 404.

    Everything in the folder is signed and public, so there is nobody to authenticate and nothing to hide.
    """
    base = public.resolve()

    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        method, path = environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", "")
        if method not in ("GET", "HEAD"):
            start("405 Method Not Allowed", [("Allow", "GET, HEAD"), ("Content-Length", "0")])
            return ()
        found = base / path[1:]
        if not _PATH.match(path) or not found.is_file() or not found.resolve().is_relative_to(base):
            start("404 Not Found", [("Content-Length", "0")])
            return ()
        file = open(found, "rb")  # noqa: SIM115 sized through the handle: the timestamp may be replaced at any moment
        # Only the timestamp ever changes under its name.
        keep = "no-cache" if path == "/metadata/timestamp.json" else "public, max-age=86400, immutable"
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(os.fstat(file.fileno()).st_size)),
            ("Cache-Control", keep),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start("200 OK", headers)
        if method == "HEAD":
            file.close()
            return ()
        return _pieces(file)

    return app


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
