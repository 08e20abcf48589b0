"""Transfer of sentenced persons: who may do what in which status.

Either State may open the dossier, so acts of the sentencing State and of the one that carries the sentence on stand
in both rows; which State is which is a fact of the opening, and an act of the wrong one is not possible (acts.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from corridor.dossier.kinds.kind import REQUESTED, REQUESTING, SAME, Crossing, Table, weave
from corridor.dossier.kinds.parts.deciding import decides_again
from corridor.dossier.kinds.parts.ending import withdrawal_ends

_ASK: Final = {"supplement": SAME, "withdraw": "withdrawn"}
_DECIDE: Final = {
    "ask": SAME,
    "consult": "consulting",
    "accept": "agreed",
    "accept/conditions": "conditions_offered",
    "refuse": "refused",
}
_CLOSE: Final = {"close": "closed"}

_TABLE: Final[Table] = {
    REQUESTING: {
        "asked": _ASK,
        "acknowledged": _ASK,
        "consulting": {**_ASK, "consult": SAME},
        "conditions_offered": {
            **_ASK,
            "accept_conditions": "agreed",
            "decline_conditions": "consulting",
            "consult": SAME,
        },
        "agreed": _ASK,
        "arranged": _ASK,
        "completed": _CLOSE,
        "refused": _CLOSE,
        "withdrawn": _CLOSE,
        "closed": {},
    },
    REQUESTED: {
        "asked": {"acknowledge": "acknowledged", **_DECIDE},
        "acknowledged": _DECIDE,
        "consulting": {**_DECIDE, "consult": SAME},
        "conditions_offered": {**_DECIDE, "accept/conditions": SAME},
        "agreed": {"ask": SAME, "refuse": "refused"},
        "arranged": {"ask": SAME, "refuse": "refused"},
        "completed": _CLOSE,
        "refused": _CLOSE,
        "withdrawn": _CLOSE,
        "closed": {},
    },
}

DECIDING: Final = ("asked", "acknowledged", "consulting", "conditions_offered")
AGREED: Final = ("agreed", "arranged")
UNDER_WAY: Final = (*DECIDING, *AGREED)
THERE: Final = ("transferred", "enforcing")
OVER: Final = ("completed", "refused", "withdrawn", "closed")
_EVER: Final = (*UNDER_WAY, *THERE, *OVER)

_BOTH: Final = weave(
    _TABLE,
    *(
        (role, act, UNDER_WAY)
        for role in (REQUESTING, REQUESTED)
        for act in (
            "state_sentence",
            "tell_consent",
            "verify_consent",
            "propose_enforcement",
            "agree_enforcement",
            "decline_enforcement",
        )
    ),
    *(
        (role, act, ("agreed",))
        for role in (REQUESTING, REQUESTED)
        for act in ("arrange", "decline_arrangement")
    ),
    # A doubt about the consent is told after the transfer too; it then changes nothing but is seen by both.
    *((role, "verify_consent", THERE) for role in (REQUESTING, REQUESTED)),
    *((role, "tell_clemency", (*AGREED, *THERE)) for role in (REQUESTING, REQUESTED)),
    *((role, "report_enforcement", THERE) for role in (REQUESTING, REQUESTED)),
    *((role, "notify", _EVER) for role in (REQUESTING, REQUESTED)),
    *((role, "ask_use", (*THERE, "completed", "closed")) for role in (REQUESTING, REQUESTED)),
    *((role, "allow_use", (*THERE, "completed", "closed")) for role in (REQUESTING, REQUESTED)),
    *((role, "deny_use", (*THERE, "completed", "closed")) for role in (REQUESTING, REQUESTED)),
    (REQUESTING, "ask_status", UNDER_WAY),
    (REQUESTED, "report_status", UNDER_WAY),
    (REQUESTING, "confirm_in_writing", UNDER_WAY),
    (REQUESTED, "state_costs", UNDER_WAY),
    (REQUESTING, "agree_costs", (*UNDER_WAY, *THERE)),
    (REQUESTING, "decline_costs", (*UNDER_WAY, *THERE)),
)

_LEADING: Final[Mapping[str, Mapping[str, str]]] = {
    "agreed": {"agree_arrangement": "arranged", "transfer": "transferred"},
    "arranged": {"arrange": "agreed", "transfer": "transferred"},
    "transferred": {"confirm_arrival": "enforcing", "report_enforcement/end": "completed"},
    "enforcing": {"report_enforcement/end": "completed"},
}
TABLE: Final[Table] = {
    role: {status: {**row, **_LEADING.get(status, {})} for status, row in rows.items()}
    for role, rows in _BOTH.items()
}

#: Whose turn it is once the transfer is agreed depends on which State is which: acts.py.
TURNS: Final[Mapping[str, str | None]] = {
    **dict.fromkeys(("asked", "acknowledged", "consulting"), REQUESTED),
    **dict.fromkeys(("conditions_offered", "completed", "refused", "withdrawn"), REQUESTING),
    **dict.fromkeys((*AGREED, *THERE, "closed")),
}

CROSSINGS: Final = (
    # A person transferred is there, whatever was decided, withdrawn or doubted meanwhile.
    Crossing("transferred-stands", "transfer", "withdraw", overtakes=True),
    Crossing("transferred-stands", "transfer", "refuse", overtakes=True),
    Crossing("transferred-first", "transfer", "verify_consent", overtakes=False),
    Crossing("transferred-first", "transfer", "arrange", overtakes=True),
    # The end of a sentence is told whatever crossed it, and before the dossier is closed.
    Crossing("clemency-told", "tell_clemency", "report_enforcement", overtakes=False),
    Crossing("clemency-told", "tell_clemency", "close", overtakes=False),
    # Nobody agrees to terms they have not seen.
    Crossing("newest-terms", "propose_enforcement", "agree_enforcement", overtakes=True),
    *withdrawal_ends(
        "accept",
        "refuse",
        "consult",
        "ask",
        "acknowledge",
        "arrange",
        "agree_arrangement",
        "decline_arrangement",
        "agree_enforcement",
        "propose_enforcement",
    ),
    *decides_again("supplement", "state_sentence"),
)
