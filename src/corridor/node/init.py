"""`corridor node init`: makes a node's folder, keys and certificate. It makes no login and no default secret."""

from __future__ import annotations

import ipaddress
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from corridor.node import config as node_config
from corridor.node.config import Config
from corridor.node.fault import NodeFault
from corridor.notary import KeyUse, instant, keys
from corridor.notary.files import write_whole
from corridor.registry import Directory
from corridor.seal import age

LEAST = 12
_CERTIFICATE = timedelta(days=3650)  # what is pinned is the key; its end is the directory's business


def init(config: Config, *, passphrase: str, root: bytes | None, at: datetime) -> None:
    """Make everything a node needs before its database. Raises NodeFault if the folder is already a node.

    `root` is the registry's root metadata as the operator was handed it; without it the node has no directory yet.
    """
    folder = config.folder
    if (folder / "node.toml").exists():
        raise NodeFault("node.init.exists", path=folder)
    if len(passphrase) < LEAST:
        raise NodeFault("node.init.weak-passphrase", least=LEAST)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("keys", "vault", "log", "packages", "incoming", "officers", "authorities", "run"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    keys.seal_to_file(
        keys.generate(KeyUse.STATE), config.keys / "state.sealed.json", passphrase, work=config.secret_work
    )
    for use in (KeyUse.REQUEST, KeyUse.NODE, KeyUse.LOG, KeyUse.WITNESS):
        keys.save(keys.generate(use), config.keys / f"{use.value}.json")
    _secret(config.keys / "letters.txt", age.generate("hybrid").text + "\n")
    _secret(config.keys / "pages.secret", secrets.token_urlsafe(64) + "\n")
    _secret(config.keys / "since", instant.to_text(at.replace(microsecond=0)) + "\n")
    _certificate(config, at)
    if root is not None:
        Directory.create(folder / "directory", root)
    node_config.write(config)


def _secret(path: Path, text: str) -> None:
    write_whole(path, text.encode("ascii"), mode=0o600)


def _certificate(config: Config, at: datetime) -> None:
    """A self-signed certificate for the exchange listener. Peers pin it through the directory; no CA is asked."""
    key = ec.generate_private_key(ec.SECP256R1())
    host = urlsplit(config.exchange_url).hostname or "localhost"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at.astimezone(UTC) - timedelta(days=1))
        .not_valid_after(at.astimezone(UTC) + _CERTIFICATE)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _secret(config.keys / "tls.key", private.decode("ascii"))
    write_whole(config.keys / "tls.pem", certificate.public_bytes(Encoding.PEM))


def set_up_django(folder: Path) -> None:
    """Configure Django for the node in `folder`, once in a process."""
    os.environ[node_config.ENVIRONMENT] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "corridor.node.settings"
    import django

    django.setup()


def migrate() -> None:
    """Bring the node's database to this release's form. Repeating it changes nothing."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
