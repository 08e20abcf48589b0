"""When a statement is proven to have existed: time tokens, the log that holds it, the witnesses of that log."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from corridor.notary import NotaryFault, PublicKey, checkpoint_text, timestamp, verify_proof, verify_witnessed
from corridor.notary.checkpoint import MAX_PROOF, origin_of
from corridor.seal.custody.filing import FOLDER, find, read_statements, stem
from corridor.seal.custody.statement import Claimed, claimed
from corridor.seal.custody.trust import StateTrust, Trust, trust_inside
from corridor.seal.faults import CustodyError, PackageError
from corridor.seal.files import write_whole
from corridor.seal.layout import PROOF_NAME, TIME_NAME, read_small

TOKEN: Final = "token"  # noqa: S105 - a time token over the statement's id
CHECKPOINT_TOKEN: Final = "checkpoint-token"  # noqa: S105 - one over the checkpoint of the log that holds it
WITNESSED: Final = "witnessed"  # a majority of the log's witnesses cosigned that checkpoint
Read = Callable[[str, int], bytes]
# A clock that is this much fast is a clock; more is a claim that cannot be.
TOLERANCE: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Anchor:
    """A statement existed at `at` or before: by a time token, one over the log's checkpoint, or its witnesses.

    `at` is the latest moment the token's stated accuracy leaves open. `by` are the authority or the witnesses.
    `through` is the later statement whose anchor this is, where a statement that follows is anchored earlier.
    """

    kind: str
    at: datetime
    by: tuple[str, ...]
    origin: str = ""  # of the log, where there is one
    through: str = ""


@dataclass
class Anchored:
    """What the files beside one statement show. Nothing in `faults` is believed; what is in `unknown` may be
    true and cannot be checked with what is held."""

    anchors: list[Anchor] = field(default_factory=list)
    proofs: int = 0  # log proofs that hold
    tokens: int = 0  # time tokens that hold
    witnessed: bool = False
    faults: list[CustodyError] = field(default_factory=list)
    unknown: list[CustodyError] = field(default_factory=list)

    @property
    def earliest(self) -> Anchor | None:
        return min(self.anchors, key=lambda each: each.at, default=None)


@dataclass(frozen=True)
class AnchorFiles:
    """The files beside one statement, by name."""

    proof: str = ""
    tokens: tuple[str, ...] = ()
    checkpoint_tokens: tuple[str, ...] = ()


def anchor_files(names: Iterable[str]) -> dict[str, AnchorFiles]:
    """The anchor files among the `names` of a package, by how their statement's files begin (`stem`)."""
    found: dict[str, AnchorFiles] = {}
    for name in sorted(names):
        proof, time = PROOF_NAME.fullmatch(name), TIME_NAME.fullmatch(name)
        match = proof or time
        if match is None:
            continue
        begin = stem(match[1], match[2])
        held = found.get(begin, AnchorFiles())
        if proof is not None:
            found[begin] = replace(held, proof=name)
        elif time is not None and time[3]:
            found[begin] = replace(held, checkpoint_tokens=(*held.checkpoint_tokens, name))
        else:
            found[begin] = replace(held, tokens=(*held.tokens, name))
    return found


def verify_anchors(
    read: Read, said: Claimed, files: AnchorFiles, trust: Trust, states: Iterable[str]
) -> Anchored:
    """All that the anchor files of one statement show. `read` gives a file by name, up to so many bytes;
    `states` are those whose logs may hold it.

    Steps:

    1. each token: named after its own digest (`seal.anchor.misnamed`), over the statement's id, by an
       authority that is held (`seal.anchor.token-invalid`, `seal.anchor.unknown-authority`)
    2. the proof: the statement's id is in a log that is held (`seal.anchor.proof-invalid`,
       `seal.anchor.unknown-log`), whose witnesses cosigned where they did
    3. each token over the proof's checkpoint, as in 1
    """
    out = Anchored()
    digest = bytes.fromhex(said.id)
    for name in files.tokens:
        _token(read, name, said, digest, TOKEN, "", trust, out)
    note = b""
    origin = ""
    if files.proof:
        note, origin = _proof(read, files.proof, said, trust, states, out)
    for name in files.checkpoint_tokens:
        if not files.proof:
            out.faults.append(CustodyError("seal.anchor.stray", name=name))
        elif note:
            seen = hashlib.sha256(checkpoint_text(note)).digest()
            _token(read, name, said, seen, CHECKPOINT_TOKEN, origin, trust, out)
        # Over a checkpoint that shows nothing a token shows nothing; the proof's own fault says so.
    return out


def _token(
    read: Read, name: str, said: Claimed, digest: bytes, kind: str, origin: str, trust: Trust, out: Anchored
) -> None:
    place = {"statement": said.id[:16], "name": Path(name).name}
    try:
        data = read(name, timestamp.MAX_RESPONSE)
        match = TIME_NAME.fullmatch(name)
        if match is None or hashlib.sha256(data).hexdigest()[:8] != match[4]:
            out.faults.append(CustodyError("seal.anchor.misnamed", **place))
            return
        seen = timestamp.verify_time(data, digest, trust.authorities)
    except PackageError:
        out.faults.append(CustodyError("seal.anchor.token-invalid", why="unreadable", **place))
    except NotaryFault as fault:
        if fault.code == "notary.time.untrusted":
            out.unknown.append(CustodyError("seal.anchor.unknown-authority", **place))
        else:
            out.faults.append(CustodyError("seal.anchor.token-invalid", why=fault.code, **place))
    else:
        out.tokens += 1
        latest = seen.at + (seen.accuracy or timedelta(0))
        out.anchors.append(Anchor(kind, latest, (seen.authority,), origin))


