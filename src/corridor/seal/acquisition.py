"""What a forensic container says of its own making: the digests stored in an EWF image (E01, Ex01), or in the log that
imaging tools leave beside a raw one. They are claims; nothing here checks them.

EWF is read with libewf (`pip install 'corridor[forensic]'`), in a process of its own with little time and memory: a
container made to crash its reader must not stop a sealing. AFF4 has no reader that is still kept, and is not read.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import corridor

SECONDS = 20
MEMORY = 1 << 30  # of address space; libewf maps more than it uses
LOG_LIMIT = 1 << 20
_EWF = re.compile(r"\.(?:e|ex)01", re.IGNORECASE)
_EWF_MAGIC = (b"EVF\x09\x0d\x0a\xff\x00", b"EVF2\x0d\x0a\x81\x00")
_RAW = re.compile(r"\.(?:raw|dd|img|bin|001)", re.IGNORECASE)
_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64}
_SIDECARS = (".md5", ".sha1", ".sha256", ".txt", ".log", ".info")
# "MD5 checksum:    <hex>" (FTK Imager), "MD5 hash calculated over data: <hex>" (ewfacquire), "MD5 hash : <hex>"
# (guymager), "Total (md5): <hex>" (dcfldd); and "<hex> (md5)" (dc3dd).
_LABELLED = {
    name: re.compile(
        rf"\b{name[:3]}-?{name[3:]}\b[^\r\n]{{0,60}}?[\s:=]([0-9a-f]{{{length}}})(?![0-9a-f])"
        rf"|(?<![0-9a-f])([0-9a-f]{{{length}}})[ \t]+\({name[:3]}-?{name[3:]}\)",
        re.IGNORECASE,
    )
    for name, length in _LENGTHS.items()
}

# The whole of the other process. Limits first, so that the reader is loaded under them.
_CHILD = """
import json, resource, sys
for limit, value in ((resource.RLIMIT_AS, int(sys.argv[2])), (resource.RLIMIT_CPU, int(sys.argv[3])),
                     (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
    resource.setrlimit(limit, (value, value))
import pyewf
handle = pyewf.handle()
handle.open(pyewf.glob(sys.argv[1]))
json.dump({"hashes": handle.get_hash_values(), "version": pyewf.get_version()}, sys.stdout)
"""


def read(path: Path) -> dict[str, str] | None:
    """The facts of a forensic container for its record in the index: `format`, `read_with`, and of `md5`, `sha1`,
    `sha256` (lower-case hex) those stored; or `not_read`, with the reason. None for any other file.

    Decides by name first, so that it costs nothing for most. Raises nothing: what cannot be read is said.
    """
    suffix = path.suffix
    if _EWF.fullmatch(suffix):
        return _ewf(path)
    if _RAW.fullmatch(suffix):
        return _raw(path)
    return None


def _ewf(path: Path) -> dict[str, str] | None:
    head = _start(path, 8)
    if head not in _EWF_MAGIC:
        return None
    if importlib.util.find_spec("pyewf") is None:
        return {"format": "ewf", "not_read": "no-reader"}
    command = [sys.executable, "-I", "-c", _CHILD, os.fspath(path), str(MEMORY), str(SECONDS)]
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter, our own text
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=True,
            env={"PYTHONUTF8": "1"},
        )
        told = json.loads(done.stdout[:LOG_LIMIT])
        hashes, version = dict(told["hashes"]), int(told["version"])
    except subprocess.TimeoutExpired:
        return {"format": "ewf", "not_read": "too-long"}
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, KeyError):
        return {"format": "ewf", "not_read": "failed"}
    found = {name.lower(): str(value).lower() for name, value in hashes.items()}
    found = {name: found[name] for name in _LENGTHS if _is_digest(name, found.get(name, ""))}
    if not found:
        return {"format": "ewf", "not_read": "none-stored"}
    return {"format": "ewf", **found, "read_with": f"libewf-python {version}"}


def _raw(path: Path) -> dict[str, str] | None:
    found: dict[str, set[str]] = {name: set() for name in _LENGTHS}
    sources = []
    for place, suffix in _beside(path):
        told = list(_told(place, suffix))
        if told:
            sources.append(suffix)
        for name, digest in told:
            found[name].add(digest)
    if not sources:
        return None
    # Two digests of one kind cannot both be that of the medium: then neither is taken.
    digests = {name: values.pop() for name, values in found.items() if len(values) == 1}
    if not digests:
        return {"format": "raw", "not_read": "failed"}
    read_with = f"corridor {corridor.__version__}"
    return {"format": "raw", **digests, "from": " ".join(sources), "read_with": read_with}


def _beside(path: Path) -> Iterator[tuple[Path, str]]:
    """`disk.dd.md5` and `disk.md5`, for `disk.dd`; each with the part of its name that is its suffix."""
    for suffix in _SIDECARS:
        yield path.with_name(path.name + suffix), path.suffix + suffix
        yield path.with_suffix(suffix), suffix


def _told(place: Path, suffix: str) -> Iterator[tuple[str, str]]:
    text = _start(place, LOG_LIMIT + 1).decode("utf-8", "replace")
    if not text or len(text) > LOG_LIMIT:
        return
    kind = suffix.rpartition(".")[2]
    if kind in _LENGTHS:  # as md5sum writes, of the one image
        lines = [line for line in text.splitlines() if line.strip()]
        first = lines[0].split()[0].lstrip("\\").lower() if lines else ""
        if len(lines) == 1 and _is_digest(kind, first):
            yield kind, first
        return
    for name, pattern in _LABELLED.items():
        for match in pattern.finditer(text):
            yield name, (match[1] or match[2]).lower()


def _is_digest(name: str, text: str) -> bool:
    return re.fullmatch(rf"[0-9a-f]{{{_LENGTHS[name]}}}", text) is not None


def _start(path: Path, count: int) -> bytes:
    """The beginning of a plain file, never through a link; nothing where there is none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return b""
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return b""
        return os.read(handle, count)
    except OSError:
        return b""
    finally:
        os.close(handle)
