"""States witness each other's logs: this node asks its witnesses to cosign its checkpoints, and cosigns theirs.

A witness signs only what extends all it has seen of a log. Where it refuses, one of the two has seen another history:
both are told, and disclosure to a State whose log forked stops until a person has looked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from corridor.casework import restored
from corridor.casework.house import House
from corridor.casework.models import NodeNote, PeerState
from corridor.casework.sequencer import REFUSED
from corridor.exchange import Peer
from corridor.exchange.client import Client
from corridor.exchange.outbox import backoff
from corridor.faults import Fault
from corridor.notary import NotaryFault
from corridor.notary.files import write_whole
from corridor.notary.log import Log
from corridor.notary.witness import (
    Answer,
    FolderMemory,
    Witness,
    gather,
    read_request,
    verify_cosignatures,
    write_request,
)

ROLLBACK = "notary.witness.rollback"
_HISTORIES = ("notary.log.forked", ROLLBACK, "notary.proof.invalid")
log = structlog.get_logger("corridor.witnessing")


# ---- as a witness


def add_checkpoint(home: House, peer: Peer, body: bytes, at: datetime) -> Answer:
    """Cosign a checkpoint of that State's own log, or say why not. A fork or a rollback is an alarm here too."""

    def log_key(origin: str):  # type: ignore[no-untyped-def]
        return peer.log_key if origin == peer.log_origin else None

    witness = Witness(home.witness_name, home.witness_key, FolderMemory(home.root / "witness"), log_key)
    try:
        old, path, checkpoint = read_request(body)
        line = witness.add_checkpoint(old, path, checkpoint, at)
    except NotaryFault as fault:
        if fault.code in _HISTORIES:
            log.warning("log not witnessed", state=peer.state, code=fault.code)
            write_whole(home.root / "witness" / f"{peer.state}-{fault.code.rpartition('.')[2]}", body)
            PeerState.objects.update_or_create(state=peer.state, defaults={"alarm": fault.code})
        return witness.answer(body, at)
    PeerState.objects.filter(state=peer.state, alarm=ROLLBACK).update(alarm="")
    return Answer(200, line)


# ---- as a log


class Asking:
    """Asks this State's witnesses whenever the log has grown; each by itself, less often while it does not answer."""

    def __init__(self, home: House, connect: Callable[[str], Client | None]) -> None:
        self.home, self.connect = home, connect
        self._failed: dict[str, tuple[int, datetime]] = {}

    def round(self, at: datetime) -> int:
        """Returns how many witnesses cosigned the newest checkpoint in this look."""
        keys = self.home.witness_keys(self.home.state)
        if not keys or restored.standing() is not None:
            return 0
        kept = self.home.log()
        head = kept.head
        if head.size == 0:
            return 0
        held = kept.witnessed
        have = held.text if held is not None and held.size == head.size else head.text
        done = {one.name for one in verify_cosignatures(have, {name: key for name, (_, key) in keys.items()})}
        lines = []
        for name, (state, _) in keys.items():
            if name in done or self._failed.get(state, (0, at))[1] > at:
                continue
            try:
                lines.append(self._ask(kept, state))
                self._failed.pop(state, None)
            except Fault as fault:
                attempts = self._failed.get(state, (0, at))[0] + 1
                self._failed[state] = attempts, at + min(backoff(attempts, seed=state), timedelta(minutes=5))
                log.info("not witnessed", by=state, code=fault.code)
                if fault.code in ("exchange.witness.refused", *_HISTORIES):
                    NodeNote.objects.update_or_create(name=REFUSED, defaults={"text": state, "changed": at})
        if lines:
            note = gather(have, lines, {name: key for name, (_, key) in keys.items()})
            kept.keep_cosigned(note)
            NodeNote.objects.filter(name=REFUSED, text__in=[keys[one][0] for one in keys]).exclude(
                text__in=list(self._failed)
            ).delete()
        return len(lines)

    def _ask(self, kept: Log, state: str) -> bytes:
        head = kept.head
        held = kept.witnessed
        client = self.connect(state)
        if client is None:
            raise NotaryFault("notary.witness.unknown-log")
        old = held.size if held is not None and held.size <= head.size else 0
        with client:
            for _ in range(3):
                answer = client.add_checkpoint(
                    write_request(old, kept.consistency(old, head.size) if old else [], head.text)
                )
                if isinstance(answer, bytes):
                    return answer
                if answer > head.size:  # it has seen more of us than we have
                    restored.mark(self.home, "casework.restored.behind")
                    raise NotaryFault(ROLLBACK, size=head.size, held=answer)
                old = answer
        raise NotaryFault("notary.witness.conflict", old=old, held=old)


__all__ = ["REFUSED", "Asking", "add_checkpoint"]
