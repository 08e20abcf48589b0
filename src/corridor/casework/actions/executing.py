"""What an act that executes rests on at home: the safeguards recorded first, and the domestic measure it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridor.casework import safeguards, store
from corridor.casework.access import Person
from corridor.casework.actions.measures import find
from corridor.casework.actions.national import own_file
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.dossier import REGISTRY

#: What of a measure crosses the border: the coded facts of its order, and nothing of its addressee or its life.
SENT = ("authority", "kind", "date", "legal_basis")
#: Where the act of an emergency names the safeguards left for after the execution.
AFTER = "safeguards_after"


def prepare(
    home: House,
    person: Person,
    loaded: store.Loaded,
    act: str,
    body: Mapping[str, Any] | None,
    measure_entry: str | None,
) -> dict[str, Any]:
    """Pass the gate of safeguards, and fill the body's `measure` from the file where the officer chose one.

    An act that names safeguards left for after names those set aside in the file, beside what the officer named.

    Raises what `safeguards.gate` raises, NotFound for a measure that is not in the authority's file, and CaseworkFault
    `casework.measure.not-authorised` for an intrusive one that nobody authorised and that is not urgent.
    """
    safeguards.gate(home, loaded, person, act)
    content = dict(body or {})
    if measure_entry:
        thread = find(home, loaded.row, own_file(person, loaded.row), measure_entry)
        if thread.waits_for_authorisation and not thread.urgent:
            raise CaseworkFault("casework.measure.not-authorised", kind=thread.rule.kind)
        content["measure"] = {name: thread.order.content[name] for name in SENT}
    if left := _left_for_after(home, person, loaded, act):
        content[AFTER] = list(dict.fromkeys([*content.get(AFTER, ()), *left]))
    return content


def _left_for_after(home: House, person: Person, loaded: store.Loaded, act: str) -> list[str]:
    """Steps set aside in the file, where the act has a place to tell all members: nobody skips one unseen."""
    kind = REGISTRY.get(loaded.row.kind)
    if kind is None or act not in kind.bodies or AFTER not in kind.bodies[act].model_fields:
        return []
    found = safeguards.of(home, loaded, person.authority)
    return [each.line.step for each in found if each.outcome == "skipped"]
