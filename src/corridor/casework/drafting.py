"""Drafts as kept: the content and, beside it, how it stands between drafter and signatory. All of it is sealed.

The revision of a draft is the digest of its sealed bytes: whoever writes must say which they saw, and the database
compares (`replace`). A draft begun before there were stages is one being written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.models import Draft
from corridor.faults import Fault
from corridor.notary import canonical

LIMIT = 1024 * 1024  # bytes of a draft; an act may be no larger
WRITING, FOR_SIGNATURE, RETURNED = "writing", "for_signature", "returned"
_MOST = 20  # steps kept of who did what


@dataclass(frozen=True)
class Step:
    """Who did what with a draft, and when (ISO 8601)."""

    what: str  # written | submitted | returned
    by: str
    at: str


@dataclass(frozen=True)
class Kept:
    """A draft, opened."""

    content: dict[str, Any]
    stage: str = WRITING
    remark: Mapping[str, str] | None = None  # why it was returned: {language, text}
    steps: tuple[Step, ...] = ()
    revision: str = ""

    def stepped(self, what: str, by: str, at: datetime) -> Kept:
        """With one more step; writing on by the same hand is one step, with its last time."""
        step = Step(what, by, at.isoformat(timespec="seconds"))
        before = self.steps
        if before and what == "written" and (before[-1].what, before[-1].by) == (what, by):
            before = before[:-1]
        return replace(self, steps=(*before, step)[-_MOST:])

    def last(self, what: str) -> Step | None:
        return next((each for each in reversed(self.steps) if each.what == what), None)


class DraftMoved(CaseworkFault):
    """Somebody else wrote in the draft since the revision named. `kept` is how it stands now."""

    def __init__(self, kept: Kept, by: str) -> None:
        super().__init__("casework.draft.moved", by=by)
        self.kept = kept


def revision_of(sealed: bytes | memoryview[int]) -> str:
    return hashlib.sha256(bytes(sealed)).hexdigest()[:32]


def opened(home: House, row: Draft) -> Kept:
    """The draft of a row."""
    data = canonical.loads(home.vault.open(f"draft-{row.pk}", "content", row.sealed))
    desk = data.pop("desk", None) or {}
    return Kept(
        content=data,
        stage=str(desk.get("stage") or WRITING),
        remark=desk.get("remark"),
        steps=tuple(Step(*each) for each in desk.get("steps") or ()),
        revision=revision_of(row.sealed),
    )


def sealed(home: House, name: str, kept: Kept) -> bytes:
    """The bytes to keep. Raises `casework.draft.too-large`, `casework.text.not-text`."""
    desk = {
        "stage": kept.stage,
        "remark": dict(kept.remark) if kept.remark else None,
        "steps": [[each.what, each.by, each.at] for each in kept.steps],
    }
    content = {code: value for code, value in kept.content.items() if code != "desk"}
    try:
        data = canonical.dumps({**content, "desk": desk})
    except Fault as error:  # half of a pair of characters, a number JSON has no place for
        raise CaseworkFault("casework.text.not-text") from error
    if len(data) > LIMIT:
        raise CaseworkFault("casework.draft.too-large", limit=LIMIT)
    return home.vault.seal(f"draft-{name}", "content", data)


def replace_row(home: House, row: Draft, kept: Kept, at: datetime) -> Kept:
    """Keep `kept` in place of what `row` holds, if it holds it still. Raises DraftMoved."""
    fresh = sealed(home, row.pk, kept)
    if not Draft.objects.filter(pk=row.pk, sealed=bytes(row.sealed)).update(changed=at, sealed=fresh):
        now = Draft.objects.filter(pk=row.pk).first()
        if now is None:
            raise CaseworkFault("casework.draft.gone")
        raise moved(opened(home, now))
    row.sealed, row.changed = fresh, at
    return replace(kept, revision=revision_of(fresh))


def moved(kept: Kept) -> DraftMoved:
    """The fault that says who wrote last."""
    last = kept.last("written")
    return DraftMoved(kept, last.by if last is not None else "")
