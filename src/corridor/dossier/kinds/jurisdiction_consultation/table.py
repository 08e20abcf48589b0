"""Consultation on jurisdiction: who may do what in which status. All States speak alike; one opened the talk.

`agreed` is reached when every State that takes part has agreed to one proposal, and `concluded` when every State
that was to prosecute has told the outcome: until then these acts leave the status where it is (acts.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from corridor.dossier.kinds.kind import REQUESTED, REQUESTING, SAME, Crossing, Table

_TALK: Final = {
    "ask": SAME,
    "supplement": SAME,
    "list_proceedings": SAME,
    # Each may make the agreement whole; until it is, the talk goes on (acts.py).
    "propose": "agreed",
    "agree": "agreed",
    "stand_aside": "agreed",
    "disagree": SAME,
    "end_consultation": "ended",
    "followed_by": SAME,
    "notify": SAME,
}
_DO: Final = {
    "list_proceedings": SAME,
    "report_part": SAME,
    "tell_outcome": "concluded",
    "tell_outcome/interim": SAME,
    "reopen": "consulting",
    "followed_by": SAME,
    "ask_use": SAME,
    "allow_use": SAME,
    "deny_use": SAME,
    "notify": SAME,
}
_DONE: Final = {
    "ask_use": SAME,
    "allow_use": SAME,
    "deny_use": SAME,
    "notify": SAME,
}
_ROW: Final = {
    "consulting": _TALK,
    "agreed": _DO,
    "concluded": {**_DONE, "close": "closed"},
    "ended": {**_DONE, "close": "closed"},
    "closed": _DONE,
}

TABLE: Final[Table] = {
    REQUESTING: {**_ROW, "consulting": {**_TALK, "confirm_in_writing": SAME}},
    REQUESTED: {
        **_ROW,
        # Only the State that opened the talk ends it alone; the others may stand aside.
        "consulting": {
            "acknowledge": SAME,
            **{act: to for act, to in _TALK.items() if act not in {"supplement", "end_consultation"}},
        },
    },
}

OVER: Final = ("concluded", "ended", "closed")
#: Whom a talk waits for follows from who has spoken: acts.py.
TURNS: Final[Mapping[str, str | None]] = {
    "consulting": REQUESTED,
    "agreed": REQUESTED,
    "concluded": REQUESTING,
    "ended": REQUESTING,
    "closed": None,
}

CROSSINGS: Final = (
    # A State that disagrees, proposes otherwise or stands aside is heard before agreement is found: nobody is bound by
    # an agreement that another member had already left.
    Crossing("heard-first", "disagree", "agree", overtakes=False),
    Crossing("heard-first", "propose", "agree", overtakes=False),
    Crossing("heard-first", "stand_aside", "agree", overtakes=False),
    # Agreement found is not ended by who had not heard of it.
    Crossing("agreed-first", "agree", "end_consultation", overtakes=False),
    Crossing("agreed-first", "stand_aside", "end_consultation", overtakes=False),
    # A final decision cannot be reopened by talk.
    Crossing("outcome-stands", "tell_outcome", "reopen", overtakes=True),
    Crossing("outcome-told", "tell_outcome", "close", overtakes=False),
)
