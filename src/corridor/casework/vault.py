"""Seals rows under keys the database does not hold: one file for each dossier, draft, or kind of node record.

Destroying a key file at the end of retention is how append-only records meet erasure (DESIGN §3, node).
A sealed value is `0x01 || nonce(12) || ChaCha20-Poly1305`, bound to what it is and where it stands by the
associated data, so that a row's bytes cannot be moved to another row.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from corridor.casework.fault import CaseworkFault

_NAME = re.compile(r"[0-9a-z][0-9a-z-]{1,79}")
_VERSION = b"\x01"


class Opener(Protocol):
    """Opens values sealed under one key: which value, and its sealed bytes."""

    def __call__(self, what: str, sealed: bytes | memoryview[int]) -> bytes: ...


class Vault:
    """Keys under `folder`, one file each, named by what they seal (a dossier's id, a draft's id, `people`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise CaseworkFault("casework.vault.name")
        return self.folder / name[:2] / f"{name}.key"

    def make(self, name: str) -> None:
        """Make a key unless there is one. It is on disk, synced, before any row sealed with it is written."""
        path = self._path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}-{os.urandom(4).hex()}")
        handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(handle, ChaCha20Poly1305.generate_key())
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(fresh, path)  # never replaces a key that exists
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        _sync_folder(path.parent)

    def _key(self, name: str) -> ChaCha20Poly1305:
        try:
            return ChaCha20Poly1305(self._path(name).read_bytes())
        except (FileNotFoundError, ValueError) as error:
            raise CaseworkFault("casework.vault.key-gone", name=name) from error

    def seal(self, name: str, what: str, data: bytes) -> bytes:
        """Seal `data` under the key `name`. `what` says which value of which row it is."""
        nonce = os.urandom(12)
        return _VERSION + nonce + self._key(name).encrypt(nonce, data, f"{name}/{what}".encode())

    def open(self, name: str, what: str, sealed: bytes | memoryview[int]) -> bytes:
        """The inverse of `seal`. Raises CaseworkFault when the key is gone or the row was altered."""
        return self.opener(name)(what, sealed)

    def opener(self, name: str) -> Opener:
        """`open` for many values under one key, which is read once. Raises CaseworkFault when the key is gone."""
        key = self._key(name)

        def opened(what: str, sealed: bytes | memoryview[int]) -> bytes:
            data = bytes(sealed)
            if data[:1] != _VERSION or len(data) < 29:
                raise CaseworkFault("casework.vault.altered", name=name)
            try:
                return key.decrypt(data[1:13], data[13:], f"{name}/{what}".encode())
            except InvalidTag as error:
                raise CaseworkFault("casework.vault.altered", name=name) from error

        return opened

    def destroy(self, name: str) -> None:
        """Forget a key: every row sealed with it is unreadable from now on."""
        self._path(name).unlink(missing_ok=True)
        _sync_folder(self._path(name).parent)


def _sync_folder(folder: Path) -> None:
    if folder.is_dir():
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
