"""Request signatures between nodes (RFC 9421, profile in spec/letter.md section 3).

The only file that knows the library `http-message-signatures`; replacing it touches nothing else.
Keys stay notary keys: the library builds and checks the signature base, notary signs and verifies.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import http_message_signatures as hms
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from corridor.exchange.fault import ExchangeFault
from corridor.exchange.message import AGE, LETTERS, STATE, SignedLetter
from corridor.faults import Fault
from corridor.notary.keys import PublicKey, SigningKey

TAG = "corridor-exchange-1"
LABEL = "corridor"
WINDOW = timedelta(minutes=5)

# Spec section 3: what every signature covers; digest where there is a body, letter id where it is a letter.
_ALWAYS = ("@method", "@path", "@query", "corridor-from", "corridor-to")
_SIGNED_HEADERS = ("content-digest", "corridor-from", "corridor-letter", "corridor-to")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):\Z")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
_P256_COORDINATE = 32


@dataclass(frozen=True)
class Sender:
    """Who signs: this State and its request key, held by the node."""

    state: str
    key: SigningKey


@dataclass(frozen=True)
class VerifiedRequest:
    """A request whose signature holds. The body is not read yet: its digest is `content_digest`."""

    from_state: str
    to_state: str
    keyid: str
    created: datetime
    nonce: str
    content_digest: bytes | None
    letter_id: str | None


def sign_request(
    method: str,
    target: str,
    *,
    sender: Sender,
    to_state: str,
    at: datetime,
    digest: bytes | None = None,
    letter_id: str | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """The headers that sign one request. `digest` is the SHA-256 of its body, where it has one."""
    message = _Message(method, target, {"corridor-from": sender.state, "corridor-to": to_state})
    covered = list(_ALWAYS)
    if digest is not None:
        message.headers["content-digest"] = content_digest(digest)
        covered.append("content-digest")
    if letter_id is not None:
        message.headers["corridor-letter"] = letter_id
        covered.append("corridor-letter")
    signer = hms.HTTPMessageSigner(
        signature_algorithm=_NotaryAlgorithm,
        key_resolver=_Keys(signing=sender.key),
    )
    signer.sign(
        message,
        key_id=sender.key.public.keyid,
        created=at,
        nonce=nonce or secrets.token_urlsafe(18),
        label=LABEL,
        tag=TAG,
        include_alg=False,  # RFC 9421 section 3.3.7: the key decides the algorithm, the message never does
        covered_component_ids=covered,
        use_existing_digest=digest is not None,
    )
    return {name.lower(): value for name, value in message.headers.items()}


def sign_letter(
    raw: bytes, *, letter_id: str, sender: Sender, to_state: str, at: datetime, nonce: str | None = None
) -> SignedLetter:
    """A sealed letter with its outer signature, ready to be posted, fetched or written to a courier file."""
    headers = sign_request(
        "POST",
        LETTERS,
        sender=sender,
        to_state=to_state,
        at=at,
        digest=hashlib.sha256(raw).digest(),
        letter_id=letter_id,
        nonce=nonce,
    )
    return SignedLetter(headers | {"content-type": AGE, "content-length": str(len(raw))}, raw)


def claimed_sender(headers: Mapping[str, str]) -> tuple[str, str]:
    """Who a request says it is from and for, before any check. Raises exchange.request.malformed."""
    from_state, to_state = headers.get("corridor-from", ""), headers.get("corridor-to", "")
    if not STATE.match(from_state) or not STATE.match(to_state):
        raise ExchangeFault("exchange.request.malformed", fact="no sender or addressee")
    return from_state, to_state


def verify_request(
    method: str, target: str, headers: Mapping[str, str], *, keys: Iterable[PublicKey], has_body: bool
) -> VerifiedRequest:
    """Check the outer signature against the request keys the directory lists for the claimed sender.

    Needs no body and no clock: the caller checks digest, window and nonce afterwards, in the order of
    spec/letter.md. Raises exchange.request.unsigned, .signature, .not-covered.
    """
    from_state, to_state = claimed_sender(headers)
    required = list(_ALWAYS)
    if has_body:
        required.append("content-digest")
    if "corridor-letter" in headers or (method, target) == ("POST", LETTERS):
        required.append("corridor-letter")
    if "signature" not in headers or "signature-input" not in headers:
        raise ExchangeFault("exchange.request.unsigned", state=from_state, fact="no signature")
    kept = {
        name: headers[name] for name in (*_SIGNED_HEADERS, "signature", "signature-input") if name in headers
    }
    verifier = _Verifier(
        signature_algorithm=_NotaryAlgorithm,
        key_resolver=_Keys(public=keys),
    )
    try:
        results = verifier.verify(_Message(method, target, kept), max_age=None, expect_tag=TAG)
    except hms.InvalidSignature as error:
        raise ExchangeFault("exchange.request.signature", state=from_state) from error
    except (hms.HTTPMessageSignaturesException, ValueError) as error:
        raise ExchangeFault(
            "exchange.request.unsigned", state=from_state, fact="unreadable signature"
        ) from error
    if len(results) != 1:
        raise ExchangeFault("exchange.request.unsigned", state=from_state, fact="more than one signature")
    result = results[0]
    for component in required:
        if f'"{component}"' not in result.covered_components:
            raise ExchangeFault("exchange.request.not-covered", state=from_state, fact=component)
    created, nonce = result.parameters.get("created"), result.parameters.get("nonce")
    if not isinstance(created, int) or not isinstance(nonce, str) or not _NONCE.match(nonce):
        raise ExchangeFault("exchange.request.not-covered", state=from_state, fact="created or nonce")
    return VerifiedRequest(
        from_state=from_state,
        to_state=to_state,
        keyid=str(result.parameters["keyid"]),
        created=datetime.fromtimestamp(created, tz=UTC),
        nonce=nonce,
        content_digest=parse_digest(headers["content-digest"], from_state) if has_body else None,
        letter_id=headers.get("corridor-letter"),
    )


def check_window(request: VerifiedRequest, at: datetime, window: timedelta = WINDOW) -> None:
    """Raises exchange.request.clock where the request was signed too far from our clock.

    Never asked of letters: a letter is recognised by its digest, so an old one is harmless, and a wrong clock
    must not keep a request to preserve from arriving.
    """
    away = abs(at - request.created)
    if away > window:
        raise ExchangeFault("exchange.request.clock", seconds=int(away.total_seconds()))


def content_digest(digest: bytes) -> str:
    """RFC 9530, SHA-256 only."""
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


def parse_digest(value: str, state: str) -> bytes:
    match = _DIGEST.match(value)
    if match is None:
        raise ExchangeFault("exchange.request.unsigned", state=state, fact="no SHA-256 Content-Digest")
    return base64.b64decode(match.group(1))


@dataclass
class _Message:
    """What the library asks of a request. Only path and query of `url` are ever covered, so the host is a
    stand-in.
    """

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return "https://node.invalid" + self.target


class _Keys(hms.HTTPSignatureKeyResolver):
    """Notary keys by key id; an id that is not among them verifies nothing."""

    def __init__(self, public: Iterable[PublicKey] = (), signing: SigningKey | None = None) -> None:
        self._public = {key.keyid: key for key in public}
        self._signing = signing

    def resolve_public_key(self, key_id: str) -> PublicKey | None:
        return self._public.get(key_id)

    def resolve_private_key(self, key_id: str) -> SigningKey | None:
        return self._signing


class _Verifier(hms.HTTPMessageVerifier):
    """The library's verifier without its wall clock; time is the caller's argument (`check_window`)."""

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        if "created" not in sig_input.params or "expires" in sig_input.params:
            raise hms.InvalidSignature("created is required, expires is not used")


class _NotaryAlgorithm(hms.HTTPSignatureAlgorithm):
    """Any notary key as an RFC 9421 algorithm. P-256 travels as r || s (RFC 9421 section 3.3.4), notary has
    DER.
    """

    algorithm_id = "notary"

    def __init__(self, public_key: PublicKey | None = None, private_key: SigningKey | None = None) -> None:
        self.public_key = public_key
        self.private_key = private_key

    def sign(self, message: bytes) -> bytes:
        assert self.private_key is not None
        signature = self.private_key.sign(message)
        if self.private_key.public.scheme.startswith("ecdsa"):
            r, s = decode_dss_signature(signature)
            return r.to_bytes(_P256_COORDINATE, "big") + s.to_bytes(_P256_COORDINATE, "big")
        return signature

    def verify(self, signature: bytes, message: bytes) -> None:
        assert self.public_key is not None
        if self.public_key.scheme.startswith("ecdsa"):
            if len(signature) != 2 * _P256_COORDINATE:
                raise hms.InvalidSignature("wrong length")
            r = int.from_bytes(signature[:_P256_COORDINATE], "big")
            s = int.from_bytes(signature[_P256_COORDINATE:], "big")
            signature = encode_dss_signature(r, s)
        try:
            self.public_key.verify(signature, message)
        except Fault as error:
            raise hms.InvalidSignature("does not verify") from error
