"""Nodes in one process, in memory, with a clock one can turn: what the stories of the post are told with."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from corridor.exchange import (
    ExchangeFault,
    FileEntry,
    Letter,
    NotHere,
    Peer,
    PostOffice,
    Receipt,
    Request,
    Response,
    Sender,
    Sent,
    VerifiedReceipt,
    Waiting,
    letter_digest,
    make_receipt,
    new_letter,
    seal_letter,
)
from corridor.exchange.client import Answer, Client
from corridor.exchange.limits import Limits
from corridor.exchange.message import Readable
from corridor.exchange.outbox import (
    Delivered,
    Job,
    Outcome,
    Pending,
    check_receipt,
    collect_once,
    deliver_once,
)
from corridor.notary import KeyUse, canonical, dsse, keys
from corridor.notary.log import Log
from corridor.seal import age

NOON = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    """Stands still until turned."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


class Effect(Exception):
    """Stands for whatever may break inside a node."""


@dataclass
class MemoryMailroom:
    """A mailroom in dictionaries. `effects` counts what acts brought about: once is what is tested."""

    state: str
    log: Log
    node_key: keys.SigningKey
    origin: str
    members: dict[str, set[str]] = field(default_factory=dict)
    acts: dict[str, bytes] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)
    receipts: dict[tuple[str, str], bytes] = field(default_factory=dict)
    arrived: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    outgoing: dict[str, dict[str, Sent]] = field(default_factory=dict)
    returned: dict[str, bytes] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    nonces: set[tuple[str, str]] = field(default_factory=set)
    packages: dict[str, tuple[str, dict[str, bytes]]] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)
    incoming: dict[str, dict[str, bytes]] = field(default_factory=dict)
    offered: dict[str, list[FileEntry]] = field(default_factory=dict)
    completed: list[str] = field(default_factory=list)
    breaks: bool = False
    refuses: Exception | None = None
    sequencing: bool = True
    lock: Any = field(default_factory=threading.Lock)

    def receipt_for(self, from_state: str, digest: str) -> bytes | None:
        return self.receipts.get((from_state, digest))

    def accept_letter(self, letter: Letter, raw: bytes, at: datetime) -> bytes | None:
        with self.lock:
            if self.breaks:
                raise Effect("disk full")
            if self.refuses is not None:
                raise self.refuses
            if letter.act_id not in self.acts:
                self.acts[letter.act_id] = letter.act
                self.effects.append(letter.act_id)
                self.letters.append(letter)
                index = self.log.append([bytes.fromhex(letter.act_id)])
                self.arrived[letter.act_id] = (at, index)
            if not self.sequencing:
                return None
            received_at, index = self.arrived[letter.act_id]
            receipt = make_receipt(
                Receipt(
                    letter=letter_digest(raw),
                    act_id=letter.act_id,
                    from_state=letter.from_state,
                    to_state=self.state,
                    received_at=received_at,
                    log_origin=self.origin,
                    log_index=index,
                    proof=self.log.proof(index),
                ),
                self.node_key,
            )
            return self.receipts.setdefault((letter.from_state, letter_digest(raw)), receipt)

    def waiting_for(self, state: str) -> Sequence[Waiting]:
        rows = self.outgoing.get(state, {}).values()
        return [
            Waiting(row.letter_id, row.digest, len(row.raw))
            for row in rows
            if row.letter_id not in self.returned
        ]

    def sent_letter(self, state: str, letter_id: str) -> Sent:
        try:
            return self.outgoing[state][letter_id]
        except KeyError:
            raise NotHere from None

    def accept_receipt(self, state: str, letter_id: str, receipt: VerifiedReceipt, raw: bytes) -> None:
        self.returned.setdefault(letter_id, raw)

    def letter_refused(self, state: str, letter_id: str, code: str) -> None:
        self.told[letter_id] = code

    def act_for(self, state: str, act_id: str) -> bytes:
        if act_id not in self.acts or state not in self.members.get(act_id, set()):
            raise NotHere
        return self.acts[act_id]

    def held_from(self, state: str) -> bytes:
        return canonical.dumps(
            {"acts": [letter.act_id for letter in self.letters if letter.from_state == state]}
        )

    def _package(self, state: str, package_id: str) -> dict[str, bytes]:
        owner, files = self.packages.get(package_id, ("", {}))
        if owner != state:
            raise NotHere
        return files

    def package_listing(self, state: str, package_id: str) -> Sequence[FileEntry]:
        return entries_of(self._package(state, package_id))

    def open_package_file(self, state: str, package_id: str, name: str) -> tuple[int, Readable]:
        files = self._package(state, package_id)
        if name not in files:
            raise NotHere
        return len(files[name]), BytesIO(files[name])

    def offer_package(self, state: str, package_id: str, files: Sequence[FileEntry]) -> Sequence[str]:
        if self.expected.get(package_id) != state:
            raise NotHere
        self.offered[package_id] = list(files)
        have = self.incoming.setdefault(package_id, {})
        return [file.name for file in files if file.name not in have]

    def put_package_file(self, state: str, package_id: str, file: FileEntry, stream: Readable) -> None:
        if self.expected.get(package_id) != state:
            raise NotHere
        self.incoming[package_id][file.name] = read_whole(stream)

    def complete_package(self, state: str, package_id: str) -> None:
        if self.expected.get(package_id) != state:
            raise NotHere
        missing = [file for file in self.offered[package_id] if file.name not in self.incoming[package_id]]
        if missing:
            raise ExchangeFault("exchange.package.incomplete", count=len(missing))
        self.completed.append(package_id)

    def use_nonce(self, state: str, nonce: str, until: datetime) -> bool:
        with self.lock:
            fresh = (state, nonce) not in self.nonces
            self.nonces.add((state, nonce))
            return fresh


