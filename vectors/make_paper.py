"""Write vectors/paper/: one paper a file, each with at most one fault and the step of spec/paper.md 4 that decides.

Every run makes new keys, so the files change; what each one shows does not. Any language can run them. `file` is the
PDF in base64, `book` what the checker holds, `now` and `received` its clock and its own record of the day it came.
`codes.json` has read-back codes (5).
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import typst
from asn1crypto import cms

from corridor import dossier
from corridor.dossier import Basis, Member, Party, VerifiedAct
from corridor.dossier.paper import readback, signature
from corridor.notary import KeyUse, SigningKey, credentials, keys
from corridor.notary.instant import to_text

HERE = Path(__file__).parent / "paper"
NOW = datetime(2027, 3, 2, 2, 0, tzinfo=UTC)
PAGE = b"#set document(date: datetime(year: 2027, month: 3, day: 2))\nA paper, as its officer set it."


class Office:
    """One State key, one officer, one act."""

    def __init__(self, state: str = "XAA", scheme: str = "ed25519", format: bytes = b"act/1") -> None:
        self.state, own = state, Party(state, f"{state}-CP")
        self.state_key = keys.generate(KeyUse.STATE)
        self.key = keys.generate(KeyUse.OFFICER, scheme)
        credential = credentials.issue(
            self.state_key,
            state=state,
            authority=own.authority,
            number="7K2M",
            key=self.key.public,
            powers=["sign:preservation"],
            not_before=NOW - timedelta(days=1),
            not_after=NOW + timedelta(days=60),
        )
        act = dossier.opening(
            "preservation",
            basis=Basis("reciprocity", ""),
            members=(
                Member(state, own.authority, "requesting"),
                Member("XDD", "XDD-MOJ", "requested", {"paper": True}),
            ),
            sender=own,
            credential=credential,
            time=NOW,
            body={"urgent": True},
        )
        self.act: VerifiedAct = dossier.verify_act(
            dossier.sign(act, self.key), lambda _: [self.state_key.public]
        )

    def paper(self) -> bytes:
        return signature.sign(typst.compile(PAGE, format="pdf"), self.act, self.key)

    def book(self, key: SigningKey | None = None, **more: Any) -> dict[str, Any]:
        row = {"key": (key or self.state_key).public.to_dict(), "valid_from": None, "ended": None}
        return {
            self.state: {
                "keys": [row | {name: more[name] for name in ("valid_from", "ended") if name in more}],
                "as_of": more.get("as_of", to_text(NOW + timedelta(days=1))),
                "in_doubt": more.get("in_doubt", False),
            }
        }


def write(
    name: str,
    what: str,
    stage: str,
    data: bytes,
    book: dict[str, Any],
    verdict: str,
    reason: str,
    **more: str,
) -> None:
    row = {
        "what": what,
        "stage": stage,
        "now": more.get("now", to_text(NOW + timedelta(days=2))),
        "received": more.get("received"),
        "book": book,
        "expected": {"verdict": verdict, "reason": reason},
        "file": base64.b64encode(data).decode("ascii"),
    }
    (HERE / f"{name}.json").write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def unsigned(data: bytes) -> bytes:
    """The paper with an unsigned attribute in its signature: every signature in it still holds."""
    start = data.index(b"/Contents <") + len(b"/Contents <")
    end = data.index(b">", start)
    found = cms.ContentInfo.load(bytes.fromhex(data[start:end].decode("ascii")))
    (signer,) = found["content"]["signer_infos"]
    extra = cms.CMSAttribute({"type": "content_type", "values": ["data"]})
    signer["unsigned_attrs"] = cms.CMSAttributes([extra])
    held = found.dump(force=True).hex().upper().encode("ascii")
    return bytes(data[:start] + held.ljust(end - start, b"0") + data[end:])


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for old in HERE.glob("*.json"):
        old.unlink()
    office = Office()
    paper, book = office.paper(), office.book()
    good = ("genuine", "genuine")
    write("good", "A paper as it was signed.", "", paper, book, *good)
    p256 = Office(scheme="ecdsa-sha2-nistp256")
    write("good-p256", "The officer has a P-256 key.", "", p256.paper(), p256.book(), *good)
    false = ("not_genuine", "changed")
    write(
        "no-mark",
        "A PDF that is no paper.",
        "4.1",
        typst.compile(PAGE, format="pdf"),
        book,
        "unknown",
        "nothing",
    )
    write("appended", "An incremental update after the signature.", "4.1", paper + b"\n%%EOF\n", book, *false)
    start = paper.index(b"/Contents <") + len(b"/Contents <")
    end = paper.index(b">", start)
    write(
        "padding-changed",
        "A zero behind the CMS value is none.",
        "4.1",
        flipped(paper, end - 2),
        book,
        *false,
    )
    lower = paper[:start] + paper[start:end].lower() + paper[end:]
    write("hex-lower", "The CMS value in lower-case hex.", "4.1", lower, book, *false)
    write(
        "page-changed",
        "One bit of the pages.",
        "4.8",
        flipped(paper, paper.index(b"endstream") - 9),
        book,
        *false,
    )
    certificate = start + 2 * 250
    write(
        "certificate-changed",
        "One digit of the certificate.",
        "4.8",
        flipped(paper, certificate),
        book,
        *false,
    )
    write(
        "unsigned-attribute",
        "Something nobody signed inside the CMS value.",
        "4.9",
        unsigned(paper),
        book,
        *false,
    )
    mark = paper.index(signature.MARK) + len(signature.MARK) + 40
    write(
        "act-changed", "One character of the act.", "4.2", flipped(paper, mark), book, "not_genuine", "broken"
    )
    stranger = keys.generate(KeyUse.STATE)
    write("not-their-key", "The book knows all keys of that day, and not this one.", "4.3", paper,
          office.book(stranger), "not_genuine", "not-their-key")  # fmt: skip
    write("book-older", "The book is older than the paper and has not this key.", "4.3", paper,
          office.book(stranger, as_of=to_text(NOW - timedelta(days=9))), "unknown", "key-not-held")  # fmt: skip
    write("state-not-held", "The book lists no such State.", "4.3", paper, {}, "unknown", "state-not-held")
    write("after-key", "Dated after the key ended.", "4.4", paper,
          office.book(ended=to_text(NOW - timedelta(days=1))), "not_genuine", "after-key")  # fmt: skip
    write("before-key", "Dated before the key was valid.", "4.4", paper,
          office.book(valid_from=to_text(NOW + timedelta(days=1))), "not_genuine", "before-key")  # fmt: skip
    ended = office.book(ended=to_text(NOW + timedelta(days=1)))
    write("key-ended", "The key ended since.", "4.5", paper, ended, "unknown", "key-ended")
    write("key-ended-received", "The key ended since, and the paper was in hand before.", "4.5", paper, ended, *good,
          received=to_text(NOW + timedelta(hours=3)))  # fmt: skip
    write("key-ended-changed", "The key ended since, and the file contradicts itself.", "4.8",
          flipped(paper, paper.index(b"endstream") - 9), ended, *false)  # fmt: skip
    write("future", "Dated two days ahead.", "4.6", paper, book, "unknown", "from-the-future",
          now=to_text(NOW - timedelta(days=2)))  # fmt: skip
    write("in-doubt", "An alarm stands about the State.", "4.6", paper, office.book(in_doubt=True),
          "unknown", "state-in-doubt")  # fmt: skip
    other = Office()
    head = other.act.act.header
    crossed = VerifiedAct(office.act.id, office.act.act, other.act.credential, office.act.envelope)
    forged = signature.sign(typst.compile(PAGE, format="pdf"), crossed, other.key)
    assert head.sender.state == "XAA"
    write("other-officer", "A genuine act under pages another officer signed.", "4.8", forged, book, *false)
    ids = [office.act.id, "0" * 64, "f" * 64, "0123456789abcdef" * 4]
    codes = [{"act": each, "code": readback.code(each)} for each in ids]
    first = codes[0]["code"].replace("-", "")
    wrong = "0" if first[2] != "0" else "1"
    slips = [first[:2] + wrong + first[3:], first[:-1], f"{first}0"]
    (HERE / "codes.json").write_text(
        json.dumps({"stage": "5", "codes": codes, "not_codes": slips}, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
