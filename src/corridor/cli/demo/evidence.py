"""The evidence of the demo's case, made on the spot: a mailbox, a web access log, a small file-system image.

Everything in it is fictional; addresses come from the ranges set aside for documentation (RFC 5737, RFC 2606).
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from corridor.cli.demo import fat

COMPANY = "Halden Marine Supply"
SUPPLIER = "Orvik Bearings"
PROVIDER = "Postverk Borealia"
ACCOUNT = "accounts@orvik-bearings.example"
VICTIM = "payments@halden-marine.example"
LOOKALIKE = "orvik-bearlngs.example"
TRUE_IBAN = "XB21 4400 0000 0071 2288"
FALSE_IBAN = "XB86 9900 0000 0015 5407"
INTRUDER = "203.0.113.77"
STOLEN = "1 284 500.00 EUR"
START = datetime(2026, 10, 5, 7, 12, 44, tzinfo=UTC)


def make(folder: Path, *, seed: int) -> Path:
    """Write the evidence below `folder` and return it. The same seed gives the same bytes."""
    chance = random.Random(seed)  # noqa: S311  evidence for a demonstration, not a secret
    mailbox = folder / "mailbox"
    mailbox.mkdir(parents=True)
    for number, message in enumerate(_messages(chance), start=1):
        (mailbox / f"{number:04d}.eml").write_bytes(message.as_bytes())
    (folder / "access.log").write_text(_access_log(chance), encoding="ascii")
    (folder / "workstation.img").write_bytes(
        fat.image(
            label="ORVIK-PC7",
            files={
                "INVOICE.TXT": _invoice(FALSE_IBAN).encode(),
                "INVOICE.OLD": _invoice(TRUE_IBAN).encode(),
                "RULES.TXT": b"if from contains 'halden' then move to 'RSS Feeds' and mark as read\r\n",
            },
        )
    )
    return folder


def _invoice(iban: str) -> str:
    return (
        f"{SUPPLIER}\r\nInvoice 2026-1187\r\nTo: {COMPANY}\r\n"
        f"Amount due: {STOLEN}\r\nPlease pay to: {iban}\r\nDue: 2026-10-09\r\n"
    )


def _message(
    sender: str, to: str, subject: str, text: str, at: datetime, chance: random.Random
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{chance.getrandbits(48):012x}@orvik-bearings.example>"
    message["Received"] = f"from [{INTRUDER}] by mail.postverk.example with ESMTPSA; {format_datetime(at)}"
    message.set_content(text)
    message.set_boundary(f"=={chance.getrandbits(64):016x}")
    return message


def _messages(chance: random.Random) -> list[EmailMessage]:
    at = START
    messages = [
        _message(
            VICTIM,
            ACCOUNT,
            "Invoice 2026-1187",
            "Good morning, when may we expect your invoice? Kind regards",
            at,
            chance,
        )
    ]
    for week in range(1, 40):
        at += timedelta(
            hours=chance.randint(2, 9), minutes=chance.randint(0, 59), seconds=chance.randint(0, 59)
        )
        topic = chance.choice(["Delivery note", "Bearing type 6204", "Order confirmation", "Customs form"])
        pieces, pallet = chance.randint(20, 900), chance.randint(1, 60)
        body = f"Consignment {week} of the autumn order: {pieces} pieces, pallet {pallet}."
        messages.append(_message(ACCOUNT, VICTIM, f"{topic} {week}", body, at, chance))
    at += timedelta(hours=3)
    changed = _message(
        ACCOUNT,
        VICTIM,
        "Invoice 2026-1187: our bank details have changed",
        f"Please note that our bank has been audited and the account for invoice 2026-1187 is now {FALSE_IBAN}. "
        "Kindly confirm once the transfer is made.",
        at,
        chance,
    )
    changed.add_attachment(
        _invoice(FALSE_IBAN).encode(), maintype="text", subtype="plain", filename="invoice.txt"
    )
    changed.set_boundary(f"=={chance.getrandbits(64):016x}")
    return [*messages, changed]


def _access_log(chance: random.Random) -> str:
    lines = []
    at = START
    for _ in range(4000):
        at += timedelta(seconds=chance.randint(1, 90))
        intruder = chance.random() < 0.03
        address = INTRUDER if intruder else f"198.51.100.{chance.randint(1, 254)}"
        path = chance.choice(["/mail/inbox", "/mail/rules", "/mail/login", "/mail/send"])
        stamp = at.strftime("%d/%b/%Y:%H:%M:%S +0000")
        lines.append(
            f'{address} - {ACCOUNT if intruder else "-"} [{stamp}] "GET {path} HTTP/1.1" 200 '
            f'{chance.randint(300, 9000)} "-" "Mozilla/5.0" port={chance.randint(1024, 65535)}\n'
        )
    return "".join(lines)
