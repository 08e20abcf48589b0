"""The law file: a certified text is loaded, paragraphs are confirmed against it, and all of it stays at home."""

from __future__ import annotations

import pytest
from tests.casework.conftest import SECRET, Desk

from corridor import law
from corridor.casework import actions, queries, restored
from corridor.casework.fault import CaseworkFault
from corridor.casework.models import LawEntry, LogLeaf, OutboxLetter
from corridor.casework.models.law import PAYLOAD_TYPE
from corridor.law.errors import LawFault
from corridor.law.road import own_steps
from corridor.notary import Envelope, canonical

pytestmark = pytest.mark.django_db

#: Invented sentences, numbered as an article may be.
TEXT = b"Article 42\nInvented title\n" + b"\n".join(
    f"{number}. An invented sentence about keeping, number {number}.".encode() for number in range(1, 10)
)
ORIGIN = "certified true copy handed over by the depositary, invented for this test"


def load(desk: Desk, data: bytes = TEXT, by: str = "ca-signatory") -> None:
    actions.load_certified_text(
        desk.person(by), instrument="UNCC_2024", language="en", data=data, origin=ORIGIN, secret=SECRET
    )


def agree(desk: Desk, ref: str = "42(8)", verdict: str = "agrees", note: str = "") -> None:
    actions.confirm_paragraphs(
        desk.person("ca-signatory"), instrument="UNCC_2024", judged={ref: (verdict, note)}, secret=SECRET
    )


def test_a_confirmed_paragraph_is_cited_by_every_authority_of_the_state(desk: Desk) -> None:
    load(desk)
    agree(desk)
    form = law.form("preservation", "UNCC_2024", on=desk.home.clock().date())
    period = form.period("preservation_minimum")
    assert period is not None
    assert period.cite() == "UNCC_2024 42"
    for username in ("ca-signatory", "cp-drafter"):
        assert period.cite(queries.law_confirmed(desk.person(username)).cites) == "UNCC_2024 42(8)"


def test_our_lines_stand_beside_the_certified_paragraph(desk: Desk) -> None:
    load(desk)
    rows = {row.ref: row for row in queries.law_paragraphs(desk.person("cp-drafter"), 42)}
    assert rows["42(8)"].passages == (("42(8)", "8. An invented sentence about keeping, number 8."),)
    assert rows["42(8)"].lines
    assert rows["42(8)"].confirmation is None
    with_forty = next(row for ref, row in rows.items() if "40(21)" in ref)
    assert not with_forty.complete  # the text loaded has no article 40


def test_what_differs_is_written_down_and_not_cited(desk: Desk) -> None:
    load(desk)
    agree(desk)
    agree(desk, verdict="differs", note="the certified text says otherwise")
    standing = queries.law_confirmed(desk.person("cp-drafter"))
    assert standing.cites == frozenset()
    assert [one.note for one in standing.differing] == ["the certified text says otherwise"]


def test_entries_are_signed_logged_chained_sealed_and_never_sent(desk: Desk) -> None:
    load(desk)
    agree(desk)
    agree(desk, "42(4)")
    rows = list(LawEntry.objects.order_by("number"))
    by_prev = {row.prev: row for row in rows}
    assert len(by_prev) == 3
    assert LogLeaf.objects.exclude(index=None).filter(leaf__in=[row.id for row in rows]).count() == 3
    assert OutboxLetter.objects.count() == 0
    assert not any(b"invented" in bytes(row.sealed) for row in rows)
    envelope = Envelope.from_json(desk.home.vault.open("law", f"law/{rows[0].id}", rows[0].sealed))
    assert envelope.id == rows[0].id
    assert envelope.payload_type == PAYLOAD_TYPE
    assert canonical.loads(envelope.payload)["corridor"] == "law/1"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"verdict": "perhaps"}, "casework.law.verdict"),
        ({"ref": "42(99)"}, "law.confirm.no-line"),
        ({"ref": "25(2)"}, "law.confirm.no-passage"),
        ({"verdict": "differs", "note": ""}, "law.confirm.no-note"),
    ],
)
def test_a_confirmation_that_says_nothing_is_refused_and_nothing_is_kept(
    desk: Desk, change: dict[str, str], code: str
) -> None:
    load(desk)
    with pytest.raises((CaseworkFault, LawFault)) as caught:
        agree(desk, **change)
    assert caught.value.code == code
    assert LawEntry.objects.count() == 1


