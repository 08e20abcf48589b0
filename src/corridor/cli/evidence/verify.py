"""`corridor verify`: check a package, and say first what that does not prove."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.evidence.inputs import (
    CliFault,
    authority_,
    believed,
    certificates,
    directory_,
    expect_,
    identities,
    identity_,
    package_,
    say,
    secret,
    secret_file_,
    shown,
    sized,
    trust_,
)
from corridor.cli.evidence.progress import progress
from corridor.cli.params import PATH, as_json, flag, option

if TYPE_CHECKING:
    from corridor.seal.checking import Report
    from corridor.seal.inside import Inside

_SHOWN = 20  # findings told one by one to a person
_SIGNATURES = {"holds": "holds", "unknown": "cannot be checked", "refused": "DOES NOT HOLD"}
VERDICTS = {"unchanged": "unchanged since sealing", "changed": "CHANGED", "cannot_tell": "cannot tell"}


@click.command()
@package_
@directory_
@trust_
@expect_
@authority_
@identity_(
    required=False, text="With a custodian's identity the index and the private parts are checked too."
)
@flag("--deep", help="With --identity: also read every item and compare its digest.")
@option("--report", type=PATH, help="Write a custody certificate (PDF) there. It must not exist.")
@option("--sign-key", type=PATH, help="Sign the certificate (PAdES): private key, PEM.")
@option("--sign-cert", type=PATH, help="The X.509 certificate of that key, PEM, with its chain below it.")
@secret_file_
@as_json
def verify(
    path: Path,
    directory: Path | None,
    trust: tuple[Path, ...],
    expect: str | None,
    authority: tuple[Path, ...],
    identity: tuple[Path, ...],
    deep: bool,
    report: Path | None,
    sign_key: Path | None,
    sign_cert: Path | None,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Check a package. Needs no key, no node and no network.

    Exit status: 0 unchanged since sealing, 1 changed, 2 cannot tell.

    \b
    Example: corridor verify ./case-17.package
    Example: corridor verify ./case-17.package --identity unit.key --report certificate.pdf
    """
    from corridor.seal import package
    from corridor.seal.checking import Finding

    if deep and not identity:
        raise CliFault("cli.evidence.deep-needs-identity")
    if (sign_key is None) != (sign_cert is None) or (sign_key is not None and report is None):
        raise CliFault("cli.evidence.sign-needs-both")
    signing = (sign_key, sign_cert) if sign_key is not None and sign_cert is not None else None
    if report is not None and report.exists():
        raise CliFault("cli.evidence.exists", path=report)
    roots = certificates(authority)
    with progress("checking", lambda: _size(path), as_json) as tick:
        found = package.verify(
            path, trust=believed(directory, trust), expected_id=expect, tsa_roots=roots, progress=tick
        )
    inside = None
    if identity:
        from corridor.seal.inside import check_inside

        keys = identities(identity, secret_file)
        with progress("reading", lambda: _size(path) if deep else None, as_json) as tick:
            inside = check_inside(path, keys, trust=believed(directory, trust), deep=deep, progress=tick)
        found.checked += [
            "index",
            *(["content"] if deep else []),
            *(["disclosure"] if inside.origins else []),
        ]
        if deep:
            found.not_checked = [note for note in found.not_checked if note.code != "content"]
        found.findings += [Finding(fault) for fault in inside.faults]
    whose = [str(each) for each in ([directory] if directory is not None else []) + list(trust)]
    lines, data = _lines(found, inside), found.as_json()
    if inside is not None:
        data["inside"] = {
            "items": inside.items,
            "size": inside.size,
            "restricted": inside.restricted,
            "not_whole": inside.troubled,
            "conditions": list(inside.conditions),
            "deep": inside.deep,
            "origins": [
                {"package": each.package, "items": each.items, "statement": each.statement.id}
                for each in inside.origins
            ],
            "private": dict(inside.private),
        }
    if report is not None:
        data["report"] = _certificate(found, inside, report, whose, signing, secret_file)
        lines += ["", *_told(data["report"])]
    say(lines, data, as_json)
    sys.exit(found.exit_status)


def _size(path: Path) -> int | None:
    """Bytes that checking reads, where the package says so."""
    from corridor.faults import Fault
    from corridor.seal import package

    try:
        return package.bag_info(path).payload_bytes
    except Fault:
        return None


