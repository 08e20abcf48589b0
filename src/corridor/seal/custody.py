"""Custody: each hand a package passes through, as an in-toto statement in DSSE signed by an officer.

In clear a statement holds codes, credential, times and digests. Person, place, reason and file numbers are
encrypted beside it, to the package's own key, under a salted digest.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from corridor.notary import (
    Envelope,
    KeyRecord,
    KeyUse,
    NotaryFault,
    PublicKey,
    SigningKey,
    canonical,
    credentials,
    dsse,
    instant,
)
from corridor.seal import age
from corridor.seal.faults import CustodyError
from corridor.seal.files import write_whole
from corridor.seal.layout import STATEMENT_NAME, BagInfo, bag_info, package_id, read_small
from corridor.seal.wraps import Custodian

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:corridor:custody:1"
VERSION: Final = "custody/1"
POWER: Final = "custody"
KINDS: Final = ("collected", "sealed", "sent", "received", "returned", "destroyed")
# What a statement of each kind must follow, directly: at least one of these.
_FOLLOWS: Final = {
    "sent": ("sealed", "received", "returned"),
    "received": ("sent", "returned"),
    "returned": ("received",),
    "destroyed": ("sealed", "sent", "received", "returned"),
}
_MEMBERS: Final = {"corridor", "kind", "at", "state", "credential", "follows", "facts"}
_OPTIONAL: Final = {"private", "act", "package", "custodians"}
_HEX64: Final = re.compile(r"[0-9a-f]{64}")
_FACT: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Codes, not prose: a name or a sentence does not fit.
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/+-]{0,127}")
_LIMIT: Final = 1 << 20

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

    `facts` are codes in clear, `private` is told only to who can open the package. Raises `CustodyError`
    for what `verify_statement` would refuse.
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
    recipient = hashlib.sha256(info.recipient.encode()).hexdigest()
    extra = {
        "package": {
            "name": info.name,
            "class": info.cls,
            "recipient": recipient,
            "tree": {"size": info.items, "root": info.tree},
        },
        "custodians": sorted(custodian.parsed().fingerprint for custodian in custodians),
    }
    return statement(
        signer, "sealed", package, follows=collected, at=at, facts=facts, private=private, extra=extra
    )


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


@dataclass(frozen=True)
class VerifiedStatement(Claimed):
    """A statement signed by an officer whom the State certified. Made only by `verify_statement`."""

    authority: str
    number: str
    credential_id: str


def claimed(envelope: Envelope) -> Claimed:
    """Read a statement strictly, without believing it. Raises `seal.custody.malformed`."""
    if envelope.payload_type != PAYLOAD_TYPE:
        raise CustodyError("seal.custody.malformed", what="payload type")
    try:
        body = canonical.loads(envelope.payload, limit=_LIMIT)
        predicate = body["predicate"]
        (subject,) = body["subject"]
        if body["_type"] != STATEMENT_TYPE or body["predicateType"] != PREDICATE_TYPE:
            raise CustodyError("seal.custody.malformed", what="type")
        if not _MEMBERS <= set(predicate) <= _MEMBERS | _OPTIONAL or predicate["corridor"] != VERSION:
            raise CustodyError("seal.custody.malformed", what="members")
        kinds = {
            "facts": dict,
            "follows": list,
            "state": str,
            "kind": str,
            "package": dict,
            "custodians": list,
        }
        if any(not isinstance(predicate[name], kinds[name]) for name in kinds if name in predicate):
            raise CustodyError("seal.custody.malformed", what="members")
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
        )
    except (NotaryFault, KeyError, TypeError, ValueError):
        raise CustodyError("seal.custody.malformed", what="members") from None
    digests = [out.subject, *out.follows, *out.custodians, out.private or "0" * 64, out.act or "0" * 64]
    if not all(isinstance(digest, str) and _HEX64.fullmatch(digest) for digest in digests):
        raise CustodyError("seal.custody.malformed", what="digest")
    if out.kind not in KINDS or list(out.follows) != sorted(set(out.follows)):
        raise CustodyError("seal.custody.malformed", what="kind")
    if (out.kind == "sealed") != (out.package is not None):
        raise CustodyError("seal.custody.malformed", what="package")
    for name, value in out.facts.items():
        if not _FACT.fullmatch(name) or not isinstance(value, str) or not _CODE.fullmatch(value):
            raise CustodyError("seal.custody.facts-not-codes")
    return out


def verify_statement(envelope: Envelope, state_keys_for: StateKeys) -> VerifiedStatement:
    """One statement, by role. Steps:

    1. it is well formed (`seal.custody.malformed`)
    2. the State it names certified the officer's key, at the time it gives (`notary.credential.…`)
    3. the credential gives the power "custody" (`notary.credential.no-power`)
    4. that officer's key signed it (`notary.signature.invalid`, `notary.envelope.not-signed-by`)
    """
    said = claimed(envelope)
    keys = list(state_keys_for(said.state))
    credential = credentials.verify(said.credential, state=said.state, keys=keys, at=said.at)
    credential.require(POWER)
    dsse.verify(envelope, payload_type=PAYLOAD_TYPE, key=credential.key)
    return VerifiedStatement(
        **said.__dict__,
        authority=credential.authority,
        number=credential.number,
        credential_id=credential.id,
    )


# Statements of a package


def file_name(envelope: Envelope, kind: str) -> str:
    return f"custody/{envelope.id[:16]}-{kind}.dsse.json"


def private_name(envelope: Envelope, kind: str) -> str:
    return f"custody/{envelope.id[:16]}-{kind}.private.age"


def add(path: Path | str, item: Statement | Envelope) -> str:
    """Put a statement into a package, its private part encrypted to the package's key; the file name.

    Doing it twice does nothing more. Raises `CustodyError` if it is not about this package.
    """
    folder = Path(path)
    envelope = item.envelope if isinstance(item, Statement) else item
    said = claimed(envelope)
    if said.kind != "collected" and said.subject != package_id(folder):
        raise CustodyError("seal.custody.other-package", statement=envelope.id[:16])
    (folder / "custody").mkdir(exist_ok=True)
    if isinstance(item, Statement) and item.private is not None:
        private = private_name(envelope, said.kind)
        if not (folder / private).exists():
            sink = io.BytesIO()
            age.encrypt(io.BytesIO(item.private), sink, [bag_info(folder).recipient])
            write_whole(folder / private, sink.getvalue())
    name = file_name(envelope, said.kind)
    if not (folder / name).exists():
        write_whole(folder / name, envelope.to_json())
    return name


def read_statements(path: Path | str, kind: str | None = None) -> dict[str, Envelope]:
    """All statements in a package by id, or those of one kind. Raises `CustodyError` for a file that is none,
    or is misnamed."""
    folder = Path(path)
    out: dict[str, Envelope] = {}
    files = sorted((folder / "custody").iterdir()) if (folder / "custody").is_dir() else []
    for file in files:
        name = f"custody/{file.name}"
        match = STATEMENT_NAME.fullmatch(name)
        if not match or kind not in (None, match[2]):
            continue
        try:
            envelope = Envelope.from_json(read_small(folder, name))
        except NotaryFault:
            raise CustodyError("seal.custody.malformed", what=file.name) from None
        if file_name(envelope, claimed(envelope).kind) != name:
            raise CustodyError("seal.custody.misnamed", what=file.name)
        out[envelope.id] = envelope
    return out


def heads(path: Path | str) -> tuple[str, ...]:
    """The statements nothing follows yet: what a new one follows. Checks no signature."""
    statements = read_statements(path)
    followed = {each for envelope in statements.values() for each in claimed(envelope).follows}
    return tuple(sorted(set(statements) - followed))


def record(
    path: Path | str,
    signer: Signer,
    kind: str,
    *,
    at: datetime,
    follows: Iterable[str] | None = None,
    facts: dict[str, str] | None = None,
    private: dict[str, str] | None = None,
    act_digest: str | None = None,
) -> Statement:
    """Sign a statement about the package at `path`, following its heads unless told otherwise, and add it."""
    following = heads(path) if follows is None else follows
    made = statement(
        signer,
        kind,
        package_id(Path(path)),
        follows=following,
        at=at,
        facts=facts,
        private=private,
        act_digest=act_digest,
    )
    add(path, made)
    return made


def read_private(path: Path | str, said: Claimed, identities: Iterable[age.AnyIdentity]) -> dict[str, str]:
    """The private part of a statement, with the package's identity. Raises `CustodyError` if altered."""
    folder = Path(path)
    name = f"custody/{said.id[:16]}-{said.kind}.private.age"
    sink = io.BytesIO()
    age.decrypt(io.BytesIO(read_small(folder, name)), sink, identities)
    if hashlib.sha256(sink.getvalue()).hexdigest() != said.private:
        raise CustodyError("seal.custody.private-mismatch", statement=said.id[:16])
    try:
        return dict(canonical.loads(sink.getvalue(), limit=_LIMIT)["private"])
    except (NotaryFault, KeyError, TypeError, ValueError):
        raise CustodyError("seal.custody.malformed", what="private part") from None


