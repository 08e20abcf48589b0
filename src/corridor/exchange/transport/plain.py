"""Reading public files from one server: the registry's. What is read is believed for its signatures only.

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


def _read(endpoint: Endpoint, target: str, tls: bool, limit: int, timeout: float, total: float) -> bytes:
    started = time.monotonic()
    connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=timeout)
    connection.auto_open = 0
    sock: socket.socket = _connect(endpoint, timeout)
    if tls:
        sock = ssl.create_default_context().wrap_socket(sock, server_hostname=endpoint.host)
    connection.sock = sock
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        if response.status == http.client.NOT_FOUND:
            raise FileNotFoundError(target)
        if 300 <= response.status < 400:
            raise ExchangeFault("exchange.peer.redirect", state=REGISTRY)
        if response.status != http.client.OK:
            raise ExchangeFault(
                "exchange.peer.trouble", state=REGISTRY, status=response.status, reason="no file"
            )
        parts, size = [], 0
        while block := response.read1(1 << 16):
            parts.append(block)
            size += len(block)
            if size > limit:
                raise ExchangeFault("exchange.peer.answer", state=REGISTRY, fact="larger than any such file")
            if time.monotonic() - started > total:
                raise ExchangeFault("exchange.peer.unreachable", state=REGISTRY, reason="too slow")
        if response.length:
            raise ExchangeFault("exchange.peer.unreachable", state=REGISTRY, reason="the answer broke off")
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
