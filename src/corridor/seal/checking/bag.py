"""Names, digests, sizes and classes of a package's files: what can be checked of them without a key."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from corridor.seal import age
from corridor.seal.age.stream import sealed_size
from corridor.seal.checking.report import Report
from corridor.seal.faults import AgeFault, PackageError
from corridor.seal.files import BEING_WRITTEN
from corridor.seal.layout import (
    BAG_INFO,
    BAGIT,
    BAGIT_TEXT,
    FIXED_TAG_NAME,
    INDEX_ROOT,
    MANIFEST,
    MANIFEST_LIMIT,
    PART,
    PART_LIMIT,
    PAYLOAD_NAME,
    README,
    TAGMANIFEST,
    WRAP_NAME,
    is_package_name,
    package_id,
    parse_bag_info,
    parse_manifest,
    read_small,
)

_BLOCK: Final = 1 << 20
_HEADER: Final = 16 * 1024
_NONCE: Final = 16
_DEEPEST: Final = 4  # slashes in the longest name a package may hold: trust/a/b/c/d
_GROWING: Final = ("package-key/", "custody/", "trust/")


def walk(folder: Path, report: Report) -> Iterator[str]:
    """Every file by its relative name; anything that is neither file nor folder is a finding, and so is what lies
    deeper than a package goes. Nothing there is looked into.

    Where a package grows somebody may be adding to it meanwhile: a file not whole yet is told, and is no fault of it.
    """
    being_written = 0
    waiting = [""]
    while waiting:
        base = waiting.pop()
        try:
            entries = sorted(os.listdir(folder / base))
        except OSError as error:
            report.note("seal.bag.unreadable-file", name=_printable(base), errno=error.errno)
            continue
        for name in entries:
            relative = f"{base}/{name}" if base else name
            if relative.startswith(_GROWING) and BEING_WRITTEN.fullmatch(name):
                being_written += 1
                continue
            try:
                mode = (folder / relative).lstat().st_mode
            except OSError as error:
                report.note("seal.bag.unreadable-file", name=_printable(relative), errno=error.errno)
                continue
            if stat.S_ISDIR(mode):
                if relative.count("/") < _DEEPEST:
                    waiting.append(relative)
                else:
                    report.note("seal.bag.extra-file", name=_printable(relative))
            elif not stat.S_ISREG(mode):
                report.note("seal.bag.not-a-file", name=_printable(relative))
            elif is_package_name(relative):
                yield relative
            else:
                report.note("seal.bag.extra-file", name=_printable(relative))
    if being_written:
        report.could_not("being-written", n=being_written)


def _printable(name: str) -> str:
    return name if name.isprintable() and len(name) < 200 else "?"


def fixed_files(folder: Path, report: Report) -> dict[str, str]:
    """Name -> digest of everything fixed at sealing, as the two manifests say."""
    fixed: dict[str, str] = {}
    try:
        report.package = package_id(folder)
        tags = parse_manifest(read_small(folder, TAGMANIFEST, MANIFEST_LIMIT), TAGMANIFEST, FIXED_TAG_NAME)
        fixed |= tags
        for name in (BAGIT, BAG_INFO, README, MANIFEST, INDEX_ROOT, "index/0001.age"):
            if name not in tags:
                report.note("seal.manifest.unlisted", name=name)
    except PackageError as fault:
        report.add(fault, TAGMANIFEST)
    try:
        fixed |= parse_manifest(read_small(folder, MANIFEST, MANIFEST_LIMIT), MANIFEST, PAYLOAD_NAME)
    except PackageError as fault:
        report.add(fault, MANIFEST)
    try:
        report.info = parse_bag_info(read_small(folder, BAG_INFO))
    except PackageError as fault:
        report.add(fault, BAG_INFO)
    try:
        if read_small(folder, BAGIT) != BAGIT_TEXT.encode():
            report.note("seal.bag.declaration")
    except PackageError as fault:
        report.add(fault, BAGIT)
    return fixed


def check_names(files: set[str], fixed: dict[str, str], report: Report) -> None:
    """Nothing missing, nothing added where things are fixed at sealing."""
    known = {(finding.code, finding.fault.facts.get("name")) for finding in report.findings}
    for name in sorted(set(fixed) - files):
        if ("seal.bag.missing-file", name) not in known:
            report.note("seal.bag.missing-file", name=name)
    for name in sorted(files - set(fixed) - {TAGMANIFEST}):
        if not name.startswith(_GROWING):
            report.note("seal.bag.extra-file", name=name)


def check_digests(
    folder: Path,
    fixed: dict[str, str],
    files: set[str],
    report: Report,
    progress: Callable[[int], None] | None,
) -> None:
    """SHA-256 of every fixed file, large ones first, on every core there is; memory is a block a core.

    `progress` is called, from one thread at a time, with each number of bytes read.
    """
    sizes: list[tuple[int, str]] = []
    for name in fixed:
        if name in files:
            try:
                size = (folder / name).lstat().st_size
            except OSError:
                size = 0
            limit = MANIFEST_LIMIT if name == MANIFEST else PART_LIMIT
            if size > limit:  # no sealer makes one: not read to an end that may be far
                report.note("seal.bag.file-too-long", name=name, limit=limit)
            else:
                sizes.append((size, name))
    sizes.sort(reverse=True)
    waiting = iter(sizes)
    turn = threading.Lock()
    wrong: list[tuple[str, int | None]] = []
    total = 0

    def read(count: int) -> None:
        nonlocal total
        with turn:
            total += count
            if progress is not None:
                progress(count)

    def work() -> None:
        block = memoryview(bytearray(_BLOCK))
        while True:
            with turn:
                name = next(waiting, (0, ""))[1]
            if not name:
                return
            try:
                digest = _digest(folder / name, block, read)
                if digest != fixed[name]:
                    wrong.append((name, None))
            except OSError as error:
                wrong.append((name, error.errno or 0))

    cores = max(2, len(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(cores, "seal-verify") as pool:
        for done in [pool.submit(work) for _ in range(min(cores, len(sizes)))]:
            done.result()
    for name, number in sorted(wrong):
        if number is None:
            report.note("seal.bag.digest-mismatch", name=name)
        else:
            report.note("seal.bag.unreadable-file", name=name, errno=number)
    report.did("digests", files=len(sizes), bytes=total)


def _digest(file: Path, block: memoryview, read: Callable[[int], None]) -> str:
    """The digest of a file, never through a link, never of a pipe that would wait. Raises OSError."""
    digest = hashlib.sha256()
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with io.FileIO(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a file")
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        while count := stream.readinto(block):
            digest.update(block[:count])
            read(count)
    return digest.hexdigest()


def check_bag(folder: Path, fixed: dict[str, str], report: Report) -> None:
    """Payload-Oxum and the numbering of parts: no gap inside a unit."""
    info = report.info
    payload = sorted(name for name in fixed if name.startswith("data/"))
    size = sum((folder / name).stat().st_size for name in payload if (folder / name).is_file())
    if info is not None and (info.payload_bytes, info.payload_files) != (size, len(payload)):
        report.note("seal.bag.oxum-mismatch")
    units: dict[str, list[str]] = {}
    for name in payload:
        units.setdefault(name.rpartition("/")[0], []).append(name)
    for unit, names in units.items():
        # By number: a unit of more than 99,999 parts has names of two lengths.
        if sorted(names, key=lambda name: (len(name), name)) != [
            f"{unit}/{part:05d}.age" for part in range(len(names))
        ]:
            report.note("seal.bag.part-gap", unit=unit)
    report.did("bag", units=len(units))


def check_classes(folder: Path, names: list[str], report: Report) -> None:
    """Every age file is of the package's class, wraps and custody alike, and holds no more than it may."""
    wraps = sum(WRAP_NAME.fullmatch(name) is not None for name in names)
    if not wraps:
        report.note("seal.wrap.absent")
    for name in names:
        try:
            with open(folder / name, "rb") as file:
                head = io.BytesIO(file.read(_HEADER))
                size = os.fstat(file.fileno()).st_size
            cls = age.header_class(head)
        except OSError:
            continue  # already a finding of its digest
        except AgeFault as fault:
            report.note("seal.age.file-malformed", name=name, why=fault.facts.get("why", "header"))
            continue
        # What a header takes is unknown to a stanza's length; the most it takes bounds what is behind it.
        if name.startswith(("data/", "index/")) and size > _HEADER + _NONCE + sealed_size(PART):
            report.note("seal.bag.part-too-long", name=name)
        if report.info is not None and cls != report.info.cls:
            report.note("seal.package.class-mixed", name=name)
    report.did("wraps", files=len(names), wraps=wraps)
