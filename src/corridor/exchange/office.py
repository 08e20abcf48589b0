"""The post office: the server side of the exchange, without a socket, a framework or a database.

What it guards, in this order (spec/letter.md section 4), and nothing of a later step is done before an
earlier holds:
    1  the sender is a State the directory lists, and the addressee is this State
    2  the outer signature is by a request key of that State
    3  size, rate, and for everything but letters the clock window and the nonce
    4  the body is the one that was signed
    5  the letter opens with our identities, and inside it names the same sender, addressee and letter
    6  the act: the mailroom's business, in one transaction with the receipt

Whoever fails 1 or 2, and whoever asks for what is absent or not theirs, gets `NOISE`: one answer, the same
bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import unquote

from corridor.exchange.body import SignedBody
from corridor.exchange.fault import ExchangeFault
from corridor.exchange.letter import Letter, letter_digest, new_letter, open_letter, seal_letter
from corridor.exchange.limits import Busy, Handed, Limits, Rate, check_size
from corridor.exchange.message import (
    ADD_CHECKPOINT,
    AGE,
    DSSE,
    HTTP_MESSAGE,
    JSON,
    LETTERS,
    OCTETS,
    PREFIX,
    FileEntry,
    Readable,
    Request,
    Response,
    SignedLetter,
    Waiting,
    blocks_of,
    rows_of,
    usable_code,
    usable_name,
)
from corridor.exchange.peer import Peer
from corridor.exchange.receipt import VerifiedReceipt, verify_receipt
from corridor.exchange.request import (
    WINDOW,
    Sender,
    VerifiedRequest,
    check_window,
    claimed_sender,
    sign_letter,
    verify_request,
)
from corridor.faults import Fault
from corridor.notary import canonical
from corridor.notary.witness import MAX_REQUEST, Answer

REFUSAL_LIMIT = 1024
NOISE = Response(404, canonical.dumps({"code": "exchange.noise"}))
PENDING = Response(202, canonical.dumps({"code": "exchange.pending"}), headers=(("retry-after", "1"),))


class NotHere(Exception):
    """Raised by a mailroom for what is absent or not this State's to ask for: answered exactly as noise."""


@dataclass(frozen=True)
class Sent:
    """A letter this State sent and still holds: what a fetch hands over and a receipt is checked against."""

    letter_id: str
    act_id: str
    digest: str
    raw: bytes


class Mailroom(Protocol):
    """What a node keeps, as the post needs it. Every method may be called twice with the same arguments and
    then gives the same answer with no second effect; several threads and processes may call at once. Raise
    `NotHere` for absent-or-not-yours, a `Fault` for a coded refusal the sender may read; anything else is
    answered as this node's trouble and tried again by the sender.
    """

    def receipt_for(self, from_state: str, digest: str) -> bytes | None:
        """The stored receipt of a sealed letter that came from this State, or None."""

    def accept_letter(self, letter: Letter, raw: bytes, at: datetime) -> bytes | None:
        """Judge the act, keep it and its leaf in one transaction, make and store the receipt; give the
        receipt, or None while the log has not numbered the act. Must check that the act itself is by
        `letter.from_state`.
        """

    def waiting_for(self, state: str) -> Sequence[Waiting]:
        """Letters for a State that fetches, without a receipt yet, oldest first."""

    def sent_letter(self, state: str, letter_id: str) -> Sent:
        """A letter sent to that State, receipted or not."""

    def accept_receipt(self, state: str, letter_id: str, receipt: VerifiedReceipt, raw: bytes) -> None:
        """A verified receipt for a letter we sent: keep it, take the letter off the waiting list."""

    def letter_refused(self, state: str, letter_id: str, code: str) -> None:
        """The addressee fetched a letter and cannot take it: `outbox.classify_told` says what that means
        here.
        """

    def act_for(self, state: str, act_id: str) -> bytes:
        """An act's envelope, if that State is a member of its dossier."""

    def held_from(self, state: str) -> bytes:
        """What we hold from that State (canonical JSON), for a node restored from a backup that asks."""

    def package_listing(self, state: str, package_id: str) -> Sequence[FileEntry]:
        """The files of a package that State may collect."""

    def open_package_file(self, state: str, package_id: str, name: str) -> tuple[int, Readable]:
        """One file of it: size and an open stream."""

    def offer_package(self, state: str, package_id: str, files: Sequence[FileEntry]) -> Sequence[str]:
        """A State wants to bring a package: the names still missing here (seal.transfer)."""

    def put_package_file(self, state: str, package_id: str, file: FileEntry, stream: Readable) -> None:
        """Take one file in (seal.transfer.accept_file). `stream` raises before its end if it was altered."""

    def complete_package(self, state: str, package_id: str) -> None:
        """All files were brought: check the whole (seal.transfer.complete)."""

    def add_checkpoint(self, peer: Peer, body: bytes, at: datetime) -> Answer:
        """That State asks this one to witness its log (notary.witness)."""

    def use_nonce(self, state: str, nonce: str, until: datetime) -> bool:
        """Remember a nonce until then; False if it was used before. Shared by all processes of the node."""


