"""A State's own folder beside the law data: its status table and where that came from. Always given as a path.

`status.csv` takes the place of the shipped table; `status.origin.json` says what was imported, when, with which digest.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from corridor.law.errors import LawFault
from corridor.law.status_table import StatusTable, read_status_csv

STATUS = "status.csv"
ORIGIN = "status.origin.json"


def local_table(directory: Path) -> StatusTable | None:
    """The status table of the folder, or None where it has none. Raises LawFault `law.status.malformed`."""
    try:
        data = (directory / STATUS).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LawFault("law.local.unreadable", file=STATUS, problem=type(error).__name__) from error
    table = read_status_csv(data)
    return replace(table, origin=_origin(directory, table.digest))


def _origin(directory: Path, digest: str) -> str:
    """What the folder says of where the table comes from, if it says it of this very table."""
    try:
        said = json.loads((directory / ORIGIN).read_text(encoding="utf-8"))
        if said["digest"] == digest:
            return f"{said['origin']}, imported on {said['imported']}"
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return "the State's own table"


def origin_of(table: StatusTable, written: bytes, *, on: date) -> bytes:
    """The text of `status.origin.json` for a table written as `written` on the day `on`."""
    said = {
        "origin": table.origin,
        "source_digest": table.digest,
        "digest": hashlib.sha256(written).hexdigest(),
        "imported": on.isoformat(),
    }
    return (json.dumps(said, indent=2) + "\n").encode()
