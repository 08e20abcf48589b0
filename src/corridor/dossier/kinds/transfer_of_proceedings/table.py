"""Transfer of proceedings: who may do what in which status, and what holds when acts cross."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from corridor.dossier.kinds.kind import REQUESTED, REQUESTING, SAME, Crossing, Due, Table, weave
from corridor.dossier.kinds.parts.deciding import decides_again
from corridor.dossier.kinds.parts.ending import withdrawal_ends

_ASK: Final = {"supplement": SAME, "send_file": SAME, "withdraw": "withdrawn"}
_DECIDE: Final = {
    "ask": SAME,
    "consult": "consulting",
    "accept": "accepted",
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
            "accept_conditions": "accepted",
            "decline_conditions": "consulting",
            "consult": SAME,
        },
        "accepted": {**_ASK, "suspend": SAME},
        "taken_over": {"supplement": SAME, "send_file": SAME, "suspend": SAME},
        "outcome_told": _CLOSE,
        "handed_back": {"resume": SAME, **_CLOSE},
        "refused": {"resume": SAME, **_CLOSE},
        "withdrawn": {"resume": SAME, **_CLOSE},
        "closed": {},
    },
    REQUESTED: {
        "asked": {"acknowledge": "acknowledged", **_DECIDE},
        "acknowledged": _DECIDE,
        "consulting": {**_DECIDE, "consult": SAME},
        "conditions_offered": {**_DECIDE, "accept/conditions": SAME},
        "accepted": {"ask": SAME, "refuse": "refused", "open_proceedings": "taken_over"},
        "taken_over": {
            "ask": SAME,
            "tell_outcome": "outcome_told",
            "tell_outcome/interim": SAME,
            "hand_back": "handed_back",
        },
        "outcome_told": _CLOSE,
        "handed_back": _CLOSE,
        "refused": _CLOSE,
        "withdrawn": _CLOSE,
        "closed": {},
    },
}

UNDER_WAY: Final = ("asked", "acknowledged", "consulting", "conditions_offered", "accepted")
OVER: Final = ("outcome_told", "handed_back", "refused", "withdrawn", "closed")
_USED: Final = ("accepted", "taken_over", *OVER)

TABLE: Final[Table] = weave(
    _TABLE,
    *((role, "list_proceedings", (*UNDER_WAY, "taken_over")) for role in (REQUESTING, REQUESTED)),
    *((role, "notify", (*UNDER_WAY, "taken_over", *OVER)) for role in (REQUESTING, REQUESTED)),
    # The file came from the requesting State: the other asks before it uses it otherwise.
    *((role, act, _USED) for role in (REQUESTING, REQUESTED) for act in ("ask_use", "allow_use", "deny_use")),
    (REQUESTED, "confirm_file", (*UNDER_WAY, "taken_over")),
    (REQUESTING, "ask_status", (*UNDER_WAY, "taken_over")),
    (REQUESTED, "report_status", (*UNDER_WAY, "taken_over")),
    (REQUESTING, "confirm_in_writing", UNDER_WAY),
    (REQUESTED, "state_costs", (*UNDER_WAY, "taken_over")),
    (REQUESTING, "agree_costs", (*UNDER_WAY, "taken_over")),
    (REQUESTING, "decline_costs", (*UNDER_WAY, "taken_over")),
)

TURNS: Final[Mapping[str, str | None]] = {
    **dict.fromkeys(("asked", "acknowledged", "consulting", "accepted", "taken_over"), REQUESTED),
    **dict.fromkeys(
        ("conditions_offered", "outcome_told", "handed_back", "refused", "withdrawn"), REQUESTING
    ),
    "closed": None,
}
DUE: Final[Mapping[str, tuple[Due, ...]]] = dict.fromkeys(
    ("asked", "acknowledged"), (Due("decision", REQUESTED, "consider_transfer"),)
)

CROSSINGS: Final = (
    # Once proceedings are open there, two States would try one case: what was taken over is not withdrawn.
    Crossing("taken-over-stands", "open_proceedings", "withdraw", overtakes=True),
    # The outcome, and that a case comes back, are told whatever crossed them.
    Crossing("outcome-told", "tell_outcome", "close", overtakes=False),
    *withdrawal_ends("accept", "refuse", "consult", "ask", "acknowledge", "confirm_file"),
    *decides_again("supplement", "send_file"),
)
