"""The tables the scripts of the site look things up in. They hold answers already given, never a rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from corridor.law.site.context import Context
from corridor.law.site.pages import finding
from corridor.law.site.pairs import Pairs


def script(name: str, value: Any) -> str:
    """A value as a script that sets one name: loads from disk where a fetch would not."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f"window.{name}={text};\n"


def search(ctx: Context) -> str:
    return script("lawSearch", finding.index(ctx))


def between(ctx: Context) -> str:
    return script("lawBetween", Pairs(ctx).table())


#: Name of the file -> what makes it.
FILES: dict[str, Callable[[Context], str]] = {"search-index.js": search, "between-index.js": between}
