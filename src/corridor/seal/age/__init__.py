"""The age v1 file format (c2sp.org/age) on pyca/cryptography primitives, in flat memory.

Written here because the bindings are several times slower than the primitives; held to the format by the
public test vectors and by stock `age`. Entry points: `encrypt` and `decrypt` on binary file objects.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from corridor.seal.age.files import Readable, Source, Writable, write_all
from corridor.seal.age.header import FILE_KEY_SIZE, Header, read_header, write_header
from corridor.seal.age.keys import (
    CLASSIC,
    HYBRID,
    AnyIdentity,
    AnyRecipient,
    Identity,
    IdentityLike,
    Passphrase,
    Recipient,
    RecipientLike,
    generate,
    one_class,
    parse_identity,
    parse_identity_file,
    parse_recipient,
)
from corridor.seal.age.stream import NONCE_SIZE, ChunkSealer, encrypt_payload, iter_payload
from corridor.seal.faults import AgeFault, HeaderError, HmacError, KeyTextError, NoMatchError, PayloadError

__all__ = [
    "CLASSIC",
    "HYBRID",
    "AgeFault",
    "AnyIdentity",
    "AnyRecipient",
    "HeaderError",
    "HmacError",
    "Identity",
    "IdentityLike",
    "KeyTextError",
    "NoMatchError",
    "Passphrase",
    "PayloadError",
    "Recipient",
    "RecipientLike",
    "begin",
    "decrypt",
    "encrypt",
    "encrypt_passphrase",
    "generate",
    "header_class",
    "iter_decrypt",
    "parse_identity",
    "parse_identity_file",
    "parse_recipient",
    "write_all",
]


def begin(recipients: Iterable[AnyRecipient]) -> tuple[bytes, ChunkSealer]:
    """Start a file by hand: the bytes up to the first chunk, and what seals the chunks."""
    parsed = one_class(recipients)
    file_key, nonce = os.urandom(FILE_KEY_SIZE), os.urandom(NONCE_SIZE)
    header = write_header([recipient.wrap(file_key) for recipient in parsed], file_key)
    return header + nonce, ChunkSealer(file_key, nonce)


def encrypt(source: Readable, sink: Writable, recipients: Iterable[AnyRecipient]) -> None:
    """Read `source` to its end and write one age file to `sink`.

    Recipients are age strings (`age1…`, `age1pq1…`) or parsed objects, all of one class.
    Raises `KeyTextError`.
    """
    head, sealer = begin(recipients)
    write_all(sink, memoryview(head))
    encrypt_payload(Source(source), sink, sealer)


def encrypt_passphrase(source: Readable, sink: Writable, passphrase: str, work: int = 18) -> None:
    """As `encrypt`, for whoever knows the passphrase; `work` is the base-two logarithm of the scrypt cost."""
    encrypt(source, sink, [Passphrase(passphrase, work)])


def decrypt(source: Readable, sink: Writable, identities: Iterable[AnyIdentity]) -> None:
    """Read one age file from `source` and write its content to `sink`.

    Identities are age strings (`AGE-SECRET-KEY-1…`, `AGE-SECRET-KEY-PQ-1…`) or parsed objects (`Passphrase`
    among them). Raises `HeaderError`, `NoMatchError`, `HmacError`, or `PayloadError`; in the last case the
    sink holds exactly the authenticated chunks before the bad one. Raises `KeyTextError` for a string that is
    no identity.
    """
    for block in iter_decrypt(source, identities):
        write_all(sink, block)


def iter_decrypt(
    source: Readable, identities: Iterable[AnyIdentity], room: Callable[[], memoryview] | None = None
) -> Iterator[memoryview]:
    """As `decrypt`, giving out authenticated blocks of up to 1 MiB, each good until the next is asked for; with
    `room`, each in memory of the caller's, asked for block by block."""
    parsed = [parse_identity(identity) for identity in identities]
    file = Source(source)
    header = read_header(file)
    file_key = _unwrap(header, parsed)
    header.check_mac(file_key)
    nonce = bytearray(NONCE_SIZE)
    if file.fill(memoryview(nonce)) != NONCE_SIZE:
        raise HeaderError("seal.age.header", why="nonce")
    yield from iter_payload(file, file_key, bytes(nonce), room)


def header_class(source: Readable) -> str:
    """The class an age file is encrypted for, from its header alone and unauthenticated: "hybrid", "classic",
    or "other" (also when a file mixes classes). Raises `HeaderError`."""
    names = {stanza.args[0] for stanza in read_header(Source(source)).stanzas}
    if names == {b"mlkem768x25519"}:
        return HYBRID
    return CLASSIC if names == {b"X25519"} else "other"


def _unwrap(header: Header, identities: list[IdentityLike]) -> bytes:
    if len(header.stanzas) > 1 and any(stanza.args[0] == b"scrypt" for stanza in header.stanzas):
        raise HeaderError("seal.age.header", why="a passphrase must be alone")
    for identity in identities:
        file_key = identity.unwrap(header.stanzas)
        if file_key is not None:
            return file_key
    raise NoMatchError("seal.age.no-match")