@dataclass(frozen=True)
class VerifiedCustody:
    """The hands a package passed through: one root, every statement signed and in its place."""

    package: str
    root: VerifiedStatement  # `sealed`
    statements: tuple[VerifiedStatement, ...]  # each after all it follows
    heads: tuple[str, ...]


def graph(path: Path | str, state_keys_for: StateKeys) -> VerifiedCustody:
    """All statements of the package, verified one by one and as a graph with one root. Raises `CustodyError`,
    or `NotaryFault` for a signature or a credential that does not hold."""
    folder = Path(path)
    package = package_id(folder)
    verified = {
        each: verify_statement(envelope, state_keys_for) for each, envelope in read_statements(folder).items()
    }
    ordered = check_graph(list(verified.values()), package, bag_info(folder))
    followed = {each for item in ordered for each in item.follows}
    return VerifiedCustody(
        package=package,
        root=next(item for item in ordered if item.kind == "sealed"),
        statements=tuple(ordered),
        heads=tuple(sorted(set(verified) - followed)),
    )


AnyStatement = TypeVar("AnyStatement", bound=Claimed)


def check_graph(items: Sequence[AnyStatement], package: str, info: BagInfo) -> list[AnyStatement]:
    """The statements in an order in which each comes after all it follows. Raises `CustodyError`. Steps:

    1. exactly one `sealed`, citing nothing but `collected`, all of which lead to it;
       it names this package's key and item tree
    2. every other statement is about this package and follows statements that are here
    3. each follows at least one of a kind that can come before its own, directly
    4. a package is received by the State it was sent to
    """
    by_id = {item.id: item for item in items}
    followed = {each for item in items for each in item.follows}
    roots = [item for item in items if item.kind == "sealed"]
    if not roots:
        raise CustodyError("seal.custody.no-root")
    if len(roots) > 1:
        raise CustodyError("seal.custody.two-roots", roots=len(roots))
    check_root(roots[0], package, info)
    for item in items:
        if item.kind != "collected" and item.subject != package:
            raise CustodyError("seal.custody.other-package", statement=item.id[:16])
        if any(each not in by_id for each in item.follows):
            raise CustodyError("seal.custody.gap", statement=item.id[:16])
        before = [by_id[each] for each in item.follows]
        if item.kind in ("collected", "sealed"):
            stray = item.kind == "collected" and item.id not in followed
            if stray or any(each.kind != "collected" for each in before):
                raise CustodyError("seal.custody.out-of-order", statement=item.id[:16], kind=item.kind)
            continue
        leading = [each for each in before if each.kind in _FOLLOWS[item.kind]]
        if not leading or any(each.kind == "collected" for each in before):
            raise CustodyError("seal.custody.out-of-order", statement=item.id[:16], kind=item.kind)
        sent = [each for each in leading if each.kind == "sent" and item.kind == "received"]
        if sent and not any(each.facts.get("to", item.state) == item.state for each in sent):
            raise CustodyError("seal.custody.received-by-other", statement=item.id[:16])
    ordered: list[AnyStatement] = []
    waiting = sorted(items, key=lambda item: (item.at, item.id))
    placed: set[str] = set()
    while waiting:
        ready = [item for item in waiting if placed.issuperset(item.follows)]
        ordered += ready
        placed |= {item.id for item in ready}
        waiting = [item for item in waiting if item.id not in placed]
    return ordered


