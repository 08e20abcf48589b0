"""The worker's rounds: bring letters, fetch letters, ask for missing acts, carry packages. Rows are the truth.

Each due row is leased before it is tried, so that two workers never try one row at a time and a worker that dies
holds it only until the lease ends. Nothing here makes a legal effect: it moves what actions and `receive` wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from corridor.casework import mailroom, membership, receive, restored, sequencer, store, transfers
from corridor.casework.house import House
from corridor.casework.models import Dossier, HeldLetter, OutboxLetter, PeerState, Transfer
from corridor.dossier import VerifiedAct
from corridor.exchange import NotHere, PostOffice
from corridor.exchange.client import Client
from corridor.exchange.outbox import (
    Breaker,
    Delivered,
    Failure,
    Job,
    Pending,
    backoff,
    collect_once,
    deliver_once,
)
from corridor.faults import Fault
from corridor.notary import Envelope

LEASE = timedelta(minutes=2)
ABSENT = 16  # acts of one dossier asked for in one round
POISON = 2000  # tries, days of them, after which a person is shown the letter

Connect = Callable[[str], Client | None]
log = structlog.get_logger("corridor.outbox")


class Worker:
    """Does what is due. `connect(state)` gives a client for a peer, or None when the directory does not know it."""

    def __init__(self, home: House, office: PostOffice, connect: Connect) -> None:
        self.home, self.office, self.connect = home, office, connect
        # act asked for in vain -> how often, and when to ask again
        self._absent: dict[str, tuple[int, datetime]] = {}

    def round(self) -> int:
        """One look at everything. Returns how many rows were tried; never raises a Fault."""
        return self.post() + self.evidence()

    def post(self) -> int:
        """One look at letters and what they lack. Never waits for evidence: a request to preserve goes first."""
        sequencer.run(self.home)
        at = self.home.clock()
        mailroom.purge_nonces(at)
        done = self.letters(at) + self.missing(at)
        if self.home.fetches:
            self.collect()
        return done

    def evidence(self) -> int:
        """One look at the packages to carry, however long each takes."""
        return transfers.round(self.home, self.connect, self.home.clock())

    # ---- letters out

    def letters(self, at: datetime) -> int:
        """Try each due letter once, oldest first, peer by peer."""
        tried = 0
        due = (
            OutboxLetter.objects.filter(done=None, stuck=False, next_due__lte=at)
            .filter(Q(leased_until=None) | Q(leased_until__lt=at))
            .order_by("state", "made", "pk")
        )
        for state in list(due.order_by("state").values_list("state", flat=True).distinct()):
            peer = self.home.peer(state)
            if peer is None or peer.delivery == "fetch":
                continue  # unknown for now: kept, tried again; or it fetches and we only wait
            if not self._breaker(state).allows(at):
                continue
            client = self._connected(state, at)
            if client is None:
                continue
            with client:
                for row in due.filter(state=state):
                    if not self._lease(row, at):
                        continue
                    tried += 1
                    if not self._deliver(client, row):
                        break
        return tried

    def _lease(self, row: OutboxLetter, at: datetime) -> bool:
        free = Q(leased_until=None) | Q(leased_until__lt=at)
        return bool(OutboxLetter.objects.filter(free, pk=row.pk, done=None).update(leased_until=at + LEASE))

    def _deliver(self, client: Client, row: OutboxLetter) -> bool:
        """One try. Returns False when the peer is down and the rest of its letters should not be tried now."""
        job = Job(row.pk, row.act_id, row.digest, bytes(row.raw))
        outcome = deliver_once(client, job, at=self.home.clock())
        at = self.home.clock()
        row.attempts += 1
        row.leased_until = None
        if isinstance(outcome, Delivered):
            with transaction.atomic():
                row.save(update_fields=["attempts", "leased_until"])
                mailroom.keep_receipt(self.home, row, outcome.verified, outcome.raw)
            self._closed(row.state)
            return True
        if isinstance(outcome, Pending):
            row.next_due = at + outcome.wait
            row.save(update_fields=["attempts", "leased_until", "next_due"])
            return True
        return self._failed(row, outcome, at)

    def _failed(self, row: OutboxLetter, failure: Failure, at: datetime) -> bool:
        log.info("letter not delivered", state=row.state, code=failure.code, attempts=row.attempts)
        row.last_code = failure.code
        if failure.reseal:
            mailroom.reseal(self.home, row)
        wait = max(failure.wait or timedelta(0), backoff(row.attempts, seed=row.pk))
        row.next_due = at + wait
        row.stuck = (not failure.retry and not failure.reseal) or row.attempts >= POISON
        row.save()
        if failure.peer_down:
            peer, _ = PeerState.objects.get_or_create(state=row.state)
            breaker = Breaker(peer.failures, peer.open_until).after_failure(at, seed=row.state)
            peer.failures, peer.open_until = breaker.failures, breaker.open_until
            peer.save(update_fields=["failures", "open_until"])
            return False
        return True

    def _breaker(self, state: str) -> Breaker:
        peer = PeerState.objects.filter(state=state).first()
        return Breaker(peer.failures, peer.open_until) if peer else Breaker()

    def _closed(self, state: str) -> None:
        PeerState.objects.filter(state=state).exclude(failures=0, open_until=None).update(
            failures=0, open_until=None
        )

    def _connected(self, state: str, at: datetime) -> Client | None:
        try:
            return self.connect(state)
        except Fault as fault:
            log.info("peer not usable", state=state, code=fault.code)
            OutboxLetter.objects.filter(state=state, done=None).update(
                last_code=fault.code, next_due=at + timedelta(seconds=30)
            )
            return None

    # ---- letters in, when this node can only call out

    def collect(self) -> None:
        """Fetch what waits for us at every peer. A refused letter stays there; its sender's people see why."""
        for state in self.home.directory.states():
            if state == self.home.state or not self._breaker(state).allows(self.home.clock()):
                continue
            client = self._connected(state, self.home.clock())
            if client is None:
                continue
            with client:
                found = collect_once(client, self.office.receive)
            for letter_id, failure in found.failures:
                log.info("letter not fetched", state=state, code=failure.code, letter=letter_id)

    # ---- acts that others have seen and we have not

    def missing(self, at: datetime) -> int:
        """Ask members for acts that kept acts name and that are not here; and for opening acts of held letters."""
        tried = 0
        for held in HeldLetter.objects.filter(next_due__lte=at):
            tried += 1
            self._fetch(held.state, held.dossier, at, naming=held.act_id)
            tries = held.attempts + 1
            # The letter may have come again meanwhile, and its row be gone.
            HeldLetter.objects.filter(pk=held.pk).update(
                attempts=tries, next_due=at + backoff(tries, seed=held.pk)
            )
            if tries > 20:
                HeldLetter.objects.filter(pk=held.pk).delete()
        for row in Dossier.objects.filter(incomplete=True):
            needed = store.missing(row)
            if not needed:
                Dossier.objects.filter(pk=row.pk).update(incomplete=False)
            for act_id in self._due(needed, at):
                tried += 1
                others = [state for state in row.members if state != self.home.state]
                if any(self._fetch(state, act_id, at) for state in others):
                    self._absent.pop(act_id, None)
                else:
                    attempts = self._absent.get(act_id, (0, at))[0] + 1
                    self._absent[act_id] = attempts, at + backoff(attempts, seed=act_id)
        return tried

    def _due(self, needed: set[str], at: datetime) -> list[str]:
        """The acts to ask for now: a few at a time, less and less often. A peer may name what never was."""
        if len(self._absent) > 50_000:
            self._absent.clear()
        return [one for one in sorted(needed) if self._absent.get(one, (0, at))[1] <= at][:ABSENT]

    def _fetch(self, state: str, act_id: str, at: datetime, naming: str = "") -> bool:
        """Ask one State for an act. `naming`: what its letter brought, for a dossier this act opens."""
        client = self._connected(state, at)
        if client is None:
            return False
        try:
            with client:
                act = self._fetched(client, act_id)
                later = (
                    naming
                    and act.act.header.dossier is None
                    and membership.named_here(self.home, act) is None
                )
                named = self._fetched(client, naming) if later else None
            if act.state == self.home.state:
                restored.mark(self.home, "casework.restored.behind")  # an act of ours that we have not
                return False
            if named is not None:
                kept = receive.let_in(self.home, act, named, at)
            else:
                kept = receive.keep_act(self.home, act, at)
            membership.settle(self.home, kept.dossier, at)
            transfers.expect(self.home, kept.dossier, at)
        except Exception as error:
            log.info("act not fetched", state=state, code=getattr(error, "code", type(error).__name__))
            return False
        return True

    def _fetched(self, client: Client, act_id: str) -> VerifiedAct:
        """An act by its id, verified. Raises NotHere for what is not it."""
        data = client.fetch_act(act_id, self.home.letter_identities)
        act = store.verified(self.home, Envelope.from_json(data))
        if act.id != act_id:
            raise NotHere
        return act


def release_leases() -> None:
    """At the start of a node's only worker: whoever held these leases is gone."""
    OutboxLetter.objects.exclude(leased_until=None).update(leased_until=None)
    Transfer.objects.exclude(leased_until=None).update(leased_until=None)
