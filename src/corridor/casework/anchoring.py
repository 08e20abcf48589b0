"""When each custody statement of this State existed: its place in the log, and times from the authorities named.

Nothing here is waited for. An act or a sealing writes a `CustodyLeaf` in its own transaction; the worker comes by,
makes the proofs, asks each authority, keeps what it gets, puts it beside the statement and sends it after the package.
An authority that does not answer is asked again, later and later; what waits is counted for desk and operator.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from django.db.models import Min

from corridor.casework.house import House, TimeAuthority
from corridor.casework.models import CustodyLeaf, Handover, LogLeaf, Package, TimeToken, Transfer
from corridor.exchange.outbox import backoff
from corridor.faults import Fault
from corridor.notary import checkpoint_text, timestamp
from corridor.notary.log import Log
from corridor.seal import custody
from corridor.seal.custody.anchors import anchor_files
from corridor.seal.custody.filing import stem
from corridor.seal.transfer import growing

Ask = Callable[[TimeAuthority, bytes], bytes]
log = structlog.get_logger("corridor.anchoring")


@dataclass(frozen=True)
class Waiting:
    """How many statements lack the time of an authority, and since when the oldest of them does."""

    statements: int
    since: datetime | None


def note(package: Package, statement: str, kind: str, at: datetime) -> None:
    """A statement of this State is made: it gets a leaf in the log, and times. Call in its own transaction."""
    LogLeaf.objects.get_or_create(leaf=statement)
    CustodyLeaf.objects.get_or_create(
        statement=statement, defaults={"package": package, "kind": kind, "made": at}
    )


def waiting(home: House) -> Waiting:
    """Statements without a time from each authority named now; an authority named later is asked for old ones too."""
    lacking: set[str] = set()
    for each in home.time_authorities:
        had = TimeToken.objects.filter(authority=each.name).exclude(done=None).values("digest")
        lacking |= set(CustodyLeaf.objects.exclude(statement__in=had).values_list("statement", flat=True))
    since = CustodyLeaf.objects.filter(statement__in=lacking).aggregate(since=Min("made"))["since"]
    return Waiting(len(lacking), since)


def lacking(home: House, statement: str) -> tuple[str, ...]:
    """The authorities whose time one statement of this State still waits for."""
    if not CustodyLeaf.objects.filter(pk=statement).exists():
        return ()
    had = TimeToken.objects.filter(digest=statement).exclude(done=None).values_list("authority", flat=True)
    return tuple(each.name for each in home.time_authorities if each.name not in set(had))


def round(home: House, ask: Ask, at: datetime) -> int:
    """Prove, ask and attach what is due. Returns how much was done; no trouble of one statement stops another."""
    done = _prove(home)
    _plan(home, at)
    done += _ask_due(home, ask, at)
    return done + _attach(home)


# ---- the log


def _prove(home: House) -> int:
    """A log proof beside each statement that has its number; a better one once witnesses have cosigned."""
    rows = CustodyLeaf.objects.select_related("package").filter(settled=False, package__complete=True)
    numbers = dict(
        LogLeaf.objects.filter(leaf__in=rows.values("statement"))
        .exclude(index=None)
        .values_list("leaf", "index")
    )
    if not numbers:
        return 0
    kept = home.log()
    cosigned = kept.witnessed
    enough = cosigned is not None and home.witnessed(cosigned.text)
    done = 0
    for row in rows:
        index = numbers.get(row.statement)
        if index is None:
            continue
        better = cosigned is not None and enough and index < cosigned.size
        if row.checkpoint and not better:
            continue
        try:
            done += _prove_one(home, kept, row, index, bool(better))
        except Fault as fault:
            log.warning("proof not attached", code=fault.code, statement=row.statement[:16])
    return done


def _prove_one(home: House, kept: Log, row: CustodyLeaf, index: int, witnessed: bool) -> int:
    shown = kept.witnessed.text if witnessed and kept.witnessed is not None else kept.checkpoint()
    proof = kept.proof(index, shown)
    if row.checkpoint != _digest(shown) and _tokens_stand(home, row):
        # A time over the checkpoint it shows is there already: the proof stays with it.
        CustodyLeaf.objects.filter(pk=row.pk).update(settled=True)
        return 0
    folder = _folder(home, row.package)
    names = custody.attach(folder, row.statement, proof=proof)
    digest = _digest(shown)
    CustodyLeaf.objects.filter(pk=row.pk).update(checkpoint=digest, settled=witnessed)
    TimeToken.objects.filter(digest=digest).update(attached=False)
    forward(row.package, names)
    return 1


def _tokens_stand(home: House, row: CustodyLeaf) -> bool:
    here = anchor_files(growing(home.packages / row.package.folder))
    return bool(here[name].checkpoint_tokens) if (name := stem(row.statement, row.kind)) in here else False


def _digest(checkpoint: bytes) -> str:
    return hashlib.sha256(checkpoint_text(checkpoint)).hexdigest()


def _folder(home: House, package: Package) -> Path:
    """The package's folder, with every statement that acts made already in it and what checks ours in trust/."""
    from corridor.casework.actions.handover import materialise

    materialise(home, package)
    folder = home.packages / package.folder
    home.tell_trust(folder, home.state)
    return folder


