"""The instruments used today, each told by its own text: forms, grounds, offences and what gives way to what."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor import law
from corridor.law.neighbours import Agreement, RelationKind, correspondence, relations
from corridor.law.places import places
from corridor.law.tables import rows

DAY = date(2026, 11, 26)
TABLES = Path(__file__).parent / "tables"
NEIGHBOURS = ("BUDAPEST_CETS185", "BUDAPEST_2AP_CETS224", "UNTOC", "UNCAC")
SEEN = ("BUDAPEST_CETS185", "UNTOC", "UNCAC")

#: The articles of each text, the last of them read in the source (recalled for the Protocol).
LAST = {"BUDAPEST_CETS185": 48, "BUDAPEST_2AP_CETS224": 25, "UNTOC": 41, "UNCAC": 71}

#: Kind -> the article the instrument gives it in.
UN = ("mutual_assistance", "extradition", "sentenced_persons", "transfer_of_proceedings", "law_enforcement")
FORMS: dict[str, dict[str, int]] = {
    "BUDAPEST_CETS185": {
        "preservation": 29,
        "traffic_disclosure": 30,
        "stored_data": 31,
        "realtime_traffic": 33,
        "content_interception": 34,
        "mutual_assistance": 25,
        "contact_point": 35,
        "spontaneous_information": 26,
        "extradition": 24,
        "jurisdiction_consultation": 22,
    },
    "BUDAPEST_2AP_CETS224": {
        "domain_registration": 6,
        "direct_cooperation_provider": 7,
        "expedited_production": 8,
        "emergency_disclosure": 9,
        "emergency_assistance": 10,
        "video_conference": 11,
        "joint_investigations": 12,
    },
    "UNTOC": dict(zip(UN, (18, 16, 17, 21, 27), strict=True))
    | {"freezing_and_seizure": 13, "confiscation": 13, "return_of_property": 14, "joint_investigations": 19}
    | {"spontaneous_information": 18, "video_conference": 18, "jurisdiction_consultation": 15}
    | {"technical_assistance": 29},
    "UNCAC": dict(zip(UN, (46, 44, 45, 47, 48), strict=True))
    | {"freezing_and_seizure": 55, "confiscation": 55, "return_of_property": 57, "joint_investigations": 49}
    | {"spontaneous_information": 46, "video_conference": 46, "jurisdiction_consultation": 42}
    | {"technical_assistance": 60},
}


def form(kind: str, basis: str) -> law.Form:
    found = law.form(kind, basis, on=DAY)
    assert isinstance(found, law.Form)
    return found


def table(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((TABLES / f"{name}.yaml").read_text(encoding="utf-8"))["rows"]


EACH = [(basis, kind) for basis, kinds in FORMS.items() for kind in kinds]


@pytest.mark.parametrize(("basis", "kind"), EACH, ids="-".join)
def test_each_form_stands_in_its_article(basis: str, kind: str) -> None:
    assert form(kind, basis).articles[0] == FORMS[basis][kind]
    json.dumps(form(kind, basis).to_dict())


@pytest.mark.parametrize("basis", NEIGHBOURS)
def test_an_instrument_has_the_forms_it_provides_and_no_other(basis: str) -> None:
    found = {kind for kind in law.kinds() if isinstance(law.form(kind, basis, on=DAY), law.Form)}
    assert found == set(FORMS[basis])


@pytest.mark.parametrize("basis", NEIGHBOURS)
def test_every_article_is_told_once(basis: str) -> None:
    assert [each.number for each in law.articles(basis)] == list(range(1, LAST[basis] + 1))


@pytest.mark.parametrize("basis", NEIGHBOURS)
def test_no_line_names_an_article_the_text_does_not_have(basis: str) -> None:
    for line in law.rules(law.digest()).lines():
        if line.instrument == basis and line.ref:
            named = places(line.ref)
            assert named, line.ref
            assert all(1 <= int(each.partition("(")[0]) <= LAST[basis] for each in named), line.ref


@pytest.mark.parametrize(("basis", "kind"), EACH, ids="-".join)
def test_what_a_form_says_stands_in_a_paragraph_of_the_data(basis: str, kind: str) -> None:
    rules, one = law.rules(law.digest()), form(kind, basis)
    for line in (*one.contents, *one.grounds, *one.periods, *one.duties, *one.use, *one.prohibited):
        for place in places(line.ref or ""):
            assert rules.at(place, basis), (line.ref, kind)


@pytest.mark.parametrize("basis", NEIGHBOURS)
def test_every_cross_reference_and_term_leads_somewhere(basis: str) -> None:
    rules = law.rules(law.digest())
    for article in law.articles(basis):
        for each in article.links.outward:
            assert rules.at(each.to, basis) or each.to.isdigit(), each


@pytest.mark.parametrize("basis", NEIGHBOURS)
def test_every_form_has_its_rows_in_the_tables_a_lawyer_signs(basis: str) -> None:
    for name in ("grounds", "contents"):
        assert {row["kind"] for row in table(name) if row["basis"] == basis} == set(FORMS[basis])


@pytest.mark.parametrize("basis", SEEN)
def test_what_was_read_with_its_numbers_is_cited_to_the_paragraph(basis: str) -> None:
    for kind in FORMS[basis]:
        for line in (*form(kind, basis).grounds, *form(kind, basis).periods):
            assert line.cite() == f"{basis} {line.ref}"


def test_the_protocol_was_read_nowhere_and_is_cited_by_article_alone() -> None:
    basis = "BUDAPEST_2AP_CETS224"
    lines = [line for line in law.rules(law.digest()).lines() if line.instrument == basis]
    assert len(lines) > 200
    assert {str(line.confidence) for line in lines} == {"recalled"}
    assert "(" not in "".join(line.cite() for line in lines)


def test_both_conventions_ask_the_same_six_things_of_a_request() -> None:
    """18(15) and 46(15), (a) to (f); the time period and the seventh letter are the new Convention's."""
    letters = [f"({letter})" for letter in "abcdef"]
    for basis, article in (("UNTOC", 18), ("UNCAC", 46)):
        refs = [each.ref for each in form("mutual_assistance", basis).contents]
        assert refs == [f"{article}(15){letter}" for letter in letters]


