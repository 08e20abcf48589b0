"""The life of a request for assistance: asked, decided, executed, handed over, confirmed, closed.

Kinds whose execution yields evidence (assistance in general, stored data, traffic data, interception, emergencies) are
this table with acts of their own woven in. Other kinds have tables of their own and take the parts they need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    SAME,
    Crossing,
    Due,
    Kind,
    Part,
    Table,
    weave,
)
from corridor.dossier.kinds.parts import (
    ASKING,
    COSTS,
    DECIDING,
    ENDING,
    HANDING_OVER,
    PROGRESS,
    USE,
    decided_on,
)
from corridor.dossier.kinds.parts.deciding import decides_again
from corridor.dossier.kinds.parts.ending import withdrawal_ends

_DECIDE: Final = {
    "ask": SAME,
    "consult": "consulting",
    "accept": "accepted",
    "accept/conditions": "conditions_offered",
    "postpone": "postponed",
    "refuse": "refused",
}
_ASK: Final = {"supplement": SAME, "withdraw": "withdrawn"}

CORE: Final[Table] = {
    REQUESTING: {
        "asked": _ASK,
        "acknowledged": _ASK,
        "consulting": {**_ASK, "consult": SAME},
        "conditions_offered": {
            **_ASK,
            "accept_conditions": "accepted",
            "decline_conditions": "consulting",
            "consult": SAME,
        },
        "accepted": _ASK,
        "postponed": {**_ASK, "consult": SAME},
        "executed": _ASK,
        "delivered": {"supplement": SAME, "confirm": "confirmed", "confirm/trouble": SAME},
        "confirmed": {"confirm": SAME, "confirm/trouble": "delivered", "close": "closed"},
        "refused": {"close": "closed"},
        "withdrawn": {"close": "closed"},
        "closed": {},
    },
    REQUESTED: {
        "asked": {"acknowledge": "acknowledged", **_DECIDE},
        "acknowledged": _DECIDE,
        "consulting": {**_DECIDE, "consult": SAME},
        "conditions_offered": {**_DECIDE, "accept/conditions": SAME},
        "accepted": {
            "ask": SAME,
            "consult": "consulting",
            "execute": "executed",
            "postpone": "postponed",
            "refuse": "refused",
        },
        "postponed": {**_DECIDE, "postpone": SAME},
        "executed": {
            "ask": SAME,
            "execute": SAME,
            "deliver": "delivered",
            "postpone": "postponed",
            "refuse": "refused",
        },
        "delivered": {"execute": SAME, "deliver": SAME},
        "confirmed": {"execute": SAME, "deliver": "delivered", "close": "closed"},
        "refused": {"close": "closed"},
        "withdrawn": {"close": "closed"},
        "closed": {},
    },
}

#: Statuses in which the request is still to be answered, and all there are.
UNDER_WAY: Final = (
    "asked",
    "acknowledged",
    "consulting",
    "conditions_offered",
    "accepted",
    "postponed",
    "executed",
)
GIVEN: Final = ("delivered", "confirmed")
ENDED: Final = ("refused", "withdrawn", "closed")

CONDITIONS: Final = (
    "use_limited",
    "confidential",
    "no_onward_transfer",
    "return_or_destroy",
    "no_death_penalty",
    "other",
)

TURNS: Final[Mapping[str, str | None]] = {
    **dict.fromkeys(("asked", "acknowledged", "consulting", "accepted", "postponed", "executed"), REQUESTED),
    **dict.fromkeys(("conditions_offered", "delivered", "confirmed", "refused", "withdrawn"), REQUESTING),
    "closed": None,
}

DUE: Final[Mapping[str, tuple[Due, ...]]] = {
    **dict.fromkeys(
        ("asked", "acknowledged", "postponed"), (Due("decision", REQUESTED, "execute_promptly"),)
    ),
    "accepted": (Due("execution", REQUESTED, "execute_promptly"),),
}

CROSSINGS: Final = (
    # What has been handed over stands, and all it rests on. The withdrawal is kept as "no longer needed".
    Crossing("delivered-stands", "deliver", "withdraw", overtakes=True),
    *withdrawal_ends("accept", "execute", "postpone", "refuse", "consult", "ask", "acknowledge"),
    *decides_again("supplement"),
)


def around(table: Table, given: tuple[str, ...] = ()) -> Table:
    """The table with what accompanies a request in it: status, costs, use of what was given, notices.

    `given`: statuses of the kind's own in which something was given, beside those all kinds share.
    """
    given = (*GIVEN, *given)
    ever = (*UNDER_WAY, *given, *ENDED)
    return weave(
        table,
        (REQUESTING, "ask_status", UNDER_WAY),
        (REQUESTED, "report_status", UNDER_WAY),
        (REQUESTING, "confirm_in_writing", (*UNDER_WAY, *given)),
        (REQUESTED, "state_costs", UNDER_WAY),
        (REQUESTING, "agree_costs", (*UNDER_WAY, *given)),
        (REQUESTING, "decline_costs", (*UNDER_WAY, *given)),
        (REQUESTING, "ask_use", (*given, "closed")),
        (REQUESTED, "allow_use", (*given, "closed")),
        (REQUESTED, "deny_use", (*given, "closed")),
        (REQUESTING, "notify", ever),
        (REQUESTED, "notify", ever),
    )


def assistance(
    name: str,
    own: Part[Any],
    *,
    table: Table | None = None,
    given: tuple[str, ...] = (),
    crossings: Iterable[Crossing] = (),
    parts: tuple[Part[Any], ...] = (),
    due: Mapping[str, tuple[Due, ...]] | None = None,
    turns: Mapping[str, str | None] | None = None,
    condition_codes: tuple[str, ...] = CONDITIONS,
    from_header: Iterable[str] = ("authority", "requesting_authority"),
    disclosing: Iterable[str] = ("deliver",),
    executing: Iterable[str] = ("execute",),
) -> Kind:
    """A kind that follows this life. `table`: CORE with the kind's own acts in it; `crossings` go before the shared.

    `given`: see `around`.
    """
    return Kind(
        name=name,
        own=own,
        opens="asked",
        table=around(CORE if table is None else table, given),
        parts=(ASKING, DECIDING, HANDING_OVER, *parts, PROGRESS, COSTS, USE, ENDING),
        turns=TURNS if turns is None else turns,
        crossings=(*crossings, *CROSSINGS),
        over=frozenset(ENDED),
        due=DUE if due is None else due,
        disclosing=frozenset(disclosing),
        executing=frozenset(executing),
        from_header=frozenset(from_header),
        condition_codes=condition_codes,
        conditions=decided_on,
    )