# ---- time


def _plan(home: House, at: datetime) -> None:
    """A row for each time to ask for: of every statement, and of the checkpoint in its proof."""
    for each in home.time_authorities:
        asked = TimeToken.objects.filter(authority=each.name).values("digest")
        for row in CustodyLeaf.objects.exclude(statement__in=asked):
            TimeToken.objects.get_or_create(
                digest=row.statement, authority=each.name, defaults={"made": row.made, "next_due": at}
            )
        # Where witnesses are named a checkpoint waits for them: a time over it binds the proof to it.
        rows = CustodyLeaf.objects.exclude(checkpoint="").exclude(checkpoint__in=asked)
        if home.witness_keys(home.state):
            rows = rows.filter(settled=True)
        for digest in set(rows.values_list("checkpoint", flat=True)):
            TimeToken.objects.get_or_create(
                digest=digest,
                authority=each.name,
                defaults={"checkpoint": True, "made": at, "next_due": at},
            )


def _ask_due(home: House, ask: Ask, at: datetime) -> int:
    done = 0
    for each in home.time_authorities:
        for row in TimeToken.objects.filter(authority=each.name, done=None, next_due__lte=at).order_by("pk"):
            request = timestamp.new_request(bytes.fromhex(row.digest))
            try:
                response = ask(each, request.der)
                timestamp.accept(response, request, each.certificates)
            except Fault as fault:
                log.info("no time", authority=each.name, code=fault.code, attempts=row.attempts + 1)
                TimeToken.objects.filter(pk=row.pk).update(
                    attempts=row.attempts + 1,
                    last_code=fault.code,
                    next_due=at + backoff(row.attempts + 1, seed=f"time-{row.pk}"),
                )
                break  # nothing else is asked of it in this round
            TimeToken.objects.filter(pk=row.pk).update(done=home.clock(), token=response, last_code="")
            done += 1
    return done


def _attach(home: House) -> int:
    done = 0
    for token in TimeToken.objects.filter(attached=False).exclude(done=None).order_by("pk"):
        rows = CustodyLeaf.objects.select_related("package").filter(package__complete=True)
        rows = rows.filter(checkpoint=token.digest) if token.checkpoint else rows.filter(pk=token.digest)
        whole = True
        for row in rows:
            try:
                folder = _folder(home, row.package)
                certificates = next(
                    (one.certificates for one in home.time_authorities if one.name == token.authority), ()
                )
                custody.add_trust(folder, home.state, authorities=certificates)
                given = {"checkpoint_tokens" if token.checkpoint else "tokens": [bytes(token.token)]}
                names = custody.attach(folder, row.statement, **given)  # type: ignore[arg-type]
            except Fault as fault:
                log.warning("time not attached", code=fault.code, statement=row.statement[:16])
                whole = False
            else:
                forward(row.package, (*_certificates(folder), *names))
                done += 1
        if whole:
            TimeToken.objects.filter(pk=token.pk).update(attached=True)
    return done


def _certificates(folder: Path) -> tuple[str, ...]:
    return tuple(name for name in growing(folder) if name.startswith("trust/tsa/"))


# ---- after the package


def forward(package: Package, names: Iterable[str]) -> None:
    """Send anchors after a package to each State it was handed to, or told of. What is there already is left."""
    for state in sorted(set(Handover.objects.filter(package=package).values_list("to_state", flat=True))):
        row = (
            Transfer.objects.filter(
                package_id=package.pk, state=state, direction="out", done=None, leased_until=None
            )
            .exclude(files=[])
            .first()
        )
        if row is None:
            row = Transfer(
                package_id=package.pk,
                dossier_id=package.dossier_id,
                state=state,
                direction="out",
                next_due=package.arrived,
            )
        row.files = sorted({*row.files, *names}, key=rank)
        row.stuck = False
        row.save()


def rank(name: str) -> tuple[int, str]:
    """The order in which anchors can be checked: certificates, statements, proofs, times."""
    endings = (".pem", ".dsse.json", ".tlog-proof", ".tsr")
    return next((place for place, ending in enumerate(endings) if name.endswith(ending)), len(endings)), name


def numbered(statement: str) -> int | None:
    """The place of a statement of this State in its log, once it has one."""
    row = LogLeaf.objects.filter(leaf=statement).first()
    return row.index if row else None
