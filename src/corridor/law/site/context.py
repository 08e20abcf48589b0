"""What a page is made from: the day, the status table, the State's own overlay, and how one page links to another."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from corridor import law
from corridor.law.site.texts import DEFAULT_LANGUAGE, Texts


def slug_of(name: str, subject: str = "") -> str:
    """`article`, `42` -> `article-42`. Subjects are lower case in an address."""
    return f"{name}-{subject.lower()}" if subject else name


class Links(Protocol):
    """Where a page or a file of the site is, seen from any other page of it."""

    @property
    def live(self) -> bool:
        """A server answers, so that a form may be sent."""
        ...

    def page(self, name: str, subject: str = "", /, **query: str) -> str: ...

    def file(self, slug: str, name: str) -> str:
        """A file that belongs to the page `slug`."""
        ...

    def asset(self, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class StaticLinks:
    """A folder of files, all pages beside each other: opens from disk with no server."""

    live: bool = False

    def page(self, name: str, subject: str = "", /, **query: str) -> str:
        where = "index.html" if name == "home" else f"{slug_of(name, subject)}.html"
        return f"{where}#{urlencode(query)}" if query else where

    def file(self, slug: str, name: str) -> str:
        return f"files/{name}"

    def asset(self, name: str) -> str:
        return f"assets/{name}"


@dataclass(frozen=True, slots=True)
class NodeLinks:
    """Addresses below `/law/` of a node."""

    root: str = "/law/"
    live: bool = True
    version: str = ""

    def page(self, name: str, subject: str = "", /, **query: str) -> str:
        where = self.root if name == "home" else f"{self.root}{slug_of(name, subject)}/"
        return f"{where}?{urlencode(query)}" if query else where

    def file(self, slug: str, name: str) -> str:
        return f"{self.root}{slug}/{name}"

    def asset(self, name: str) -> str:
        return f"{self.root}assets/{name}" + (f"?v={self.version}" if self.version else "")


class Answers:
    """What the law answers on one day under one status table, asked once and kept."""

    def __init__(self, on: date, table: Any = None) -> None:
        self.on = on
        self.table = table

    @functools.cached_property
    def status(self) -> Any:
        return law.status(on=self.on, world=law.World.REAL, **self._table)

    @functools.cached_property
    def bonds(self) -> Any:
        """What binds two States for any request, for many pairs."""
        return law.Bonds(on=self.on, **self._table)

    @functools.cached_property
    def forecast(self) -> Any:
        """When the Convention may enter into force, as seen on the day."""
        return law.forecast(on=self.on, **self._table)

    @property
    def assumed(self) -> Any:
        """The assumption the table was made under, or None: it watermarks every page."""
        return getattr(self.table, "assumed", None)

    @property
    def key(self) -> tuple[str, str]:
        """What decides every public page: the day and the table."""
        return self.on.isoformat(), str(getattr(self.table, "digest", ""))

    @property
    def _table(self) -> dict[str, Any]:
        return {} if self.table is None else {"table": self.table}


@dataclass(frozen=True)
class Context:
    """One reading of the site: the answers, the links, the language, what was asked, and for whom.

    `own` is true only for a signed-in person of the State `home`, or where a State writes its own site from its
    folder `local`: then, and only then, may a page show what that State keeps for itself: `own_answers` to the
    checklist of its law, `own_progress` on the road to becoming a Party, and what its lawyers `confirmed` against the
    certified text, each written as `Line.cite` writes it.
    """

    answers: Answers
    links: Links
    language: str = DEFAULT_LANGUAGE
    query: Mapping[str, str] = field(default_factory=dict)
    local: Path | None = None
    home: str = ""
    own: bool = False
    own_answers: tuple[Any, ...] = ()
    own_progress: tuple[Any, ...] = ()
    confirmed: frozenset[str] = frozenset()

    def own_of(self, code: str) -> bool:
        """Whether a page about this State may show what it keeps for itself."""
        return self.own and bool(self.home) and code == self.home

    @property
    def on(self) -> date:
        return self.answers.on

    @property
    def table(self) -> Any:
        return self.answers.table

    @functools.cached_property
    def t(self) -> Texts:
        return Texts(self.language)


@dataclass(frozen=True, slots=True)
class Page:
    """One page, ready to be put into a shell. `html` is markup made by our templates only.

    `scripts` are names of assets the page works better with; it works without. `files`: what can be saved from it, by
    name; every name is used by one page only.
    """

    slug: str
    title: str
    html: str
    section: str = ""
    scripts: tuple[str, ...] = ()
    wide: bool = False
    files: tuple[tuple[str, bytes], ...] = ()
