"""Tables of persons: nothing half-read, every fault with its line, and nothing a spreadsheet could run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.casework.fault import CaseworkFault
from corridor.casework.persons import (
    KINDS,
    PersonData,
    escape,
    guess,
    read_person,
    read_table,
    understand,
    unescape,
    write_table,
)


def _read(text: str, role: str = "victim"):
    table = read_table(text.encode())
    return understand(table, guess(table.header), role)


def test_a_table_as_offices_write_them() -> None:
    text = (
        "\ufeffFull name;Date of birth;E-mail;Account number;Remarks\r\n"
        '"Vinter; Hakon";1984-05-17;hakon@nordmail.example;DE89 3704 0044 0532 0130 00;"two\r\nlines"\r\n'
        "\r\n"
        "Lindqvist Marta;1990;;;\r\n"
    )
    found = _read(text)
    assert found.serious == ()
    (first_line, first), (second_line, second) = found.persons
    assert (first_line, second_line) == (2, 5)  # as an editor counts
    assert first.name == "Vinter; Hakon"
    assert first.note == "two\nlines"
    assert [one.type for one in first.identifiers] == ["email", "iban"]
    assert (second.name, second.born, second.role) == ("Lindqvist Marta", "1990", "victim")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_mark_between_cells_is_found(mark: str) -> None:
    assert read_table(f'"a{mark}{mark}{mark}b"{mark}name\n1{mark}x\n'.encode()).delimiter == mark


def test_a_spreadsheets_own_first_line_is_read() -> None:
    table = read_table(b"sep=|\r\nname|born\r\nA, B|1990\r\n")
    assert table.header == ("name", "born")
    assert table.rows == ((3, ("A, B", "1990")),)


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"name\nTorrent\nM\xfcller\n", "casework.import.encoding", 3),
        (b"name\nA\n\x00\n", "casework.import.encoding", 3),
        (b'name,born\nA,1990\n"B"x,1991\n', "casework.import.quotes", 3),
        (b'name\n"A\n', "casework.import.quotes", 2),
        (b"", "casework.import.empty", None),
        (b"name,born\n\n,\n", "casework.import.empty", None),
        (b"PK\x03\x04rest", "casework.import.spreadsheet", None),
        (b"name\n" + b"x\n" * 20_001, "casework.import.too-many", None),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_line(data: bytes, code: str, line: int | None) -> None:
    with pytest.raises(CaseworkFault) as caught:
        read_table(data)
    assert caught.value.code == code
    assert caught.value.facts.get("line") == line


def test_every_faulty_line_is_told_at_once_and_no_other() -> None:
    found = _read(
        "name,born,since,until,role,email\n"
        "A,1990-02-30,,,,\n"
        "B,17.5.1984,,,,\n"
        "C,,2026-03-01,2026-02-01,,\n"
        "D,,,,bystander,\n"
        ",,,,suspect,\n"
        "E\x07,,,,,\n"
        "F,,,,,,too many\n"
        "G,1990,,,victim,g@nordmail.example\n"
    )
    assert [(one.line, one.column, one.code) for one in found.serious] == [
        (2, "born", "day"),
        (3, "born", "day"),
        (4, "", "order"),
        (5, "role", "role"),
        (6, "", "nobody"),
        (7, "name", "control"),
        (8, "", "cells"),
    ]
    assert [line for line, _ in found.persons] == [9]


def test_a_wrong_account_number_is_kept_with_a_doubt() -> None:
    """It is what the victim wrote down: evidence, whatever its check digits say."""
    found = _read("name,iban\nA,DE89370400440532013001\n")
    assert found.serious == ()
    assert [(one.line, one.column) for one in found.troubles] == [(2, "iban")]
    assert found.persons[0][1].identifiers[0].value == "DE89370400440532013001"


def test_the_same_person_again_is_a_doubt_never_refused() -> None:
    found = _read("name,born,phone\nÅsa Berg,1990,+46 8 123 456\nASA  BERG,1990,\nB,,+468123456\n")
    assert [(one.line, one.code) for one in found.troubles if one.code == "again"] == [
        (3, "again"),
        (4, "again"),
    ]
    assert len(found.persons) == 3


def test_columns_can_be_left_out_or_said_otherwise() -> None:
    table = read_table(b"name,secret\nA,B\n")
    assert understand(table, ("", "name"), "other").persons[0][1].name == "B"


def test_somebody_known_by_an_identifier_alone() -> None:
    person = read_person({"role": "suspect", "identifiers": [{"type": "username", "value": "nightjar"}]})
    assert person.name == ""
    with pytest.raises(CaseworkFault) as caught:
        read_person({"role": "suspect"})
    assert caught.value.facts["reason"] == "nobody"


@pytest.mark.parametrize("start", ["=1+1", "+43 1", "-2", "@SUM(A1)", "\t=1", "'=1", "''@x", "＝1", "\r=1"])
def test_no_cell_starts_a_formula_and_each_comes_back(start: str) -> None:
    assert escape(start)[0] == "'"
    assert unescape(escape(start)) == start


def test_an_apostrophe_of_a_name_stays() -> None:
    assert escape("'t Hooft") == unescape("'t Hooft") == "'t Hooft"


# Letters of many scripts, marks of spreadsheets and pages, and the mark that turns a line round.
TEXT = st.text(
    st.sampled_from("aÅß中ع한дא ,;|\"'=+-@<>&\u202e\u200b\t\n＝1")
    | st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]),
    max_size=40,
)


@st.composite
def person(draw: st.DrawFn) -> PersonData:
    identifiers = draw(
        st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(KINDS), "value": TEXT.filter(lambda text: bool(text.strip()))}
            ),
            max_size=3,
        )
    )
    return read_person(
        {
            "role": draw(st.sampled_from(["suspect", "victim", "witness", "other"])),
            "name": "x" + draw(TEXT) if not identifiers else draw(TEXT),
            "born": draw(st.sampled_from(["", "1984", "1984-05", "1984-05-17"])),
            "identifiers": identifiers,
            "note": draw(TEXT),
        }
    )


@given(st.lists(person(), min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_again_and_runs_nowhere(rows: list[PersonData]) -> None:
    data = write_table(enumerate(rows, start=1))
    for cells in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        assert not any(cell[:1] in tuple("=+-@\t\r＝＋－＠") for cell in cells if cell)
    table = read_table(data)
    found = understand(table, guess(table.header), "other")
    assert found.serious == ()
    assert [one for _, one in found.persons] == rows
