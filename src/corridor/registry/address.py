"""What may stand in a directory entry as an address: checked as text, before anybody calls it.

An entry is written by another State, so an address in it is hostile input. Here only its shape is judged;
whether it leads into a private network is known only once the name is resolved, and is refused in
`exchange.transport`.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

MAX_URL = 300
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")
_CLEAN = re.compile(r"[\x21-\x7e]+\Z")
_PATH = re.compile(r"[A-Za-z0-9._~/-]*\Z")


def check_url(url: str) -> str:
    """Return `url`, or raise ValueError naming the rule it breaks. spec/registry.md, "Addresses"."""
    if len(url) > MAX_URL:
        raise ValueError("longer than an address may be")
    if not _CLEAN.match(url) or "\\" in url:
        raise ValueError("has a character an address may not have")
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise ValueError("is not https")
    if "@" in parts.netloc:
        raise ValueError("carries a user name")
    if "?" in url or "#" in url:
        raise ValueError("carries a query or a fragment")
    if not _PATH.match(parts.path) or ".." in parts.path.split("/") or "//" in parts.path:
        raise ValueError("has a path that is not plain")
    port = parts.port  # raises ValueError outside 0..65535
    if port == 0 or parts.netloc.endswith(":"):
        raise ValueError("has no usable port")
    _check_host(parts.hostname or "")
    return url


def _check_host(host: str) -> None:
    if not host or len(host) > 253:
        raise ValueError("has no host name of usable length")
    if ":" in host:
        if "%" in host:
            raise ValueError("names a network zone")
        ipaddress.IPv6Address(host)
        return
    labels = host.removesuffix(".").split(".")
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        # A number in last place makes the whole a number: "127.1" and "0x7f.1" are refused, "127.0.0.1" is
        # not.
        ipaddress.IPv4Address(host)
        return
    if not all(_LABEL.match(label) for label in labels):
        raise ValueError("has a host name that is not letters, digits and hyphens")
