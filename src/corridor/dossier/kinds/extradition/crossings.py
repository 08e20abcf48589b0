"""Extradition: what holds when acts cross. What happened to a person cannot be undone by a letter."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Crossing
from corridor.dossier.kinds.parts.deciding import decides_again
from corridor.dossier.kinds.parts.ending import withdrawal_ends

CROSSINGS: tuple[Crossing, ...] = (
    # A person surrendered is there. The withdrawal is kept as saying that no more is wanted.
    Crossing("surrendered-stands", "surrender", "withdraw", overtakes=True),
    Crossing("surrendered-stands", "surrender_temporarily", "withdraw", overtakes=True),
    Crossing("passed-stands", "tell_transit", "refuse", overtakes=True),
    # A person returned is no longer there to be left for good.
    Crossing("returned-stands", "return_person", "surrender", overtakes=True),
    # Arrests, releases and things handed over are facts: they count first, then the withdrawal ends the request,
    # and what is owed on account of them (release, return) is seen by all.
    Crossing("arrest-known", "arrest", "withdraw", overtakes=False),
    Crossing("release-known", "release", "withdraw", overtakes=False),
    Crossing("items-known", "hand_over_items", "withdraw", overtakes=False),
    Crossing("items-known", "hand_over_items", "close", overtakes=False),
    # Papers sent before the release was known count as sent: the person is free, and the request goes on.
    Crossing("papers-count", "send_papers", "release", overtakes=False),
    # A case taken up, or asked to be, and its outcome come before the end of the dossier.
    Crossing("taken-up-stands", "take_up", "close", overtakes=True),
    Crossing("instead-wanted", "ask_instead", "close", overtakes=True),
    Crossing("outcome-told", "tell_outcome", "close", overtakes=False),
    *withdrawal_ends(
        "accept",
        "refuse",
        "consult",
        "ask",
        "acknowledge",
        "arrange",
        "agree_arrangement",
        "decline_arrangement",
        "postpone_surrender",
        "extend_term",
    ),
    *decides_again("send_papers", "supplement"),
)
