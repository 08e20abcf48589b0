"""Letters between nodes: sealed, signed, receipted, posted or fetched. This room carries acts and reads none.

Normative text: spec/letter.md.
"""

from __future__ import annotations

from corridor.exchange.fault import ExchangeFault
from corridor.exchange.letter import Letter, letter_digest, new_letter, open_letter, seal_letter
from corridor.exchange.message import FileEntry, Request, Response, SignedLetter, Waiting
from corridor.exchange.office import Mailroom, NotHere, PostOffice, Sent
from corridor.exchange.peer import Peer
from corridor.exchange.receipt import Receipt, VerifiedReceipt, make_receipt, verify_receipt
from corridor.exchange.request import Sender, VerifiedRequest, sign_letter, sign_request, verify_request

__all__ = [
    "ExchangeFault",
    "FileEntry",
    "Letter",
    "Mailroom",
    "NotHere",
    "Peer",
    "PostOffice",
    "Receipt",
    "Request",
    "Response",
    "Sender",
    "Sent",
    "SignedLetter",
    "VerifiedReceipt",
    "VerifiedRequest",
    "Waiting",
    "letter_digest",
    "make_receipt",
    "new_letter",
    "open_letter",
    "seal_letter",
    "sign_letter",
    "sign_request",
    "verify_receipt",
    "verify_request",
]