def check_root(root: Claimed, package: str, info: BagInfo) -> None:
    """That a `sealed` statement is about this package, its key and its item tree. Raises `CustodyError`."""
    recipient = hashlib.sha256(info.recipient.encode()).hexdigest()
    tree = {"size": info.items, "root": info.tree}
    named = {"name": info.name, "class": info.cls, "recipient": recipient, "tree": tree}
    if root.subject != package or root.package != named:
        raise CustodyError("seal.custody.other-package", statement=root.id[:16])


# Keys carried inside a package: they prove nothing of themselves, but let anybody check the rest.


def add_trust(path: Path | str, state: str, keys: Iterable[PublicKey | KeyRecord]) -> None:
    """Put a State's certifying keys into trust/, beside those that are there."""
    folder = Path(path)
    known = {key.keyid: key for key in trust_inside(folder)(state)}
    for key in keys:
        plain = key.key if isinstance(key, KeyRecord) else key
        known[plain.keyid] = plain
    body = {"state": state, "keys": [known[keyid].to_dict() for keyid in sorted(known)]}
    (folder / "trust").mkdir(exist_ok=True)
    write_whole(folder / f"trust/{state}.json", canonical.dumps(body))


def trust_inside(path: Path | str) -> Callable[[str], list[PublicKey]]:
    """The State keys a package carries. Raises `CustodyError` for a file that holds something else."""
    folder = Path(path)

    def keys(state: str) -> list[PublicKey]:
        if not re.fullmatch(r"[A-Z]{3}", state) or not (folder / f"trust/{state}.json").is_file():
            return []
        try:
            body = canonical.loads(read_small(folder, f"trust/{state}.json"), limit=_LIMIT)
            return [PublicKey.from_dict(each, use=KeyUse.STATE) for each in body["keys"]]
        except (NotaryFault, KeyError, TypeError):
            raise CustodyError("seal.trust.malformed", state=state) from None

    return keys
