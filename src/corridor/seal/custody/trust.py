"""Whose keys and certificates custody is measured by: those a caller brings, or those a package carries.

What is carried inside proves nothing of itself. It lets anybody check that everything agrees, in 2046 too, and
compare the keys with what a State says they were.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from corridor.notary import KeyRecord, KeyUse, NotaryFault, PublicKey, canonical, instant, timestamp
from corridor.notary.cosignature import majority as more_than_half
from corridor.seal.custody.statement import LIMIT, StateKeys
from corridor.seal.faults import CustodyError, PackageError
from corridor.seal.files import write_whole
from corridor.seal.layout import read_small

FOLDER: Final = "trust"
_STATE: Final = re.compile(r"[A-Z]{3}")
_TSA_FILE: Final = re.compile(r"([0-9a-f]{8})\.pem")
_MEMBERS: Final = {"state", "keys", "logs", "witnesses", "majority"}


@dataclass(frozen=True)
class StateTrust:
    """What is held of one State: the keys that certify its officers, its logs (origin, key), the witnesses of
    those logs (name -> key) and how many of them make a majority (None: more than half)."""

    state: str
    keys: tuple[KeyRecord, ...] = ()
    logs: tuple[tuple[str, PublicKey], ...] = ()
    witnesses: Mapping[str, PublicKey] = field(default_factory=dict)
    majority: int | None = None

    def __post_init__(self) -> None:
        least = more_than_half(len(self.witnesses))
        if self.majority is not None and not least <= self.majority <= max(least, len(self.witnesses)):
            raise CustodyError("seal.trust.malformed", state=self.state)

    @property
    def needed(self) -> int:
        """How many witnesses must have cosigned a checkpoint."""
        return self.majority if self.majority is not None else more_than_half(len(self.witnesses))


@dataclass(frozen=True)
class Trust:
    """All that a verifier believes. Build one with `Trust.of`; a node's directory gives it all:

        Trust.of(
            [
                StateTrust(
                    state,
                    keys=directory.keys(state, KeyUse.STATE),
                    logs=tuple((directory.entry(state).log_origin, record.key)
                               for record in directory.keys(state, KeyUse.LOG)),
                    witnesses={name: key, …},
                )
                for state in directory.states()
            ],
            authorities=[x509 certificates of time-stamping authorities],
        )

    It is itself a `StateKeys`: called with a State's code it gives that State's certifying keys.
    """

    states: Callable[[str], StateTrust]
    authorities: tuple[x509.Certificate, ...] = ()
    inside: bool = False  # carried by the package that is checked: shows agreement, not whose keys they are

    @classmethod
    def of(cls, states: Iterable[StateTrust], authorities: Iterable[x509.Certificate] = ()) -> Trust:
        """From all that is known of each State. A State not listed is unknown."""
        known = {each.state: each for each in states}
        return cls(lambda state: known.get(state) or StateTrust(state), tuple(authorities))

    @classmethod
    def from_keys(cls, keys: StateKeys, authorities: Iterable[x509.Certificate] = ()) -> Trust:
        """From the certifying keys alone: no log and no witness is known."""

        def held(state: str) -> StateTrust:
            return StateTrust(state, tuple(_record(key) for key in keys(state)))

        return cls(held, tuple(authorities))

    def __call__(self, state: str) -> tuple[KeyRecord, ...]:
        return self.states(state).keys


def _record(key: PublicKey | KeyRecord) -> KeyRecord:
    return key if isinstance(key, KeyRecord) else KeyRecord(key)


def add_trust(
    path: Path | str,
    state: str,
    keys: Iterable[PublicKey | KeyRecord] = (),
    *,
    logs: Iterable[tuple[str, PublicKey]] = (),
    witnesses: Mapping[str, PublicKey] | None = None,
    majority: int | None = None,
    authorities: Iterable[x509.Certificate] = (),
) -> None:
    """Put what lets others check a State's statements into trust/, beside what is there.

    `authorities` are certificates of time-stamping authorities. Of a key that is there already the earlier
    revocation stands; `majority` replaces what was said before. Raises `CustodyError`.
    """
    folder = Path(path)
    if not _STATE.fullmatch(state):
        raise CustodyError("seal.trust.malformed", state=state[:3])
    held = read_state(folder, state)
    records = {record.key.keyid: record for record in held.keys}
    for record in map(_record, keys):
        before = records.get(record.key.keyid, record)
        ends = [each.revoked_at for each in (before, record) if each.revoked_at is not None]
        records[record.key.keyid] = KeyRecord(record.key, record.valid_from, min(ends, default=None))
    known_witnesses = {**held.witnesses, **(witnesses or {})}
    made = StateTrust(
        state,
        tuple(records[keyid] for keyid in sorted(records)),
        tuple(sorted({*held.logs, *logs}, key=lambda log: (log[0], log[1].keyid))),
        known_witnesses,
        majority if majority is not None else (held.majority if not witnesses else None),
    )
    (folder / FOLDER).mkdir(exist_ok=True)
    write_whole(folder / f"{FOLDER}/{state}.json", canonical.dumps(_body(made)))
    for certificate in authorities:
        pem = certificate.public_bytes(Encoding.PEM)
        (folder / FOLDER / "tsa").mkdir(exist_ok=True)
        file = folder / FOLDER / "tsa" / f"{hashlib.sha256(pem).hexdigest()[:8]}.pem"
        if not file.exists():
            write_whole(file, pem)


def _body(trust: StateTrust) -> dict[str, Any]:
    def key(record: KeyRecord) -> dict[str, Any]:
        times = {"valid_from": record.valid_from, "revoked_at": record.revoked_at}
        return record.key.to_dict() | {
            name: instant.to_text(at) for name, at in times.items() if at is not None
        }

    body: dict[str, Any] = {"state": trust.state, "keys": [key(record) for record in trust.keys]}
    if trust.logs:
        body["logs"] = [{"origin": origin, "key": each.to_dict()} for origin, each in trust.logs]
    if trust.witnesses:
        body["witnesses"] = [
            {"name": name, "key": trust.witnesses[name].to_dict()} for name in sorted(trust.witnesses)
        ]
    if trust.majority is not None:
        body["majority"] = trust.majority
    return body


def trust_inside(path: Path | str, authorities: Iterable[x509.Certificate] = ()) -> Trust:
    """What a package carries, and the `authorities` somebody brings beside it.

    A State's file is read when the State is asked for. Raises `CustodyError` for a file that holds something
    else, then for States and at once for authorities.
    """
    folder = Path(path)
    found = [*authorities, *authorities_inside(folder)]
    return Trust(lambda state: read_state(folder, state), tuple(dict.fromkeys(found)), inside=True)


def authorities_inside(path: Path | str) -> tuple[x509.Certificate, ...]:
    """The certificates in trust/tsa. Raises `CustodyError` for a file that holds none, or is misnamed."""
    found: list[x509.Certificate] = []
    for _, inside in iter_authorities(path):
        if isinstance(inside, CustodyError):
            raise inside
        found += inside
    return tuple(dict.fromkeys(found))


def iter_authorities(path: Path | str) -> Iterator[tuple[str, tuple[x509.Certificate, ...] | CustodyError]]:
    """Each file in trust/tsa, with its certificates or with what is wrong of it."""
    folder = Path(path)
    place = folder / FOLDER / "tsa"
    for name in sorted(file.name for file in place.iterdir()) if place.is_dir() else ():
        match = _TSA_FILE.fullmatch(name)
        if match is None:
            continue
        try:
            data = read_small(folder, f"{FOLDER}/tsa/{name}")
            certificates = timestamp.read_certificates(data)
        except (NotaryFault, PackageError):
            yield name, CustodyError("seal.trust.authority-malformed", name=name)
            continue
        named = hashlib.sha256(data).hexdigest()[:8] == match[1]
        yield name, certificates if named else CustodyError("seal.trust.authority-malformed", name=name)


def read_state(folder: Path, state: str) -> StateTrust:
    """What trust/ says of one State; nothing where it has no file. Raises `seal.trust.malformed`."""
    if not _STATE.fullmatch(state) or not (folder / f"{FOLDER}/{state}.json").is_file():
        return StateTrust(state)
    try:
        body = canonical.loads(read_small(folder, f"{FOLDER}/{state}.json"), limit=LIMIT)
        if body["state"] != state or not set(body) <= _MEMBERS:
            raise CustodyError("seal.trust.malformed", state=state)
        witnesses = [
            (_text(each["name"]), PublicKey.from_dict(each["key"], use=KeyUse.WITNESS))
            for each in body.get("witnesses", [])
        ]
        majority = body.get("majority")
        if len(dict(witnesses)) != len(witnesses) or not isinstance(majority, int | None):
            raise CustodyError("seal.trust.malformed", state=state)
        return StateTrust(
            state,
            tuple(_key_record(each) for each in body["keys"]),
            tuple(
                (_text(each["origin"]), PublicKey.from_dict(each["key"], use=KeyUse.LOG))
                for each in body.get("logs", [])
            ),
            dict(witnesses),
            majority,
        )
    except (NotaryFault, PackageError, KeyError, TypeError, ValueError, AttributeError):
        raise CustodyError("seal.trust.malformed", state=state) from None


def _key_record(data: dict[str, Any]) -> KeyRecord:
    fields = dict(data)
    times = {name: fields.pop(name, None) for name in ("valid_from", "revoked_at")}
    known = {name: None if text is None else instant.from_text(text) for name, text in times.items()}
    return KeyRecord(PublicKey.from_dict(fields, use=KeyUse.STATE), known["valid_from"], known["revoked_at"])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
