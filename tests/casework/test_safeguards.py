"""Safeguards are steps: recorded with author and reason before a request is executed, or set aside and shown."""

from __future__ import annotations

from typing import Any

import pytest
from tests.casework.abroad import PASSPHRASE
from tests.casework.conftest import PASSWORD, SECRET, Desk, safeguard

from corridor import law
from corridor.casework import actions, national, queries
from corridor.casework.fault import CaseworkFault, NotAllowed, NotFound
from corridor.casework.models import ActRow, Dossier, LogLeaf, NationalEntry, OutboxLetter

pytestmark = pytest.mark.django_db

MEASURE = {
    "authority": "District Court",
    "kind": "production_order_data",
    "date": "2026-11-20",
    "legal_basis": "s. 91",
}
STEPS = (
    "non_discrimination",
    "political_offence",
    "necessity_proportionality",
    "authorisation",
    "personal_data",
)


def sign(desk: Desk, opened: str, act: str, by: str = "ca-signatory", **body: Any) -> Any:
    person = desk.person(by)
    heads = queries.dossier_page(person, opened).heads
    return actions.sign_act(person, act=act, dossier_id=opened, body=body, seen=heads, secret=SECRET)


def record(
    desk: Desk, opened: str, step: str, outcome: str = "met", by: str = "ca-drafter", **more: Any
) -> Any:
    given = {"reason": "Read the request.", "language": "en", "authority": "District Court"} | more
    return actions.record_safeguard(
        desk.person(by), opened, step=step, outcome=outcome, secret=SECRET, **given
    )


def skip(
    desk: Desk, opened: str, step: str, by: str = "ca-supervisor", reason: str = "Agreed by call."
) -> Any:
    return actions.skip_safeguard(
        desk.person(by), opened, step=step, reason=reason, language="en", secret=SECRET
    )


def refused(desk: Desk, opened: str, by: str = "ca-signatory") -> CaseworkFault:
    """Executing is refused, and nothing was signed or sent."""
    before = ActRow.objects.count(), OutboxLetter.objects.count(), LogLeaf.objects.count()
    with pytest.raises(CaseworkFault) as caught:
        sign(desk, opened, "execute", by, measure=MEASURE)
    assert before == (ActRow.objects.count(), OutboxLetter.objects.count(), LogLeaf.objects.count())
    return caught.value


def second_signatory(desk: Desk) -> str:
    actions.add_officer(
        username="ca-second",
        name="Second",
        authority="XAA-CA",
        role="signatory",
        password=PASSWORD,
        secret=SECRET,
        passphrase=PASSPHRASE,
    )
    return "ca-second"


def outcomes(desk: Desk, opened: str) -> dict[str, str]:
    page = queries.national_file(desk.person("ca-supervisor"), opened)
    return {each.step: each.outcome for each in page.steps}


def test_nothing_is_executed_until_every_step_of_the_law_is_recorded(desk: Desk, asked: str) -> None:
    assert tuple(outcomes(desk, asked)) == STEPS
    fault = refused(desk, asked)
    assert (fault.code, fault.facts["steps"]) == ("casework.safeguard.missing", ", ".join(STEPS))
    for step in STEPS[:-1]:
        record(desk, asked, step)
    assert refused(desk, asked).facts["steps"] == STEPS[-1]
    record(desk, asked, STEPS[-1])
    assert sign(desk, asked, "execute", measure=MEASURE).name == "execute"


def test_asking_refusing_and_accepting_wait_for_no_safeguard(desk: Desk) -> None:
    opening = desk.others["XBB"].opening(desk.clock(), "stored_data")
    desk.receive(opening)
    for act in ("acknowledge", "ask", "accept"):
        assert sign(desk, opening.id, act).name == act


def test_an_entry_says_who_found_what_why_and_by_which_line_of_the_law(desk: Desk, asked: str) -> None:
    drafter = desk.person("ca-drafter")
    record(desk, asked, "authorisation", reason="Order 12/26.", on=desk.clock().date())
    (row,) = [each for each in queries.national_file(drafter, asked).steps if each.step == "authorisation"]
    (finding,) = row.findings
    assert (finding.officer, finding.outcome, finding.reason) == (drafter.number, "met", "Order 12/26.")
    assert (finding.authority, finding.date) == ("District Court", desk.clock().date().isoformat())
    assert row.cite == law.steps("stored_data", on=desk.clock().date())[3].cite()
    entry = NationalEntry.objects.get(kind="safeguard")
    content = national.read(desk.home, entry).content
    assert (content["instrument"], content["ref"]) == ("UNCC_2024", "24(2)")
    assert LogLeaf.objects.filter(leaf=entry.pk).exists()  # signed, logged, never sent
    assert OutboxLetter.objects.count() == 1


