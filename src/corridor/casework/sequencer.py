"""Numbers committed leaves in this State's log, one at a time over all processes.

A leaf row is inserted in the transaction of its act, with no number. Here, under the database's lock, unnumbered rows
are appended to the log (which syncs and signs) and then get their index. A crash between the two leaves a log that
is ahead of the database: the next run finds the same leaves there and writes their numbers down, appending none twice.
A log that holds leaves this database never had, or misses leaves it numbered, means that one of the two came from a
backup: nothing is signed until `restored` has caught up.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from corridor.casework.house import House
from corridor.casework.models import LogLeaf, NodeNote
from corridor.notary.log import Log

BEHIND = "restored.behind"  # a peer holds more of us than we do
REFUSED = "witness.refused"  # a witness has seen another history of our log
ASKING = "restored.asking"  # the node has just started and has not asked its peers


def run(home: House) -> int:
    """Number everything that waits. Returns how many rows got a number. Safe to call at any time by any process."""
    if not LogLeaf.objects.filter(index=None).exists():
        return 0
    with transaction.atomic():
        lock(home)
        if NodeNote.objects.filter(name__in=(BEHIND, ASKING)).exists():
            return (
                0  # first `restored` grows the log to what it was: appending now would sign a second history
            )
        waiting = list(LogLeaf.objects.filter(index=None).order_by("pk"))
        if not waiting:
            return 0
        log = home.log()
        known = _next_index()
        if log.size < known:
            _note(home, "log.behind", f"{log.size}<{known}")
            return 0
        done = _recover(home, log, known, waiting)
        fresh = [row for row in waiting if row.index is None]
        if fresh:
            first = log.append([bytes.fromhex(row.leaf) for row in fresh])
            for offset, row in enumerate(fresh):
                row.index = first + offset
                row.save(update_fields=["index"])
        return done + len(fresh)


def lock(home: House) -> None:
    """Take the sequencer's row: one at a time, over all processes. Call inside a transaction."""
    NodeNote.objects.get_or_create(name="sequencer", defaults={"changed": home.clock()})
    NodeNote.objects.select_for_update().get(name="sequencer")


def _next_index() -> int:
    last = LogLeaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def _recover(home: House, log: Log, known: int, waiting: list[LogLeaf]) -> int:
    """Give rows the numbers the log already gave them before a crash."""
    found = 0
    rows = {row.leaf: row for row in waiting}
    for index, entry in enumerate(log.entries(known, log.size), known):
        row = rows.get(entry.hex())
        if row is None:
            # In the log, never in this database: keep its place, and let `restored` fetch what it was.
            LogLeaf.objects.create(leaf=entry.hex(), index=index)
            _note(home, "log.ahead", str(index))
            continue
        row.index = index
        row.save(update_fields=["index"])
        found += 1
    return found


def _note(home: House, name: str, text: str) -> None:
    NodeNote.objects.update_or_create(name=name, defaults={"text": text, "changed": home.clock()})


def proof(home: House, act_id: str) -> tuple[int, bytes] | None:
    """The index and C2SP tlog-proof of an id, or None while it has no number."""
    row = LogLeaf.objects.filter(leaf=act_id).exclude(index=None).first()
    if row is None or row.index is None:
        return None
    return row.index, home.log().proof(row.index)
