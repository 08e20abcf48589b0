"""One written form for a moment: RFC 3339 in UTC, to the second, `2026-03-01T21:15:00Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from corridor.notary.fault import NotaryFault

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. A time without a zone is nobody's time and raises `notary.time.no-zone`."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise NotaryFault("notary.time.no-zone")
    return moment.astimezone(UTC)


def to_text(moment: datetime) -> str:
    """Whole seconds; a fraction is cut off, never rounded up, so that a text is never later than its
    moment."""
    return utc(moment).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def from_text(text: object) -> datetime:
    """Only the form `to_text` writes; anything else raises `notary.time.malformed`."""
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        raise NotaryFault("notary.time.malformed")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise NotaryFault("notary.time.malformed") from error