def _proof(
    read: Read, name: str, said: Claimed, trust: Trust, states: Iterable[str], out: Anchored
) -> tuple[bytes, str]:
    """The checkpoint that was shown to hold the statement and its log's origin; empty where none was."""
    place = {"statement": said.id[:16], "name": Path(name).name}
    try:
        proof = read(name, MAX_PROOF)
        note = proof.partition(b"\n\n")[2]
        origin = origin_of(note)
    except (PackageError, NotaryFault) as fault:
        out.faults.append(CustodyError("seal.anchor.proof-invalid", why=fault.code, **place))
        return b"", ""
    known = _log_keys(trust, states, origin)
    if not known:
        out.unknown.append(CustodyError("seal.anchor.unknown-log", **place))
        return b"", ""
    why = ""
    for key, state in known:
        try:
            verify_proof(proof, bytes.fromhex(said.id), key, origin)
            seen = verify_witnessed(note, key, origin, state.witnesses, state.needed)
        except NotaryFault as fault:
            # Of several keys the one that signed says what is wrong; the others only that they did not.
            why = fault.code if not why or why == "notary.checkpoint.not-signed" else why
            continue
        out.proofs += 1
        if seen.at is not None:
            out.witnessed = True
            out.anchors.append(
                Anchor(WITNESSED, seen.at, tuple(sorted(each.name for each in seen.cosignatures)), origin)
            )
        return note, origin
    out.faults.append(CustodyError("seal.anchor.proof-invalid", why=why, **place))
    return b"", ""


def _log_keys(trust: Trust, states: Iterable[str], origin: str) -> list[tuple[PublicKey, StateTrust]]:
    held = [trust.states(state) for state in states]
    return [(key, state) for state in held for name, key in state.logs if name == origin]


def attach(
    path: Path | str,
    statement_id: str,
    *,
    proof: bytes | None = None,
    tokens: Iterable[bytes] = (),
    checkpoint_tokens: Iterable[bytes] = (),
    trust: Trust | None = None,
) -> tuple[str, ...]:
    """Put a log proof and time tokens beside a statement, each verified first; the files' names.

    Verified against `trust`, or against what the package carries: put log, witnesses and authorities there with
    `add_trust` before. Repeating it changes nothing. A proof may be exchanged for one with more cosignatures
    on the same checkpoint, or while no token is over its checkpoint. Raises `CustodyError`:
    `seal.custody.absent`, `seal.anchor.…` as `verify_anchors`, `seal.anchor.proof-held`.
    """
    folder = Path(path)
    said = find(folder, statement_id)
    believed = trust if trust is not None else trust_inside(folder)
    begin = stem(said.id, said.kind)
    held = anchor_files(f"{FOLDER}/{file.name}" for file in (folder / FOLDER).iterdir())
    here = held.get(begin, AnchorFiles())
    if proof is None and here.proof:
        proof_now: bytes | None = read_small(folder, here.proof, MAX_PROOF)
    else:
        proof_now = proof
    if proof is not None and here.proof and here.checkpoint_tokens:
        before = read_small(folder, here.proof, MAX_PROOF).partition(b"\n\n")[2]
        if before and checkpoint_text(before) != _text_of(proof):
            raise CustodyError("seal.anchor.proof-held", statement=said.id[:16])
    new: dict[str, bytes] = {}
    for token in tokens:
        new[f"{begin}.{hashlib.sha256(token).hexdigest()[:8]}.tsr"] = token
    for token in checkpoint_tokens:
        new[f"{begin}.checkpoint.{hashlib.sha256(token).hexdigest()[:8]}.tsr"] = token
    if proof is not None:
        new[f"{begin}.tlog-proof"] = proof
    _verify_new(folder, said, new, proof_now, believed)
    # The proof first: a token over its checkpoint means nothing without it.
    for name in sorted(new, key=lambda each: not each.endswith(".tlog-proof")):
        file = folder / name
        if not file.exists() or file.read_bytes() != new[name]:
            write_whole(file, new[name])
    return tuple(sorted(new))


def _text_of(proof: bytes) -> bytes:
    try:
        return checkpoint_text(proof.partition(b"\n\n")[2])
    except NotaryFault:
        return b""


def _verify_new(
    folder: Path, said: Claimed, new: Mapping[str, bytes], proof: bytes | None, trust: Trust
) -> None:
    """Verify what is to be attached, with the proof it stands beside, before anything is written."""
    begin = stem(said.id, said.kind)
    files = dict(new) if proof is None else {**new, f"{begin}.tlog-proof": proof}
    states = sorted({said.state, *(claimed(each).state for each in read_statements(folder).values())})
    here = anchor_files(files).get(begin, AnchorFiles())
    found = verify_anchors(lambda name, limit: files[name], said, here, trust, states)
    for fault in (*found.faults, *found.unknown):
        raise fault