def test_many_paragraphs_are_confirmed_with_one_signature_or_none_is(desk: Desk) -> None:
    load(desk)
    person = desk.person("ca-signatory")
    agreed = {"42(4)": ("agrees", ""), "42(8)": ("agrees", "")}
    with pytest.raises(LawFault):
        actions.confirm_paragraphs(
            person, instrument="UNCC_2024", judged=agreed | {"42(99)": ("agrees", "")}, secret=SECRET
        )
    assert queries.law_confirmed(person).cites == frozenset()
    actions.confirm_paragraphs(person, instrument="UNCC_2024", judged=agreed, secret=SECRET)
    assert queries.law_confirmed(person).cites == {"UNCC_2024 42(4)", "UNCC_2024 42(8)"}
    assert LawEntry.objects.count() == 2
    with pytest.raises(CaseworkFault) as caught:
        actions.confirm_paragraphs(person, instrument="UNCC_2024", judged={}, secret=SECRET)
    assert caught.value.code == "casework.law.nothing"


def test_nothing_is_confirmed_before_a_certified_text_is_loaded(desk: Desk) -> None:
    with pytest.raises(CaseworkFault) as caught:
        agree(desk)
    assert caught.value.code == "casework.law.no-text"


def test_a_text_that_cannot_be_read_or_comes_from_nowhere_is_not_kept(desk: Desk) -> None:
    with pytest.raises(LawFault):
        load(desk, b"no heading at all")
    with pytest.raises(CaseworkFault):
        actions.load_certified_text(
            desk.person("ca-signatory"),
            instrument="UNCC_2024",
            language="en",
            data=TEXT,
            origin=" ",
            secret=SECRET,
        )
    assert LawEntry.objects.count() == 0


def test_a_newer_certified_text_takes_the_place_of_the_older_one(desk: Desk) -> None:
    load(desk)
    load(desk, TEXT.replace(b"number 8", b"number eight"))
    text = queries.certified_text(desk.person("cp-drafter"))
    assert text is not None
    assert text.at("42(8)") == "8. An invented sentence about keeping, number eight."
    assert len(queries.certified_texts(desk.person("cp-drafter"))) == 1


def test_a_node_that_came_back_from_a_backup_confirms_nothing(desk: Desk) -> None:
    load(desk)
    restored.mark(desk.home, "casework.restored.behind")
    with pytest.raises(CaseworkFault) as caught:
        agree(desk)
    assert caught.value.code == "casework.restored.behind"


def test_the_states_own_answers_are_signed_and_the_last_one_counts(desk: Desk) -> None:
    person = desk.person("ca-supervisor")
    actions.answer_gaps(person, answers={"7(1)": ("missing", "no provision yet", "")}, secret=SECRET)
    actions.answer_gaps(
        person,
        answers={"7(1)": ("met", "Penal Code s. 210", ""), "19(2)": ("met", "s. 12", "all of them")},
        secret=SECRET,
    )
    reader = desk.person("cp-drafter")
    found = law.gaps("XAA", queries.gap_answers(reader))
    assert {each.ref: str(each.met) for each in found.items if each.answer} == {"7(1)": "met", "19(2)": "met"}
    assert all(each.answer.by == person.number for each in found.items if each.answer)
    assert OutboxLetter.objects.count() == 0


@pytest.mark.parametrize(
    "answer", [("yes", "a law", ""), ("met", " ", "")], ids=["no such answer", "without a source"]
)
def test_an_answer_without_source_or_meaning_is_not_kept(desk: Desk, answer: tuple[str, str, str]) -> None:
    with pytest.raises(LawFault) as caught:
        actions.answer_gaps(desk.person("ca-supervisor"), answers={"7(1)": answer}, secret=SECRET)
    assert caught.value.code == "law.gaps.malformed"
    with pytest.raises(LawFault):
        actions.answer_gaps(
            desk.person("ca-supervisor"), answers={"99(9)": ("met", "a law", "")}, secret=SECRET
        )
    assert LawEntry.objects.count() == 0


def test_the_states_road_is_told_line_by_line(desk: Desk) -> None:
    step, _ = own_steps()[0]
    told = {
        "step": step,
        "what": "second reading",
        "answer": "under_way",
        "source": "gazette 12",
        "date": "2026-11-20",
    }
    actions.record_progress(desk.person("ca-supervisor"), told=told, secret=SECRET)
    lines = queries.law_progress(desk.person("cp-drafter"))
    assert [(each.step, each.what, each.source) for each in lines] == [(step, "second reading", "gazette 12")]
    kit = law.deposit_kit("XAA", on=desk.home.clock().date(), progress=lines)
    assert "second reading" in str(kit.to_dict())
    with pytest.raises(LawFault) as caught:
        actions.record_progress(desk.person("ca-supervisor"), told=told | {"date": "soon"}, secret=SECRET)
    assert caught.value.code == "law.road.malformed"
    assert LawEntry.objects.count() == 1
