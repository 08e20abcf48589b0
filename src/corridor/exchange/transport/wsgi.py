"""The server's side: a WSGI application around a post office. Granian in a node, wsgiref in a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from corridor.exchange.message import Request, announced_length
from corridor.exchange.office import PostOffice

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

_NEEDED = (
    "CORRIDOR_FROM",
    "CORRIDOR_TO",
    "CORRIDOR_LETTER",
    "CONTENT_DIGEST",
    "SIGNATURE",
    "SIGNATURE_INPUT",
)


class _Input:
    """wsgi.input that never reads past the announced length: some servers would wait there for ever."""

    def __init__(self, source: Any, length: int) -> None:
        self._source = source
        self._left = length

    def read(self, size: int, /) -> bytes:
        if self._left <= 0:
            return b""
        block: bytes = self._source.read(min(size, self._left))
        self._left -= len(block)
        return block


def make_app(office: PostOffice) -> Application:
    """Serves /exchange/v1/…; the office reads a body only after it knows who signed for it, and how large it
    is.
    """

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        # PEP 3333: PATH_INFO is decoded bytes in Latin-1. Every path of the exchange quotes back to itself.
        path = environ.get("PATH_INFO", "").encode("latin-1")
        query = environ.get("QUERY_STRING", "")
        target = quote(path) + (f"?{query}" if query else "")
        headers = {
            name.lower().replace("_", "-"): environ["HTTP_" + name]
            for name in _NEEDED
            if "HTTP_" + name in environ
        }
        if environ.get("CONTENT_LENGTH"):
            headers["content-length"] = environ["CONTENT_LENGTH"]
        length = announced_length(headers)
        body = _Input(environ["wsgi.input"], length or 0)
        response = office.handle(Request(environ["REQUEST_METHOD"], target, headers, body))
        # A refused body stays unread; ending the connection then is the server's business (PEP 3333).
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", response.header_list())
        if isinstance(response.body, bytes):
            return [response.body]
        return response.body

    return app
