"""Addresses on the network, with the port and the second that make one a subscriber."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from corridor.dossier.identifiers.checked import Checked
from corridor.dossier.identifiers.times import moment_of

_SHARED = ip_network("100.64.0.0/10")  # RFC 6598: behind carrier-grade NAT
_EXAMPLES = tuple(
    ip_network(each)
    for each in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)


def ip(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    try:
        address: IPv4Address | IPv6Address = ip_address(text.strip("[]"))
    except ValueError:
        return Checked(type, text, "wrong", "identifier.ip.form")
    if isinstance(address, IPv6Address):
        if address.scope_id:
            return Checked(type, str(address), "wrong", "identifier.ip.one-link")
        address = address.ipv4_mapped or address
    normal = str(address)
    found = Checked(type, normal, "good")
    if (code := _not_public(address)) is not None:
        found = replace(found, verdict="doubtful", code=code)
    missing = tuple(name for name in ("port", "time") if not parts.get(name))
    if missing:
        return replace(
            found,
            verdict="doubtful",
            code=found.code or "identifier.ip.incomplete",
            missing=(*missing, *(("zone",) if "time" in missing else ())),
        )
    port = str(parts["port"])
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        return replace(found, verdict="wrong", code="identifier.ip.port")
    moment = moment_of(str(parts["time"]), str(parts.get("zone") or ""), at)
    normal = f"{normal}|{port}|{moment.normal}"
    if moment.verdict == "good":
        return replace(found, normal=normal)
    if moment.verdict == "wrong" or not found.code:
        return replace(found, normal=normal, verdict=moment.verdict, code=moment.code, missing=moment.missing)
    return replace(
        found, normal=normal, missing=moment.missing
    )  # an address nobody can be asked about comes first


def _not_public(address: IPv4Address | IPv6Address) -> str | None:
    """Why no provider can name a subscriber for this address, or None."""
    if any(address in net for net in _EXAMPLES if net.version == address.version):
        return "identifier.ip.reserved-for-examples"
    if address.version == 4 and address in _SHARED:
        return "identifier.ip.shared"
    if address.is_loopback or address.is_unspecified or address.is_link_local:
        return "identifier.ip.one-machine"
    if address.is_multicast:
        return "identifier.ip.many-machines"
    if address.is_private:
        return "identifier.ip.private"
    return None if address.is_global else "identifier.ip.reserved"
