"""The sentences of the pages, one catalogue file per language, and how dates and numbers are written in them.

`data/site/texts.<language>.yaml` maps a code to a sentence with `{places}`. A place filled with markup stays markup;
anything else is escaped. A code a language lacks is said in English; a code English lacks is a mistake and raises.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import yaml
from markupsafe import Markup, escape

from corridor.law.ruleset import data_root

if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEFAULT_LANGUAGE = "en"
_FOLDER = "site"


@functools.cache
def catalogue(language: str) -> dict[str, str]:
    """Every sentence of one language by its code; empty for a language that has no file."""
    names = {file.name: file for file in (data_root() / _FOLDER).iterdir()}
    file = names.get(f"texts.{language}.yaml")  # only a name of ours is ever opened
    if file is None:
        return {}
    read = yaml.load(file.read_text(encoding="utf-8"), Loader=_Base)  # noqa: S506
    return {str(code): str(sentence) for code, sentence in read.items()}


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages that have a file."""
    names = (file.name for file in (data_root() / _FOLDER).iterdir())
    return tuple(sorted(name.split(".")[1] for name in names if name.startswith("texts.")))


class Texts:
    """`t(code, place=value)` in one language. `t.n(code, 3)` chooses between `code.one` and `code.other`."""

    def __init__(self, language: str = DEFAULT_LANGUAGE) -> None:
        self.language = language if catalogue(language) else DEFAULT_LANGUAGE
        self._own = catalogue(self.language)
        self._english = catalogue(DEFAULT_LANGUAGE)

    def _sentence(self, code: str) -> str:
        return self._own.get(code) or self._english[code]

    def has(self, code: str) -> bool:
        return code in self._english

    def __call__(self, code: str, /, **places: Any) -> Markup:
        """The sentence of `code`. Raises KeyError when English has none."""
        return Markup(escape(self._sentence(code))).format(**places)  # noqa: S704

    def n(self, code: str, count: int, /, **places: Any) -> Markup:
        return self(f"{code}.{'one' if count == 1 else 'other'}", n=self.number(count), **places)

    def maybe(self, code: str, default: str, /, **places: Any) -> Markup:
        """The sentence of a code built from data; `default` where data is ahead of the catalogue."""
        return self(code, **places) if self.has(code) else escape(default)

    def day(self, value: date | str | None) -> Markup:
        """A day, a month or a year as people read it, machine-readable beside: `2026-02` is any day of that month."""
        if value is None or value == "":
            return self("date.unknown")
        text = value.isoformat() if isinstance(value, date) else value
        return Markup('<time datetime="{}">{}</time>').format(text, self.day_text(text))

    def day_text(self, value: date | str) -> str:
        text = value.isoformat() if isinstance(value, date) else value
        parts = text.split("-")
        if len(parts) == 1:
            return text
        month = self(f"month.{int(parts[1])}")
        if len(parts) == 2:
            return str(self("date.month", month=month, year=parts[0]))
        return str(self("date.day", day=int(parts[2]), month=month, year=parts[0]))

    def number(self, value: int | float) -> str:
        """Thousands apart by a thin space, as in the Convention's six languages none is misread."""
        return f"{value:,}".replace(",", " ")


Say = Callable[..., Markup]
