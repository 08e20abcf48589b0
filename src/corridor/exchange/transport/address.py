"""Which addresses may be called. An address is hostile input: resolve once, refuse private ranges."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from corridor.exchange.fault import ExchangeFault

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Ranges that carry an IPv4 address inside an IPv6 one: judged by what is inside.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}


def system_resolver(host: str, port: int) -> list[str]:
    """Every address the system knows for a host, in its order."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


@dataclass(frozen=True)
class AddressPolicy:
    """Public addresses only, and the networks an operator allowed on purpose (a test, a private line)."""

    allowed: tuple[Network, ...] = ()
    resolver: Callable[[str, int], Sequence[str]] = system_resolver

    @classmethod
    def allowing(cls, *networks: str) -> AddressPolicy:
        return cls(tuple(ipaddress.ip_network(network) for network in networks))

    def resolve(self, url: str, state: str) -> Endpoint:
        """The host, port and permitted addresses of a node: https, host and port, nothing else.

        Raises exchange.peer.address, .unreachable.
        """
        parts = urlsplit(url) if _splits(url) else None
        if parts is None or parts.scheme != "https" or parts.path not in ("", "/"):
            raise ExchangeFault("exchange.peer.address", state=state, fact="not https, or more than a host")
        return self.resolve_server(url, state)

    def resolve_server(self, url: str, state: str) -> Endpoint:
        """The same for any web server, under any path, http or https: public files only."""
        if not _splits(url):
            raise ExchangeFault("exchange.peer.address", state=state, fact="not a URL")
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme)
        if port is None or not host or parts.username is not None or parts.query or parts.fragment:
            raise ExchangeFault("exchange.peer.address", state=state, fact="not a plain web address")
        try:
            found = self.resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise ExchangeFault(
                "exchange.peer.unreachable", state=state, reason="name not resolved"
            ) from error
        permitted = tuple(address for address in found if self.permits(address))
        if not permitted:
            raise ExchangeFault("exchange.peer.address", state=state, fact="it leads into a private range")
        return Endpoint(host, port, permitted)

    def permits(self, text: str) -> bool:
        try:
            address: Address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address):
            inner = address.ipv4_mapped or address.sixtofour
            if address in _NAT64:
                inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
            if address.teredo:
                return False
            address = inner or address
        if any(address.version == network.version and address in network for network in self.allowed):
            return True
        return address.is_global and not address.is_multicast


@dataclass(frozen=True)
class Endpoint:
    """A node's address after the one resolution: every connection uses these and asks no resolver."""

    host: str
    port: int
    addresses: tuple[str, ...]


def _splits(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
