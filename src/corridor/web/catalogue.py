"""Compiles the sentences: web/locale/<language>/LC_MESSAGES/django.po and each kind's texts into what gettext reads.

The key of a sentence is the code of the thing. A kind's texts (`dossier/kinds/<kind>/texts.yaml`, English) join the
English catalogue here; a line of the .po with the same code wins, so that a page may say a thing its own way.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"


def kinds_texts() -> dict[str, str]:
    """Every code of every kind's texts.yaml with its English sentence; nested tables become dotted codes."""
    found: dict[str, str] = {}
    for folder in sorted(
        (resources.files("corridor.dossier") / "kinds").iterdir(), key=lambda each: each.name
    ):
        page = folder / "texts.yaml" if folder.is_dir() else folder
        if page.name == "texts.yaml" and page.is_file():
            found.update(_flat("", yaml.safe_load(page.read_text(encoding="utf-8")) or {}))
    return found


def _flat(prefix: str, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        code = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(value, dict):
            yield from _flat(code, value)
        elif isinstance(value, str):
            yield code, value


def read(language: str) -> Catalog:
    """One language's .po, the kinds' texts added where it is English."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        catalog = read_po(file, locale=language, domain="django", abort_invalid=True)
    if language == "en":
        for code, sentence in kinds_texts().items():
            if code not in catalog:
                catalog.add(code, sentence)
    return catalog


def compile_all() -> int:
    """Write every language's django.mo; returns how many sentences English has."""
    count = 0
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        catalog = read(path.parent.parent.name)
        if path.parent.parent.name == "en":
            count = len(catalog)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
    return count