@dataclass(frozen=True)
class _Verified:
    """A request past step 2, with whom it is from."""

    peer: Peer
    signed: VerifiedRequest
    request: Request


class PostOffice:
    """Serves one State's node. Holds no state but the rate buckets; everything kept is the mailroom's."""

    def __init__(
        self,
        *,
        sender: Sender,
        peers: Callable[[str], Peer | None],
        identities: Callable[[], Iterable[Any]],
        mailroom: Mailroom,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
        window: timedelta = WINDOW,
        observe: Callable[[str, str], None] | None = None,
    ) -> None:
        """`identities` gives the letter identities held now; `observe(state, code)` hears of each refusal."""
        self.state = sender.state
        self._sender = sender
        self._peers = peers
        self._identities = identities
        self._mailroom = mailroom
        self._clock = clock
        self._limits = limits or Limits()
        self._window = window
        self._observe = observe or (lambda state, code: None)
        self._rate = Rate(self._limits)
        self._busy = Busy(self._limits)

    # ---- the door

    def handle(self, request: Request) -> Response:
        """Answer one request. Never raises: what is not this room's fault is this node's trouble (503)."""
        peer: Peer | None = None
        try:
            handler, arguments = _route(request)
            known = self._authenticate(request)  # 1, 2
            peer = known.peer
            return self._answered(peer.state, lambda: handler(self, known, *arguments))
        except NotHere:
            return self._noise(peer, "exchange.noise")
        except Fault as fault:
            if peer is None:  # whoever did not prove who they are learns nothing, not even why
                return self._noise(None, fault.code, request)
            return self._refusal(peer, fault)
        except Exception:  # noqa: BLE001, RUF100  the sender keeps the letter; details stay in this node's log
            self._observe(peer.state if peer else "", "exchange.office.trouble")
            if peer is None:
                return NOISE
            return _answer(ExchangeFault("exchange.office.trouble"), 503)

    def _answered(self, state: str, answer: Callable[[], Response]) -> Response:
        """One of the State's places at the counter, held until its body is read and the answer handed over."""
        self._busy.enter(state)
        try:
            response = answer()
        except BaseException:
            self._busy.leave(state)
            raise
        if isinstance(response.body, bytes):
            self._busy.leave(state)
            return response
        return replace(response, body=Handed(response.body, lambda: self._busy.leave(state)))

    def receive(self, letter: SignedLetter) -> bytes | None:
        """A letter that was fetched, or came by courier: the same checks as a posted one. Gives the receipt,
        or None while it is pending. Raises what `handle` would have refused with.
        """
        request = letter.request()
        try:
            known = self._authenticate(request)
            return self._letter(known)
        except NotHere:
            raise ExchangeFault("exchange.noise") from None
        except Fault as fault:
            self._observe(letter.from_state, fault.code)
            raise
        except Exception as error:
            self._observe(letter.from_state, "exchange.office.trouble")
            raise ExchangeFault("exchange.office.trouble") from error

    # ---- 1 and 2

    def _authenticate(self, request: Request) -> _Verified:
        from_state, to_state = claimed_sender(request.headers)
        if to_state != self.state:
            raise ExchangeFault("exchange.request.not-for-us", state=from_state)
        peer = self._peers(from_state)
        if peer is None or from_state == self.state:
            raise ExchangeFault("exchange.request.unknown-peer", state=from_state)
        signed = verify_request(
            request.method,
            request.target,
            request.headers,
            keys=peer.request_keys,
            has_body=request.method != "GET",
        )
        return _Verified(peer, signed, request)

    # ---- 3 and 4

    def _fresh(self, known: _Verified, lane: str = "letters") -> None:
        """Rate, clock window and nonce, for every request but a letter."""
        at = self._clock()
        state = known.peer.state
        self._rate.take(state, lane, at)
        check_window(known.signed, at, self._window)
        if not self._mailroom.use_nonce(state, known.signed.nonce, at + 2 * self._window):
            raise ExchangeFault("exchange.request.replayed")

    def _body(self, known: _Verified, limit: int) -> SignedBody:
        """3 the size as announced; 4 the digest, checked while reading."""
        length = check_size(known.request.length, limit)
        assert known.signed.content_digest is not None
        return SignedBody(known.request.body, length, known.signed.content_digest)

    def _json(self, known: _Verified, limit: int) -> Any:
        try:
            return canonical.loads(self._body(known, limit).read(), limit=limit)
        except ExchangeFault:
            raise
        except Fault as fault:
            raise ExchangeFault("exchange.request.malformed", fact="not strict JSON") from fault

    # ---- letters

    def _letter(self, known: _Verified) -> bytes | None:
        state = known.peer.state
        at = self._clock()
        check_size(known.request.length, self._limits.letter)  # 3; a letter has no window and no nonce check:
        self._rate.take(state, "letters", at)  # its digest is what recognises it, see check_window
        raw = self._body(known, self._limits.letter).read()  # 4
        stored = self._mailroom.receipt_for(state, letter_digest(raw))
        if stored is not None:
            return stored
        letter = open_letter(raw, self._identities())  # 5
        for name, inside, outside in (
            ("sender", letter.from_state, state),
            ("addressee", letter.to_state, self.state),
            ("letter", letter.id, known.signed.letter_id),
        ):
            if inside != outside:
                raise ExchangeFault("exchange.letter.misaddressed", fact=name)
        return self._mailroom.accept_letter(letter, raw, at)  # 6

    def _post_letter(self, known: _Verified) -> Response:
        receipt = self._letter(known)
        return PENDING if receipt is None else Response(200, receipt, DSSE)

    def _get_waiting(self, known: _Verified) -> Response:
        self._fresh(known)
        rows = self._mailroom.waiting_for(known.peer.state)
        return Response(200, canonical.dumps({"letters": [row.to_dict() for row in rows]}))

    def _get_letter(self, known: _Verified, letter_id: str) -> Response:
        self._fresh(known)
        sent = self._mailroom.sent_letter(known.peer.state, letter_id)
        letter = self.signed(sent, known.peer.state)
        return Response(200, letter.to_bytes(), HTTP_MESSAGE)

    def signed(self, sent: Sent, to_state: str) -> SignedLetter:
        """The outer signature for a letter that is fetched or goes by courier."""
        return sign_letter(
            sent.raw, letter_id=sent.letter_id, sender=self._sender, to_state=to_state, at=self._clock()
        )

    def _put_receipt(self, known: _Verified, letter_id: str) -> Response:
        self._fresh(known)
        raw = self._body(known, self._limits.receipt).read()
        self.take_receipt(known.peer, letter_id, raw)
        return Response(204)

    def take_receipt(self, peer: Peer, letter_id: str, raw: bytes) -> VerifiedReceipt:
        """A receipt for a letter we sent, handed in by its addressee or brought back by courier."""
        sent = self._mailroom.sent_letter(peer.state, letter_id)
        verified = verify_receipt(
            raw,
            letter=sent.digest,
            act_id=sent.act_id,
            from_state=self.state,
            to_state=peer.state,
            node_keys=peer.node_keys,
            log_key=peer.log_key,
            log_origin=peer.log_origin,
        )
        self._mailroom.accept_receipt(peer.state, letter_id, verified, raw)
        return verified

    def _put_refusal(self, known: _Verified, letter_id: str) -> Response:
        self._fresh(known)
        code = self._json(known, REFUSAL_LIMIT)
        code = code.get("code") if isinstance(code, dict) else None
        if not isinstance(code, str) or not usable_code(code):
            raise ExchangeFault("exchange.request.malformed", fact="no code")
        self._mailroom.sent_letter(known.peer.state, letter_id)
        self._mailroom.letter_refused(known.peer.state, letter_id, code)
        return Response(204)

    def _get_receipt(self, known: _Verified, digest: str) -> Response:
        self._fresh(known)
        receipt = self._mailroom.receipt_for(known.peer.state, digest)
        if receipt is None:
            raise NotHere
        return Response(200, receipt, DSSE)

    def _get_act(self, known: _Verified, act_id: str) -> Response:
        """A missing `seen`, asked for by id: sealed for the asker like any act that leaves this node."""
        self._fresh(known)
        act = self._mailroom.act_for(known.peer.state, act_id)
        recipients = known.peer.letter_recipients
        cls = "hybrid" if recipients and recipients[0].startswith("age1pq1") else "classic"
        letter = new_letter(from_state=self.state, to_state=known.peer.state, act=act, cls=cls)  # type: ignore[arg-type]
        return Response(200, seal_letter(letter, recipients), AGE)

    def _get_held(self, known: _Verified) -> Response:
        self._fresh(known)
        return Response(200, self._mailroom.held_from(known.peer.state), JSON)

    def _add_checkpoint(self, known: _Verified) -> Response:
        """C2SP tlog-witness: the asking State's log and nobody else's, as the mailroom's witness judges it."""
        self._fresh(known)
        body = self._body(known, MAX_REQUEST).read()
        answer = self._mailroom.add_checkpoint(known.peer, body, self._clock())
        return Response(answer.status, answer.body, answer.content_type)

    # ---- packages, file by file

    def _get_package(self, known: _Verified, package_id: str) -> Response:
        self._fresh(known)
        files = self._mailroom.package_listing(known.peer.state, package_id)
        return Response(
            200, canonical.dumps({"files": [file.to_dict() for file in files], "package": package_id})
        )

    def _get_file(self, known: _Verified, package_id: str, name: str) -> Response:
        self._fresh(known, "files")
        size, stream = self._mailroom.open_package_file(known.peer.state, package_id, _name(name))
        return Response(200, blocks_of(stream), OCTETS, length=size)

    def _post_package(self, known: _Verified, package_id: str) -> Response:
        self._fresh(known)
        body = self._json(known, self._limits.listing)
        files = [FileEntry.from_dict(row) for row in rows_of(body, "files")]
        if len({file.name for file in files}) != len(files):
            raise ExchangeFault("exchange.package.malformed", fact="a name twice")
        if any(file.size > self._limits.file for file in files):
            raise ExchangeFault("exchange.package.malformed", fact="a file larger than a package has")
        missing = self._mailroom.offer_package(known.peer.state, package_id, files)
        return Response(200, canonical.dumps({"missing": list(missing), "package": package_id}))

    def _put_file(self, known: _Verified, package_id: str, name: str) -> Response:
        self._fresh(known, "files")
        body = self._body(known, self._limits.file)
        assert known.signed.content_digest is not None
        assert known.request.length is not None
        file = FileEntry(_name(name), known.request.length, known.signed.content_digest.hex())
        self._mailroom.put_package_file(known.peer.state, package_id, file, body)
        body.finish()
        return Response(204)

    def _complete_package(self, known: _Verified, package_id: str) -> Response:
        self._fresh(known)
        self._body(known, 0).read()
        self._mailroom.complete_package(known.peer.state, package_id)
        return Response(204)

    # ---- answers

    def _noise(self, peer: Peer | None, code: str, request: Request | None = None) -> Response:
        claimed = peer.state if peer else (request.headers.get("corridor-from", "")[:16] if request else "")
        self._observe(claimed, code)
        return NOISE

    def _refusal(self, peer: Peer, fault: Fault) -> Response:
        self._observe(peer.state, fault.code)
        headers: tuple[tuple[str, str], ...] = ()
        if fault.code == "exchange.request.clock":
            headers = (("corridor-time", str(int(self._clock().timestamp()))),)
        if fault.code == "exchange.request.too-often":
            headers = (("retry-after", str(fault.facts["seconds"])),)
        return _answer(fault, _STATUS.get(fault.code, 503 if fault.retry else 422), headers)


