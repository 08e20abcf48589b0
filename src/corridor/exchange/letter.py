"""A letter: one act for one addressee, sealed to the addressee's letter recipients. See spec/letter.md
section 2.

The post reads no act. It binds the act's id, the sender and the addressee inside the seal, so that a letter
opened and sealed again for somebody else no longer agrees with itself.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Literal, NoReturn

from corridor.exchange.fault import ExchangeFault
from corridor.exchange.message import DIGEST, LETTER_ID, STATE
from corridor.faults import Fault
from corridor.notary import canonical, dsse
from corridor.seal import age

VERSION = "letter/1"
LETTER_LIMIT = 4 * 1024 * 1024  # sealed bytes; attachments travel in packages, never in letters
CHECKPOINT_LIMIT = 16 * 1024

Class = Literal["hybrid", "classic"]
_PREFIX: dict[str, str] = {"hybrid": "age1pq1", "classic": "age1"}


@dataclass(frozen=True)
class Letter:
    """What is inside the seal. `act` is a DSSE envelope as JSON; this room checks its id and nothing else of
    it.

    `checkpoint` is the newest checkpoint the sender holds of the addressee's log, `entry` the sender's
    directory entry freshly signed (a DSSE envelope as JSON). `unknown` keeps fields a later version added.
    """

    id: str
    from_state: str
    to_state: str
    act_id: str
    act: bytes
    checkpoint: bytes | None = None
    entry: bytes | None = None
    cls: Class = "hybrid"
    unknown: Mapping[str, Any] = field(default_factory=dict)


def new_letter(
    *,
    from_state: str,
    to_state: str,
    act: bytes,
    checkpoint: bytes | None = None,
    entry: bytes | None = None,
    cls: Class = "hybrid",
    letter_id: str | None = None,
) -> Letter:
    """A letter around an act, under a fresh random id unless one is given."""
    act_id = dsse.Envelope.from_json(act).id
    return Letter(
        letter_id or secrets.token_hex(16), from_state, to_state, act_id, act, checkpoint, entry, cls
    )


def letter_digest(raw: bytes) -> str:
    """SHA-256 of the sealed bytes, the name receipts call a letter by."""
    return hashlib.sha256(raw).hexdigest()


def encode(letter: Letter) -> bytes:
    """The bytes that are sealed: canonical JSON."""
    body: dict[str, Any] = dict(letter.unknown)
    body |= {
        "corridor": VERSION,
        "letter": letter.id,
        "from": letter.from_state,
        "to": letter.to_state,
        "act_id": letter.act_id,
        "act": dsse.Envelope.from_json(letter.act).to_dict(),
        "class": letter.cls,
    }
    if letter.checkpoint is not None:
        body["checkpoint"] = letter.checkpoint.decode("utf-8")
    if letter.entry is not None:
        body["entry"] = dsse.Envelope.from_json(letter.entry).to_dict()
    return canonical.dumps(body)


def seal_letter(letter: Letter, recipients: Iterable[str]) -> bytes:
    """Seal a letter to every letter recipient the directory lists for its addressee.

    A letter is of one class; a recipient of another raises exchange.letter.mixed-classes.
    """
    recipients = list(recipients)
    if not recipients:
        raise ExchangeFault("exchange.letter.no-recipient", state=letter.to_state)
    for recipient in recipients:
        hybrid = str(recipient).startswith(_PREFIX["hybrid"])
        if hybrid != (letter.cls == "hybrid"):
            raise ExchangeFault("exchange.letter.mixed-classes", cls=letter.cls)
    sink = BytesIO()
    age.encrypt(BytesIO(encode(letter)), sink, [_recipient(recipient) for recipient in recipients])
    raw = sink.getvalue()
    if len(raw) > LETTER_LIMIT:
        raise ExchangeFault("exchange.letter.too-large", size=len(raw), limit=LETTER_LIMIT)
    return raw


# Taking a hybrid recipient's 1,959 characters apart costs more than encrypting to it.
_recipient = functools.lru_cache(maxsize=1024)(age.parse_recipient)


def open_letter(raw: bytes, identities: Iterable[Any]) -> Letter:
    """Unseal and take apart. Who sent it and for whom is only what the letter says: the office compares.

    Raises exchange.letter.cannot-open, exchange.letter.malformed, exchange.letter.act-id.
    """
    if len(raw) > LETTER_LIMIT:
        raise ExchangeFault("exchange.letter.too-large", size=len(raw), limit=LETTER_LIMIT)
    sink = BytesIO()
    try:
        age.decrypt(BytesIO(raw), sink, identities)
    except Fault as error:
        raise ExchangeFault("exchange.letter.cannot-open") from error
    return decode(sink.getvalue())


def decode(data: bytes) -> Letter:
    """Read what `encode` wrote; everything wrong raises, unknown fields are kept."""
    try:
        body = canonical.loads(data, limit=LETTER_LIMIT)
    except Fault as error:
        raise ExchangeFault("exchange.letter.malformed", fact="not strict JSON") from error
    if not isinstance(body, dict) or body.get("corridor") != VERSION:
        _malformed("another version")
    letter_id, act_id = body.get("letter"), body.get("act_id")
    if not isinstance(letter_id, str) or not LETTER_ID.match(letter_id):
        _malformed("no letter id")
    if not isinstance(act_id, str) or not DIGEST.match(act_id):
        _malformed("no act id")
    states = []
    for name in ("from", "to"):
        state = body.get(name)
        if not isinstance(state, str) or not STATE.match(state):
            _malformed(f"no {name}")
        states.append(state)
    cls = body.get("class")
    if cls not in ("hybrid", "classic"):
        _malformed("no class")
    checkpoint = body.get("checkpoint")
    if checkpoint is not None and (not isinstance(checkpoint, str) or len(checkpoint) > CHECKPOINT_LIMIT):
        _malformed("an unusable checkpoint")
    act = _envelope(body.get("act"), "act")
    if act.id != act_id:
        raise ExchangeFault("exchange.letter.act-id")
    entry = body.get("entry")
    known = {"corridor", "letter", "act_id", "from", "to", "class", "checkpoint", "act", "entry"}
    return Letter(
        id=letter_id,
        from_state=states[0],
        to_state=states[1],
        act_id=act_id,
        act=act.to_json(),
        checkpoint=None if checkpoint is None else checkpoint.encode("utf-8"),
        entry=None if entry is None else _envelope(entry, "entry").to_json(),
        cls=cls,
        unknown={name: value for name, value in body.items() if name not in known},
    )


def _envelope(value: Any, name: str) -> dsse.Envelope:
    if not isinstance(value, dict):
        _malformed(f"no {name}")
    try:
        return dsse.Envelope.from_dict(value)
    except Fault as error:
        raise ExchangeFault("exchange.letter.malformed", fact=f"the {name} is not a DSSE envelope") from error


def _malformed(fact: str) -> NoReturn:
    raise ExchangeFault("exchange.letter.malformed", fact=fact)
