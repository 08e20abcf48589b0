"""Extradition: who may do what in which status.

Where the person is (free, found, held, surrendered) is a fact beside the status, because it changes at its own pace:
the status says how far the request is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from corridor.dossier.kinds.kind import REQUESTED, REQUESTING, SAME, Table, weave

_ASK: Final = {"supplement": SAME, "send_papers": SAME, "withdraw": "withdrawn"}
_DECIDE: Final = {
    "ask": SAME,
    "consult": "consulting",
    "accept": "granted",
    "accept/conditions": "conditions_offered",
    "refuse": "refused",
}
_PASS: Final = {"tell_transit": "passed", "tell_transit/interim": SAME}
_HAND_OVER: Final = {
    "surrender": "surrendered",
    "surrender_temporarily": "lent",
    "postpone_surrender": "postponed",
    "refuse": "refused",  # what was granted may fall: on appeal, or because nobody came for the person
}

_TABLE: Final[Table] = {
    REQUESTING: {
        "asked": _ASK,
        "acknowledged": _ASK,
        "consulting": {**_ASK, "consult": SAME},
        "conditions_offered": {
            **_ASK,
            "accept_conditions": "granted",
            "decline_conditions": "consulting",
            "consult": SAME,
        },
        "granted": {
            **_ASK,
            **_PASS,
            "arrange": SAME,
            "agree_arrangement": "arranged",
            "decline_arrangement": SAME,
        },
        "arranged": {**_ASK, **_PASS, "arrange": "granted"},
        "postponed": {**_ASK, "arrange": SAME, "agree_arrangement": SAME, "decline_arrangement": SAME},
        "lent": {"supplement": SAME, "confirm_arrival": SAME, "return_person": "postponed"},
        "surrendered": {"confirm_arrival": "received", "return_person": "returned"},
        "received": {"return_person": "returned", "close": "closed"},
        "returned": {"close": "closed"},
        "passed": {"close": "closed"},
        "refused": {"ask_instead": "instead_asked", "close": "closed"},
        "instead_asked": {"supplement": SAME, "close": "closed"},
        "taken_up": {"supplement": SAME, "close": "closed"},
        "outcome_told": {"close": "closed"},
        "withdrawn": {"close": "closed"},
        "closed": {},
    },
    REQUESTED: {
        "asked": {"acknowledge": "acknowledged", **_DECIDE},
        "acknowledged": _DECIDE,
        "consulting": {**_DECIDE, "consult": SAME},
        "conditions_offered": {**_DECIDE, "accept/conditions": SAME},
        "granted": {
            **_HAND_OVER,
            "arrange": SAME,
            "agree_arrangement": "arranged",
            "decline_arrangement": SAME,
        },
        "arranged": {**_HAND_OVER, "arrange": "granted"},
        "postponed": {
            **_HAND_OVER,
            "postpone_surrender": SAME,
            "arrange": SAME,
            "agree_arrangement": SAME,
            "decline_arrangement": SAME,
        },
        # Lent for a trial; what was lent may be left for good.
        "lent": {"surrender": "surrendered"},
        "surrendered": {},
        "received": {"close": "closed"},
        "returned": {"close": "closed"},
        "passed": {"close": "closed"},
        # It may submit the case without being asked.
        "refused": {"take_up": "taken_up", "close": "closed"},
        "instead_asked": {"take_up": "taken_up", "decline_instead": "refused"},
        "taken_up": {"tell_outcome": "outcome_told", "tell_outcome/interim": SAME},
        "outcome_told": {"close": "closed"},
        "withdrawn": {"close": "closed"},
        "closed": {},
    },
}

#: Before the decision, after it while the person is still there, and all in which the request is under way.
DECIDING: Final = ("asked", "acknowledged", "consulting", "conditions_offered")
GRANTED: Final = ("granted", "arranged", "postponed")
UNDER_WAY: Final = (*DECIDING, *GRANTED, "lent")
GONE: Final = ("surrendered", "received", "returned")
INSTEAD: Final = ("refused", "instead_asked", "taken_up", "outcome_told")
OVER: Final = (*INSTEAD, "received", "returned", "passed", "withdrawn", "closed")
EVER: Final = (*UNDER_WAY, *GONE, *INSTEAD, "passed", "withdrawn", "closed")
_ABOUT_THE_PERSON: Final = (*DECIDING, *GRANTED)
_STILL_HELD: Final = (*_ABOUT_THE_PERSON, *INSTEAD, "withdrawn")
_AFTER: Final = (*GRANTED, "lent", *GONE, "closed")

TABLE: Final[Table] = weave(
    _TABLE,
    *(
        (REQUESTED, act, _ABOUT_THE_PERSON)
        for act in ("locate", "arrest", "not_arrested", "extend_term", "tell_consent")
    ),
    (REQUESTING, "ask_more_time", _ABOUT_THE_PERSON),
    (REQUESTED, "release", _STILL_HELD),
    (REQUESTED, "hand_over_items", (*GRANTED, "lent", "surrendered", "received")),
    (REQUESTING, "return_items", _AFTER),
    (REQUESTING, "ask_status", UNDER_WAY),
    (REQUESTED, "report_status", UNDER_WAY),
    (REQUESTING, "confirm_in_writing", UNDER_WAY),
    (REQUESTED, "state_costs", UNDER_WAY),
    (REQUESTING, "agree_costs", (*UNDER_WAY, *GONE)),
    (REQUESTING, "decline_costs", (*UNDER_WAY, *GONE)),
    # Speciality: another offence, or handing the person on, waits for the State that surrendered them.
    (REQUESTING, "ask_use", ("lent", *GONE, "closed")),
    (REQUESTED, "allow_use", ("lent", *GONE, "closed")),
    (REQUESTED, "deny_use", ("lent", *GONE, "closed")),
    (REQUESTING, "notify", EVER),
    (REQUESTED, "notify", EVER),
)

TURNS: Final[Mapping[str, str | None]] = {
    **dict.fromkeys(("asked", "acknowledged", "consulting", *GRANTED), REQUESTED),
    **dict.fromkeys(("conditions_offered", "lent", "surrendered", "received", "returned"), REQUESTING),
    "refused": REQUESTING,
    "instead_asked": REQUESTED,
    "taken_up": REQUESTED,
    "outcome_told": REQUESTING,
    "passed": REQUESTING,
    "withdrawn": None,
    "closed": None,
}
