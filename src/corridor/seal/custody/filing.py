"""The statements of one package: put into it, read from it, and the next one signed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from corridor.notary import Envelope, NotaryFault, canonical
from corridor.seal import age
from corridor.seal.custody.graph import VerifiedCustody, check_graph, heads_of, to_follow
from corridor.seal.custody.statement import (
    LIMIT,
    Claimed,
    Signer,
    StateKeys,
    Statement,
    claimed,
    statement,
    verify_statement,
)
from corridor.seal.faults import CustodyError, PackageError
from corridor.seal.files import write_whole
from corridor.seal.layout import STATEMENT_NAME, bag_info, package_id, read_small

FOLDER: Final = "custody"
MAX_STATEMENTS: Final = 4096


def file_name(envelope: Envelope, kind: str) -> str:
    return f"{stem(envelope.id, kind)}.dsse.json"


def private_name(envelope: Envelope, kind: str) -> str:
    return f"{stem(envelope.id, kind)}.private.age"


def stem(statement: str, kind: str) -> str:
    """How every file of one statement begins; `statement` is its id."""
    return f"{FOLDER}/{statement[:16]}-{kind}"


def add(path: Path | str, item: Statement | Envelope) -> str:
    """Put a statement into a package, its private part encrypted to the package's key; the file name.

    Doing it twice does nothing more. Raises `CustodyError` if it is not about this package.
    """
    folder = Path(path)
    envelope = item.envelope if isinstance(item, Statement) else item
    said = claimed(envelope)
    if said.kind != "collected" and said.subject != package_id(folder):
        raise CustodyError("seal.custody.other-package", statement=envelope.id[:16])
    (folder / FOLDER).mkdir(exist_ok=True)
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


def iter_statements(path: Path | str) -> Iterator[tuple[str, Envelope | CustodyError | PackageError]]:
    """Every statement file by name, with the statement or with what is wrong of the file.

    Raises `seal.custody.too-many` before it reads more than anybody could mean.
    """
    folder = Path(path)
    files = (folder / FOLDER).iterdir() if (folder / FOLDER).is_dir() else ()
    names = sorted(f"{FOLDER}/{file.name}" for file in files)
    names = [name for name in names if STATEMENT_NAME.fullmatch(name)]
    if len(names) > MAX_STATEMENTS:
        raise CustodyError("seal.custody.too-many", limit=MAX_STATEMENTS)
    for name in names:
        try:
            yield name, _read(folder, name)
        except (CustodyError, PackageError) as fault:
            yield name, fault


def _read(folder: Path, name: str) -> Envelope:
    try:
        envelope = Envelope.from_json(read_small(folder, name))
    except NotaryFault:
        raise CustodyError("seal.custody.malformed", what=Path(name).name) from None
    if file_name(envelope, claimed(envelope).kind) != name:
        raise CustodyError("seal.custody.misnamed", what=Path(name).name)
    return envelope


def read_statements(path: Path | str, kind: str | None = None) -> dict[str, Envelope]:
    """All statements in a package by id, or those whose file says they are of one kind.

    Raises `CustodyError` for a file that is none, or is misnamed.
    """
    out: dict[str, Envelope] = {}
    for name, found in iter_statements(path):
        match = STATEMENT_NAME.fullmatch(name)
        if kind is not None and match is not None and match[2] != kind:
            continue
        if not isinstance(found, Envelope):
            raise found
        out[found.id] = found
    return out


def find(path: Path | str, statement: str) -> Claimed:
    """The statement of an id, unchecked. Raises `seal.custody.absent`."""
    envelope = read_statements(path).get(statement)
    if envelope is None:
        raise CustodyError("seal.custody.absent", statement=statement[:16])
    return claimed(envelope)


def heads(path: Path | str) -> tuple[str, ...]:
    """The statements nothing follows yet. Checks no signature."""
    return heads_of(claimed(envelope) for envelope in read_statements(path).values())


def following(path: Path | str, kind: str) -> tuple[str, ...]:
    """What a new statement of a kind follows: the heads, and what before them can lead to it. Checks no
    signature."""
    return to_follow([claimed(envelope) for envelope in read_statements(path).values()], kind)


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
    into: str | None = None,
) -> Statement:
    """Sign a statement about the package at `path` and add it, following its heads unless told otherwise.

    `disclosed` takes `into`, the id of the package chosen items were sealed into. `sealed` is made by the
    sealer and `destroyed` by `destroy`.
    """
    extra: dict[str, Any] = {} if into is None else {"into": into}
    made = statement(
        signer,
        kind,
        package_id(Path(path)),
        follows=following(path, kind) if follows is None else follows,
        at=at,
        facts=facts,
        private=private,
        act_digest=act_digest,
        extra=extra,
    )
    add(path, made)
    return made


def read_private(path: Path | str, said: Claimed, identities: Iterable[age.AnyIdentity]) -> dict[str, str]:
    """The private part of a statement, with the package's identity. Raises `CustodyError` if altered."""
    folder = Path(path)
    sink = io.BytesIO()
    age.decrypt(io.BytesIO(read_small(folder, f"{stem(said.id, said.kind)}.private.age")), sink, identities)
    if hashlib.sha256(sink.getvalue()).hexdigest() != said.private:
        raise CustodyError("seal.custody.private-mismatch", statement=said.id[:16])
    try:
        return dict(canonical.loads(sink.getvalue(), limit=LIMIT)["private"])
    except (NotaryFault, KeyError, TypeError, ValueError):
        raise CustodyError("seal.custody.malformed", what="private part") from None


def graph(path: Path | str, state_keys_for: StateKeys) -> VerifiedCustody:
    """All statements of the package, each judged at its own time, and as a graph with one root.

    Raises `CustodyError`, or `NotaryFault` for a signature or a credential that does not hold. `verify` does
    more: it judges each at the time it is proven to have existed at, and finds all that is wrong.
    """
    folder = Path(path)
    package = package_id(folder)
    verified = [verify_statement(each, state_keys_for) for each in read_statements(folder).values()]
    ordered = check_graph(verified, package, bag_info(folder))
    root = next(item for item in ordered if item.kind == "sealed")
    return VerifiedCustody(package, root, tuple(ordered), heads_of(ordered))
