"""The sentences of an answer (words.yaml)."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any


@functools.cache
def words() -> dict[str, Any]:
    import yaml  # not needed to import the reader of papers

    text = resources.files("corridor.dossier.paper").joinpath("words.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def say(section: str, code: str) -> str:
    """One sentence. An unknown code is a KeyError: every code has its sentence."""
    return str(words()[section][code])
