"""Wraps: the package's identity, encrypted once for each custodian. The one door by which it opens."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from corridor.seal import age
from corridor.seal.faults import NoMatchError, PackageError, SealFault
from corridor.seal.layout import WRAP_NAME, BagInfo, bag_info, read_small

FOLDER = "package-key"
_LIMIT = 16 * 1024
_OTHERS = 256  # wraps under other names than one's own that are tried: each costs, and anybody can add some


@dataclass(frozen=True)
class Custodian:
    """Who may open: a name (it stands only inside the wrap) and an age recipient."""

    name: str
    recipient: str

    def parsed(self) -> age.Recipient:
        recipient = age.parse_recipient(self.recipient)
        if not isinstance(recipient, age.Recipient):
            raise PackageError("seal.wrap.not-a-key")
        return recipient


def wrap_name(recipient: age.Recipient) -> str:
    """package-key/<SHA-256 of the recipient's text>.age: a hybrid recipient is too long for a file name."""
    return f"{FOLDER}/{recipient.fingerprint}.age"


def make_wrap(identity: age.Identity, package: str, custodian: Custodian) -> tuple[str, bytes]:
    """File name and bytes. The plaintext is an age identity file that names package and custodian."""
    recipient = custodian.parsed()
    if recipient.cls != identity.cls:
        raise PackageError("seal.wrap.class-mismatch", cls=identity.cls)
    name = " ".join(custodian.name.split())
    text = (
        f"# corridor package-key/1\n# package: {package}\n# custodian: {name}\n"
        f"# recipient: {recipient.fingerprint}\n{identity.text}\n"
    )
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(text.encode()), sink, [recipient])
    return wrap_name(recipient), sink.getvalue()


def wrap_names(path: Path) -> list[str]:
    folder = path / FOLDER
    names = (f"{FOLDER}/{file.name}" for file in (folder.iterdir() if folder.is_dir() else ()))
    return sorted(name for name in names if WRAP_NAME.fullmatch(name))


def unwrap(path: Path, identities: Iterable[age.AnyIdentity]) -> age.Identity:
    """The package's identity, from whichever wrap one of `identities` opens.

    Raises `PackageError`: no wrap is for them (`seal.wrap.none-opens`), or the wrap that is names another
    package or holds another key than the one the package was sealed to.
    """
    info = bag_info(path)
    parsed = [age.parse_identity(identity) for identity in identities]
    mine = {wrap_name(key.recipient) for key in parsed if isinstance(key, age.Identity)}
    names = wrap_names(path)
    others = [name for name in names if name not in mine][:_OTHERS]
    for name in [*(name for name in names if name in mine), *others]:
        sink = io.BytesIO()
        try:
            age.decrypt(io.BytesIO(read_small(path, name, _LIMIT)), sink, parsed)
        except NoMatchError:
            continue
        except SealFault:
            if name in mine:
                raise
            continue  # what is no wrap, under a name of somebody else, must not keep anybody from his own
        return check_wrap(sink.getvalue(), name, info)
    raise PackageError("seal.wrap.none-opens", wraps=len(names))


def check_wrap(plain: bytes, name: str, info: BagInfo) -> age.Identity:
    """The identity in a wrap, if the wrap is of this package and for the custodian it is filed under."""
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError:
        raise PackageError("seal.wrap.malformed") from None
    comments = dict(re.findall(r"^# ([a-z]+): (.*)$", text, re.MULTILINE))
    keys = age.parse_identity_file(text)
    if not text.startswith("# corridor package-key/1\n") or len(keys) != 1:
        raise PackageError("seal.wrap.malformed")
    identity = keys[0]
    if not isinstance(identity, age.Identity) or identity.recipient.text != info.recipient:
        raise PackageError("seal.wrap.other-package")
    if comments.get("package") != info.name or f"{FOLDER}/{comments.get('recipient')}.age" != name:
        raise PackageError("seal.wrap.other-package")
    return identity
