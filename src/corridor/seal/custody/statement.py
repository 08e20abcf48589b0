"""One custody statement: an in-toto statement in DSSE by an officer, made, read and verified (spec/package.md 5)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from corridor.notary import (
    Envelope,
    KeyRecord,
    NotaryFault,
    PublicKey,
    SigningKey,
    canonical,
    credentials,
    dsse,
    instant,
)
from corridor.seal.faults import CustodyError
from corridor.seal.layout import BagInfo
from corridor.seal.wraps import Custodian

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:corridor:custody:1"
VERSION: Final = "custody/1"
POWER: Final = "custody"
KINDS: Final = ("collected", "sealed", "sent", "received", "returned", "disclosed", "destroyed")
LIMIT: Final = 1 << 20
MAX_FOLLOWS: Final = 256
_MEMBERS: Final = {"corridor", "kind", "at", "state", "credential", "follows", "facts"}
_OPTIONAL: Final = {"private", "act"}
# What a statement of a kind holds beside the members of all; a member named here stands in no other kind.
_OF_KIND: Final = {
    "sealed": ({"package"}, {"custodians"}),
    "disclosed": ({"into"}, set[str]()),
    "destroyed": ({"custodians", "destroyed"}, set[str]()),
}
_HEX64: Final = re.compile(r"[0-9a-f]{64}")
_STATE: Final = re.compile(r"[A-Z]{3}")
_FACT: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Codes, not prose: a name or a sentence does not fit.
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/+-]{0,127}")

StateKeys = Callable[[str], Iterable[PublicKey | KeyRecord]]


@dataclass(frozen=True)
class Signer:
    """An officer who signs custody statements: credential with the power "custody", and key."""

    credential: Envelope
    key: SigningKey = field(repr=False)
    state: str


@dataclass(frozen=True)
class Statement:
    """One signed statement, with the plaintext of its private part where there is one."""

    envelope: Envelope
    kind: str
    private: bytes | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        return self.envelope.id


def statement(
    signer: Signer,
    kind: str,
    package: str | None,
    *,
    follows: Iterable[str] = (),
    at: datetime,
    facts: dict[str, str] | None = None,
    private: dict[str, str] | None = None,
    act_digest: str | None = None,
    extra: dict[str, Any] | None = None,
) -> Statement:
    """Sign a statement about a package (its id; None only for `collected`, which comes before there is one).

    `facts` are codes in clear, `private` is told only to who can open the package, `extra` are the members
    that only this kind has. Raises `CustodyError` for what `verify_statement` would refuse.
    """
    sealed_private = None
    predicate: dict[str, Any] = {
        "corridor": VERSION,
        "kind": kind,
        "at": instant.to_text(at),
        "state": signer.state,
        "credential": signer.credential.to_dict(),
        "follows": sorted(set(follows)),
        "facts": facts or {},
    }
    if private is not None:
        sealed_private = canonical.dumps({"salt": secrets.token_hex(32), "private": private})
        predicate["private"] = hashlib.sha256(sealed_private).hexdigest()
    if act_digest is not None:
        predicate["act"] = act_digest
    predicate |= extra or {}
    subject = package or predicate.get("private") or hashlib.sha256(secrets.token_bytes(32)).hexdigest()
    body = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "package" if package else "collection", "digest": {"sha256": subject}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }
    envelope = dsse.sign(PAYLOAD_TYPE, canonical.dumps(body), signer.key)
    claimed(envelope)
    return Statement(envelope, kind, sealed_private)


def sealed_statement(
    signer: Signer,
    package: str,
    info: BagInfo,
    custodians: Iterable[Custodian],
    *,
    collected: Iterable[str],
    at: datetime,
    facts: dict[str, str] | None,
    private: dict[str, str] | None,
) -> Statement:
    """The root of custody: what was sealed, to which key, for whom."""
    extra = {
        "package": sealed_package(info),
        "custodians": sorted({custodian.parsed().fingerprint for custodian in custodians}),
    }
    return statement(
        signer, "sealed", package, follows=collected, at=at, facts=facts, private=private, extra=extra
    )


def sealed_package(info: BagInfo) -> dict[str, Any]:
    """What a `sealed` statement says of its package, from bag-info.txt."""
    return {
        "name": info.name,
        "class": info.cls,
        "recipient": hashlib.sha256(info.recipient.encode()).hexdigest(),
        "tree": {"size": info.items, "root": info.tree},
    }


@dataclass(frozen=True)
class Destroyed:
    """What a State says is gone: wraps by the fingerprint they stand under, and the identities that opened
    them, by the fingerprint of their recipient."""

    wraps: tuple[str, ...]
    identities: tuple[str, ...]


@dataclass(frozen=True)
class Claimed:
    """What a statement says of itself. Nobody has checked it."""

    id: str
    kind: str
    subject: str
    at: datetime
    state: str
    credential: Envelope
    follows: tuple[str, ...]
    facts: dict[str, str]
    private: str | None
    act: str | None
    package: dict[str, Any] | None
    custodians: tuple[str, ...]
    into: str | None = None
    destroyed: Destroyed | None = None


@dataclass(frozen=True, kw_only=True)
class VerifiedStatement(Claimed):
    """A statement signed by an officer whom the State certified. Made only by `verify_statement`."""

    authority: str
    number: str
    credential_id: str
    certified_by: str  # key id of the State key
    judged_at: datetime  # the moment at which key and credential were found good


def claimed(envelope: Envelope) -> Claimed:
    """Read a statement strictly, without believing it.

    Raises `seal.custody.malformed`, `seal.custody.facts-not-codes`.
    """
    if envelope.payload_type != PAYLOAD_TYPE:
        raise _malformed("payload type")
    try:
        body = canonical.loads(envelope.payload, limit=LIMIT)
        predicate = body["predicate"]
        (subject,) = body["subject"]
        if body["_type"] != STATEMENT_TYPE or body["predicateType"] != PREDICATE_TYPE:
            raise _malformed("type")
        if predicate["corridor"] != VERSION:
            raise _malformed("members")
        required, optional = _OF_KIND.get(predicate["kind"], (set[str](), set[str]()))
        if not _MEMBERS | required <= set(predicate) <= _MEMBERS | _OPTIONAL | required | optional:
            raise _malformed("members")
        shapes = {
            "facts": dict,
            "follows": list,
            "state": str,
            "kind": str,
            "package": dict,
            "custodians": list,
            "destroyed": dict,
        }
        if any(not isinstance(predicate[name], shapes[name]) for name in shapes if name in predicate):
            raise _malformed("members")
        out = Claimed(
            id=envelope.id,
            kind=predicate["kind"],
            subject=subject["digest"]["sha256"],
            at=instant.from_text(predicate["at"]),
            state=predicate["state"],
            credential=Envelope.from_dict(predicate["credential"]),
            follows=tuple(predicate["follows"]),
            facts=dict(predicate["facts"]),
            private=predicate.get("private"),
            act=predicate.get("act"),
            package=predicate.get("package"),
            custodians=tuple(predicate.get("custodians", ())),
            into=predicate.get("into"),
            destroyed=_destroyed(predicate.get("destroyed")),
        )
        named = "collection" if out.kind == "collected" else "package"
        if set(body) != {"_type", "subject", "predicateType", "predicate"} or subject["name"] != named:
            raise _malformed("members")
    except (NotaryFault, KeyError, TypeError, ValueError, AttributeError):
        raise _malformed("members") from None
    lists = [out.follows, out.custodians]
    lists += [out.destroyed.wraps, out.destroyed.identities] if out.destroyed else []
    digests = [out.subject, *(each for each in (out.private, out.act, out.into) if each is not None)]
    if not all(isinstance(each, str) and _HEX64.fullmatch(each) for each in (*digests, *sum(lists, ()))):
        raise _malformed("digest")
    if any(list(each) != sorted(set(each)) for each in lists) or len(out.follows) > MAX_FOLLOWS:
        raise _malformed("order")
    if out.kind not in KINDS or not _STATE.fullmatch(out.state):
        raise _malformed("kind")
    for name, value in out.facts.items():
        if not _FACT.fullmatch(name) or not isinstance(value, str) or not _CODE.fullmatch(value):
            raise CustodyError("seal.custody.facts-not-codes")
    return out


def _destroyed(data: Any) -> Destroyed | None:
    if data is None:
        return None
    if set(data) != {"wraps", "identities"} or not all(isinstance(each, list) for each in data.values()):
        raise _malformed("destroyed")
    return Destroyed(tuple(data["wraps"]), tuple(data["identities"]))


def _malformed(what: str) -> CustodyError:
    return CustodyError("seal.custody.malformed", what=what)


def verify_statement(
    envelope: Envelope, state_keys_for: StateKeys, *, at: datetime | None = None
) -> VerifiedStatement:
    """One statement, by role, judged at `at`: the moment it is anchored at, or its own where none is known.

    Steps:

    1. it is well formed (`seal.custody.malformed`, `seal.custody.facts-not-codes`)
    2. the State it names certified the officer's key, good at `at` (`notary.credential.…`, `notary.key.…`)
    3. the credential gives the power "custody" (`notary.credential.no-power`)
    4. that officer's key signed it (`notary.signature.invalid`, `notary.envelope.not-signed-by`)
    """
    said = claimed(envelope)
    moment = said.at if at is None else at
    keys = list(state_keys_for(said.state))
    credential = credentials.verify(said.credential, state=said.state, keys=keys, at=moment)
    credential.require(POWER)
    dsse.verify(envelope, payload_type=PAYLOAD_TYPE, key=credential.key)
    return VerifiedStatement(
        **said.__dict__,
        authority=credential.authority,
        number=credential.number,
        credential_id=credential.id,
        certified_by=credential.certified_by,
        judged_at=moment,
    )