def test_only_the_grounds_of_paragraph_21_ask_to_consult_first() -> None:
    """18(26) and 46(26) name paragraph 21, and not the absence of dual criminality."""
    for basis, article in (("UNTOC", 18), ("UNCAC", 46)):
        for ground in form("mutual_assistance", basis).grounds:
            assert ground.consult_first is (ground.ref or "").startswith(f"{article}(21)")


def test_nowhere_is_a_fiscal_offence_or_bank_secrecy_a_ground() -> None:
    for basis in ("UNTOC", "UNCAC"):
        assert {each.id for each in form("mutual_assistance", basis).prohibited} == {
            "fiscal_matters",
            "bank_secrecy",
        }
        assert "fiscal_matters" in {each.id for each in form("extradition", basis).prohibited}


def test_the_political_offence_is_no_ground_between_parties_that_extradite_under_the_corruption_convention() -> (
    None
):
    """44(4), last sentence."""
    assert "political_offence" in {each.id for each in form("extradition", "UNCAC").prohibited}
    assert "political_offence" not in {each.id for each in form("extradition", "UNTOC").prohibited}


def test_safe_conduct_ends_after_fifteen_days() -> None:
    """18(27) and 46(27)."""
    for basis in ("UNTOC", "UNCAC"):
        period = form("mutual_assistance", basis).period("safe_conduct")
        assert period is not None
        assert (period.days, str(period.kind)) == (15, "maximum")


def test_a_national_who_is_not_extradited_is_prosecuted() -> None:
    """Budapest 24(6), UNTOC 16(10), UNCAC 44(11)."""
    for basis, ref in (("BUDAPEST_CETS185", "24(6)"), ("UNTOC", "16(10)"), ("UNCAC", "44(11)")):
        one = form("extradition", basis)
        ground, duty = one.ground("own_national"), one.duty("prosecute_instead")
        assert ground is not None
        assert duty is not None
        assert (ground.ref, str(ground.nature), duty.ref) == (ref, "may_refuse_with_consequence", ref)


def test_confiscation_on_a_foreign_order_asks_more_of_the_corruption_convention() -> None:
    """13(3)(b) beside 55(3)(b): notice to third parties, due process and finality are new in the second."""
    wanted = "where_a_foreign_order_is_submitted"
    one, two = (
        {each.id for each in form("confiscation", basis).contents if each.requirement == wanted}
        for basis in ("UNTOC", "UNCAC")
    )
    assert two - one == {"third_party_notice_and_process", "order_final"}


@pytest.mark.parametrize("basis", NEIGHBOURS)
def test_the_mapping_answers_for_each_offence_of_the_convention(basis: str) -> None:
    found = correspondence(basis)
    assert [each.article for each in found] == [each.article for each in law.offences()]
    own = {each.article for each in law.offences(basis)}
    for each in found:
        assert set(each.own) <= own
        assert each.text
        assert each.agreement in Agreement


def test_budapest_articles_2_to_9_answer_to_7_to_14_and_nothing_to_15_to_17() -> None:
    found = {each.article: each for each in correspondence("BUDAPEST_CETS185")}
    assert [found[n].own for n in range(7, 15)] == [(n,) for n in range(2, 10)]
    assert {found[n].agreement for n in (15, 16, 17)} == {Agreement.NONE}
    assert (
        found[13].agreement is Agreement.PARTLY
    )  # deception about facts is named in the new Convention only


def test_organized_crime_reaches_any_serious_crime_and_corruption_only_laundering() -> None:
    """UNTOC 3(1)(b) with 2(b); UNCAC has no offence by computer."""
    toc = {each.article: each for each in correspondence("UNTOC")}
    cac = {each.article: each for each in correspondence("UNCAC")}
    for article in range(7, 17):
        assert (toc[article].agreement, toc[article].through) == (Agreement.PARTLY, "3(1)(b)")
        assert cac[article].agreement is Agreement.NONE
    assert (toc[17].own, cac[17].own) == ((6,), (23,))


