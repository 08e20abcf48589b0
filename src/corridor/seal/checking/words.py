"""The sentences of a report (words.yaml)."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any


@functools.cache
def words() -> dict[str, Any]:
    import yaml  # not needed to import a package's reader

    text = resources.files("corridor.seal.checking").joinpath("words.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def say(section: str, code: str, **facts: Any) -> str:
    """One sentence, filled. An unknown code is a KeyError: every code has its sentence."""
    return str(words()[section][code]).format(**facts)