def test_the_latest_finding_counts_and_the_earlier_ones_stay(desk: Desk, asked: str) -> None:
    record(desk, asked, "personal_data", "not_needed", reason="No person is named.")
    record(desk, asked, "personal_data", "met_with_conditions", reason="A name turned up.")
    (row,) = [
        each
        for each in queries.national_file(desk.person("ca-drafter"), asked).steps
        if each.step == "personal_data"
    ]
    assert row.outcome == "met_with_conditions"
    assert [each.outcome for each in row.findings] == ["not_needed", "met_with_conditions"]


def test_a_step_not_met_stops_the_execution_and_its_signer_alone_cannot_lift_it(
    desk: Desk, asked: str
) -> None:
    """Whoever executes does not also set aside what a colleague found against it."""
    safeguard(desk.person("ca-drafter"), asked)
    record(desk, asked, "political_offence", "not_met", reason="The facts are a demonstration.")
    fault = refused(desk, asked)
    assert (fault.code, fault.facts["steps"]) == ("casework.safeguard.not-met", "political_offence")
    skip(desk, asked, "political_offence", by="ca-signatory", reason="I see it otherwise.")
    assert refused(desk, asked).code == "casework.safeguard.same-eyes"
    record(desk, asked, "political_offence", "met", by="ca-signatory", reason="Read again.")
    assert refused(desk, asked).code == "casework.safeguard.same-eyes"
    assert sign(desk, asked, "execute", second_signatory(desk), measure=MEASURE).name == "execute"


def test_what_a_supervisor_sets_aside_lets_the_signatory_execute(desk: Desk, asked: str) -> None:
    safeguard(desk.person("ca-drafter"), asked)
    record(desk, asked, "political_offence", "not_met", reason="The facts are a demonstration.")
    skip(desk, asked, "political_offence")
    assert sign(desk, asked, "execute", measure=MEASURE).name == "execute"


def test_a_step_set_aside_lets_the_act_go_and_the_supervisor_sees_who_and_why(desk: Desk, asked: str) -> None:
    for step in STEPS[1:]:
        record(desk, asked, step)
    skip(desk, asked, STEPS[0], by="ca-signatory", reason="The court looked at it.")
    sign(desk, asked, "execute", measure=MEASURE)
    (row,) = queries.supervision(desk.person("ca-supervisor")).decisions
    assert (row.place.dossier, row.step, row.stands, row.lifts) == (asked, STEPS[0], True, False)
    assert row.finding.officer == desk.person("ca-signatory").number
    assert (row.finding.outcome, row.finding.reason) == ("skipped", "The court looked at it.")


def test_the_supervisor_sees_what_was_found_not_met_and_who_lifted_it(desk: Desk, asked: str) -> None:
    safeguard(desk.person("ca-drafter"), asked)
    record(desk, asked, "political_offence", "not_met", reason="A demonstration.")
    record(desk, asked, "political_offence", "met", by="ca-signatory", reason="A theft at one.")
    found = queries.supervision(desk.person("ca-supervisor")).decisions
    assert {(each.finding.outcome, each.stands, each.lifts) for each in found} == {
        ("met", True, True),
        ("not_met", False, False),
    }


def test_the_supervisor_sees_what_could_be_executed_and_lacks_steps(desk: Desk, asked: str) -> None:
    record(desk, asked, "personal_data")
    (row,) = queries.supervision(desk.person("ca-supervisor")).open
    assert (row.place.dossier, row.steps, row.executed) == (asked, STEPS[:-1], False)
    assert queries.supervision(desk.person("cp-supervisor")).open == ()  # of the own authority only
    safeguard(desk.person("ca-drafter"), asked)
    assert queries.supervision(desk.person("ca-supervisor")).open == ()


def test_a_request_of_ones_own_is_not_on_the_supervisors_list(desk: Desk, ask: Any) -> None:
    ask("stored_data", "ca-signatory")
    assert queries.supervision(desk.person("ca-supervisor")).open == ()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"step": "telepathy"}, "casework.safeguard.step"),
        ({"outcome": "perhaps"}, "casework.safeguard.outcome"),
        ({"outcome": "not_needed"}, "casework.safeguard.always"),
        ({"reason": " \n"}, "casework.safeguard.reason"),
        ({"step": "authorisation", "authority": ""}, "casework.safeguard.who"),
        ({"reason": "x" * (1024 * 1024)}, "casework.national.too-large"),
    ],
)
def test_a_finding_that_says_nothing_is_refused_and_nothing_is_kept(
    desk: Desk, asked: str, given: dict[str, str], code: str
) -> None:
    wanted = {"step": "non_discrimination", "outcome": "met"} | given
    with pytest.raises(CaseworkFault) as caught:
        record(desk, asked, **wanted)
    assert caught.value.code == code
    assert not NationalEntry.objects.exists()


