"""Our own vectors: one fault a file, found at the stage the file names."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from exchange_world import Node

from corridor.exchange import ExchangeFault, Peer, PostOffice, Request, verify_receipt
from corridor.notary import KeyUse, PublicKey, canonical
from corridor.seal import age

VECTORS = Path(__file__).parents[2] / "vectors" / "letter"
FILES = sorted(VECTORS.glob("*.json"))


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def public(rows: list[Any], use: KeyUse) -> tuple[PublicKey, ...]:
    return tuple(PublicKey.from_dict(row, use=use) for row in rows)


def test_there_are_vectors() -> None:
    assert len(FILES) > 25


@pytest.mark.parametrize(
    "path", [p for p in FILES if not p.name.startswith("receipt-")], ids=lambda p: p.stem
)
def test_letter_vector(path: Path, borealia: Node) -> None:
    vector = load(path)
    directory = {
        state: Peer(state, "", "", public(row["request_keys"], KeyUse.REQUEST), (), (), None, None)
        for state, row in vector["directory"].items()
    }
    seen: list[str] = []
    office = PostOffice(
        sender=borealia.sender,
        peers=directory.get,
        identities=lambda: [age.parse_identity(text) for text in vector["receiver"]["identities"]],
        mailroom=borealia.mailroom,
        clock=lambda: datetime.fromisoformat(vector["now"]),
        observe=lambda state, code: seen.append(code),
    )
    request = vector["request"]
    body = BytesIO(base64.b64decode(request["body"]))
    response = office.handle(Request(request["method"], request["target"], request["headers"], body))
    expected = vector["expected"]
    assert response.status == expected["status"]
    if expected["code"] is None:
        assert borealia.mailroom.effects == [expected["act_id"]]
    else:
        assert isinstance(response.body, bytes)
        assert canonical.loads(response.body)["code"] == expected["code"]
        assert borealia.mailroom.effects == []
        assert len(seen) == 1


@pytest.mark.parametrize("path", [p for p in FILES if p.name.startswith("receipt-")], ids=lambda p: p.stem)
def test_receipt_vector(path: Path) -> None:
    vector = load(path)
    letter, known = vector["letter"], vector["directory"]["XBB"]

    def check() -> None:
        verify_receipt(
            canonical.dumps(vector["receipt"]),
            letter=letter["sha256"],
            act_id=letter["act_id"],
            from_state=letter["from"],
            to_state=letter["to"],
            node_keys=public(known["node_keys"], KeyUse.NODE),
            log_key=PublicKey.from_dict(known["log_key"], use=KeyUse.LOG),
            log_origin=known["log_origin"],
        )

    if vector["expected"]["code"] is None:
        check()
    else:
        with pytest.raises(ExchangeFault) as caught:
            check()
        assert caught.value.code == vector["expected"]["code"]
