"""What the evidence commands are given: packages, keys, custodians and the secrets they are sealed under.

Nothing here or in the commands loads cryptography before a command runs, so that `--help` answers at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.params import EXISTING, PATH, F, argument, option
from corridor.faults import Fault

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from corridor.registry import Directory
    from corridor.seal import age, custody
    from corridor.seal.custody import Trust
    from corridor.seal.wraps import Custodian

package_ = argument("path", type=PATH, help="The package's folder.")
cls_ = option("--class", "cls", default="hybrid", help="hybrid (age 1.3 or later) or classic (any age).")
trust_ = option("--trust", type=PATH, multiple=True, help="A trust/ folder another State handed over.")
directory_ = option("--directory", type=PATH, help="A node's own directory: its names and its States' keys.")
expect_ = option("--expect", help="The package id you were told by another way.")
secret_file_ = option(
    "--secret-file", type=PATH, help="Holds the secret; asked for at the terminal otherwise."
)


def identity_(
    required: bool = True, text: str = "An age identity file, plain or sealed under a secret."
) -> Callable[[F], F]:
    """`--identity`, which may be given several times."""
    return option("--identity", "-i", type=PATH, multiple=True, required=required, help=text)


def to_(help: str = "An age recipient (age1…), or a name in --directory: XBB-CA.") -> Callable[[F], F]:
    """`--to`, which may be given several times."""
    return option("--to", multiple=True, required=True, help=help)


authority_ = option(
    "--authority", type=EXISTING, multiple=True, help="Certificates of a time-stamping authority, PEM."
)


class CliFault(Fault):
    """A command was given something it cannot use."""


def secret(file: Path | None, prompt: str, *, confirm: bool = False) -> str:
    """The secret in `file` without its line end, or asked for at the terminal, unseen."""
    if file is not None:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    text: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return text


def say(lines: Sequence[str], data: Any, as_json: bool) -> None:
    """The same answer for people or, with --json, for programs."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))


def shown(text: str) -> str:
    """A text that others wrote, safe on a terminal: no control characters, no reversed writing."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def sized(count: int) -> str:
    """Bytes with a binary unit, at most eight characters: 1.4 GiB."""
    amount, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        if amount < 1000:
            break
        amount, unit = amount / 1024, larger
    return f"{count} B" if unit == "B" else f"{amount:.3g} {unit}" if amount >= 1 else f"{amount:.2f} {unit}"


def private_part(
    place: str | None, person: str | None, reason: str | None, case: str | None
) -> dict[str, str]:
    """What goes into the private part of a custody statement: told only to who can open the package."""
    given = {"place": place, "person": person, "reason": reason, "case": case}
    return {name: text for name, text in given.items() if text}


def private_(command: F) -> F:
    """`--place`, `--person`, `--reason` and `--case`."""
    for name, text in (
        ("case", "The file number of the case."),
        ("reason", "Why."),
        ("person", "Who did it, by name."),
        ("place", "Where it was done."),
    ):
        command = option(f"--{name}", help=f"{text} Encrypted with the package.")(command)
    return command


def directory_at(path: Path) -> Directory:
    """A node's own directory."""
    from corridor.registry import Directory

    return Directory(path)


def believed(directory: Path | None, trust: Sequence[Path]) -> Trust | None:
    """What a verifier believes: a directory's States and, before them, those whose trust/ was handed over.

    None without either: then only what a package carries itself is at hand.
    """
    if directory is None and not trust:
        return None
    from corridor.notary import KeyUse
    from corridor.seal.custody import StateTrust, Trust, trust_inside

    handed = [trust_inside(folder.parent if folder.name == "trust" else folder) for folder in trust]
    held = directory_at(directory) if directory is not None else None

    def of(state: str) -> StateTrust:
        for each in handed:
            if (found := each.states(state)).keys:
                return found
        if held is None:
            return StateTrust(state)
        entry = held.entry(state)
        logs = tuple((entry.log_origin, row.key) for row in held.keys(state, KeyUse.LOG)) if entry else ()
        return StateTrust(state, tuple(held.keys(state, KeyUse.STATE)), logs)

    return Trust(of, tuple(one for each in handed for one in each.authorities))


def certificates(files: Sequence[Path]) -> list[Certificate]:
    """The certificates of time-stamping authorities in PEM files."""
    if not files:
        return []
    from corridor.notary import NotaryFault
    from corridor.notary.timestamp import read_certificates

    found: list[Certificate] = []
    for file in files:
        try:
            found += read_certificates(file.read_bytes())
        except NotaryFault:
            raise CliFault("cli.evidence.no-certificate", path=file) from None
    return found


def custodian(name: str, cls: str, directory: Path | None) -> Custodian:
    """An age recipient as it stands, or an authority's custody recipient from a directory."""
    from corridor.seal.wraps import Custodian

    if name.startswith("age1"):
        return Custodian(f"recipient {name[:16]}", name)
    if directory is None:
        raise CliFault("cli.seal.name-needs-directory", name=name)
    entry = directory_at(directory).entry(name.partition("-")[0])
    rows = entry.custody_recipients(name) if entry is not None else ()
    fitting = [row for row in rows if row.cls == cls]
    if not fitting:
        raise CliFault("cli.seal.no-such-name", name=name, cls=cls)
    return Custodian(name, fitting[0].recipient)


def signer(key: Path, secret_file: Path | None) -> custody.Signer:
    """An officer's sealed key with the credential that certifies it, `credential.json` beside it."""
    from corridor.notary import Envelope, credentials, keys
    from corridor.seal.custody import Signer

    paper = key.parent / "credential.json"
    if not paper.is_file():
        raise CliFault("cli.seal.no-credential", path=paper)
    credential = Envelope.from_json(paper.read_bytes())
    state = str(credentials.claimed(credential)["state"])
    return Signer(credential, keys.unlock(key, secret(secret_file, f"Secret for {key.name}")), state)


def put_trust(package: Path, key: Path) -> None:
    """Put into a package what its signer's statements are checked with, where it lies beside the key in trust/."""
    from corridor.seal import custody

    if (key.parent / "trust").is_dir():
        state = signer_state(key)
        held = custody.trust_inside(key.parent)
        found = held.states(state)
        custody.add_trust(
            package,
            state,
            found.keys,
            logs=found.logs,
            witnesses=found.witnesses,
            majority=found.majority,
            authorities=held.authorities,
        )


def signer_state(key: Path) -> str:
    """The State in the credential beside an officer's key."""
    from corridor.notary import Envelope, credentials

    return str(
        credentials.claimed(Envelope.from_json((key.parent / "credential.json").read_bytes()))["state"]
    )


def identities(files: Sequence[Path], secret_file: Path | None) -> list[age.AnyIdentity]:
    """The identities in age identity files, each plain or sealed under a secret."""
    from io import BytesIO

    from corridor.seal import age

    found: list[age.AnyIdentity] = []
    for file in files:
        raw = file.read_bytes()
        if raw.startswith(b"age-encryption.org/"):
            sink = BytesIO()
            age.decrypt(BytesIO(raw), sink, [age.Passphrase(secret(secret_file, f"Secret for {file.name}"))])
            raw = sink.getvalue()
        found += age.parse_identity_file(raw.decode("utf-8"))
    return found
