"""A status somebody brings: read whole or refused with the line, compared before it is applied, marked when assumed."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor import law
from corridor.law import Confidence, World
from corridor.law.errors import LawFault

SAMPLE = (Path(__file__).parent / "samples" / "XVIII-16.sample.xml").read_bytes()
ON = date(2026, 11, 26)


def with_row(name: str, signature: str, deposit: str) -> bytes:
    row = f"<Row><Entry>{name}</Entry><Entry>{signature}</Entry><Entry>{deposit}</Entry></Row></Rows>"
    return SAMPLE.replace(b"</Rows>", row.encode(), 1)


def test_declarations_are_kept_as_printed_by_participant() -> None:
    table = law.read_status_xml(SAMPLE)
    assert {row.state: len(row.notes) for row in table.rows if row.notes} == {"AZE": 3}
    changes = law.compare_status(law.shipped_table(), table, on=ON)
    assert ("changed", "AZE", "declarations") in {(each.kind, each.state, each.field) for each in changes}


def test_a_page_in_latin_1_is_read() -> None:
    data = SAMPLE.decode().replace('encoding="utf-8"', 'encoding="ISO-8859-1"').encode("latin-1")
    table = law.read_status_xml(data)
    assert table.of("CIV") is not None
    assert table.of("TUR") is not None


@pytest.mark.parametrize("row", [b"<Row><Entry>France</Entry></Row>", b"<Row><Entry/><Entry>x</Entry></Row>"])
def test_a_row_that_cannot_be_read_is_reported_and_not_dropped(row: bytes) -> None:
    assert len(law.read_status_xml(SAMPLE.replace(b"</Rows>", row + b"</Rows>", 1)).unknown) == 1


@pytest.mark.parametrize(
    "data",
    [
        SAMPLE.replace(b"Angola", b"&lt;" * 1_000_000),
        SAMPLE.replace(b"Angola", b"1," * 1_000_000 + b"x"),
        b"<a>" + b"<b/>" * 500_000 + b"</a>",
    ],
    ids=["markup never closed", "footnotes without end", "elements without end"],
)
def test_a_page_made_to_keep_a_reader_busy_is_done_with_at_once(data: bytes) -> None:
    began = time.process_time()
    with contextlib.suppress(LawFault):
        law.read_status_xml(data)
    assert time.process_time() - began < 5


def test_the_page_of_the_treaty_gives_its_72_signatures() -> None:
    table = law.read_status_xml(SAMPLE)
    assert len(table.rows) == 72
    assert table.unknown == ()
    assert table.signatories_said == 72
    found = law.status(on=date(2025, 10, 26), world=World.REAL, table=table)
    assert (found.signatories, found.signatory_states) == (72, 71)
    mine = {
        row.state: row.signature
        for row in law.shipped_table().rows
        if row.signature <= "2025-10-26" and row.signature
    }
    assert {row.state: row.signature for row in table.rows} == mine


@pytest.mark.parametrize(
    ("written", "kind", "day"),
    [
        ("26 Feb 2026", "ratification", "2026-02-26"),
        ("26 Feb 2026 a", "accession", "2026-02-26"),
        ("1 Mar 2026 A", "acceptance", "2026-03-01"),
        ("9 Sept 2026 AA", "approval", "2026-09-09"),
        ("9 Sep\t 2026 c", "formal_confirmation", "2026-09-09"),
        ("9 Sep 2026 d", "succession", "2026-09-09"),
        ("9 Sep\t 2026 A [3]", "acceptance", "2026-09-09"),
        ("[1 Mar 2026] 9 Sep 2026 a", "accession", "2026-09-09"),
        ("<i>9 September 2026</i>&#160;a", "accession", "2026-09-09"),
    ],
)
def test_the_letter_behind_a_date_says_the_kind_of_instrument(written: str, kind: str, day: str) -> None:
    row = law.read_status_xml(with_row("Bhutan", "", written)).of("BTN")
    assert row is not None
    assert (row.instrument, row.deposit) == (kind, day)


@pytest.mark.parametrize(
    "name",
    [
        "Viet Nam",
        "VIET NAM",
        "Viet Nam<superscript>2, 3</superscript>",
        "Viet Nam&lt;superscript&gt;2,3&lt;/superscript&gt;",
        "Viet&#160;Nam 4",
    ],
)
def test_a_participant_is_known_by_the_depositarys_spelling_without_its_footnotes(name: str) -> None:
    data = SAMPLE.replace(b"<Entry>Viet Nam</Entry>", f"<Entry>{name}</Entry>".encode())
    assert law.read_status_xml(data).of("VNM") is not None


def test_what_stands_in_brackets_was_withdrawn_and_counts_for_nothing() -> None:
    table = law.read_status_xml(with_row("Bhutan", "", "[9 Sep\t 2026 A]"))
    row = table.of("BTN")
    assert row is not None
    assert (row.deposit, row.instrument, row.bracketed) == ("", "", "[9 Sep 2026 A]")
    kinds = {(each.kind, each.state, each.field) for each in law.compare_status(table, table, on=ON)}
    assert ("suspicious", "BTN", "in_brackets") in kinds


@pytest.mark.parametrize("row", [b"<Row/>", b"<Row><Column>Participant</Column></Row>"])
def test_a_head_in_other_elements_is_passed_over(row: bytes) -> None:
    assert len(law.read_status_xml(SAMPLE.replace(b"<Thead>", b"<Thead>" + row)).rows) == 72


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Bahamas (The)", "BHS"),
        ("Gambia (Republic of The)", "GMB"),
        ("Netherlands (Kingdom of the)", "NLD"),
        ("St. Kitts and Nevis", "KNA"),
        ("Swaziland", "SWZ"),
        ("The former Yugoslav Republic of Macedonia", "MKD"),
    ],
)
def test_a_state_is_known_by_the_name_it_had_or_has_in_short(name: str, code: str) -> None:
    assert law.read_status_xml(with_row(name, "1 Dec 2026", "")).of(code) is not None


def test_a_participant_nobody_knows_is_reported_and_not_dropped() -> None:
    table = law.read_status_xml(with_row("Freedonia", "25 Oct 2025", ""))
    assert table.unknown == ("Freedonia",)
    kinds = {(each.kind, each.name) for each in law.compare_status(law.shipped_table(), table, on=ON)}
    assert ("unknown", "Freedonia") in kinds


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "law.status.not-xml"),
        (b"<Treaty>", "law.status.not-xml"),
        (b"<Treaty/>", "law.status.not-xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "law.status.not-xml"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "law.status.not-xml"),
        (b"<a>" * 100 + b"</a>" * 100, "law.status.not-xml"),
        (with_row("Bhutan", "sometime", ""), "law.status.malformed"),
        (with_row("Bhutan", "31 Feb 2026", ""), "law.status.malformed"),
        (with_row("Bhutan", "", "1 Mar 2026 Q"), "law.status.malformed"),
        (with_row("France", "25 Oct 2025", ""), "law.status.malformed"),
    ],
)
def test_what_is_no_such_page_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(LawFault) as caught:
        law.read_status_xml(data)
    assert caught.value.code == code
    assert "{" not in caught.value.log_text


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=3))
def test_a_damaged_page_gives_a_table_or_a_fault_and_nothing_else(place: int, put: bytes) -> None:
    data = SAMPLE[:place] + put + SAMPLE[place + 1 :]
    codes = {"law.status.not-xml", "law.status.malformed"}
    found: int | str
    try:
        table = law.read_status(data)
        found = len(table.rows) + len(table.unknown)
    except LawFault as fault:
        found = fault.code
    assert found in codes or (isinstance(found, int) and found >= 70)


def test_a_table_written_and_read_again_is_the_same() -> None:
    table = law.shipped_table()
    again = law.read_status_csv(table.to_csv())
    assert again.rows == table.rows
    assert law.compare_status(table, again, on=ON) == ()


_DAYS = st.one_of(
    st.just(""), st.dates().map(date.isoformat), st.sampled_from(["2026", "2026-02", "2026-11", "1999-12"])
)
_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda text: text == text.strip()
)
_ROWS = st.builds(
    law.StatusRow,
    state=st.sampled_from([*(each.code for each in law.states()), "EUE"]),
    name=_TEXTS,
    signature=_DAYS,
    signed_by=_DAYS,
    instrument=st.sampled_from(["", "ratification", "accession", "formal_confirmation"]),
    deposit=_DAYS,
    reported_by=_DAYS,
    source=_TEXTS,
    confidence=st.sampled_from([Confidence.SEEN, Confidence.RECALLED]),
    notes=st.lists(st.text(min_size=1, max_size=40), max_size=3).map(tuple),
    bracketed=st.one_of(st.just(""), _TEXTS),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_ROWS, max_size=6, unique_by=lambda row: row.state))
def test_any_table_written_and_read_again_is_the_same(rows: list[law.StatusRow]) -> None:
    table = law.StatusTable(tuple(rows), "made", "")
    again = law.read_status_csv(table.to_csv())
    assert again.rows == table.rows
    assert again.to_csv() == table.to_csv()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("state,signature,deposit,notes\nFRA,,,hope\n", 2),
        ("state,signature,deposit,notes\nFRA,,,[1]\n", 2),
        ("state,signature\nFRA,\n", 1),
        ("state,signature,deposit\nFRX,,\n", 2),
        ("state,signature,deposit\nFRA,yesterday,\n", 2),
        ("state,signature,deposit\nFRA,2025-13-01,\n", 2),
        ("state,signature,deposit\nFRA,,\nFRA,,\n", 3),
        ("state,signature,deposit\nFRA,,,,\n", 2),
        ("state,signature,deposit,instrument\nFRA,,,hope\n", 2),
    ],
)
def test_a_csv_that_is_wrong_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(LawFault) as caught:
        law.read_status_csv(text.encode())
    assert caught.value.code == "law.status.malformed"
    assert caught.value.facts["line"] == line


def test_differences_are_told_one_by_one_and_oddities_with_them() -> None:
    old = law.shipped_table()
    rows = {row.state: row for row in old.rows}
    del rows["FJI"]
    rows["FRA"] = replace(rows["FRA"], deposit="2026-11-01", instrument="ratification")
    rows["DZA"] = replace(rows["DZA"], deposit="2025-01-01", instrument="ratification")
    rows["AGO"] = replace(rows["AGO"], deposit="2031-01-01", instrument="ratification")
    rows["BTN"] = law.StatusRow("BTN", "Bhutan", deposit="2026-10-01", instrument="accession")
    changes = law.compare_status(old, replace(old, rows=tuple(rows.values())), on=ON)
    said = {(each.kind, each.state, each.field) for each in changes}
    assert {
        ("gone", "FJI", ""),
        ("changed", "FRA", "deposit"),
        ("suspicious", "DZA", "deposit_before_signature"),
        ("suspicious", "AGO", "deposit_in_future"),
        ("added", "BTN", ""),
    } <= said


def test_an_assumption_marks_what_is_answered_from_it() -> None:
    data = b"label: everybody who signed\nall_signatories_deposit: 2027-01-04\n"
    table = law.assume(data)
    found = law.status(on=date(2027, 6, 1), world=World.REAL, table=table)
    assert found.assumed is not None
    assert found.to_dict()["assumed"]["label"] == "everybody who signed"
    assert found.entry_into_force == date(2027, 4, 4)
    assert found.at_least is False
    assert law.status(on=date(2027, 6, 1), world=World.REAL).assumed is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("rows: []", 1),
        ("label: x", 1),
        ("label: ''\nall_signatories_deposit: 2027-01-01", 1),
        ("label: x\nall_signatories_deposit: soon", 1),
        ("label: x\nall_signatories_deposit: 2024-01-01", 1),
        ("label: x\nrows:\n- {state: FRX, deposit: 2027-01-01}", 3),
        ("label: x\nrows:\n- {state: XAA, accession: 2027-01-01}", 3),
        ("label: x\nrows:\n- {state: FRA, deposit: 2027-01-01}\n- {state: FRA, deposit: 2027-01-01}", 4),
        ("label: x\nrows:\n- {state: FRA, accession: 2027-01-01}", 3),
        ("label: x\nrows:\n- {state: USA, deposit: 2027-01-01}", 3),
        ("label: x\nrows:\n- {state: USA, signature: 2026-12-01, deposit: 2026-11-01}", 3),
        ("label: x\nrows:\n- {state: FRA}", 3),
        ("label: x\nrows:\n- {state: FRA, deposited: 2027-01-01}", 3),
        ("label: x\nlabel: y", 2),
        ("- x", 1),
        ("label: [", 2),
        ("label: x\nrows:\n- {state: FRA, deposit: 2027-02-30}", 3),
        ("label: x\nrows:\n- {state: 250, deposit: 2027-02-03}", 3),
        ("label: x\nrows:\n- {state: &a [*a], deposit: 2027-02-03}", 3),
        ("label: x\nrows:\n- {state: FRA, deposit: 2027-02-03, reservations: [42]}", 3),
        ("label: x\nrows:\n- {state: FRA, deposit: 2027-02-03, reservations: 14 to 16}", 3),
        ("label: x\nrows:\n- {state: USA, reservations: [14]}", 3),
        ("? [a]\n: b", 1),
        ("label: !!timestamp abc", 1),
        ("label: !!bool abc", 1),
        ("label: !!int ''", 1),
    ],
)
def test_an_assumption_that_cannot_be_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(LawFault) as caught:
        law.assume(text.encode())
    assert caught.value.code == "law.assume.malformed"
    assert caught.value.facts["line"] == line


@given(st.one_of(st.binary(max_size=80), st.text("ab:-[]{}&*!?#|>'\",\n 012", max_size=40).map(str.encode)))
def test_bytes_that_are_no_assumption_are_refused(data: bytes) -> None:
    with pytest.raises(LawFault):
        law.assume(data)


def test_an_assumed_reservation_keeps_out_its_offences_and_nothing_else() -> None:
    data = b"label: x\nall_signatories_deposit: 2027-01-04\nrows:\n- {state: FRA, reservations: [15, 14]}\n"
    table = law.assume(data)

    def bound(offence: int) -> bool:
        found = law.between("FRA", "VNM", on=date(2027, 6, 1), offence=offence, table=table)
        return "UNCC_2024" in {each.id for each in found.instruments}

    assert [n for n in range(7, 18) if not bound(n)] == [14, 15]
    found = law.between("FRA", "VNM", on=date(2027, 6, 1), offence=14, table=table)
    why = {each.id: each.reason for each in found.not_applicable}
    assert why["UNCC_2024"] == "excluded_by_reservation"
    plain = law.assume(data.replace(b"rows:\n- {state: FRA, reservations: [15, 14]}\n", b""))
    found = law.between("FRA", "VNM", on=date(2027, 6, 1), offence=14, table=plain)
    assert "UNCC_2024" in {each.id for each in found.instruments}