def read_whole(stream: Readable) -> bytes:
    blocks = []
    while block := stream.read(1 << 20):
        blocks.append(block)
    return b"".join(blocks)


def entries_of(files: Mapping[str, bytes]) -> list[FileEntry]:
    return [FileEntry(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()]


@dataclass
class MemoryFolder:
    """Where a fetched package lands in a test."""

    wanted: list[FileEntry] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    completed: bool = False

    def offer(self, files: Sequence[FileEntry]) -> Sequence[str]:
        self.wanted = list(files)
        return [file.name for file in files if file.name not in self.files]

    def accept(self, file: FileEntry, stream: Readable) -> None:
        self.files[file.name] = read_whole(stream)

    def complete(self) -> None:
        if any(file.name not in self.files for file in self.wanted):
            raise ExchangeFault("exchange.package.incomplete", count=1)
        self.completed = True


class DirectWire:
    """Puts an office right behind a client. `down` is a peer that does not answer; `cut_after` breaks off
    answers; `tamper` changes a request on its way.
    """

    def __init__(self, office: PostOffice, state: str) -> None:
        self.office = office
        self.state = state
        self.down = False
        self.lose_answers = 0
        self.tamper: Any = None
        self.sent: list[tuple[str, str]] = []
        self.answers: list[Response] = []

    @contextlib.contextmanager
    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: Readable | None
    ) -> Iterator[Answer]:
        if self.down:
            raise ExchangeFault("exchange.peer.unreachable", state=self.state, reason="down")
        self.sent.append((method, target))
        request = Request(method, target, dict(headers), body or BytesIO())
        if self.tamper is not None:
            request = self.tamper(request)
        response = self.office.handle(request)
        self.answers.append(response)
        if self.lose_answers:
            self.lose_answers -= 1
            raise ExchangeFault("exchange.peer.unreachable", state=self.state, reason="answer lost")
        data = response.body if isinstance(response.body, bytes) else b"".join(response.body)
        yield Answer(response.status, dict(response.header_list()), BytesIO(data))

    def close(self) -> None:
        pass


