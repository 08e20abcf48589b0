"""Matching a list of digests against a package's index: no payload file is opened, so it is lawful for items that
nobody may look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from corridor.seal import age
from corridor.seal.faults import PackageError
from corridor.seal.index import Item
from corridor.seal.opening import read_index

_LINE_LIMIT = 64 * 1024
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
# As `sha256sum` writes (a backslash before an escaped name), CSV with or without quotes, or the digest alone.
_LINE = re.compile(
    rb'(?:\\?([0-9a-fA-F]{64})(?:[ ][ *].*|[ \t]*[,;\t].*|[ \t]*)|"([0-9a-fA-F]{64})"[ \t]*(?:[,;\t].*)?)',
    re.DOTALL,
)
_TAGGED = re.compile(rb"\\?SHA256 ?\(.*\) ?= ?([0-9a-fA-F]{64})", re.DOTALL)  # sha256sum --tag, BSD
_OTHER = re.compile(
    rb'\\?"?(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})(?![0-9a-fA-F]).*',
    re.DOTALL,
)
_HEADING = re.compile(rb'(?!"?[0-9a-fA-F]{16})"?[A-Za-z][A-Za-z0-9 _.-]*"?[ \t]*(?:[,;\t].*)?', re.DOTALL)


def read_digests(file: BinaryIO) -> Iterator[str]:
    """The SHA-256 digests of a list, in lower-case hex, line by line and so in flat memory.

    Takes what `sha256sum` writes (also with `--tag`), one digest a line, and CSV with the digest in the first column
    under at most one line of headings, as hash sets are published. Empty lines and lines that begin with # are passed
    over. Raises `seal.digests.malformed` or `seal.digests.other-kind`, with the number of the line.
    """
    number = 0
    while line := file.readline(_LINE_LIMIT):
        number += 1
        if len(line) == _LINE_LIMIT and not line.endswith(b"\n"):
            raise PackageError("seal.digests.malformed", line=number)
        text = line.rstrip(b"\r\n")
        if number == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if found := _LINE.fullmatch(text):
            yield (found[1] or found[2]).decode().lower()
        elif not text.strip() or text.startswith(b"#"):
            continue
        elif found := _TAGGED.fullmatch(text):
            yield found[1].decode().lower()
        elif _OTHER.fullmatch(text):
            raise PackageError("seal.digests.other-kind", line=number)
        elif number > 1 or not _HEADING.fullmatch(text):
            raise PackageError("seal.digests.malformed", line=number)


def match(path: Path | str, identities: Iterable[age.AnyIdentity], digests: Iterable[str]) -> Iterator[Item]:
    """The items of a package whose content has one of `digests` (SHA-256, hex), in the order of the index.

    The index is read twice, `digests` once; no payload file is opened, and restricted items match like others. Memory
    grows by some 70 bytes for each item of the package, not with the list. Raises `PackageError`, `AgeFault`.
    """
    index = read_index(path, identities)
    # 1. the first 64 bits of each digest in the package
    known = {int(item.sha256[:16], 16) for item in index if item.sha256}
    # 2. what of the list may be one of them
    wanted = set()
    for number, digest in enumerate(digests, 1):
        if not _DIGEST.fullmatch(digest):
            raise PackageError("seal.digests.malformed", line=number)
        if int(digest[:16], 16) in known:
            wanted.add(digest.lower())
    # 3. whole digests
    for item in index if wanted else ():
        if item.sha256 in wanted:
            yield item
