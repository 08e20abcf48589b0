"""This State's own entry for the directory, written beside the node for its directory keys to sign offline.

The node holds no directory key: `corridor registry sign DIR/entry.json --key …` happens where that key is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corridor.casework.models import Authority
from corridor.node.config import Config
from corridor.notary import KeyUse, SigningKey, canonical, keys
from corridor.notary.files import write_whole
from corridor.seal import age

_USES = ("state.sealed", "request", "node", "log", "witness")


def letter_identities(config: Config) -> tuple[str, ...]:
    """The node's letter identities: all in keys/letters.txt, newest first."""
    lines = (config.keys / "letters.txt").read_text(encoding="ascii").splitlines()
    return tuple(line for line in lines if line.startswith("AGE-SECRET-KEY"))


def build(config: Config) -> dict[str, Any]:
    """The entry without version, date and directory keys, which `registry sign` fills in."""
    witness_key(config)
    since = (config.keys / "since").read_text(encoding="ascii").strip()
    rows = {
        name.partition(".")[0]: [
            {**keys.public_of(config.keys / f"{name}.json").to_dict(), "valid_from": since}
        ]
        for name in _USES
    }
    offices = list(Authority.objects.order_by("code"))
    return {
        "entry": "1",
        "state": config.state,
        "names": config.names,
        "node": {
            "url": config.exchange_url,
            "tls_certificate": (config.keys / "tls.pem").read_text(encoding="ascii"),
            "delivery": config.delivery,
        },
        "keys": rows,
        "recipients": {
            "letter": [str(_recipient(one)) for one in letter_identities(config)],
            "custody": [
                {"authority": one.code, "recipient": one.recipient, "cls": one.recipient_class}
                for one in offices
            ],
        },
        "authorities": [
            {
                "code": one.code,
                "role": one.role,
                "names": one.names,
                "sends": one.sends,
                "receives": one.receives,
                "languages": one.languages,
            }
            for one in offices
        ],
        "contact_point": {"hours": "24/7"},
        "declarations": [],
        "drills": [],
        "log_origin": log_origin(config),
        "witnesses": list(config.witnesses),
        **_calendar(config),
    }


def _calendar(config: Config) -> dict[str, Any]:
    """When this State's authorities work, as far as its operator says."""
    said: dict[str, Any] = {}
    if config.weekend is not None:
        said["weekend"] = list(config.weekend)
    if config.holidays:
        said["holidays"] = [day.isoformat() for day in sorted(config.holidays)]
    zone = {"time_zone": config.time_zone} if config.time_zone else {}
    return zone | ({"calendar": said} if said else {})


def witness_key(config: Config) -> SigningKey:
    """The key this node cosigns other States' logs with; made here for a node from before there were witnesses."""
    path = config.keys / "witness.json"
    if not path.exists():
        keys.save(keys.generate(KeyUse.WITNESS), path)
    return keys.load(path)


def log_origin(config: Config) -> str:
    """The name this State's log signs under."""
    return f"corridor/{config.state.lower()}"


def write(config: Config) -> Path:
    """Write DIR/entry.json anew."""
    path = config.folder / "entry.json"
    text = json.dumps(canonical.loads(canonical.dumps(build(config))), ensure_ascii=False, indent=1)
    write_whole(path, text.encode() + b"\n")
    return path


def _recipient(text: str) -> Any:
    identity = age.parse_identity(text)
    if not isinstance(identity, age.Identity):
        raise TypeError("a letter identity is an age key")
    return identity.recipient
