"""What a request still lacks under the instrument it names. Shown while one types and to every member after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor import law
from corridor.dossier.act import Text
from corridor.dossier.kinds import REGISTRY
from corridor.dossier.kinds.kind import Kind


@dataclass(frozen=True)
class Missing:
    """One content item not given. `mandatory`: the instrument itself asks for it in every case."""

    item: str
    ref: str
    text: str
    requirement: str
    mandatory: bool


def missing(
    kind: str,
    basis: str,
    body: Mapping[str, Any],
    on: date,
    texts: Iterable[Text] = (),
    confirmed: Collection[str] = (),
) -> tuple[Missing, ...]:
    """Content items of the form not in `body` or `texts`. Nothing under a basis whose rules are not in the data.

    `confirmed`: what the asking State's lawyers confirmed (`Line.cite`). The fold gives none: all States see the same.
    """
    return against(law.form(kind, basis, on=on), body, texts, REGISTRY[kind], confirmed)


def against(
    form: Any,
    body: Mapping[str, Any],
    texts: Iterable[Text],
    kind: Kind,
    confirmed: Collection[str] = (),
) -> tuple[Missing, ...]:
    """The same, for a form already looked up."""
    written = {text.field for text in texts if text.text.strip()}
    return tuple(
        Missing(
            item.id,
            item.cite(confirmed),
            item.text,
            str(item.requirement),
            bool(item.requirement.mandatory),
        )
        for item in form.contents
        if item.id not in written and item.id not in kind.from_header and empty(body.get(item.id))
    )


def empty(value: Any) -> bool:
    """Given in form only: nothing, blank, or a container of such. A plain `false` is an answer."""
    if value is None or value == "":
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(empty(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(empty(item) for item in value)
    return False
