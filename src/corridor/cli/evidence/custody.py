"""`corridor custody`: the hands a package passed through, shown, and the next one signed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.evidence.inputs import (
    CliFault,
    believed,
    certificates,
    directory_,
    identities,
    identity_,
    package_,
    private_,
    private_part,
    put_trust,
    say,
    secret,
    secret_file_,
    shown,
    signer,
    trust_,
)
from corridor.cli.params import EXISTING, PATH, Room, argument, as_json, flag, option

if TYPE_CHECKING:
    from corridor.seal.custody import Claimed

KINDS = ("sent", "received", "returned", "disclosed")
_MARK = {True: "signed", False: "NOT BELIEVED"}
key_ = option("--key", type=PATH, required=True, help="An officer's key, its credential.json beside it.")
fact_ = option("--fact", multiple=True, help="A coded fact in clear, NAME=CODE: to=XAA.")


@click.group(cls=Room)
def custody_app() -> None:
    """The hands a package passed through: show them, sign the next one."""


@custody_app.command("show", short_help="Draw the hands as a graph in text")
@package_
@directory_
@trust_
@identity_(required=False, text="With a custodian's identity the private parts are shown too.")
@secret_file_
@as_json
def show(
    path: Path,
    directory: Path | None,
    trust: tuple[Path, ...],
    identity: tuple[Path, ...],
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Show the hands a package passed through, the first at the top.

    A line drawn beside another is another line of hands. Nothing but the signatures is checked here: `corridor verify`.

    Example: corridor custody show ./case-17.package
    """
    from corridor.faults import Fault
    from corridor.seal import age, custody, package

    envelopes = custody.read_statements(path)
    keys = believed(directory, trust) or custody.trust_inside(path)
    opener: list[age.AnyIdentity] = []
    if identity:
        opener = [package.unwrap(path, identities(identity, secret_file))]
    rows: list[dict[str, Any]] = []
    claims = {each: custody.claimed(envelope) for each, envelope in envelopes.items()}
    for said in in_order(list(claims.values())):
        row = _row(said)
        try:
            verified = custody.verify_statement(envelopes[said.id], keys)
            row |= {"signed": True, "authority": verified.authority, "number": verified.number}
        except Fault as fault:
            row |= {"signed": False, "authority": "", "number": "", "why": fault.code}
        if opener and said.private is not None:
            row["private"] = custody.read_private(path, said, opener)
        rows.append(row)
    lines = _graph(rows) if rows else ["no custody statement: nobody has signed for this package"]
    say(lines, {"package": package.package_id(path), "statements": rows}, as_json)


def in_order(items: Sequence[Claimed]) -> list[Claimed]:
    """Each after all it follows that are here, the earlier first."""
    waiting = sorted(items, key=lambda item: (item.at, item.id))
    placed: set[str] = set()
    out: list[Claimed] = []
    here = {item.id for item in items}
    while waiting:
        ready = [item for item in waiting if placed.issuperset(here.intersection(item.follows))]
        ready = ready[:1] or waiting[:1]  # a circle cannot be signed; were one here, it is still shown
        out += ready
        placed.add(ready[0].id)
        waiting.remove(ready[0])
    return out


def _row(said: Claimed) -> dict[str, Any]:
    return {
        "id": said.id,
        "kind": said.kind,
        "at": said.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "state": said.state,
        "follows": list(said.follows),
        "facts": said.facts,
        "act": said.act,
    }


def _graph(rows: Sequence[dict[str, Any]]) -> list[str]:
    """One statement a line or more, a column for each open line of hands."""
    columns: list[str | None] = []  # the id each column ends in just now; None: closed
    left = {row["id"]: sum(row["id"] in other["follows"] for other in rows) for row in rows}
    lines = []
    for row in rows:
        before = [place for place, each in enumerate(columns) if each in row["follows"]]
        if not before:
            columns.append(None)
            before = [len(columns) - 1]
        place = before[0]
        for each in row["follows"]:
            if each in left:
                left[each] -= 1
        if len(before) > 1 or (columns[place] is not None and left.get(str(columns[place]), 0) > 0):
            # another line of hands begins, or two become one
            if len(before) > 1:
                lines.append(_bar(columns, before, "╯"))
                for other in before[1:]:
                    columns[other] = None
            else:
                columns.append(columns[place])
                place = len(columns) - 1
                lines.append(_bar(columns, [before[0], place], "╮"))
        columns[place] = row["id"]
        while columns and columns[-1] is None:
            columns.pop()
        mark = "●" if row["signed"] else "○"
        cells = [mark if number == place else "│" if each else " " for number, each in enumerate(columns)]
        who = f"{row['authority']} {row['number']}".strip() or f"NOT BELIEVED: {row['why']}"
        day = row["at"].replace("T", " ")
        lines.append(f"{' '.join(cells)}  {day}  {row['kind']:<9} {row['state']}  {who}")
        if left[row["id"]] == 0:
            columns[place] = None
        rest = " ".join("│" if each else " " for each in columns) or " "
        told = [f"id {row['id'][:16]}"]
        if row["facts"]:
            told.append(", ".join(f"{name} {value}" for name, value in sorted(row["facts"].items())))
        told += [f"{shown(name)}: {shown(text)}" for name, text in sorted(row.get("private", {}).items())]
        lines += [f"{rest:<{len(' '.join(cells))}}  {text}" for text in told]
        while columns and columns[-1] is None:
            columns.pop()
    return [line.rstrip() for line in lines]


