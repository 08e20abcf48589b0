"""English sentences for the codes of acts, statuses, rules, clocks and fields: data, one file a kind."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources

import yaml


@functools.cache
def catalogue() -> Mapping[str, str]:
    """All codes of this room with their English: those every kind shares, then each kind's own."""
    root = resources.files("corridor.dossier.kinds")
    pages = [root.joinpath("texts.yaml"), root.joinpath("parts", "texts.yaml")]
    pages += [
        each.joinpath("texts.yaml") for each in root.iterdir() if each.is_dir() and each.name != "parts"
    ]
    found: dict[str, str] = {}
    for page in pages:
        if page.is_file():
            found.update(yaml.safe_load(page.read_text(encoding="utf-8")))
    return found


def text(code: str) -> str:
    """The English of a code; what all kinds share where a kind has no words of its own; else the code itself."""
    found = catalogue()
    return found.get(code) or found.get(code.partition(".")[2]) or code