def _lines(found: Report, inside: Inside | None) -> list[str]:
    private = inside.private if inside is not None else {}
    lines = ["This does not prove:", *(f"  - {text}" for text in found.does_not_prove)]
    lines += ["", "What was checked:", *_items(note.text for note in found.checks)]
    if inside is not None:
        whole = "and every digest compared" if inside.deep else "the content was not read (--deep)"
        told = f"Inside: {inside.items} items, {sized(inside.size)}, {inside.restricted} restricted; {whole}."
        lines += _items([told])
        for origin in inside.origins:
            signed = f"{origin.statement.state} {origin.statement.authority} {origin.statement.number}"
            lines += _items(
                [f"From package {origin.package[:16]} of {origin.items} items, sealed by {signed}."]
            )
    unread = [note.text for note in found.not_checked if note.code != "content" or inside is None]
    if unread:
        lines += ["", "What could not be checked:", *_items(unread)]
    if found.hands:
        lines += ["", "The hands it passed through:"]
    for hand in found.hands:
        said, seen = hand.said, hand.verified
        who = f"{seen.authority} {seen.number}" if seen else f"signature {_SIGNATURES[hand.signature]}"
        lines.append(f"  {said.at:%Y-%m-%d %H:%M:%S}Z  {said.kind:<9} {said.state}  {shown(who)}")
        lines += _items([hand.time], mark=" " * 24)
        lines += [
            f"{' ' * 24}{shown(name)}: {shown(text)}"
            for name, text in sorted(private.get(said.id, {}).items())
        ]
    if found.findings:
        lines += ["", "What was found:"]
    for finding in found.findings[:_SHOWN]:
        against = "against the package" if finding.changed else "left open"
        lines += [f"  - {finding.code}: {against}"]
        lines += _items([finding.fault.log_text, finding.fault.next_step], mark="    ")
    more = len(found.findings) - _SHOWN + sum(found.omitted.values())
    if more > 0:
        lines.append(f"  - and {more} more: --json lists them")
    return [
        *lines,
        "",
        f"package   {found.package or 'unknown'}",
        f"verdict   {VERDICTS[str(found.verdict)]}",
    ]


def _items(texts: Iterable[str], mark: str = "  - ") -> list[str]:
    import textwrap

    out: list[str] = []
    for text in texts:
        out += textwrap.wrap(
            shown(" ".join(text.split())),
            79,
            initial_indent=mark,
            subsequent_indent=" " * len(mark),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return out


def _certificate(
    found: Report,
    inside: Inside | None,
    out: Path,
    whose: list[str],
    signing: tuple[Path, Path] | None,
    secret_file: Path | None,
) -> dict[str, Any]:
    """Write the certificate; PDF/A is claimed only where veraPDF ran on the very file and said so."""
    import hashlib
    import shutil
    import tempfile
    from datetime import UTC, datetime

    from corridor.notary.files import write_whole
    from corridor.seal.certificate import paper
    from corridor.seal.certificate.content import content
    from corridor.seal.certificate.signature import sign

    said = content(
        found,
        inside,
        at=datetime.now(UTC).replace(microsecond=0),
        trust=" and ".join(whose),
    )
    own = paper.drawable(said)
    every = own or paper.drawable(said, machine_fonts=True)

    def made(pdf_a: bool = False) -> bytes:
        data = paper.pdf(said, pdf_a=pdf_a, machine_fonts=not own)
        if signing is not None:
            key, chain = (file.read_bytes() for file in signing)
            data = sign(data, key, chain, passphrase=_passphrase(key, signing[0], secret_file))
        return data

    checker = shutil.which("verapdf")
    claimed = False
    if checker is not None and every:
        data = made(pdf_a=True)
        with tempfile.TemporaryDirectory() as folder:
            trial = Path(folder, "certificate.pdf")
            trial.write_bytes(data)
            claimed = paper.validated(trial, checker)
    if not claimed:
        data = made()
    write_whole(out, data)
    return {
        "path": str(out),
        "sha256": hashlib.sha256(data).hexdigest(),
        "signed": signing is not None,
        "pdf_a": claimed,
        "pdf_a_why": "" if claimed else _why_not(checker, every),
        "fonts": "typst" if own else "machine" if every else "incomplete",
    }


def _why_not(checker: str | None, every: bool) -> str:
    if not every:
        return "some characters have no glyph in the fonts here"
    return "veraPDF is not installed here" if checker is None else "veraPDF found it not to be PDF/A-2b"


def _passphrase(key: bytes, file: Path, secret_file: Path | None) -> bytes | None:
    return secret(secret_file, f"Secret for {file.name}").encode() if b"ENCRYPTED" in key else None


def _told(report: dict[str, Any]) -> list[str]:
    fonts = {
        "machine": ["fonts     this machine's, for scripts the built-in fonts lack"],
        "incomplete": ["fonts     some characters could not be drawn: no font here has them"],
    }
    return [
        f"report    {report['path']}{', signed' if report['signed'] else ''}",
        f"sha256    {report['sha256']}",
        "pdf/a     PDF/A-2b, validated by veraPDF"
        if report["pdf_a"]
        else f"pdf/a     not claimed: {report['pdf_a_why']}",
        *fonts.get(report["fonts"], []),
    ]