def _bar(columns: Sequence[str | None], joined: Sequence[int], end: str) -> str:
    first, last = joined[0], joined[-1]
    out = ""
    for place, each in enumerate(columns):
        if place == first:
            out += "├"
        elif place == last:
            out += end
        elif first < place < last:
            out += "┼" if each and place not in joined else "┴" if place in joined else "─"
        else:
            out += "│" if each else " "
        out += "─" if first <= place < last else " "
    return out


@custody_app.command("record", short_help="Sign the next hand: sent, received, returned")
@package_
@argument("kind", type=click.Choice(KINDS[:3]), help="sent, received or returned.")
@key_
@fact_
@private_
@secret_file_
@as_json
def record(
    path: Path,
    kind: str,
    key: Path,
    fact: tuple[str, ...],
    place: str | None,
    person: str | None,
    reason: str | None,
    case: str | None,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Sign that a package was sent, received or returned. The statement goes into the package.

    Facts are codes anybody reads; place, person, reason and case are told only to who can open the package.

    Example: corridor custody record ./case-17.package sent --fact to=XAA --key officer/key.json
    """
    from datetime import UTC, datetime

    from corridor.seal import custody

    officer = signer(key, secret_file)
    made = custody.record(
        path,
        officer,
        kind,
        at=datetime.now(UTC),
        facts=facts_of(fact),
        private=private_part(place, person, reason, case) or None,
    )
    put_trust(path, key)
    _say_made(path, made.id, kind, as_json)


def facts_of(given: Sequence[str]) -> dict[str, str]:
    """NAME=CODE as written on the command line."""
    out = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name in out:
            raise CliFault("cli.evidence.fact", fact=shown(each))
        out[name] = value
    return out


def _say_made(path: Path, made: str, kind: str, as_json: bool) -> None:
    file = f"custody/{made[:16]}-{kind}.dsse.json"
    say(
        [f"signed    {kind}, statement {made[:16]}", f"in        {path / file}"],
        {"statement": made, "kind": kind, "file": file},
        as_json,
    )


@custody_app.command("destroy", short_help="Destroy the keys here and sign that it was done")
@package_
@key_
@option(
    "--wrap",
    multiple=True,
    help="Destroy only this wrap: its recipient (age1…) or fingerprint. All otherwise.",
)
@option(
    "--gone", multiple=True, help="Recipient (age1…) or fingerprint of an identity that is destroyed as well."
)
@flag("--yes", help="Do not ask.")
@fact_
@private_
@secret_file_
@as_json
def destroy(
    path: Path,
    key: Path,
    wrap: tuple[str, ...],
    gone: tuple[str, ...],
    yes: bool,
    fact: tuple[str, ...],
    place: str | None,
    person: str | None,
    reason: str | None,
    case: str | None,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Destroy the wraps of the package key that are here, and sign that it was done; the statement stays.

    The package is closed for good only when the identities that open it are gone too: destroy those yourself, and name
    them with --gone. The statement lists all custodians known to have been able to open the package.

    Example: corridor custody destroy ./case-17.package --key officer/key.json --gone age1pq1…
    """
    from datetime import UTC, datetime

    from corridor.seal import custody

    officer = signer(key, secret_file)
    if not yes:
        known = custody.custodians_known(path)
        click.confirm(
            f"{len(known)} custodians are known. What is destroyed here cannot be brought back. Destroy?",
            abort=True,
            err=True,
        )
    done = custody.destroy(
        path,
        officer,
        at=datetime.now(UTC),
        wraps=[_fingerprint(each) for each in wrap] or None,
        identities=[_fingerprint(each) for each in gone],
        facts=facts_of(fact),
        private=private_part(place, person, reason, case) or None,
    )
    put_trust(path, key)
    others = [each for each in done.custodians if each not in {*done.wraps, *done.identities}]
    lines = [
        f"signed    destroyed, statement {done.statement[:16]}",
        f"gone      {len(done.wraps)} wraps here; {len(done.identities)} identities, as you say",
        f"known     {len(done.custodians)} custodians could open it at some time",
        *(f"          {each[:16]} is not among what was destroyed" for each in others),
    ]
    data = {
        "statement": done.statement,
        "wraps": list(done.wraps),
        "identities": list(done.identities),
        "custodians": list(done.custodians),
    }
    say(lines, data, as_json)


def _fingerprint(text: str) -> str:
    """Of a recipient, or the fingerprint as it stands."""
    from corridor.seal.wraps import Custodian

    return Custodian("-", text).parsed().fingerprint if text.startswith("age1") else text


@custody_app.command("attach", short_help="Put a log proof or time-stamps beside a statement")
@package_
@argument("statement", help="The statement's id, or its first characters.")
@option("--proof", type=EXISTING, help="A tlog-proof of the statement.")
@option("--token", type=EXISTING, multiple=True, help="An RFC 3161 response over the statement's id.")
@option(
    "--checkpoint-token",
    type=EXISTING,
    multiple=True,
    help="An RFC 3161 response over the proof's checkpoint.",
)
@option(
    "--authority",
    type=EXISTING,
    multiple=True,
    help="A time-stamping authority's certificates, PEM; kept in trust/.",
)
@as_json
def attach(
    path: Path,
    statement: str,
    proof: Path | None,
    token: tuple[Path, ...],
    checkpoint_token: tuple[Path, ...],
    authority: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Put what anchors a statement in time beside it: a log proof, time-stamps. Each is verified first.

    The request to a time-stamping authority is made with `openssl ts -query -digest STATEMENT -sha256 -cert`.

    Example: corridor custody attach ./case-17.package 3f9c2b --token answer.tsr --authority tsa.pem
    """
    from corridor.seal import custody

    found = [each for each in custody.read_statements(path) if each.startswith(statement)]
    if len(found) != 1:
        raise CliFault("cli.evidence.which-statement", found=len(found))
    if proof is None and not token and not checkpoint_token:
        raise CliFault("cli.evidence.nothing-to-attach")
    if authority:
        said = custody.claimed(custody.read_statements(path)[found[0]])
        custody.add_trust(path, said.state, (), authorities=certificates(authority))
    names = custody.attach(
        path,
        found[0],
        proof=proof.read_bytes() if proof is not None else None,
        tokens=[file.read_bytes() for file in token],
        checkpoint_tokens=[file.read_bytes() for file in checkpoint_token],
    )
    say([f"attached  {name}" for name in names], {"statement": found[0], "files": list(names)}, as_json)


@custody_app.command("officer", short_help="Make an officer's key and credential, without a node")
@option("--state", required=True, help="The State's code of three letters.")
@option("--authority", required=True, help="The authority's name: XAA-EV.")
@option("--number", required=True, help="The number the officer is known by; never a name.")
@option(
    "--days", type=click.IntRange(1, 90), default=90, show_default=True, help="How long the credential holds."
)
@option("--out", type=PATH, required=True, help="The folder to make or, with --again, to renew.")
@flag("--again", help="Renew the credential in --out; the keys stay.")
@secret_file_
@as_json
def officer(
    state: str,
    authority: str,
    number: str,
    days: int,
    out: Path,
    again: bool,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Make a State's certifying key and an officer's key with its credential, for a unit that has no node.

    A node does this by itself, and the registry tells other States whose keys they are. Here you tell them: hand over
    OUT/trust, and have its fingerprint compared by another way. Both keys are sealed under one secret.

    Example: corridor custody officer --state XAA --authority XAA-EV --number 0007 --out ./officer
    """
    from datetime import UTC, datetime, timedelta

    from corridor.notary import KeyUse, credentials, keys
    from corridor.notary.files import write_whole
    from corridor.seal import custody

    if out.exists() != again:
        raise CliFault("cli.evidence.exists" if not again else "cli.evidence.no-officer", path=out)
    word = secret(secret_file, "Secret for the keys", confirm=not again)
    if again:
        certifying, own = keys.unlock(out / "state.json", word), keys.unlock(out / "key.json", word)
    else:
        out.mkdir(mode=0o700)
        certifying, own = keys.generate(KeyUse.STATE), keys.generate(KeyUse.OFFICER)
        keys.seal_to_file(certifying, out / "state.json", word)
        keys.seal_to_file(own, out / "key.json", word)
        custody.add_trust(out, state, [certifying.public])
    now = datetime.now(UTC).replace(microsecond=0)
    paper = credentials.issue(
        certifying,
        state=state,
        authority=authority,
        number=number,
        key=own.public,
        powers={custody.POWER},
        not_before=now,
        not_after=now + timedelta(days=days),
    )
    write_whole(out / "credential.json", paper.to_json())
    until = f"{now + timedelta(days=days):%Y-%m-%d}"
    lines = [
        f"officer   {state} {authority} {number}, until {until}",
        f"key       {out / 'key.json'}",
        f"State key {certifying.public.keyid}",
        f"tell      {out / 'trust'}: what others check your statements with",
    ]
    data = {
        "state": state,
        "authority": authority,
        "number": number,
        "until": until,
        "key": str(out / "key.json"),
        "state_key": certifying.public.keyid,
    }
    say(lines, data, as_json)
