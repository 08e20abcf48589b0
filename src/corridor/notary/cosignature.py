"""Cosignatures on checkpoints (C2SP tlog-cosignature, Ed25519): made, gathered, and counted for what they
show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from corridor.notary import instant
from corridor.notary.checkpoint import VerifiedCheckpoint, verify_checkpoint
from corridor.notary.fault import NotaryFault
from corridor.notary.keys import KeyUse, PublicKey, SigningKey
from corridor.notary.note import (
    COSIGNATURE,
    MAX_SIGNATURES,
    Note,
    NoteSignature,
    is_name,
    key_id,
    malformed,
    read_note,
    read_signatures,
    write_note,
)

_TIME_SIZE: Final = 8
_SIZE: Final = _TIME_SIZE + 64
_LAST: Final = int(datetime.max.replace(tzinfo=UTC, microsecond=0).timestamp())  # the year 9999


@dataclass(frozen=True)
class VerifiedCosignature:
    """The witness `name` says that at `at` this was the largest tree it had seen of the log, and that it
    extends every earlier one. Made only by `verify_cosignatures`."""

    name: str
    at: datetime


@dataclass(frozen=True)
class VerifiedWitnessed:
    """A checkpoint signed by its log, with the cosignatures of known witnesses. Made only by
    `verify_witnessed`."""

    checkpoint: VerifiedCheckpoint
    cosignatures: tuple[VerifiedCosignature, ...]
    needed: int

    @property
    def witnessed(self) -> bool:
        """As many known witnesses as are needed cosigned. Otherwise the checkpoint is self-asserted: the
        log alone speaks."""
        return len(self.cosignatures) >= self.needed

    @property
    def standing(self) -> str:
        """`witnessed` or `self-asserted`."""
        return "witnessed" if self.witnessed else "self-asserted"

    @property
    def at(self) -> datetime | None:
        """The time by which as many witnesses as are needed had cosigned; None while self-asserted."""
        return sorted(item.at for item in self.cosignatures)[self.needed - 1] if self.witnessed else None


def majority(n: int) -> int:
    """The least number that is more than half of `n`. Of no witnesses no number is: then it is 1, never
    reached."""
    return n // 2 + 1


def cosign(checkpoint: bytes, name: str, key: SigningKey, at: datetime) -> bytes:
    """The signature line by which the witness `name` cosigns `checkpoint` at `at`, to the second.

    Whoever calls this has made sure that the statement is true: `witness.Witness` does. Raises
    `notary.key.wrong-use`, `notary.witness.name`, `notary.checkpoint.malformed`.
    """
    _check(name, key.public)
    seconds = int(instant.utc(at).timestamp())
    signature = key.sign(_message(seconds, read_note(checkpoint).text))
    stamp = seconds.to_bytes(_TIME_SIZE, "big")
    return NoteSignature(name, key_id(name, COSIGNATURE, key.public), stamp + signature).line


def verify_cosignatures(note: bytes, witnesses: Mapping[str, PublicKey]) -> tuple[VerifiedCosignature, ...]:
    """Those of `witnesses` (name -> key) who cosigned the checkpoint in `note`, in the order of its lines.

    Lines under other names or key ids are passed over, the log's own too: that is for `verify_checkpoint`.
    A line by a known witness that does not hold spoils the note. Raises `notary.checkpoint.malformed`,
    `notary.cosignature.malformed`, `notary.signature.invalid`, `notary.key.wrong-use`, `notary.key.twice`.
    """
    return _verify(read_note(note), _known(witnesses))


def verify_witnessed(
    note: bytes,
    log_key: PublicKey,
    origin: str,
    witnesses: Mapping[str, PublicKey],
    needed: int | None = None,
) -> VerifiedWitnessed:
    """The checkpoint in `note`, with what its log and the log's witnesses say of it.

    `needed` is how many must have cosigned, more than half of `witnesses` unless given, and never fewer
    than that. A witness may not have the key of the log. Raises what `verify_checkpoint` and
    `verify_cosignatures` raise."""
    checkpoint = verify_checkpoint(note, log_key, origin)
    if any(key.raw == log_key.raw for key in witnesses.values()):
        raise NotaryFault("notary.key.twice", keyid=log_key.keyid[:16])
    least = majority(len(witnesses))
    return VerifiedWitnessed(checkpoint, verify_cosignatures(note, witnesses), max(least, needed or least))


def add_cosignatures(note: bytes, *lines: bytes) -> bytes:
    """`note` with the signature lines of `lines` (each one or more lines) behind its own. Nothing is
    verified; a line of a name and key id that is there already is left out. Raises
    `notary.checkpoint.malformed`."""
    whole = read_note(note)
    kept = {(item.name, item.key_id): item for item in whole.signatures}
    if len(kept) != len(whole.signatures):
        raise malformed("two signatures by one key")
    for part in lines:
        for item in read_signatures(part):
            kept.setdefault((item.name, item.key_id), item)
    if len(kept) > MAX_SIGNATURES:
        raise malformed("number of signatures")
    return write_note(whole.text, *(item.line for item in kept.values()))


def gather(note: bytes, answers: Iterable[bytes], witnesses: Mapping[str, PublicKey]) -> bytes:
    """`note` with those lines of the witnesses' `answers` that verify for one of `witnesses`. What is
    malformed, unknown or false is left out: a bad witness must not spoil what the good ones gave."""
    known, text = _known(witnesses), read_note(note).text
    good = []
    for answer in answers:
        try:
            found = read_signatures(answer)
        except NotaryFault:
            continue
        for item in found:
            try:
                if _verify(Note(text, (item,)), known):
                    good.append(item.line)
            except NotaryFault:
                continue
    return add_cosignatures(note, *good)


def _verify(note: Note, known: Mapping[tuple[str, bytes], PublicKey]) -> tuple[VerifiedCosignature, ...]:
    found = []
    for item in note.signatures:
        key = known.get((item.name, item.key_id))
        if key is None:
            continue
        note.by(item.name, item.key_id)  # raises when there are two
        seconds = int.from_bytes(item.signature[:_TIME_SIZE], "big")
        if len(item.signature) != _SIZE or seconds > _LAST:
            raise NotaryFault("notary.cosignature.malformed")
        key.verify(item.signature[_TIME_SIZE:], _message(seconds, note.text))
        found.append(VerifiedCosignature(item.name, datetime.fromtimestamp(seconds, UTC)))
    return tuple(found)


def _known(witnesses: Mapping[str, PublicKey]) -> dict[tuple[str, bytes], PublicKey]:
    """By name and key id. What is signed does not name the witness, so a key under two names would count
    twice."""
    held = set()
    for name, key in witnesses.items():
        _check(name, key)
        if key.raw in held:
            raise NotaryFault("notary.key.twice", keyid=key.keyid[:16])
        held.add(key.raw)
    return {(name, key_id(name, COSIGNATURE, key)): key for name, key in witnesses.items()}


def _check(name: str, key: PublicKey) -> None:
    if key.use is not KeyUse.WITNESS:
        raise NotaryFault("notary.key.wrong-use", wanted=KeyUse.WITNESS)
    if not is_name(name):
        raise NotaryFault("notary.witness.name")


def _message(seconds: int, text: bytes) -> bytes:
    return b"cosignature/v1\ntime %d\n%b" % (seconds, text)
