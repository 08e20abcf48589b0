"""The right figures of `press` are computed from our own tables, not trusted."""

from __future__ import annotations

from datetime import date

from corridor import law
from corridor.law import Group, World
from corridor.law.press import press_sources

HANOI = date(2025, 10, 26)
BUDAPEST_LIST = date(2026, 4, 25)


def computed() -> dict[str, int]:
    hanoi = law.status(on=HANOI, world=World.REAL)
    members = {each.code for each in law.states() if each.eu_member_since and not each.eu_member_until}
    budapest = set(law.parties_to("BUDAPEST_CETS185", on=BUDAPEST_LIST))
    groups = hanoi.by_group()
    un = {each.code for each in law.states() if each.un_member}
    clause = law.final_clauses().clause("entry_into_force")
    assert clause is not None
    return {
        "articles": len(law.articles()),
        "chapters": len({each.chapter for each in law.articles()}),
        "signatories_in_hanoi": hanoi.signatories,
        "states_signed_in_hanoi": hanoi.signatory_states,
        "instruments_needed": clause.number("instruments") or 0,
        "days_after": clause.number("days") or 0,
        "union_members_signed_in_hanoi": sum(each.state in members for each in hanoi.entries),
        "weog_signed_in_hanoi": groups[Group.WEOG][0],
        "eastern_european_signed_in_hanoi": groups[Group.EASTERN_EUROPEAN][0],
        "members_outside_budapest": len(un - budapest),
    }


def test_every_figure_is_the_one_our_tables_give() -> None:
    figures = computed()
    named = {name: value for each in law.press() for name, value in each.figures}
    assert named == {name: figures[name] for name in named}
    assert set(named) == set(figures)


def test_a_figure_is_in_the_sentence_that_claims_it() -> None:
    for each in law.press():
        for _, value in each.figures:
            spelled = {90: "ninetieth"}.get(value, str(value))
            words = {9: "nine chapters"}.get(value, spelled)
            assert words in each.right.lower() or str(value) in each.right, each.id


def test_the_claims_everybody_has_heard_are_there() -> None:
    assert {
        "seventy_one_articles",
        "forty_signatures",
        "seventy_two_states",
        "nineteen_union_members",
        "outside_budapest",
        "born_in_september_2024",
    } <= {each.id for each in law.press()}


def test_each_claim_says_why_and_where_it_was_read() -> None:
    known = press_sources()
    assert len({each.id for each in law.press()}) == len(law.press())
    for each in law.press():
        assert each.why.endswith((".", "?"))
        assert set(each.source) <= set(known)
