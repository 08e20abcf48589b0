"""The hands: every statement judged at the time it is proven to have existed at, and all that is wrong of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from corridor.faults import Fault
from corridor.notary import Envelope, KeyRecord, NotaryFault
from corridor.seal.checking.report import Hand, Report
from corridor.seal.custody.anchors import TOLERANCE, Anchor, Anchored, anchor_files, verify_anchors
from corridor.seal.custody.filing import iter_statements, stem
from corridor.seal.custody.graph import Examined, VerifiedCustody, examine
from corridor.seal.custody.statement import Claimed, VerifiedStatement, claimed, verify_statement
from corridor.seal.custody.trust import Trust
from corridor.seal.faults import CustodyError, PackageError
from corridor.seal.layout import PRIVATE_NAME, BagInfo, read_small


def check_custody(folder: Path, info: BagInfo, files: set[str], trust: Trust, report: Report) -> None:
    """Statements, anchors, signatures by role, graph. One bad statement hides none of the others."""
    envelopes: dict[str, Envelope] = {}
    said: list[Claimed] = []
    try:
        for name, found in iter_statements(folder):
            if isinstance(found, Fault):
                report.add(found, name)
            else:
                envelopes[found.id] = found
                said.append(claimed(found))
    except CustodyError as many:
        report.add(many, "custody")
    seen = examine(said, report.package, info)
    for misplaced in seen.faults:
        report.add(misplaced, str(misplaced.facts.get("statement", "")))
    _private_parts(said, files, report)
    _destroyed_wraps(said, files, report)

    anchored = _anchors(folder, seen, files, trust, report)
    hands = [
        _judge(envelopes[each.id], each, _earliest(each, seen, anchored), trust) for each in seen.ordered
    ]
    for hand in hands:
        for fault in hand.faults:
            report.add(fault, hand.said.id[:16])
    report.hands = tuple(hands)
    verified = [hand.verified for hand in hands if hand.verified is not None]
    root = next((hand for hand in hands if seen.root is not None and hand.said.id == seen.root.id), None)
    if root is not None and root.verified is not None:
        if not seen.faults and len(verified) == len(hands) == len(said):
            report.custody = VerifiedCustody(report.package, root.verified, tuple(verified), seen.heads)
        fits = not any(fault.facts.get("statement") == root.said.id[:16] for fault in seen.faults)
        if not root.faults and fits:
            report.anchored = "sealed"
    report.did("custody", statements=len(said), officers=len(verified), states=len(verified))
    _tell(hands, anchored, trust, report)


def _anchors(
    folder: Path, seen: Examined[Claimed], files: set[str], trust: Trust, report: Report
) -> dict[str, Anchored]:
    states = sorted({each.state for each in seen.ordered})
    held = anchor_files(files)
    found: dict[str, Anchored] = {}
    not_held = 0
    knows_logs = any(trust.states(state).logs for state in states)
    for each in seen.ordered:
        beside = held.pop(stem(each.id, each.kind), None)
        if beside is None:
            found[each.id] = Anchored()
            continue
        shown = verify_anchors(
            lambda name, limit: read_small(folder, name, limit), each, beside, trust, states
        )
        found[each.id] = shown
        for fault in shown.faults:
            report.add(fault, str(fault.facts.get("name", "")))
        for fault in shown.unknown:
            # Nothing of the kind was given: that is no doubt about this one, it is a check not made.
            log = fault.code == "seal.anchor.unknown-log"
            if (log and not knows_logs) or (not log and not trust.authorities):
                not_held += 1
            else:
                report.add(fault, str(fault.facts.get("name", "")))
    for beside in held.values():
        for name in (beside.proof, *beside.tokens, *beside.checkpoint_tokens):
            if name:
                report.add(CustodyError("seal.anchor.stray", name=name), name)
    if not_held:
        report.could_not("not-held", n=not_held)
    return found


def _earliest(said: Claimed, seen: Examined[Claimed], anchored: dict[str, Anchored]) -> Anchor | None:
    """The earliest proof that a statement existed. One that follows it holds its id, and so proves it too."""
    own = anchored[said.id].earliest
    later = [
        replace(anchor, through=each.id)
        for each in seen.after(said)
        if (anchor := anchored[each.id].earliest) is not None
    ]
    return min((each for each in (own, *later) if each is not None), key=lambda each: each.at, default=None)


def _judge(envelope: Envelope, said: Claimed, anchor: Anchor | None, trust: Trust) -> Hand:
    """One statement by role, at its anchor; without one at its own time, and a key revoked since is doubted."""
    name = said.id[:16]
    faults: list[Fault] = []
    verified: VerifiedStatement | None = None
    moment = said.at if anchor is None else anchor.at
    if anchor is not None and said.at > anchor.at + TOLERANCE:
        faults.append(CustodyError("seal.custody.claims-later", statement=name, state=said.state))
    try:
        verified = verify_statement(envelope, trust, at=moment)
    except (NotaryFault, CustodyError) as fault:
        late = anchor is not None and fault.code == "notary.credential.expired"
        if late and _held_then(envelope, said, trust):
            faults.append(CustodyError("seal.custody.anchored-late", statement=name, state=said.state))
        else:
            faults.append(fault)
    if verified is not None and anchor is None and _revoked(verified, trust.states(said.state).keys):
        faults.append(CustodyError("seal.custody.unproven-revoked", statement=name, state=said.state))
    return Hand(said, verified, anchor, tuple(faults))


def _held_then(envelope: Envelope, said: Claimed, trust: Trust) -> bool:
    """Whether all but the proof of time is right: it held at the time the statement gives."""
    try:
        verify_statement(envelope, trust, at=said.at)
    except (NotaryFault, CustodyError):
        return False
    return True


def _revoked(verified: VerifiedStatement, keys: tuple[KeyRecord, ...]) -> bool:
    return any(record.key.keyid == verified.certified_by and record.revoked_at is not None for record in keys)


def _private_parts(said: list[Claimed], files: set[str], report: Report) -> None:
    expected = {f"{stem(each.id, each.kind)}.private.age" for each in said if each.private}
    present = {name for name in files if PRIVATE_NAME.fullmatch(name)}
    for name in sorted(expected - present):
        report.add(CustodyError("seal.custody.private-missing", name=name), name)
    for name in sorted(present - expected):
        report.add(CustodyError("seal.custody.private-stray", name=name), name)


def _destroyed_wraps(said: list[Claimed], files: set[str], report: Report) -> None:
    for each in said:
        for wrap in each.destroyed.wraps if each.destroyed else ():
            if f"package-key/{wrap}.age" in files:
                fault = PackageError("seal.wrap.destroyed-here", statement=each.id[:16], state=each.state)
                report.add(fault, f"package-key/{wrap}.age")


def _tell(hands: list[Hand], anchored: dict[str, Anchored], trust: Trust, report: Report) -> None:
    """What was counted, and what was missing."""
    shown = list(anchored.values())
    proofs, tokens = sum(each.proofs for each in shown), sum(each.tokens for each in shown)
    if proofs:
        report.did("proofs", proofs=proofs, witnessed=sum(each.witnessed for each in shown))
    if tokens:
        report.did("times", tokens=tokens)
    missing = {
        "keys-inside": len(hands) if trust.inside else 0,
        "no-proof": sum(not each.proofs and not each.unknown for each in shown),
        "no-time": sum(not each.tokens and not each.unknown for each in shown),
        "unproven": sum(hand.anchor is None for hand in hands),
        "self-asserted": proofs - sum(each.witnessed for each in shown),
    }
    for code, count in missing.items():
        if count:
            report.could_not(code, n=count)
