"""A State without a node: its papers count as its own acts, every member sees how they came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.dossier.cast import AUTHORITY, OFFICERS, Table, outcome, reason, words

from corridor import dossier
from corridor.dossier import Basis, DraftFault, Member, State, Text, VerifiedAct
from corridor.dossier.on_paper import RECEIVED

SCAN = "5c" * 32
DAY = "2026-11-25"


def _open(
    table: Table, *, paper: str = "XDD", observers: tuple[str, ...] = (), kind: str = "preservation"
) -> VerifiedAct:
    """Aurelia asks a State that has no node."""
    table.minute += 1
    who = OFFICERS["XAA"]
    rows = [("XAA", "requesting"), ("XDD", "requested"), *((each, "observer") for each in observers)]
    members = [
        Member(state, AUTHORITY[state], role, {"paper": True} if state == paper else {})
        for state, role in rows
    ]
    return table.add(
        dossier.opening(
            "preservation",
            basis=Basis("UNCC_2024", ""),
            members=members,
            sender=who.party,
            credential=who.credential,
            time=table.now,
            body={},
        )
    )


def _paper(table: Table, name: str, body: Mapping[str, Any], by: str = "XAA", **more: Any) -> VerifiedAct:
    said = {"state": "XDD", "act": name, "body": body, "received": DAY, "scan": SCAN}
    return table.act(by, RECEIVED, said, **more)


def _forced(table: Table, by: str, body: Mapping[str, Any]) -> VerifiedAct:
    """An act no drafting would make: what a hostile member signs with its own software."""
    who, state = OFFICERS[by], table.fold()
    chain = state.chains.get(by, ())
    header = dossier.Header(
        dossier=state.dossier,
        kind=state.kind,
        act=RECEIVED,
        rules=state.rules,  # type: ignore[arg-type]
        sender=who.party,
        credential=who.credential,
        to=tuple(dossier.Party(m.state, m.authority) for m in state.members if m.state != by),
        prev=chain[0] if chain else None,
        seen=state.heads,
        time=table.now,
        salt=f"{table.minute:064x}",
    )
    return table.add(dossier.Act(header, body))


def _why(table: Table, by: str, body: Mapping[str, Any]) -> str | None:
    """Why such an act has no effect; None if it has."""
    act = _forced(table, by, body)
    return reason(table.fold(), act)


def test_a_dossier_with_a_paper_peer_lives_as_any_other() -> None:
    table = Table()
    _open(table)
    assert RECEIVED in table.fold().possible("XAA")
    acknowledged = _paper(table, "acknowledge", {})
    kept = _paper(table, "preserved", {"preserved_until": "2027-02-28"})
    state = table.fold()
    assert (outcome(state, acknowledged), outcome(state, kept)) == ("effective", "effective")
    assert state.status == "preserving"
    assert str(state.preserved_until) == "2027-02-28"
    assert [flag.act for flag in state.flags if flag.code == "paper.entered"] == [acknowledged.id, kept.id]
    assert state.turn == "XAA"  # as if Dorsania itself had answered


def test_reasons_on_the_paper_are_read_as_those_of_that_state() -> None:
    table = Table()
    _open(table)
    refused = _paper(
        table, "refuse", {"ground": "sovereignty"}, texts=words(reasons="Our law does not allow it.")
    )
    assert outcome(table.fold(), refused) == "effective"
    assert table.fold().status == "refused"


def test_only_the_state_that_asked_enters_papers() -> None:
    table = Table()
    _open(table, observers=("XCC",))
    body = {"state": "XDD", "act": "acknowledge", "body": {}, "received": DAY, "scan": SCAN}
    foreign = _forced(table, "XCC", body)
    assert reason(table.fold(), foreign) == "rule.not-on-paper"
    assert table.fold().status == "asked"
    assert RECEIVED not in table.fold().possible("XCC")


@pytest.mark.parametrize("state", ["XAA", "XCC", "XBB"])
def test_nobody_speaks_on_paper_for_a_state_that_has_a_node_or_is_no_member(state: str) -> None:
    table = Table()
    _open(table, observers=("XCC",))
    body = {"state": state, "act": "acknowledge", "body": {}, "received": DAY, "scan": SCAN}
    assert _why(table, "XAA", body) == "rule.not-on-paper"


def test_a_member_is_on_paper_only_if_the_opening_act_says_so() -> None:
    table = Table()
    _open(table, paper="nobody")
    assert RECEIVED not in table.fold().possible("XAA")
    body = {
        "state": "XDD",
        "act": "preserved",
        "body": {"preserved_until": "2027-02-28"},
        "received": DAY,
        "scan": SCAN,
    }
    assert _why(table, "XAA", body) == "rule.not-on-paper"
    assert table.fold().preserved_until is None


def test_once_it_has_signed_for_itself_nobody_enters_papers_for_it() -> None:
    """A State that was given a node in mid-case speaks for itself from its first act on."""
    table = Table()
    _open(table)
    _paper(table, "acknowledge", {})
    table.act("XDD", "preserved", {"preserved_until": "2027-02-28"})
    state = table.fold()
    assert state.status == "preserving"
    assert RECEIVED not in state.possible("XAA")
    body = {"state": "XDD", "act": "release", "body": {"reason": "other"}, "received": DAY, "scan": SCAN}
    late = _forced(table, "XAA", body)
    assert reason(table.fold(), late) == "rule.not-on-paper"
    assert table.fold().status == "preserving"


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("preserved", {"preserved_until": "soon"}, "rule.body"),
        ("preserved", {}, "rule.body"),
        ("teleport", {}, "rule.unknown-act"),
        ("received_paper", {}, "rule.body"),
        ("stand", {"stands": SCAN}, "rule.unknown-act"),
        ("release", {"reason": "other"}, "rule.not-in-this-status"),
        ("withdraw", {}, "rule.not-in-this-status"),  # that is for the State that asks
    ],
)
def test_what_stands_on_the_paper_is_judged_as_that_states_act(
    name: str, body: dict[str, Any], why: str
) -> None:
    table = Table()
    _open(table)
    said = {"state": "XDD", "act": name, "body": body, "received": DAY, "scan": SCAN}
    entered = _forced(table, "XAA", said)
    state = table.fold()
    assert reason(state, entered) == why
    assert state.status == "asked"
    assert not [flag for flag in state.flags if flag.code == "paper.entered"]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"state": "XDD", "act": "acknowledge", "body": {}, "received": DAY},
        {"state": "XDD", "act": "acknowledge", "body": [], "received": DAY, "scan": SCAN},
        {"state": "XDD", "act": "acknowledge", "body": {}, "received": "2026-11-25T00:00:00Z", "scan": SCAN},
        {"state": "xdd", "act": "acknowledge", "body": {}, "received": DAY, "scan": SCAN},
        {"state": "XDD", "act": "acknowledge", "body": {}, "received": DAY, "scan": "x"},
    ],
)
def test_an_entry_that_is_not_of_its_form_has_no_effect(said: dict[str, Any]) -> None:
    table = Table()
    _open(table)
    assert _why(table, "XAA", said) == "rule.body"


def test_drafting_offers_and_takes_only_what_that_state_could_do() -> None:
    table = Table()
    _open(table)
    state = table.fold()
    assert "preserved" in state.answers_on_paper("XDD")
    assert state.answers_on_paper("XAA") == ()
    with pytest.raises(DraftFault, match="not-possible"):
        _paper(table, "release", {"reason": "other"})
    with pytest.raises(DraftFault, match="body"):
        _paper(table, "preserved", {})


def test_three_members_one_on_paper_fold_alike_whatever_order_the_acts_come_in() -> None:
    table = Table()
    opening = _open(table, observers=("XCC",))
    _paper(table, "acknowledge", {})
    withdrawn = table.act("XAA", "withdraw", {})
    state = table.fold()
    assert (state.status, outcome(state, withdrawn)) == ("withdrawn", "effective")
    table.entries.reverse()
    again = table.fold()
    assert (again.status, again.outcomes, again.flags) == (state.status, state.outcomes, state.flags)
    assert opening.id == again.dossier


def test_every_code_has_a_sentence() -> None:
    from corridor.dossier import texts

    for code in ("act.received_paper", "paper.entered", "rule.not-on-paper", "field.received", "field.scan"):
        assert texts.text(code) != code


def test_texts_of_the_paper_keep_their_language() -> None:
    table = Table()
    _open(table)
    entered = _paper(
        table, "refuse", {"ground": "sovereignty"}, texts=(Text("reasons", "ar", "لا يسمح قانوننا"),)
    )
    state: State = table.fold()
    assert outcome(state, entered) == "effective"
    assert entered.act.texts[0].language == "ar"
