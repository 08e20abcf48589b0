"""A dossier handed to another authority of the State in mid-case: who acts, who reads, what stands in the file."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.casework.conftest import SECRET, Desk

from corridor.casework import actions, queries
from corridor.casework.fault import CaseworkFault, NotAllowed
from corridor.casework.models import LogLeaf, OutboxLetter

MOVE = {"reason": "The duty desk was closed.", "language": "en", "secret": SECRET}


def heads(desk: Desk, who: str, dossier: str) -> list[str]:
    return list(queries.dossier_page(desk.person(who), dossier).heads)


def test_the_other_authority_acts_from_then_on_and_reads_what_was_written(
    desk: Desk, ask: Callable[..., str]
) -> None:
    opened = ask()
    actions.record_minute(
        desk.person("cp-drafter"), opened, text="called the prosecutor", language="en", secret=SECRET
    )
    letters, leaves = OutboxLetter.objects.count(), LogLeaf.objects.count()
    actions.hand_to_authority(desk.person("cp-signatory"), opened, authority="XAA-CA", **MOVE)
    assert (OutboxLetter.objects.count(), LogLeaf.objects.count()) == (letters, leaves + 1)
    page = queries.dossier_page(desk.person("ca-signatory"), opened)
    assert page.home == "XAA-CA"
    assert [row.kind for row in page.national] == ["minute", "handed_over"]
    actions.record_minute(desk.person("ca-drafter"), opened, text="taken over", language="en", secret=SECRET)
    page = queries.dossier_page(desk.person("ca-signatory"), opened)
    assert [row.kind for row in page.national] == ["minute", "handed_over", "minute"]
    signed = actions.sign_act(
        desk.person("ca-signatory"),
        act="withdraw",
        dossier_id=opened,
        body={"reason": "error"},
        seen=heads(desk, "ca-signatory", opened),
        secret=SECRET,
    )
    assert (signed.dossier, signed.letters) == (opened, ("XBB",))
    before = queries.dossier_page(desk.person("cp-signatory"), opened)  # still reads, no longer acts
    assert before.possible == ()
    with pytest.raises(NotAllowed):
        actions.hand_to_authority(desk.person("cp-signatory"), opened, authority="XAA-CA", **MOVE)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"authority": "XAA-ZZ"}, "casework.people.authority"),
        ({"authority": "XAA-CP"}, "casework.people.authority"),
        ({"reason": "  "}, "casework.national.empty"),
    ],
)
def test_it_is_handed_to_somebody_and_with_a_reason(
    desk: Desk, ask: Callable[..., str], change: dict[str, str], code: str
) -> None:
    opened = ask()
    with pytest.raises(CaseworkFault) as caught:
        actions.hand_to_authority(
            desk.person("cp-signatory"), opened, **{"authority": "XAA-CA", **MOVE, **change}
        )
    assert caught.value.code == code
    assert queries.dossier_page(desk.person("cp-signatory"), opened).home == "XAA-CP"


def test_it_may_come_back_and_every_chain_still_reads(desk: Desk, ask: Callable[..., str]) -> None:
    opened = ask()
    actions.hand_to_authority(desk.person("cp-supervisor"), opened, authority="XAA-CA", **MOVE)
    actions.hand_to_authority(desk.person("ca-supervisor"), opened, authority="XAA-CP", **MOVE)
    page = queries.dossier_page(desk.person("cp-signatory"), opened)
    assert sorted(row.kind for row in page.national) == ["handed_over", "handed_over"]
    actions.record_minute(desk.person("cp-drafter"), opened, text="back", language="en", secret=SECRET)
    page = queries.dossier_page(desk.person("cp-signatory"), opened)
    assert [row.kind for row in page.national].count("minute") == 1
