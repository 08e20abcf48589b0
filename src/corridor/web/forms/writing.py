"""What officers write in their own words beside coded facts: which texts each act has, and how they are posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: Languages an officer can mark a text with: the six of the United Nations, then others by code.
LANGUAGES: tuple[str, ...] = ("en", "fr", "es", "ar", "ru", "zh", "vi", "de", "it", "pt", "tr", "uk")


def read_texts(posted: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Posted `text.<field>` and `language.<field>` as rows; empty ones left out."""
    rows = []
    for name in sorted(posted):
        if not name.startswith("text."):
            continue
        field = name.removeprefix("text.")
        words = posted[name][0].strip().replace("\r\n", "\n") if posted[name] else ""
        if words:
            chosen = posted.get(f"language.{field}", ("en",))
            rows.append({"field": field, "language": chosen[0], "text": words})
    return rows


def boxes(
    fields: Sequence[str], texts: Sequence[Mapping[str, Any]] = (), language: str = "en"
) -> list[dict[str, str]]:
    """One row for each text box a page shows, filled with what is written already."""
    written = {str(row["field"]): row for row in texts}
    names = [*fields, *(name for name in written if name not in fields)]
    return [
        {
            "field": name,
            "language": str(written.get(name, {}).get("language", language)),
            "text": str(written.get(name, {}).get("text", "")),
        }
        for name in names
    ]


def read_conditions(posted: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Posted `condition` codes; the words of each are the text of field `conditions.<id>`."""
    return [{"id": code, "code": code} for code in dict.fromkeys(posted.get("condition", ())) if code]
