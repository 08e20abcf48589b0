"""What the facts of a request tell of a form's grounds, and what only some requests need: our reading of the forms.

Advice for whoever drafts. A ground is never said to be met: only that a fact that bears on it is there, is not there,
or is not known.
"""

from __future__ import annotations

import functools

from corridor.law.tables import rows

#: Facts a row may name; the room above finds them in a request.
FACTS = (
    "not_punishable_in_both", "low_penalty", "content_lacking", "gate_closed", "national_of_requested",
    "not_binding", "not_urgent", "asked_already",
)  # fmt: skip


@functools.cache
def bearing() -> dict[str, str]:
    """Ground, by its id in the forms -> the fact that bears on it. Raises LawFault for a fact nobody can look for."""
    found: dict[str, str] = {}
    for row in rows("drafting", "grounds"):
        fact = row.text("fact")
        if fact not in FACTS:
            raise row.fault(f"fact is one of {', '.join(FACTS)}")
        found[row.text("ground")] = fact
    return found


@functools.cache
def needed_for(kind: str) -> dict[str, tuple[str, ...]]:
    """Field of a request of that kind -> the purposes, by id, that ask for it. A field not named is for all."""
    return {
        row.text("field"): row.texts("purposes")
        for row in rows("drafting", "needed")
        if row.text("kind") == kind
    }