def test_where_domestic_law_asks_for_no_authorisation_that_is_a_finding(desk: Desk, asked: str) -> None:
    record(desk, asked, "authorisation", "not_needed", authority="", reason="s. 12 asks for none.")
    assert outcomes(desk, asked)["authorisation"] == "not_needed"


def test_words_in_any_script_with_control_characters_and_formulas_come_back_as_they_were(
    desk: Desk, asked: str
) -> None:
    words = "=cmd|'/c'!A1 <b>x</b> \x00\x1b ملاحظة примечание 附注 \u202eabc"
    record(desk, asked, "non_discrimination", reason=words)
    page = queries.national_file(desk.person("ca-drafter"), asked)
    assert page.steps[0].findings[0].reason == words


def test_a_drafter_sets_nothing_aside_and_another_authority_finds_nothing(desk: Desk, asked: str) -> None:
    with pytest.raises(NotAllowed):
        skip(desk, asked, STEPS[0], by="ca-drafter")
    with pytest.raises(NotFound):
        record(desk, asked, STEPS[0], by="cp-signatory")
    actions.make_available(desk.person("ca-supervisor"), asked, authority="XAA-CP", secret=SECRET)
    with pytest.raises(NotAllowed):
        record(desk, asked, STEPS[0], by="cp-signatory")
    assert queries.national_file(desk.person("cp-signatory"), asked).steps == ()


@pytest.mark.parametrize("role", ["drafter", "signatory", "administrator"])
def test_only_a_supervisor_supervises(desk: Desk, role: str) -> None:
    with pytest.raises(NotAllowed):
        queries.supervision(desk.person(f"ca-{role}"))


def test_a_file_that_does_not_open_hides_no_other(desk: Desk, asked: str) -> None:
    other = desk.others["XBB"].opening(desk.clock.turn(seconds=1), "stored_data")
    desk.receive(other)
    sign(desk, other.id, "accept")
    record(desk, other.id, STEPS[0])
    NationalEntry.objects.filter(dossier_id=other.id).update(sealed=b"\x01" + bytes(40))
    found = queries.supervision(desk.person("ca-supervisor"))
    assert found.unreadable == (other.id,)
    assert [each.place.dossier for each in found.open] == [asked]


def test_under_an_instrument_without_steps_in_the_data_they_are_asked_for_and_nothing_is_cited(
    desk: Desk, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corridor.casework import safeguards

    monkeypatch.setattr(safeguards, "instrument", lambda loaded: "RECIPROCITY")
    page = queries.national_file(desk.person("ca-drafter"), asked)
    assert tuple(each.step for each in page.steps) == STEPS
    assert {each.cite for each in page.steps} == {""}
    assert refused(desk, asked).code == "casework.safeguard.missing"


def test_a_colleague_who_writes_at_the_same_moment_costs_no_entry(desk: Desk, asked: str) -> None:
    """The chain has one end: of two entries after the same one, the second is refused whole."""
    from corridor.casework.actions.national import enter, own_file

    person = desk.person("ca-drafter")
    row = Dossier.objects.get(pk=asked)
    seen = own_file(person, row)
    record(desk, asked, STEPS[0])
    with pytest.raises(CaseworkFault) as caught:
        enter(person, row, "minute", {"text": "x", "language": "en"}, SECRET, seen=seen)
    assert caught.value.code == "casework.national.moved"
    assert NationalEntry.objects.count() == 1


def test_every_kind_that_executes_something_has_steps_to_look_at_first() -> None:
    """A kind that names executing acts and finds no steps in the law would pass its gate unlooked."""
    from corridor import dossier
    from corridor.casework import safeguards

    for name, kind in dossier.REGISTRY.items():
        assert kind.executing <= set(kind.bodies), name
        for basis in (each.code for each in law.instruments()):
            assert bool(kind.executing) <= bool(safeguards.needed(name, basis)), (name, basis)


def test_in_an_emergency_what_is_set_aside_at_home_is_named_to_all_as_left_for_after(desk: Desk) -> None:
    """One officer cannot skip a safeguard that only the own supervisor sees: until the review it is owed."""
    opening = desk.others["XBB"].opening(desk.clock(), "emergency_assistance")
    desk.receive(opening)
    steps = list(outcomes(desk, opening.id))
    for step in steps[1:]:
        skip(desk, opening.id, step)
    record(desk, opening.id, steps[0])
    sign(desk, opening.id, "execute", measure=MEASURE, safeguards_after=[steps[1]])
    page = queries.dossier_page(desk.person("ca-signatory"), opening.id)
    (execution,) = [row for row in page.timeline if row.act == "execute"]
    assert execution.body["safeguards_after"] == steps[1:]
    assert "emergency_assistance.flag.safeguards-after" in page.flags
    assert {"emergency_assistance.owed.review", "emergency_assistance.owed.safeguards-after"} <= set(
        page.owed
    )