@pytest.mark.parametrize(
    ("basis", "ref", "kind"),
    [
        ("UNTOC", "18(7)", RelationKind.YIELDS),
        ("UNTOC", "18(7)", RelationKind.PARTIES_MAY_CHOOSE),
        ("UNTOC", "37(2)", RelationKind.SUPPLEMENTS),
        ("UNCAC", "46(7)", RelationKind.YIELDS),
        ("UNCAC", "46(7)", RelationKind.PARTIES_MAY_CHOOSE),
        ("BUDAPEST_CETS185", "27(1)", RelationKind.YIELDS),
        ("BUDAPEST_CETS185", "39(1)", RelationKind.SUPPLEMENTS),
        ("BUDAPEST_CETS185", "39(2)", RelationKind.PARTIES_MAY_CHOOSE),
        ("BUDAPEST_2AP_CETS224", "16(1)", RelationKind.REQUIRES_PARTY_OF),
        ("BUDAPEST_2AP_CETS224", "5(5)", RelationKind.YIELDS),
        ("BUDAPEST_2AP_CETS224", "14(1)(b)", RelationKind.YIELDS),
        ("BUDAPEST_2AP_CETS224", "15(1)(b)", RelationKind.PREVAILS_BETWEEN_MEMBERS),
    ],
)
def test_what_gives_way_to_another_treaty_is_said_with_its_provision(
    basis: str, ref: str, kind: RelationKind
) -> None:
    assert [each for each in relations(basis) if (each.ref, each.kind) == (ref, kind)]


def test_only_instruments_we_list_are_named_as_others() -> None:
    listed = {each.code for each in law.instruments()} | {
        row.text("id") for row in rows("parties", "instruments")
    }
    for basis in NEIGHBOURS:
        for each in relations(basis):
            assert set(each.others) <= listed


def test_nine_reservations_to_the_budapest_convention_and_no_other() -> None:
    """Article 42 lists them."""
    options = law.rules(law.digest()).reservations("BUDAPEST_CETS185")
    named = {each.ref for each in options if str(each.kind) == "reservation"}
    assert named == {"4(2)", "6(3)", "9(4)", "10(3)", "11(3)", "14(3)", "22(2)", "29(4)", "41(1)"}
    assert [each.ref for each in options if str(each.kind) == "general_rule"] == ["42"]


@pytest.mark.parametrize(
    ("basis", "id", "name", "figure"),
    [
        ("UNTOC", "entry_into_force", "instruments", 40),  # 38(1)
        ("UNTOC", "entry_into_force", "day", 90),
        ("UNTOC", "later_parties", "day", 30),  # 38(2)
        ("UNCAC", "entry_into_force", "instruments", 30),  # 68(1)
        ("UNCAC", "entry_into_force", "day", 90),
        ("UNCAC", "later_parties", "day", 30),  # 68(2)
        ("BUDAPEST_CETS185", "entry_into_force", "instruments", 5),  # 36(3)
        ("BUDAPEST_CETS185", "entry_into_force", "of_members", 3),
        ("BUDAPEST_CETS185", "denunciation", "months", 3),  # 47(2)
        ("UNTOC", "denunciation", "years", 1),  # 40(1)
        ("UNCAC", "denunciation", "years", 1),  # 70(1)
    ],
)
def test_the_final_clauses_hold_the_figures_of_the_text(basis: str, id: str, name: str, figure: int) -> None:
    clause = law.rules(law.digest()).final_clauses(basis).clause(id)
    assert clause is not None
    assert clause.number(name) == figure


@pytest.mark.parametrize("basis", NEIGHBOURS)
def test_the_instruments_needed_are_the_same_in_the_table_of_parties(basis: str) -> None:
    clause = law.rules(law.digest()).final_clauses(basis).clause("entry_into_force")
    (row,) = [row for row in rows("parties", "instruments") if row.text("id") == basis]
    assert clause is not None
    assert str(clause.number("instruments")) == row.text("needed")


def test_several_states_that_claim_jurisdiction_consult() -> None:
    """Budapest 22(5), UNTOC 15(5), UNCAC 42(5)."""
    for basis, ref in (("BUDAPEST_CETS185", "22(5)"), ("UNTOC", "15(5)"), ("UNCAC", "42(5)")):
        assert [each.ref for each in law.rules(law.digest()).jurisdiction(basis).duties] == [ref]


def test_an_instrument_without_these_pages_is_not_said_to_yield_to_nothing() -> None:
    for read in (relations, correspondence):
        with pytest.raises(law.LawFault) as caught:
            read("MALABO_AU")
        assert caught.value.code == "law.instrument.no-rules"
        with pytest.raises(law.LawFault) as caught:
            read("../status")
        assert caught.value.code == "law.instrument.unknown"
