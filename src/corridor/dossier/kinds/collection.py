"""The life of a request for data collected as they pass: authorised, begun, extended, ended, handed over in parts.

Traffic data and the content of communications are two kinds of this life; what each adds is in its folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

from corridor.dossier.kinds.assistance import CORE, ENDED, GIVEN, UNDER_WAY, assistance
from corridor.dossier.kinds.assistance import TURNS as SHARED_TURNS
from corridor.dossier.kinds.contents import REQUEST_TEXTS, AssistanceRequest
from corridor.dossier.kinds.facts import Account, Address, Coded, Period, Provider
from corridor.dossier.kinds.kind import REQUESTED, REQUESTING, SAME, Crossing, Kind, Part, Table, weave
from corridor.dossier.kinds.parts.collecting import COLLECTING
from corridor.dossier.kinds.parts.destroying import DESTROYING
from corridor.dossier.kinds.parts.linking import LINKING
from corridor.dossier.kinds.parts.secrecy import SECRECY, Secrecy, secret_strands


class Communications(Coded):
    """The communications concerned: whose, between whom, over which service."""

    accounts: tuple[Account, ...] = ()
    addresses: tuple[Address, ...] = ()
    providers: tuple[Provider, ...] = ()
    direction: Literal["incoming", "outgoing", "both"] | None = None  # None: both


class Need(Coded):
    """Why it must be live, by code. Why less would not do is the text of field `necessity`."""

    reasons: tuple[
        Literal["nothing_stored", "identify_user", "trace_path", "ongoing_offence", "lesser_failed", "other"],
        ...,
    ] = ()


class LiveRequest(AssistanceRequest):
    """All optional here: what is missing under the law named is shown to both sides."""

    period_and_reason: Period | None = None
    necessity: Need | None = None
    confidentiality_no_user_notice: Secrecy | None = None


LIVE_TEXTS: Final = (*REQUEST_TEXTS, "period_and_reason", "necessity")

_MEANWHILE: Final = {
    "supplement": SAME,
    "confirm": SAME,
    "confirm/trouble": SAME,
    "ask_extension": SAME,
    "ask_end": SAME,
    "withdraw": "withdrawn",
}


def _table() -> Table:
    asking, asked = dict(CORE[REQUESTING]), dict(CORE[REQUESTED])
    asking["collecting"] = _MEANWHILE
    asking["collected"] = {"supplement": SAME, "close": "closed"}
    # Nothing is handed over before something was collected.
    asked["executed"] = {act: to for act, to in asked["executed"].items() if act != "deliver"} | {
        "begin": "collecting"
    }
    asked["collecting"] = {
        "ask": SAME,
        "execute": SAME,
        "deliver": SAME,
        "grant_extension": SAME,
        "decline_extension": SAME,
        "end_collection": "collected",
    }
    asked["collected"] = {"deliver": "delivered", "begin": "collecting", "close": "closed"}
    # A collection that was running when the request was withdrawn is still ended, and that is told.
    asked["withdrawn"] = {**asked["withdrawn"], "end_collection": SAME}
    now = ("collecting", "collected")
    held = ("collecting", "collected", *GIVEN, "closed")
    return weave(
        {REQUESTING: asking, REQUESTED: asked},
        (REQUESTING, "ask_status", now),
        (REQUESTED, "report_status", now),
        (REQUESTED, "state_costs", now),
        (REQUESTING, "followed_by", (*UNDER_WAY, *now, *GIVEN)),
        *((role, "destroyed", held) for role in (REQUESTING, REQUESTED)),
        *secret_strands((*UNDER_WAY, *now), (*UNDER_WAY, *now, *GIVEN, *ENDED)),
    )


CROSSINGS: Final = (
    # A line that is being listened to is a fact: the withdrawal then ends it, and that it ended is told.
    Crossing("begun-stands", "begin", "withdraw", overtakes=False),
    # It had ended before the wish for more time was known.
    Crossing("ended-stands", "end_collection", "ask_extension", overtakes=True),
    Crossing("ended-stands", "end_collection", "ask_end", overtakes=True),
    # Who asked says that it is enough: what would have made it longer has no effect.
    Crossing("enough-ends", "ask_end", "grant_extension", overtakes=True),
    Crossing("enough-ends", "ask_end", "decline_extension", overtakes=True),
    Crossing("withdrawal-ends", "withdraw", "grant_extension", overtakes=True),
    Crossing("withdrawal-ends", "withdraw", "decline_extension", overtakes=True),
)


def collection(name: str, own: Part[Any], *, parts: Iterable[Part[Any]] = ()) -> Kind:
    """A kind that follows this life. An extension rests on safeguards as the beginning does."""
    return assistance(
        name,
        own,
        table=_table(),
        given=("collecting", "collected"),
        crossings=CROSSINGS,
        parts=(COLLECTING, DESTROYING, SECRECY, LINKING, *parts),
        turns={**SHARED_TURNS, "collecting": REQUESTED, "collected": REQUESTING},
        executing=("execute", "begin", "grant_extension"),
    )
