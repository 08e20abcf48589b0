"""Asking another State's node: which requests there are, how they are signed, what their answers may be.

No socket here: a `Wire` carries one request. `transport.client.PinnedClient` is this client over pinned TLS;
tests put an office directly behind it.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, BinaryIO, Protocol, TypeVar
from urllib.parse import quote

from corridor.exchange.body import SignedBody
from corridor.exchange.fault import PEER_DOWN, TELLABLE, ExchangeFault, told
from corridor.exchange.letter import LETTER_LIMIT, letter_digest, open_letter
from corridor.exchange.limits import FILE_LIMIT, LISTING_LIMIT
from corridor.exchange.message import (
    ADD_CHECKPOINT,
    JSON,
    LETTERS,
    OCTETS,
    PREFIX,
    FileEntry,
    Readable,
    SignedLetter,
    Waiting,
    rows_of,
    usable_code,
    usable_name,
)
from corridor.exchange.peer import Peer
from corridor.exchange.receipt import RECEIPT_LIMIT
from corridor.exchange.request import Sender, sign_request
from corridor.faults import Fault
from corridor.notary import canonical
from corridor.notary.witness import read_size

PARALLEL = 4
MAX_NOTE = 8 * 1024  # a cosignature is one line
WAITING_LIMIT = 8 * 1024 * 1024
_EMPTY = hashlib.sha256(b"").digest()
_T = TypeVar("_T")


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers in lower case, and a body that is read from the wire as it is asked
    for.
    """

    status: int
    headers: Mapping[str, str]
    body: Readable = field(default_factory=BytesIO)


class Wire(Protocol):
    """Carries one signed request to one peer. Raises ExchangeFault exchange.peer.* where it cannot.

    Follows no redirect, retries nothing that was answered, and frees its connection when the context ends.
    """

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: Readable | None
    ) -> contextlib.AbstractContextManager[Answer]: ...

    def close(self) -> None: ...


class Folder(Protocol):
    """Where a fetched package is put, file by file: seal.transfer in a node."""

    def offer(self, files: Sequence[FileEntry]) -> Sequence[str]:
        """Names still missing here."""

    def accept(self, file: FileEntry, stream: Readable) -> None:
        """Take one file in; `stream` raises before its end if it was altered."""

    def complete(self) -> None:
        """Check the whole; raises if a file is missing or altered."""