_STATUS = {
    "exchange.request.malformed": 400,
    "exchange.request.not-covered": 400,
    "exchange.request.clock": 403,
    "exchange.request.replayed": 403,
    "exchange.request.no-length": 411,
    "exchange.request.too-large": 413,
    "exchange.request.too-often": 429,
    "exchange.request.body-digest": 400,
    "exchange.letter.cannot-open": 422,
    "exchange.package.incomplete": 409,
}


def _answer(fault: Fault, status: int, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A coded refusal for a State that proved who it is: code and numbers, no sentence of ours."""
    facts = {name: value for name, value in fault.facts.items() if isinstance(value, int)}
    body = {"code": fault.code, "facts": facts, "retry": fault.retry}
    return Response(status, canonical.dumps(body), headers=headers)


def _name(target_part: str) -> str:
    name = unquote(target_part)
    if not usable_name(name):
        raise NotHere
    return name


_Handler = Callable[..., Response]
_PACKAGE = PREFIX + r"/packages/([0-9a-f]{64})"
_ROUTES: tuple[tuple[str, re.Pattern[str], _Handler], ...] = tuple(
    (method, re.compile(path + r"\Z"), handler)
    for method, path, handler in (
        ("POST", LETTERS, PostOffice._post_letter),
        ("GET", LETTERS, PostOffice._get_waiting),
        ("GET", LETTERS + r"/([0-9a-f]{32})", PostOffice._get_letter),
        ("PUT", LETTERS + r"/([0-9a-f]{32})/receipt", PostOffice._put_receipt),
        ("PUT", LETTERS + r"/([0-9a-f]{32})/refusal", PostOffice._put_refusal),
        ("GET", PREFIX + r"/receipts/([0-9a-f]{64})", PostOffice._get_receipt),
        ("GET", PREFIX + r"/acts/([0-9a-f]{64})", PostOffice._get_act),
        ("GET", PREFIX + r"/held", PostOffice._get_held),
        ("POST", ADD_CHECKPOINT, PostOffice._add_checkpoint),
        ("GET", _PACKAGE, PostOffice._get_package),
        ("POST", _PACKAGE, PostOffice._post_package),
        ("GET", _PACKAGE + r"/files/([A-Za-z0-9._/-]{1,512})", PostOffice._get_file),
        ("PUT", _PACKAGE + r"/files/([A-Za-z0-9._/-]{1,512})", PostOffice._put_file),
        ("POST", _PACKAGE + r"/complete", PostOffice._complete_package),
    )
)


def _route(request: Request) -> tuple[_Handler, tuple[str, ...]]:
    for method, pattern, handler in _ROUTES:
        match = pattern.match(request.target)
        if match and method == request.method:
            return handler, match.groups()
    raise NotHere
