"""Public servers: the registry's files, and times from an authority. What they say is believed for its signatures
only.

Unlike a peer, the registry is no secret and needs no pin: TUF metadata verifies itself. Its address is
still not followed anywhere else, and its answers are bounded.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from corridor.exchange.fault import ExchangeFault
from corridor.exchange.transport.address import AddressPolicy, Endpoint

REGISTRY = "the registry"
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*\Z")


def fetcher(
    base_url: str,
    *,
    policy: AddressPolicy | None = None,
    limit: int = 8 * 1024 * 1024,
    timeout: float = 10.0,
    total: float = 60.0,
) -> Callable[[str], bytes]:
    """A function from a path under `base_url` to its bytes. http or https; resolved once, at the first call.

    The function raises FileNotFoundError where the server has no such file, exchange.peer.* otherwise.
    """
    rules = policy or AddressPolicy()
    parts = urlsplit(base_url)
    prefix = parts.path.rstrip("/") + "/"
    known: list[Endpoint] = []

    def fetch(path: str) -> bytes:
        if not _PATH.match(path):
            raise ExchangeFault("exchange.peer.address", state=REGISTRY, fact="not a path under it")
        if not known:
            known.append(rules.resolve_server(base_url, REGISTRY))
        try:
            return _read(known[0], prefix + path, parts.scheme == "https", limit, timeout, total)
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise ExchangeFault(
                "exchange.peer.unreachable", state=REGISTRY, reason=type(error).__name__
            ) from error

    return fetch


def post(
    url: str,
    body: bytes,
    content_type: str,
    *,
    named: str,
    policy: AddressPolicy | None = None,
    limit: int = 64 * 1024,
    timeout: float = 10.0,
    total: float = 20.0,
) -> bytes:
    """The answer of one public server to one POST; `named` is what the faults call it. Raises exchange.peer.*"""
    endpoint = (policy or AddressPolicy()).resolve_server(url, named)
    parts = urlsplit(url)
    try:
        return _asked(
            endpoint,
            "POST",
            parts.path or "/",
            parts.scheme == "https",
            (limit, timeout, total),
            named,
            body,
            {"Content-Type": content_type},
        )
    except (OSError, http.client.HTTPException) as error:
        raise ExchangeFault("exchange.peer.unreachable", state=named, reason=type(error).__name__) from error


def _read(endpoint: Endpoint, target: str, tls: bool, limit: int, timeout: float, total: float) -> bytes:
    return _asked(endpoint, "GET", target, tls, (limit, timeout, total), REGISTRY)


def _asked(
    endpoint: Endpoint,
    method: str,
    target: str,
    tls: bool,
    bounds: tuple[int, float, float],
    named: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    limit, timeout, total = bounds
    started = time.monotonic()
    connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=timeout)
    connection.auto_open = 0
    sock: socket.socket = _connect(endpoint, timeout)
    if tls:
        sock = ssl.create_default_context().wrap_socket(sock, server_hostname=endpoint.host)
    connection.sock = sock
    try:
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        if response.status == http.client.NOT_FOUND and method == "GET":
            raise FileNotFoundError(target)
        if 300 <= response.status < 400:
            raise ExchangeFault("exchange.peer.redirect", state=named)
        if response.status != http.client.OK:
            raise ExchangeFault(
                "exchange.peer.trouble", state=named, status=response.status, reason="no usable answer"
            )
        parts, size = [], 0
        while block := response.read1(1 << 16):
            parts.append(block)
            size += len(block)
            if size > limit:
                raise ExchangeFault("exchange.peer.answer", state=named, fact="larger than any such file")
            if time.monotonic() - started > total:
                raise ExchangeFault("exchange.peer.unreachable", state=named, reason="too slow")
        if response.length:
            raise ExchangeFault("exchange.peer.unreachable", state=named, reason="the answer broke off")
        return b"".join(parts)
    finally:
        connection.close()


def _connect(endpoint: Endpoint, timeout: float) -> socket.socket:
    failure: OSError | None = None
    for address in endpoint.addresses:
        try:
            return socket.create_connection((address, endpoint.port), timeout)
        except OSError as error:
            failure = error
    raise failure or OSError("no address")
