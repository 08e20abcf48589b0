"""`corridor check`: is this paper, letter, act or credential genuine? And whom does one call back?"""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.evidence.inputs import CliFault, directory_at, say, shown
from corridor.cli.law.paper import columns, wrapped
from corridor.cli.params import EXISTING, argument, as_json, option

if TYPE_CHECKING:
    from corridor.dossier.paper.genuine import Answer
    from corridor.registry import Directory


@click.command()
@argument(
    "file",
    type=EXISTING,
    required=False,
    help="A PDF, a courier file, or a signed act, receipt or credential.",
)
@option("--directory", type=EXISTING, help="A node's folder, or the directory of States in it.")
@option("--received", metavar="DAY", help="When you received it, by your own records: YYYY-MM-DD.")
@option("--caller", metavar="STATE", help="Somebody calls in a State's name: whom to call back.")
@as_json
def check(
    file: Path | None, directory: Path | None, received: str | None, caller: str | None, as_json: bool
) -> None:
    """Say whether a file is genuine. Works offline; reads no case.

    Exit status: 0 genuine, 1 not genuine, 2 unknown. With --caller: 0 found, 2 not in the directory.

    \b
    Example: corridor check request.pdf --directory ./aurelia
    Example: corridor check --caller XBB --directory ./aurelia
    """
    held = directory_at(_directory(directory)) if directory is not None else None
    if caller is not None:
        if held is None:
            raise CliFault("cli.check.caller-needs-directory")
        _call_back(held, caller, as_json)
        return
    if file is None:
        raise CliFault("cli.check.nothing")
    from corridor.casework import genuine

    with file.open("rb") as source:
        data = source.read(genuine.MOST + 1)
    answer = genuine.check(data, genuine.DirectoryBook(held), now=datetime.now(UTC), received=_day(received))
    say(_lines(file, answer, held is not None), _data(answer, held is not None), as_json)
    sys.exit(answer.exit_status)


def _directory(path: Path) -> Path:
    """The directory itself, also where the node's folder was named."""
    return path / "directory" if (path / "directory" / "root.json").is_file() else path


def _day(text: str | None) -> datetime | None:
    """The end of that day, UTC: what was received on a day was not necessarily there in its morning."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CliFault("cli.check.day", day=text[:20]) from None
    return datetime.combine(day, time(23, 59, 59), UTC)


def _reason(answer: Answer, directory: bool) -> str:
    return "no-directory" if answer.reason == "state-not-held" and not directory else answer.reason


def _lines(file: Path, answer: Answer, directory: bool) -> list[str]:
    from corridor.dossier.paper.words import say as sentence

    width = columns()
    lines = [f"{sentence('verdict', answer.verdict)}: {shown(file.name)}"]
    lines += wrapped(sentence("reason", _reason(answer, directory)), width)
    sure = answer.verdict == "genuine"
    rows = [
        ("It is" if sure else "It says it is", sentence("what", answer.what) if answer.what else ""),
        ("By" if sure else "Names", ", ".join(each for each in (answer.state, answer.authority) if each)),
        ("Officer", answer.officer),
        ("Dated", f"{answer.at:%Y-%m-%d %H:%M:%S} UTC" if answer.at else ""),
        ("For", answer.facts.get("to", "")),
        ("Read-back code", answer.code),
        ("Key ended", f"{answer.key_ended:%Y-%m-%d %H:%M} UTC" if answer.key_ended else ""),
        ("Directory as of", f"{answer.book_as_of:%Y-%m-%d %H:%M} UTC" if answer.book_as_of else ""),
    ]
    return [*lines, *(f"  {name:<16} {shown(text)}" for name, text in rows if text)]


def _data(answer: Answer, directory: bool) -> dict[str, Any]:
    def moment(at: datetime | None) -> str | None:
        return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    return {
        "verdict": str(answer.verdict),
        "reason": _reason(answer, directory),
        "what": answer.what,
        "state": answer.state,
        "authority": answer.authority,
        "officer": answer.officer,
        "at": moment(answer.at),
        "code": answer.code,
        "key_ended": moment(answer.key_ended),
        "directory_as_of": moment(answer.book_as_of),
        "facts": dict(answer.facts),
    }


def _call_back(directory: Directory, state: str, as_json: bool) -> None:
    """What the directory says of a State's contact point. The number the caller gave proves nothing."""
    entry = directory.entry(state) if re.fullmatch("[A-Z]{3}", state) else None
    if entry is None:
        say(
            [f"Unknown: the directory lists no State {shown(state[:8])}. Believe nothing the caller says."],
            {"state": state, "found": False},
            as_json,
        )
        sys.exit(2)
    now = datetime.now(UTC)
    age = directory.age(now, state)
    alarms = [alarm.code for alarm in directory.alarms_of(state)]
    point = entry.contact_point
    name = next(iter(entry.names.values())) if "en" not in entry.names else entry.names["en"]
    lines = [f"{shown(name)} ({state}): call back, whatever number the caller gave"]
    rows = [
        ("Telephone", point.phone),
        ("E-mail", point.email),
        ("Hours", point.hours),
        *(
            (f"Authority {row.code}", row.names.get("en") or next(iter(row.names.values()), ""))
            for row in entry.authorities
        ),
        ("Confirmed", "never" if age is None else f"{age.days} days ago" if age.days else "today"),
        ("Alarms", ", ".join(alarms)),
    ]
    if not point.phone:
        lines.append("The directory gives no telephone number. Use one you had before.")
    lines += [f"  {label:<22} {shown(text)}" for label, text in rows if text]
    data = {
        "state": state,
        "found": True,
        "names": dict(entry.names),
        "contact_point": {"phone": point.phone, "email": point.email, "hours": point.hours},
        "authorities": [{"code": row.code, "role": row.role} for row in entry.authorities],
        "confirmed_days_ago": None if age is None else age.days,
        "alarms": alarms,
    }
    say(lines, data, as_json)
