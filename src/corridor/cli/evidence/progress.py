"""A bar on standard error for what takes long: bytes done, rate and time left; silent where nobody looks."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_KNOWN = "{desc} {percentage:3.0f}% |{bar}| {n_fmt}iB of {total_fmt}iB, {rate_fmt}, {remaining} left"
_UNKNOWN = "{desc} {n_fmt}iB, {rate_fmt}, {elapsed} so far"

Tick = Callable[[int], None]


@contextmanager
def progress(
    doing: str, total: Callable[[], int | None] | int | None, as_json: bool
) -> Iterator[Tick | None]:
    """What to call with each number of bytes done; None with --json or where standard error is no terminal.

    `total` in bytes, or what finds it out, called only when a bar is shown; None when it is not known. The bar
    goes away when all is done.
    """
    if as_json or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    whole = total() if callable(total) else total
    window = os.get_terminal_size(sys.stderr.fileno())  # some terminals say 0 and 0
    lock = threading.Lock()  # sealing and checking tell of their work from several threads
    with tqdm(
        desc=doing,
        total=whole,
        file=sys.stderr,
        unit="iB",
        unit_scale=True,
        unit_divisor=1024,
        bar_format=_KNOWN if whole else _UNKNOWN,
        leave=False,
        ncols=window.columns or 80,
        nrows=window.lines or 24,
    ) as bar:

        def tick(count: int) -> None:
            with lock:
                bar.update(count)

        yield tick


def size_of(paths: Iterable[Path]) -> int | None:
    """Bytes in files and below folders, as far as they can be seen; None where a device or a pipe is among them."""
    total = 0
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            total += _below(os.fspath(path))
        elif path.is_file():
            total += path.lstat().st_size
        else:
            return None
    return total


def _below(folder: str) -> int:
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    total += _below(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    total += entry.stat(follow_symlinks=False).st_size
    except OSError:
        return total  # the sealer says of each what could not be read
    return total
