"""Runs the registry's listener and the clock that keeps its timestamp fresh."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

from corridor.registry import Repository

FOLDER = "CORRIDOR_REGISTRY"
RENEW_EVERY = 12 * 3600.0


def serve(
    repository: Repository,
    directory: Path,
    host: str,
    port: int,
    certificate: Path | None,
    certificate_key: Path | None,
) -> None:
    """Serve until told to stop. The timestamp is dated anew at once and twice a day (it lives two days).

    The first dating is done before the listener's worker is forked: a fork while the repository's lock is held would
    hand the lock on to the worker, and nobody could publish while it lives.
    """
    os.environ[FOLDER] = str(directory.resolve())
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(RENEW_EVERY):
            repository.renew(at=datetime.now(UTC).replace(microsecond=0))

    repository.renew(at=datetime.now(UTC).replace(microsecond=0))
    threading.Thread(target=renew, daemon=True).start()
    server = Granian(
        target="corridor.cli.registry_site:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        ssl_cert=certificate,
        ssl_key=certificate_key,
        websockets=False,
        log_access=False,
    )
    try:
        server.serve()
    finally:
        stop.set()
