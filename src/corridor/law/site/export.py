"""Writes the whole site into a folder: every page, style, script and table as a file. Opens from disk, asks nobody."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corridor.law.gaps import read_answers
from corridor.law.local import local_table
from corridor.law.road import read_progress
from corridor.law.site.context import Answers, Context, StaticLinks, slug_of
from corridor.law.site.render import ASSETS, render, shell
from corridor.law.site.texts import DEFAULT_LANGUAGE
from corridor.law.states import state


@dataclass(frozen=True, slots=True)
class Built:
    """What was written: the first page, how many files, how many bytes."""

    start: Path
    pages: int
    files: int
    size: int

    def to_dict(self) -> dict[str, Any]:
        return {"start": str(self.start), "pages": self.pages, "files": self.files, "bytes": self.size}


def build(
    directory: Path,
    *,
    on: date,
    table: Any = None,
    local: Path | None = None,
    home: str = "",
    language: str = DEFAULT_LANGUAGE,
    fonts: Path | None = None,
) -> Built:
    """Write the site as it stands on `on` into `directory`, made if need be; same names are replaced.

    `table`: a status table instead of the shipped one; an assumed one watermarks every page. `local`: the folder of the
    State `home`; its answers (`gaps.csv`) and its progress (`progress.csv`) are then in the files, so such a site is
    that State's own. Without `home` nothing of them is shown: whose they are is never guessed. `fonts`: a folder
    that holds `source-sans-3` and `source-serif-4` as the node has them; without it the reader's own fonts serve.
    """
    from corridor.law.site import table as pages

    if table is None and local is not None:
        table = local_table(local)
    answers = Answers(on, table)
    ctx = Context(
        answers,
        StaticLinks(),
        language=language,
        local=local,
        home=state(home).code if home else "",
        own=local is not None and bool(home),
        own_answers=_own(local, "gaps.csv", read_answers) if home else (),
        own_progress=_own(local, "progress.csv", read_progress) if home else (),
    )
    directory.mkdir(parents=True, exist_ok=True)
    assets = directory / "assets"
    assets.mkdir(exist_ok=True)
    files = directory / "files"
    count = 0
    for kind in pages.PAGES:
        for subject in kind.subjects(ctx):
            page = render(slug_of(kind.name, subject), ctx)
            name = "index.html" if kind.name == "home" else f"{page.slug}.html"
            (directory / name).write_text(shell(page, ctx), encoding="utf-8")
            for file_name, body in page.files:
                files.mkdir(exist_ok=True)
                (files / file_name).write_bytes(body)
            count += 1
    for asset in sorted(ASSETS.iterdir()):
        shutil.copyfile(asset, assets / asset.name)
    for name, text in _data(ctx):
        (assets / name).write_text(text, encoding="utf-8")
    (assets / "fonts.css").write_text(_fonts(assets, fonts), encoding="utf-8")
    written = [file for file in directory.rglob("*") if file.is_file()]
    return Built(directory / "index.html", count, len(written), sum(file.stat().st_size for file in written))


def _own(local: Path | None, name: str, read: Callable[[bytes], tuple[Any, ...]]) -> tuple[Any, ...]:
    """What a State keeps in its folder under this name; nothing where there is no such file."""
    file = local / name if local is not None else None
    return read(file.read_bytes()) if file is not None and file.is_file() else ()


def _data(ctx: Context) -> list[tuple[str, str]]:
    """Tables the scripts look things up in, written as scripts so that they load from disk."""
    from corridor.law.site import data

    return [(name, make(ctx)) for name, make in data.FILES.items()]


def _fonts(assets: Path, fonts: Path | None) -> str:
    """Copies the Latin and Vietnamese cuts and returns their style sheet; only a comment without a folder."""
    if fonts is None:
        return "/* The reader's own fonts serve. */\n"
    rules = []
    for folder, family in (
        ("source-sans-3", "Source Sans 3 Variable"),
        ("source-serif-4", "Source Serif 4 Variable"),
    ):
        for cut, reach in (("latin", _LATIN), ("latin-ext", _LATIN_EXT)):
            name = f"{folder}-{cut}-wght-normal.woff2"
            source = fonts / folder / "files" / name
            if source.is_file():
                shutil.copyfile(source, assets / name)
                rules.append(
                    f'@font-face {{ font-family: "{family}"; font-style: normal; font-display: swap; '
                    f"font-weight: 200 900; src: url({name}) format('woff2'); unicode-range: {reach}; }}"
                )
    return "\n".join(rules) + "\n"


_LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,"
    "U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
_LATIN_EXT = "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+1E00-1E9F,U+1EF2-1EFF,U+2C60-2C7F,U+A720-A7FF"
