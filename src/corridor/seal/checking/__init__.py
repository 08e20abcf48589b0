"""Checking a package without any key: structure, digests, wraps, custody and times; and what that does not prove."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path

from cryptography import x509

from corridor.seal import custody
from corridor.seal.checking.bag import check_bag, check_classes, check_digests, check_names, fixed_files, walk
from corridor.seal.checking.hands import check_custody
from corridor.seal.checking.report import Finding, Hand, Note, Report, Verdict
from corridor.seal.custody.trust import iter_authorities, read_state
from corridor.seal.faults import CustodyError, PackageError
from corridor.seal.layout import BAG_INFO, MANIFEST, TAGMANIFEST

__all__ = ["Finding", "Hand", "Note", "Report", "Verdict", "verify"]


def verify(
    path: Path | str,
    *,
    trust: custody.Trust | custody.StateKeys | None = None,
    expected_id: str | None = None,
    tsa_roots: Iterable[x509.Certificate] = (),
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Check all that can be checked without a key, going on past what is wrong so that the report is whole.

    `trust` is what the caller believes: a `custody.Trust`, or only a function from a State's code to its
    certifying keys. Without it what the package carries is used, which shows that everything agrees and not
    whose keys they are. `tsa_roots` are further certificates of time-stamping authorities. `expected_id` is the
    package number known from elsewhere (an act, a letter). `progress` is given each number of bytes read.
    Raises `PackageError` only where there is no package to look at.
    """
    folder = Path(path)
    if not folder.is_dir() or not any((folder / name).exists() for name in (TAGMANIFEST, MANIFEST, BAG_INFO)):
        raise PackageError("seal.package.not-one")
    report = Report(folder)
    files = set(walk(folder, report))
    report.did("structure", files=len(files))
    fixed = fixed_files(folder, report)
    check_names(files, fixed, report)
    check_digests(folder, fixed, files, report, progress)
    if report.info is not None:
        check_bag(folder, fixed, report)
        check_classes(folder, sorted(name for name in files if name.endswith(".age")), report)
        believed = _believed(folder, trust, tuple(tsa_roots), report)
        check_custody(folder, report.info, files, believed, report)
    if expected_id is None:
        report.could_not("number")
    else:
        report.did("number")
        if report.package != expected_id:
            report.note("seal.package.other")
        else:
            report.anchored = report.anchored or "expected-id"
    report.could_not("content")
    return report


def _believed(
    folder: Path,
    trust: custody.Trust | custody.StateKeys | None,
    roots: tuple[x509.Certificate, ...],
    report: Report,
) -> custody.Trust:
    """What the caller brings, never mixed with what the package carries: whoever forged one forged the other."""
    if isinstance(trust, custody.Trust):
        # A directory is asked once for each State, whatever the number of statements.
        return custody.Trust(functools.cache(trust.states), (*trust.authorities, *roots), trust.inside)
    if trust is not None:
        return custody.Trust(functools.cache(custody.Trust.from_keys(trust).states), roots)
    found = list(roots)
    for name, inside in iter_authorities(folder):
        if isinstance(inside, CustodyError):
            report.add(inside, f"trust/tsa/{name}")
        else:
            found += inside

    @functools.cache
    def held(state: str) -> custody.StateTrust:
        try:
            return read_state(folder, state)
        except CustodyError as fault:
            report.add(fault, f"trust/{state}.json")
            return custody.StateTrust(state)

    return custody.Trust(held, tuple(dict.fromkeys(found)), inside=True)
