"""Puts a node together: files, keys, directory, mailroom, post office, worker. The only place that chooses adapters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from corridor.casework import anchoring, witnessing
from corridor.casework.house import House, TimeAuthority
from corridor.casework.mailroom import Mailroom
from corridor.casework.outbox import Worker
from corridor.casework.vault import Vault
from corridor.exchange import PostOffice, Sender
from corridor.exchange.client import Client
from corridor.exchange.transport.address import AddressPolicy
from corridor.exchange.transport.client import PinnedClient
from corridor.exchange.transport.plain import fetcher, post
from corridor.node import entry
from corridor.node.config import Authority, Config
from corridor.node.fault import NodeFault
from corridor.notary import NotaryFault, keys, timestamp
from corridor.registry import Directory, from_folder
from corridor.registry.directory import Refreshed
from corridor.registry.fetch import Fetch

PRIVATE = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
log = structlog.get_logger("corridor.node")

Clock = Callable[[], datetime]


def now() -> datetime:
    """The node's clock."""
    return datetime.now(UTC)


def build_house(config: Config, *, clock: Clock = now) -> House:
    """This State's place, from its folder. Raises NodeFault when a part is missing."""
    folder = config.folder
    if not (folder / "directory" / "root.json").exists():
        raise NodeFault("node.directory.none", path=folder)
    return House(
        state=config.state,
        root=folder,
        clock=clock,
        directory=Directory(folder / "directory", fresh=config.directory_fresh_for),
        vault=Vault(folder / "vault"),
        own_state_key=keys.public_of(config.keys / "state.sealed.json"),
        node_key=keys.load(config.keys / "node.json"),
        request_key=keys.load(config.keys / "request.json"),
        log_key=keys.load(config.keys / "log.json"),
        log_origin=entry.log_origin(config),
        witness_key=entry.witness_key(config),
        letter_identities=entry.letter_identities(config),
        fetches=config.delivery == "fetch",
        four_eyes=config.four_eyes,
        secret_work=config.secret_work,
        evidence_folders=config.evidence_folders,
        time_authorities=tuple(_authority(one) for one in config.time_authorities),
        witnesses=config.witnesses,
        service_levels=config.service_levels,
        wake=Wake(folder / "run" / "wake").up,
    )


def _authority(named: Authority) -> TimeAuthority:
    """An authority with its certificates. Raises NodeFault for a file that holds none."""
    try:
        certificates = timestamp.read_certificates(named.certificate.read_bytes())
    except (OSError, NotaryFault) as error:
        raise NodeFault("node.config.time-certificate", path=named.certificate) from error
    return TimeAuthority(named.name, named.url, certificates)


class Wake:
    """Tells the worker, in whatever process it is, that something waits: a file it looks at many times a second."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = 0

    def up(self) -> None:
        try:
            self.path.touch()
        except OSError:
            return  # the worker looks by itself every second or two

    def woken(self) -> bool:
        """Whether `up` was called since the last look."""
        try:
            seen = self.path.stat().st_mtime_ns
        except OSError:
            return False
        changed, self._seen = seen != self._seen, seen
        return changed


class Node:
    """One State's running parts. Each process of a node has its own; all share folder and database."""

    def __init__(self, config: Config, home: House) -> None:
        self.config, self.home = config, home
        self.sender = Sender(config.state, home.request_key)
        self.policy = AddressPolicy.allowing(*PRIVATE) if config.allow_private else AddressPolicy()
        self.office = PostOffice(
            sender=self.sender,
            peers=home.peer,
            identities=lambda: home.letter_identities,
            mailroom=Mailroom(home),
            clock=home.clock,
            observe=lambda state, code: log.info("refused", state=state, code=code),
        )
        self.worker = Worker(home, self.office, self.connect)
        self.asking = witnessing.Asking(home, self.connect)
        self._next_look = self._next_ask = home.clock()
        self._asked = False

    def connect(self, state: str) -> Client | None:
        """A client for one peer, its certificate pinned by the directory; None for a State it does not know."""
        peer = self.home.peer(state)
        if peer is None or not peer.url:
            return None
        return PinnedClient(peer, self.sender, clock=self.home.clock, policy=self.policy)

    def ask_time(self, authority: TimeAuthority, request: bytes) -> bytes:
        """One request to a time-stamping authority. The operator named it, so its address may be a private one."""
        return post(
            authority.url,
            request,
            "application/timestamp-query",
            named=authority.name,
            policy=AddressPolicy.allowing(*PRIVATE),
        )

    def anchor(self) -> int:
        """One look at proofs, witnesses and times."""
        at = self.home.clock()
        return self.asking.round(at) + anchoring.round(self.home, self.ask_time, at)

    def refresh_directory(self) -> Refreshed | None:
        """Look at the registry once. Trouble there is an alarm in the directory, never an exception."""
        url = self.config.registry_url
        if not url:
            return None
        over_http = url.startswith(("http://", "https://"))
        fetch: Fetch = fetcher(url, policy=self.policy) if over_http else from_folder(Path(url))
        looked = self.home.directory.refresh(fetch, at=self.home.clock())
        if looked.fault is not None:
            log.warning("registry not usable", code=looked.fault.code)
        return looked

    def work(self, stop: threading.Event) -> None:
        """The worker: post, evidence and registry each in a loop of their own, so that none waits for another.

        A package of a terabyte, or a registry that drips, holds up no letter.
        """
        wake = Wake(self.home.root / "run" / "wake")
        loops = (
            threading.Thread(target=self._loop, args=(stop, self._look), name="registry", daemon=True),
            threading.Thread(
                target=self._loop, args=(stop, self.worker.evidence), name="evidence", daemon=True
            ),
            threading.Thread(target=self._loop, args=(stop, self.anchor), name="anchors", daemon=True),
        )
        for loop in loops:
            loop.start()
        self._loop(stop, self.worker.post, wake)
        for loop in loops:
            loop.join(timeout=5)

    def _loop(self, stop: threading.Event, once: Callable[[], int], wake: Wake | None = None) -> None:
        """Call `once` for ever; at rest look again each second, or at once when woken."""
        from django.db import close_old_connections, connection

        while not stop.is_set():
            tried = 0
            try:
                close_old_connections()
                tried = once()
            except (
                Exception
            ) as error:  # the loop outlives every trouble; what it was is logged without case text
                log.error("round failed", kind=type(error).__name__, code=getattr(error, "code", ""))
            if not tried:
                for _ in range(20):
                    if stop.wait(0.05) or (wake is not None and wake.woken()):
                        break
        connection.close()

    def _look(self) -> int:
        """What is due of the registry and, after a start, of the peers' word about what we sent them."""
        from corridor.casework import restored

        at = self.home.clock()
        # Peers first: until they were asked nothing is signed, and a registry that drips must not prolong that.
        if (not self._asked or restored.standing() is not None) and at >= self._next_ask:
            troubles = restored.ask_all(self.home, self.connect, at)
            restored.asked()
            self._asked = not troubles
            self._next_ask = at + timedelta(seconds=5 if troubles else 30)
            if troubles:
                log.info("peers not asked", troubles=troubles)
        if at >= self._next_look:
            self._next_look = at + timedelta(seconds=2)
            self.refresh_directory()
            if self.home.directory.states():
                self._next_look = at + self.config.refresh
        return 0
