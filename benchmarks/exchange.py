"""Letters a second, signed, sealed, carried, opened, logged and receipted: in one process and over TLS.

Rates are this machine's; what lasts is their ratio to the bare primitives measured in the same run.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "exchange"))

from exchange_tls import certificate, served
from exchange_world import NOON, Clock, MemoryFolder, Node, acquaint, entries_of

from corridor.exchange import open_letter, seal_letter, sign_letter
from corridor.exchange.limits import Limits
from corridor.exchange.outbox import Delivered, deliver_once
from corridor.exchange.request import verify_request
from corridor.exchange.transport.address import AddressPolicy
from corridor.exchange.transport.client import PinnedClient
from corridor.exchange.transport.wsgi import make_app

ROUNDS = 3
SPAN = 1.0
OPEN = Limits(per_second=1e9, burst=10**9, files_per_second=1e9, files_burst=10**9)


def rate(work: Callable[[], object], span: float = SPAN) -> float:
    """Calls a second, median of a few rounds."""
    found = []
    for _ in range(ROUNDS):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < span:
            work()
            count += 1
        found.append(count / (time.perf_counter() - start))
    return statistics.median(found)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, clock = Path(folder), Clock(NOON)
        aurelia, borealia = (Node(state, path, clock, limits=OPEN) for state in ("XAA", "XBB"))
        acquaint(aurelia, borealia)
        numbers = iter(range(10**9))

        def deliver(client: object) -> None:
            job = aurelia.job(borealia, aurelia.act(f"{next(numbers)}"))
            outcome = deliver_once(client, job, at=clock())  # type: ignore[arg-type]
            assert isinstance(outcome, Delivered), outcome

        job = aurelia.job(borealia)
        letter = sign_letter(
            job.raw, letter_id=job.letter_id, sender=aurelia.sender, to_state="XBB", at=clock()
        )
        opened = open_letter(job.raw, [borealia.identity])
        recipients = [str(borealia.identity.recipient)]
        keys = (aurelia.request_key.public,)
        steps = {
            "seal (hybrid age)": lambda: seal_letter(opened, recipients),
            "sign the request": lambda: sign_letter(
                job.raw, letter_id=job.letter_id, sender=aurelia.sender, to_state="XBB", at=clock()
            ),
            "verify the request": lambda: verify_request(
                "POST", "/exchange/v1/letters", letter.headers, keys=keys, has_body=True
            ),
            "log append and proof": lambda: borealia.mailroom.log.proof(
                borealia.mailroom.log.append([os.urandom(32)])
            ),
        }
        for name, work in steps.items():
            print(f"{name:34} {rate(work):10.0f} /s")
        direct = aurelia.client(borealia)
        whole = rate(lambda: deliver(direct))
        print(f"{'whole letter, one process':34} {whole:10.0f} /s")
        again = rate(lambda: deliver_once(direct, job, at=clock()))
        print(f"{'repeated letter, stored receipt':34} {again:10.0f} /s  x{again / whole:.1f}")

        cert, key, pem = certificate(path, "XBB")
        with served(make_app(borealia.office), cert, key) as url:
            peer = borealia.entry(url=url, tls_certificate=pem)
            policy = AddressPolicy.allowing("127.0.0.0/8")
            with PinnedClient(peer, aurelia.sender, clock=clock, policy=policy) as client:
                tls = rate(lambda: deliver(client))
                print(f"{'whole letter, TLS, new connection':34} {tls:10.0f} /s  x{tls / whole:.2f}")
                files = {f"data/0001/{number:05}.age": os.urandom(16 << 20) for number in range(8)}
                borealia.mailroom.packages["ab" * 32] = ("XAA", files)
                for parallel in (1, 4):
                    start = time.perf_counter()
                    client.download_package("ab" * 32, MemoryFolder(), parallel=parallel)
                    size = sum(len(data) for data in files.values())
                    speed = size / (time.perf_counter() - start) / 1e6
                    print(f"{f'package fetched, {parallel} at a time':34} {speed:10.0f} MB/s")
                borealia.mailroom.expected["cd" * 32] = "XAA"
                start = time.perf_counter()
                client.upload_package("cd" * 32, entries_of(files), lambda name: BytesIO(files[name]))
                speed = size / (time.perf_counter() - start) / 1e6
                print(f"{'package posted, 4 at a time':34} {speed:10.0f} MB/s")


if __name__ == "__main__":
    main()