class Node:
    """One State's node: keys, log, mailroom, office, and what its peers know about it."""

    def __init__(
        self,
        state: str,
        directory: Path,
        clock: Clock,
        *,
        scheme: str = "ed25519",
        limits: Limits | None = None,
    ) -> None:
        self.state = state
        self.clock = clock
        self.request_key = keys.generate(KeyUse.REQUEST, scheme)
        self.node_key = keys.generate(KeyUse.NODE)
        self.log_key = keys.generate(KeyUse.LOG)
        self.officer_key = keys.generate(KeyUse.OFFICER)
        self.identity = age.generate("hybrid")
        self.recipient = str(self.identity.recipient)
        self.origin = f"{state.lower()}.corridor.example/log"
        self.mailroom = MemoryMailroom(
            state, Log(directory / f"log-{state}", self.log_key, self.origin), self.node_key, self.origin
        )
        self.sender = Sender(state, self.request_key)
        self.directory: dict[str, Peer] = {}
        self.refusals: list[tuple[str, str]] = []
        self.office = PostOffice(
            sender=self.sender,
            peers=self.directory.get,
            identities=lambda: [self.identity],
            mailroom=self.mailroom,
            clock=clock,
            limits=limits,
            observe=lambda state, code: self.refusals.append((state, code)),
        )

    def entry(self, **changes: Any) -> Peer:
        fields: dict[str, Any] = {
            "state": self.state,
            "url": f"https://{self.state.lower()}.example",
            "tls_certificate": "",
            "request_keys": (self.request_key.public,),
            "node_keys": (self.node_key.public,),
            "letter_recipients": (self.recipient,),
            "log_key": self.log_key.public,
            "log_origin": self.origin,
            "delivery": "post",
        }
        return Peer(**(fields | changes))

    def act(self, text: str = "preserve") -> bytes:
        """An opaque act: the post looks at nothing but its id."""
        payload = canonical.dumps({"salt": f"{self.state}-{text}"})
        return dsse.sign("application/vnd.corridor.act+json", payload, self.officer_key).to_json()

    def job(self, to: Node, act: bytes | None = None, **changes: Any) -> Job:
        """Seal an act for another node and put it where a fetch finds it: what a node does in the act's
        transaction."""
        letter = new_letter(from_state=self.state, to_state=to.state, act=act or self.act(), **changes)
        raw = seal_letter(letter, [to.recipient])
        job = Job(letter.id, letter.act_id, letter_digest(raw), raw)
        self.mailroom.acts.setdefault(letter.act_id, letter.act)
        self.mailroom.outgoing.setdefault(to.state, {})[letter.id] = Sent(
            letter.id, letter.act_id, job.digest, raw
        )
        return job

    def client(self, to: Node) -> Client:
        return Client(to.entry(), self.sender, DirectWire(to.office, to.state), clock=self.clock)


def wire_of(client: Client) -> DirectWire:
    wire = client._wire
    assert isinstance(wire, DirectWire)
    return wire


def acquaint(*nodes: Node) -> None:
    """Every node's directory lists every other."""
    for node in nodes:
        node.directory.update({other.state: other.entry() for other in nodes if other is not node})


Carry = Callable[[Node, Node, Job], Outcome]


def by_post(sender: Node, receiver: Node, job: Job) -> Outcome:
    """One attempt to bring one letter, as the sender's worker makes it."""
    return deliver_once(sender.client(receiver), job, at=sender.clock())


def by_fetch(sender: Node, receiver: Node, job: Job) -> Outcome:
    """One round of collecting, as the receiver's worker makes it; the outcome as the sender then sees it."""
    collected = collect_once(receiver.client(sender), receiver.office.receive)
    for letter_id, failure in collected.failures:
        if letter_id in ("", job.letter_id):
            return failure
    raw = sender.mailroom.returned.get(job.letter_id)
    if raw is None:
        return Pending(timedelta(0))
    return Delivered(raw, check_receipt(raw, job, peer=receiver.entry(), sender=sender.sender))


class ScriptedWire:
    """A peer that always answers the same."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body

    @contextlib.contextmanager
    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: Readable | None
    ) -> Iterator[Answer]:
        yield Answer(self.status, {}, BytesIO(self.body))

    def close(self) -> None:
        pass
