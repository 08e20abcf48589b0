"""A node in its own process: `granian --interface wsgi served_node:app`, its folder in EXCHANGE_TEST_DIR.

Reads what it needs of its peer from peer.json and tells of itself in entry.json.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from exchange_world import Clock, Node

from corridor.exchange import Peer
from corridor.exchange.transport.wsgi import make_app
from corridor.notary import KeyUse, PublicKey


def served() -> Node:
    directory = Path(os.environ["EXCHANGE_TEST_DIR"])
    known = json.loads((directory / "peer.json").read_text())
    node = Node("XBB", directory, Clock(datetime.now(UTC)))
    request_key = PublicKey.from_dict(known["request_key"], use=KeyUse.REQUEST)
    node.directory[known["state"]] = Peer(
        known["state"], "", "", (request_key,), (), (known["recipient"],), None, None
    )
    node.mailroom.packages["ab" * 32] = ("XAA", {"data/0001/00000.age": b"\x07" * (9 << 20)})
    node.mailroom.expected["cd" * 32] = "XAA"
    entry = {
        "request_key": node.request_key.public.to_dict(),
        "node_key": node.node_key.public.to_dict(),
        "log_key": node.log_key.public.to_dict(),
        "log_origin": node.origin,
        "recipient": node.recipient,
    }
    partial = directory / "entry.json.part"
    partial.write_text(json.dumps(entry))
    partial.rename(directory / "entry.json")
    return node


app = make_app(served().office)