class Client:
    """One State's requests to one peer. Threads may share it: package files are carried several at a time."""

    def __init__(self, peer: Peer, sender: Sender, wire: Wire, *, clock: Callable[[], datetime]) -> None:
        self.peer = peer
        self.sender = sender
        self._wire = wire
        self._clock = clock
        self._skew = timedelta(0)

    def close(self) -> None:
        self._wire.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- letters

    def post_letter(self, letter: SignedLetter) -> bytes | None:
        """Post a letter; the receipt as it was answered, or None while the other node has not made it. The
        receipt is not yet verified: outbox.check_receipt does that.
        """
        with self._sent("POST", LETTERS, letter.headers, BytesIO(letter.raw)) as answer:
            if answer.status == 202:
                return None
            return self._small(answer, RECEIPT_LIMIT)

    def fetch_waiting(self) -> tuple[Waiting, ...]:
        """The letters that wait for us at this peer, oldest first."""
        data = self._ask_json(LETTERS, WAITING_LIMIT)
        return tuple(self._rows(data, "letters", Waiting.from_dict))

    def fetch_letter(self, waiting: Waiting) -> SignedLetter:
        """One letter with its outer signature, unverified: hand it to PostOffice.receive."""
        data = self._ask(f"{LETTERS}/{waiting.letter_id}", LETTER_LIMIT + 64 * 1024)
        letter = SignedLetter.from_bytes(data)
        if letter_digest(letter.raw) != waiting.digest or letter.from_state != self.peer.state:
            raise ExchangeFault(
                "exchange.peer.answer", state=self.peer.state, fact="another letter than asked for"
            )
        return letter

    def post_receipt(self, letter_id: str, receipt: bytes) -> None:
        """Hand in our receipt for a letter we fetched."""
        self._tell("PUT", f"{LETTERS}/{letter_id}/receipt", receipt)

    def post_refusal(self, letter_id: str, code: str) -> None:
        """Tell the sender that a fetched letter cannot be taken, by its code: it knows what to do next."""
        self._tell("PUT", f"{LETTERS}/{letter_id}/refusal", canonical.dumps({"code": code}))

    def receipt_for(self, digest: str) -> bytes:
        """The receipt of a letter we posted earlier. Raises exchange.noise where there is none (yet)."""
        return self._ask(f"{PREFIX}/receipts/{digest}", RECEIPT_LIMIT)

    def fetch_act(self, act_id: str, identities: Iterable[Any]) -> bytes:
        """An act's envelope by id, from a member of its dossier. Raises exchange.noise where the peer gives
        none.
        """
        raw = self._ask(f"{PREFIX}/acts/{act_id}", LETTER_LIMIT)
        letter = open_letter(raw, identities)
        if (letter.from_state, letter.to_state, letter.act_id) != (
            self.peer.state,
            self.sender.state,
            act_id,
        ):
            raise ExchangeFault(
                "exchange.peer.answer", state=self.peer.state, fact="another act than asked for"
            )
        return letter.act

    def held_from_us(self) -> dict[str, Any]:
        """What the peer holds from us: for a node restored from a backup, before it signs anything."""
        data = self._ask_json(f"{PREFIX}/held", WAITING_LIMIT)
        if not isinstance(data, dict):
            raise ExchangeFault("exchange.peer.answer", state=self.peer.state, fact="not an object")
        return data

    def add_checkpoint(self, body: bytes) -> bytes | int:
        """Ask the peer to witness our log: its signature line, or the size it cosigned last where ours went from
        another. Raises exchange.witness.refused where it will not: it saw another history of our log.
        """
        digest = hashlib.sha256(body).digest()
        headers = self._sign("POST", ADD_CHECKPOINT, digest, len(body))
        with self._wire.send("POST", ADD_CHECKPOINT, headers, BytesIO(body)) as answer:
            if answer.status == 200:
                return self._small(answer, MAX_NOTE)
            if answer.status == 409 and answer.headers.get("content-type") == "text/x.tlog.size":
                return read_size(self._small(answer, 32))
            if answer.status in (409, 422):
                raise ExchangeFault("exchange.witness.refused", state=self.peer.state, status=answer.status)
            raise self._refusal(answer)

    # ---- packages

    def upload_package(
        self,
        package_id: str,
        files: Sequence[FileEntry],
        opener: Callable[[str], BinaryIO],
        *,
        parallel: int = PARALLEL,
    ) -> int:
        """Bring a package: offer the list, carry what is missing there, ask for the whole to be checked.

        Returns how many files were carried. Called again after a cut it carries only the rest.
        """
        wanted = {file.name: file for file in files}
        body = canonical.dumps({"files": [file.to_dict() for file in files]})
        data = self._json(self._tell("POST", f"{PREFIX}/packages/{package_id}", body, LISTING_LIMIT))
        names = [name for name in rows_of(data, "missing") if isinstance(name, str)]
        missing = [wanted[name] for name in names if name in wanted]

        def carry(file: FileEntry) -> None:
            with opener(file.name) as stream:
                self.upload_file(package_id, file, stream)

        self._parallel(carry, missing, parallel)
        self._tell("POST", f"{PREFIX}/packages/{package_id}/complete", b"")
        return len(missing)

    def upload_file(self, package_id: str, file: FileEntry, stream: Readable) -> None:
        """Bring one file of a package, for instance a custody statement added later."""
        target = f"{PREFIX}/packages/{package_id}/files/{quote(file.name)}"
        headers = self._sign("PUT", target, bytes.fromhex(file.sha256), file.size)
        with self._sent("PUT", target, headers, stream):
            pass

    def package_listing(self, package_id: str) -> tuple[FileEntry, ...]:
        """The files of a package the peer holds for us."""
        data = self._ask_json(f"{PREFIX}/packages/{package_id}", LISTING_LIMIT)
        files = self._rows(data, "files", FileEntry.from_dict)
        if any(file.size > FILE_LIMIT for file in files):
            raise ExchangeFault("exchange.package.malformed", fact="a file larger than a package has")
        return tuple(files)

    def download_package(self, package_id: str, folder: Folder, *, parallel: int = PARALLEL) -> int:
        """Collect a package into a folder, several files at a time. Returns how many files were carried.

        Called again after a cut it carries only the rest. `folder.complete` has the last word.
        """
        files = {file.name: file for file in self.package_listing(package_id)}
        missing = [files[name] for name in folder.offer(tuple(files.values())) if name in files]
        self._parallel(lambda file: self.download_file(package_id, file, folder.accept), missing, parallel)
        folder.complete()
        return len(missing)

    def download_file(
        self, package_id: str, file: FileEntry, accept: Callable[[FileEntry, Readable], None]
    ) -> None:
        """Collect one file; `accept` gets a stream that raises before its end if a byte was altered or is
        missing.
        """
        target = f"{PREFIX}/packages/{package_id}/files/{quote(file.name)}"
        if not usable_name(file.name):
            raise ExchangeFault("exchange.package.malformed", fact="no usable name")
        with self._sent("GET", target, self._sign("GET", target, None, 0), None) as answer:
            accept(file, SignedBody(answer.body, file.size, bytes.fromhex(file.sha256)))

    def _parallel(self, work: Callable[[FileEntry], None], files: Sequence[FileEntry], threads: int) -> None:
        """What can be carried is carried, then the first failure is raised. A dead peer stops the rest.

        What stands at the top of a package goes first, one at a time in the order of the list: the manifests
        are there, and the other side checks each later file against them.
        """
        failures: list[Fault] = []
        stop = threading.Event()

        def one(file: FileEntry) -> None:
            if stop.is_set():
                return
            try:
                work(file)
            except Fault as fault:
                failures.append(fault)
                if fault.code in PEER_DOWN:
                    stop.set()

        for file in files:
            if "/" not in file.name:
                one(file)
        if not failures:
            with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
                for done in [pool.submit(one, file) for file in files if "/" in file.name]:
                    done.result()
        if failures:
            raise failures[0]

    # ---- one request

    def _sign(self, method: str, target: str, digest: bytes | None, length: int) -> dict[str, str]:
        headers = sign_request(
            method,
            target,
            sender=self.sender,
            to_state=self.peer.state,
            at=self._clock() + self._skew,
            digest=digest,
        )
        if digest is not None:
            headers |= {"content-type": OCTETS, "content-length": str(length)}
        return headers

    def _ask(self, target: str, limit: int) -> bytes:
        return self._signed("GET", target, None, limit)

    def _ask_json(self, target: str, limit: int) -> Any:
        return self._json(self._ask(target, limit))

    def _tell(self, method: str, target: str, body: bytes, limit: int = WAITING_LIMIT) -> bytes:
        return self._signed(method, target, body, limit)

    def _signed(self, method: str, target: str, body: bytes | None, limit: int) -> bytes:
        """One signed request with a small answer. A peer whose clock differs says its time once; the request,
        which is bound to that peer anyway, is signed again with it.
        """
        digest = None if body is None else hashlib.sha256(body).digest() if body else _EMPTY
        for last in (False, True):
            headers = self._sign(method, target, digest, len(body or b""))
            if body:
                headers["content-type"] = JSON
            try:
                with self._sent(method, target, headers, None if body is None else BytesIO(body)) as answer:
                    return self._small(answer, limit)
            except ExchangeFault as fault:
                theirs = fault.facts.get("time")
                if last or fault.code != "exchange.request.clock" or not isinstance(theirs, int):
                    raise
                self._skew = timedelta(seconds=theirs - self._clock().timestamp())
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def _sent(
        self, method: str, target: str, headers: Mapping[str, str], body: Readable | None
    ) -> Iterator[Answer]:
        with self._wire.send(method, target, headers, body) as answer:
            if not 200 <= answer.status < 300:
                raise self._refusal(answer)
            yield answer

    def _refusal(self, answer: Answer) -> ExchangeFault:
        """The fault an answer stands for. Its body is hostile until parsed: one code and whole numbers are
        read.
        """
        state, status = self.peer.state, answer.status
        if 300 <= status < 400:
            return ExchangeFault("exchange.peer.redirect", state=state)
        code, facts = "", {}
        with contextlib.suppress(Fault, AttributeError, TypeError):
            body = canonical.loads(self._small(answer, 16 * 1024), limit=16 * 1024)
            code = body["code"] if usable_code(body["code"]) else ""
            given = body.get("facts", {})
            facts = {
                name: given[name] for name in ("limit", "seconds", "size") if isinstance(given.get(name), int)
            }
        if status == 404:
            return ExchangeFault("exchange.noise")
        if code == "exchange.request.clock":
            value = answer.headers.get("corridor-time", "")
            if value.isascii() and value.isdigit() and len(value) <= 12:
                facts["time"] = int(value)
        if code in TELLABLE or (status == 422 and code):
            return told(code, state, facts)
        return ExchangeFault("exchange.peer.trouble", state=state, status=status, reason=code or "no code")

    def _small(self, answer: Answer, limit: int) -> bytes:
        parts, size = [], 0
        while block := answer.body.read(min(1 << 16, limit + 1 - size)):
            parts.append(block)
            size += len(block)
            if size > limit:
                raise ExchangeFault(
                    "exchange.peer.answer", state=self.peer.state, fact="larger than any such answer"
                )
        return b"".join(parts)

    def _json(self, data: bytes) -> Any:
        try:
            return canonical.loads(data, limit=LISTING_LIMIT)
        except Fault as error:
            raise ExchangeFault(
                "exchange.peer.answer", state=self.peer.state, fact="not strict JSON"
            ) from error

    def _rows(self, data: Any, key: str, parse: Callable[[Any], _T]) -> list[_T]:
        return [parse(row) for row in rows_of(data, key)]
