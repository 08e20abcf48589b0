"""Write vectors/letter/: one letter or receipt a file, each with at most one fault, and the stage that must
notice.

Every run makes new keys, so the files change; what each one shows does not. Any language can run them: a file
holds the request as it arrives, what the receiver knows, the time, and the expected status and code. `stage`
is the step of spec/letter.md section 4 (for receipts: of section 5) that decides.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from corridor.exchange import (
    Letter,
    Receipt,
    Sender,
    SignedLetter,
    letter_digest,
    make_receipt,
    new_letter,
    seal_letter,
    sign_letter,
    sign_request,
)
from corridor.exchange.letter import encode
from corridor.notary import KeyUse, canonical, dsse, keys
from corridor.notary.log import Log
from corridor.seal import age

HERE = Path(__file__).parent / "letter"
NOW = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)


class Cast:
    """Aurelia sends, Borealia receives, Cyrenia is a stranger to the case, Dorsania is no Party."""

    def __init__(self) -> None:
        self.request = {state: keys.generate(KeyUse.REQUEST) for state in ("XAA", "XBB", "XCC", "XDD")}
        self.identity = {state: age.generate("hybrid") for state in ("XAA", "XBB", "XCC")}
        self.p256 = keys.generate(KeyUse.REQUEST, "ecdsa-sha2-nistp256")
        self.officer = keys.generate(KeyUse.OFFICER)
        self.act = dsse.sign(
            "application/vnd.corridor.act+json", canonical.dumps({"salt": "vector"}), self.officer
        ).to_json()
        self.letter = new_letter(from_state="XAA", to_state="XBB", act=self.act, letter_id="00112233" * 4)

    def sealed(self, letter: Letter, to: str = "XBB") -> bytes:
        return seal_letter(letter, [str(self.identity[to].recipient)])

    def signed(
        self, raw: bytes, by: str = "XAA", to: str = "XBB", at: datetime = NOW, **key: Any
    ) -> SignedLetter:
        sender = Sender(by, key.get("key", self.request[by]))
        letter_id = key.get("letter_id", self.letter.id)
        return sign_letter(raw, letter_id=letter_id, sender=sender, to_state=to, at=at)


def write(name: str, rule: str, stage: int | None, expected: dict[str, Any], content: dict[str, Any]) -> None:
    body = {"name": name, "rule": rule, "stage": stage, "expected": expected} | content
    (HERE / f"{name}.json").write_text(
        json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def requests(cast: Cast) -> None:
    directory = {
        state: {"request_keys": [cast.request[state].public.to_dict()]} for state in ("XAA", "XBB", "XCC")
    }
    directory["XAA"]["request_keys"].append(cast.p256.public.to_dict())
    world = {
        "now": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "receiver": {"state": "XBB", "identities": [cast.identity["XBB"].text]},
        "directory": directory,
    }

    def case(
        name: str,
        rule: str,
        stage: int | None,
        status: int,
        code: str | None,
        letter: SignedLetter,
        **more: Any,
    ) -> None:
        request = {
            "method": more.get("method", "POST"),
            "target": more.get("target", "/exchange/v1/letters"),
            "headers": dict(letter.headers),
            "body": base64.b64encode(letter.raw).decode(),
        }
        expected = {"status": status, "code": code}
        if code is None:
            expected["act_id"] = more.get("act_id", cast.letter.act_id)
        write(name, rule, stage, expected, world | {"request": request})

    good = cast.signed(cast.sealed(cast.letter))
    case("good", "a letter that is accepted", None, 200, None, good)
    case("good-p256", "a P-256 signature is r || s", None, 200, None, cast.signed(good.raw, key=cast.p256))
    case(
        "good-old",
        "a letter has no clock window: a courier's may be weeks old",
        None,
        200,
        None,
        cast.signed(good.raw, at=NOW - timedelta(days=30)),
    )
    later = replace(cast.letter, unknown={"later": {"version": 2}})
    case("good-unknown-member", "unknown members are kept", None, 200, None, cast.signed(cast.sealed(later)))

    noise = "exchange.noise"
    case(
        "unknown-sender",
        "step 1: a State not in the directory",
        1,
        404,
        noise,
        cast.signed(good.raw, by="XDD"),
    )
    case(
        "other-addressee",
        "step 1: addressed to another State",
        1,
        404,
        noise,
        cast.signed(good.raw, to="XCC"),
    )
    case("other-path", "step 1: no such path", 1, 404, noise, good, target="/exchange/v1/letter")
    forged = cast.signed(good.raw, key=cast.request["XCC"])
    case("other-key", "step 2: signed by a key listed for another State", 2, 404, noise, forged)
    moved = SignedLetter(dict(good.headers) | {"corridor-letter": "f" * 32}, good.raw)
    case("header-changed", "step 2: a covered field was changed", 2, 404, noise, moved)
    bare = {name: value for name, value in good.headers.items() if not name.startswith("signature")}
    case("unsigned", "step 2: no signature", 2, 404, noise, SignedLetter(bare, good.raw))
    case(
        "letter-not-covered",
        "step 2: corridor-letter is not covered",
        2,
        404,
        noise,
        _uncovered(cast, good.raw),
    )
    long = SignedLetter(dict(good.headers) | {"content-length": "104857600"}, good.raw)
    case("too-large", "step 3: announced 100 MB", 3, 413, "exchange.request.too-large", long)
    bare = {name: value for name, value in good.headers.items() if name != "content-length"}
    case("no-length", "step 3: no length", 3, 411, "exchange.request.no-length", SignedLetter(bare, good.raw))
    changed = good.raw[:-1] + bytes([good.raw[-1] ^ 1])
    digest = "exchange.request.body-digest"
    case("byte-changed", "step 4: one byte of the body", 4, 400, digest, SignedLetter(good.headers, changed))
    case("body-cut", "step 4: a shorter body", 4, 400, digest, SignedLetter(good.headers, good.raw[:-9]))

    damaged = cast.signed(changed)
    case("seal-damaged", "step 5: altered, then signed", 5, 422, "exchange.letter.cannot-open", damaged)
    foreign = cast.signed(cast.sealed(cast.letter, "XCC"))
    case("sealed-for-another", "step 5: another recipient", 5, 422, "exchange.letter.cannot-open", foreign)
    misaddressed = "exchange.letter.misaddressed"
    forwarded = cast.signed(good.raw, by="XCC")
    case("forwarded", "step 5: another State's letter posted on", 5, 422, misaddressed, forwarded)
    renamed = cast.signed(good.raw, letter_id="f" * 32)
    case("letter-id", "step 5: another letter's id outside", 5, 422, misaddressed, renamed)
    to_other = cast.signed(cast.sealed(replace(cast.letter, to_state="XCC")))
    case("inner-addressee", "step 5: addressed to another State inside", 5, 422, misaddressed, to_other)

    def inner(change: dict[str, Any] | bytes) -> SignedLetter:
        data = change
        if isinstance(change, dict):
            data = canonical.dumps(canonical.loads(encode(cast.letter)) | change)
        return cast.signed(_age(data, str(cast.identity["XBB"].recipient)))

    malformed = "exchange.letter.malformed"
    case("version", "step 5: another version", 5, 422, malformed, inner({"corridor": "letter/2"}))
    case(
        "act-id",
        "step 5: the act has another id",
        5,
        422,
        "exchange.letter.act-id",
        inner({"act_id": "0" * 64}),
    )
    case("no-act", "step 5: no envelope", 5, 422, malformed, inner({"act": {}}))
    twice = encode(cast.letter).replace(b'"class"', b'"class":"hybrid","class"', 1)
    case("duplicate-member", "step 5: a member twice", 5, 422, malformed, inner(twice))


def _uncovered(cast: Cast, raw: bytes) -> SignedLetter:
    headers = sign_request(
        "POST",
        "/exchange/v1/letters",
        sender=Sender("XAA", cast.request["XAA"]),
        to_state="XBB",
        at=NOW,
        digest=hashlib.sha256(raw).digest(),
    )
    return SignedLetter(headers | {"corridor-letter": cast.letter.id, "content-length": str(len(raw))}, raw)


def _age(data: Any, recipient: str) -> bytes:
    sink = BytesIO()
    age.encrypt(BytesIO(data), sink, [recipient])
    return sink.getvalue()


def receipts(cast: Cast) -> None:
    node, other, log_key = (keys.generate(use) for use in (KeyUse.NODE, KeyUse.NODE, KeyUse.LOG))
    origin = "xbb.corridor.example/log"
    raw = cast.sealed(cast.letter)
    with tempfile.TemporaryDirectory() as folder:
        log = Log(folder, log_key, origin)
        log.append([bytes(32), bytes.fromhex(cast.letter.act_id), b"\x01" * 32])
        right = Receipt(letter_digest(raw), cast.letter.act_id, "XAA", "XBB", NOW, origin, 1, log.proof(1))
        elsewhere = replace(right, log_index=0, proof=log.proof(0))
    world = {
        "letter": {"sha256": right.letter, "act_id": right.act_id, "from": "XAA", "to": "XBB"},
        "directory": {
            "XBB": {
                "node_keys": [node.public.to_dict()],
                "log_key": log_key.public.to_dict(),
                "log_origin": origin,
            }
        },
    }

    def case(name: str, rule: str, stage: int | None, code: str | None, receipt: bytes) -> None:
        text = {"receipt": json.loads(receipt)}
        write(f"receipt-{name}", rule, stage, {"code": code}, world | text)

    case("good", "a receipt that is accepted", None, None, make_receipt(right, node))
    case(
        "other-key",
        "1: not signed by a node key listed",
        1,
        "exchange.receipt.signature",
        make_receipt(right, other),
    )
    mismatch = "exchange.receipt.mismatch"
    for name, change in (
        ("letter", {"letter": "0" * 64}),
        ("act", {"act_id": "0" * 64}),
        ("sender", {"from_state": "XCC"}),
        ("addressee", {"to_state": "XCC"}),
        ("origin", {"log_origin": "elsewhere.example/log"}),
    ):
        wrong = replace(right, **change)  # type: ignore[arg-type]
        case(f"other-{name}", f"2: another {name}", 2, mismatch, make_receipt(wrong, node))
    case("other-entry", "3: proves another entry", 3, "exchange.receipt.log", make_receipt(elsewhere, node))
    index = make_receipt(replace(right, log_index=2), node)
    case("other-index", "3: names another index than it proves", 3, "exchange.receipt.log", index)


if __name__ == "__main__":
    HERE.mkdir(parents=True, exist_ok=True)
    for old in HERE.glob("*.json"):
        old.unlink()
    cast = Cast()
    requests(cast)
    receipts(cast)
    print(f"{len(list(HERE.glob('*.json')))} files in {HERE}")
