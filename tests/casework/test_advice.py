"""What departs from the rules is shown, needs a reason, then goes, named to all. A draft is signed as it was read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.casework.conftest import SECRET, Desk

from corridor.casework import actions, advice, drafting, merging, queries, store, twins, wording
from corridor.casework.fault import CaseworkFault, NotAllowed
from corridor.casework.models import ActRow, Dossier, Draft
from corridor.dossier import Text

ACCOUNT = {"type": "email", "value": "billing@nordmail.example"}
WHOLE: dict[str, Any] = {
    "authority": {"state": "XAA", "authority": "XAA-CP", "name": "Contact point"},
    "offence_and_facts": {"articles": ["13"]},
    "data_and_link": {"data": [{"category": "content", "account": ACCOUNT}]},
    "necessity": {"reasons": ["volatile"]},
    "intention_to_request": {"will_request": True},
}
TO = {"state": "XBB", "authority": "XBB-CP"}
BASIS = {"instrument": "UNCC_2024", "provision": "42"}
WORDS = [{"field": "necessity", "language": "en", "text": "The logs run out."}]


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Everything here asks what is kept."""


def found(desk: Desk, **changed: Any) -> list[tuple[str, str]]:
    """Code and item of every departure of a whole request with something changed."""
    rows = changed.pop("texts", WORDS)
    kind, by = changed.pop("kind", "preservation"), changed.pop("by", "cp-signatory")
    to, basis = changed.pop("to", TO), changed.pop("instrument", "UNCC_2024")
    request = advice.Request(
        kind, basis, to["state"], to["authority"], {**WHOLE, **changed},
        tuple(Text(row["field"], row["language"], row["text"]) for row in rows),
    )  # fmt: skip
    departures = advice.opening(desk.home, desk.person(by), request, desk.clock().date())
    return [(each.code, each.item) for each in departures]


def sign(desk: Desk, **given: Any) -> Any:
    wanted = {"kind": "preservation", "to": TO, "basis": BASIS, "body": WHOLE, "texts": WORDS} | given
    by = wanted.pop("by", "cp-signatory")
    return actions.sign_act(desk.person(by), act="request", secret=SECRET, **wanted)


def test_a_request_as_the_rules_ask_for_it_departs_from_nothing(desk: Desk) -> None:
    assert found(desk) == []
    assert queries.dossier_page(desk.person("cp-drafter"), sign(desk).dossier).flags == ()


def test_an_offence_that_opens_no_door_is_told_with_its_line(desk: Desk) -> None:
    minor = {"serious_crime": {"name": "Nuisance", "max_penalty_years": 2}}
    assert found(desk, offence_and_facts=minor) == [("gate", "other")]
    assert found(desk, offence_and_facts={"serious_crime": {"name": "Robbery", "max_penalty_years": 4}}) == []
    assert (
        found(desk, offence_and_facts={"instrument": "UNTOC", "articles": ["5"]}) == []
    )  # another's articles: not known


def test_a_language_the_other_authority_does_not_accept(desk: Desk) -> None:
    words = [{"field": "necessity", "language": "vi", "text": "Lý do"}]
    assert found(desk, texts=words) == [("language", "vi")]
    both = [*words, {"field": "necessity", "language": "en-GB", "text": "The reason"}]
    assert found(desk, texts=both) == []  # translated beside


def test_what_the_instrument_asks_for_and_is_not_there(desk: Desk) -> None:
    assert found(desk, intention_to_request=None) == [("incomplete", "intention_to_request")]
    assert found(desk, intention_to_request=None, instrument="UNTOC") == []  # no rules, no claim


def test_an_authority_that_is_not_the_forms_channel(desk: Desk) -> None:
    """The form of stored data names central authorities; the contact point is none."""
    rows = found(desk, kind="stored_data", to={"state": "XBB", "authority": "XBB-CP"})
    assert [each for each in rows if each[0] == "channel"] == [("channel", "XAA-CP"), ("channel", "XBB-CP")]
    rows = found(desk, kind="stored_data", by="ca-signatory", to={"state": "XBB", "authority": "XBB-CA"})
    assert not any(code == "channel" for code, _ in rows)


def test_a_measure_the_form_does_not_describe(desk: Desk) -> None:
    asked = {"assistance_and_procedure": {"measures": ["content_interception", "search_access"]}}
    rows = found(
        desk, kind="stored_data", by="ca-signatory", to={"state": "XBB", "authority": "XBB-CA"}, **asked
    )
    assert [item for code, item in rows if code == "measure"] == ["content_interception"]


def test_a_threshold_the_requested_state_declared(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = desk.home.directory.entry("XBB")
    assert entry is not None
    row = {
        "says": "minimum_penalty_years",
        "value": 5,
        "kinds": ["preservation"],
        "text": {"en": "Five years."},
    }
    told = entry.model_copy(update={"declarations": (row,)})
    monkeypatch.setattr(desk.home.directory, "entry", lambda state: told if state == "XBB" else None)
    crime = {"serious_crime": {"name": "Robbery", "max_penalty_years": 4}}
    assert ("threshold", "5") in found(desk, offence_and_facts=crime)
    # Article 13 carries up to twelve years in Aurelia, as the table of national law says.
    assert not any(code == "threshold" for code, _ in found(desk))
    assert not any(
        code == "threshold" for code, _ in found(desk, kind="stored_data", offence_and_facts=crime)
    )


def test_the_same_thing_asked_of_the_same_state_is_pointed_out(desk: Desk) -> None:
    first = sign(desk).dossier
    typed = {
        "data": [{"category": "content", "account": {"type": "email", "value": " billing@NordMail.example"}}]
    }
    assert found(desk, data_and_link=typed) == [("duplicate", first)]
    other = {"data": [{"category": "traffic", "account": ACCOUNT}]}
    assert found(desk, data_and_link=other) == []  # other data of the same account
    more = {"data": [*typed["data"], *other["data"]]}
    assert found(desk, data_and_link=more) == []  # asks for more: pointed out, no departure
    near = twins.find(desk.home, desk.person("cp-signatory"), "preservation", "XBB", {"data_and_link": more})
    assert [(each.dossier, each.shared, each.whole) for each in near] == [(first, 1, False)]
    assert found(desk, to={"state": "XCC", "authority": "XCC-CP"}) == []
    heads = queries.dossier_page(desk.person("cp-signatory"), first).heads
    actions.sign_act(desk.person("cp-signatory"), act="withdraw", dossier_id=first, seen=heads, secret=SECRET)
    assert found(desk) == []  # over: it may be asked again


def test_another_period_is_another_thing(desk: Desk) -> None:
    def data(start: str, end: str) -> dict[str, Any]:
        period = {"start": start, "end": end}
        return {"data": [{"category": "traffic", "account": ACCOUNT, "period": period}]}

    sign(desk, body={**WHOLE, "data_and_link": data("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")})
    assert found(desk, data_and_link=data("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")) == []
    assert len(found(desk, data_and_link=data("2026-01-15T00:00:00Z", "2026-04-01T00:00:00Z"))) == 1


def test_no_identifier_stands_in_the_database(desk: Desk) -> None:
    """Twins are found by keyed digests in memory: no column of any table holds the account or a digest of it."""
    from django.db import connection

    sign(desk)
    digests = set(twins.asked_for(WHOLE))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text = repr(cursor.fetchall())
            assert "nordmail" not in text
            assert not any(each in text for each in digests)


# -- going all the same --------------------------------------------------------------------------------------

MINOR = {**WHOLE, "offence_and_facts": {"serious_crime": {"name": "Nuisance", "max_penalty_years": 2}}}
REASON = {"language": "en", "text": "Both States' police agreed to treat it as such."}


@pytest.mark.parametrize(
    ("departures", "reason"),
    [([], None), ([{"code": "gate"}], None), ([{"code": "gate"}], {"language": "en", "text": "  "}), ([], REASON),
     ([{"code": "language"}], REASON), ([{"code": "gate", "item": "serious_crime"}], REASON)],
)  # fmt: skip
def test_what_departs_goes_only_named_and_with_a_reason(desk: Desk, departures: Any, reason: Any) -> None:
    with pytest.raises(CaseworkFault) as caught:
        sign(desk, body=MINOR, departures=departures, departure_reason=reason)
    assert caught.value.code == "casework.act.departures"
    assert "gate" in str(caught.value)
    assert not ActRow.objects.exists()


def test_what_departs_and_is_explained_goes_and_every_member_sees_it(desk: Desk) -> None:
    words = [{"field": "necessity", "language": "vi", "text": "Lý do"}]
    made = sign(desk, body=MINOR, texts=words, departures=[{"code": "gate"}, {"code": "language", "item": "vi"}],
                departure_reason=REASON)  # fmt: skip
    page = queries.dossier_page(desk.person("cp-drafter"), made.dossier)
    row = page.timeline[0]
    assert [(each["code"], each["item"]) for each in row.body["departures"]] == [
        ("gate", "other"),
        ("language", "vi"),
    ]
    assert all(each.get("ref", "UNCC_2024").startswith("UNCC_2024") for each in row.body["departures"])
    assert [text.text for text in row.texts if text.field == "departure"] == [REASON["text"]]
    assert {"departure.gate", "departure.language"} <= set(page.flags)


def test_a_draft_may_hold_what_departs_and_why(desk: Desk) -> None:
    """Departures in the body and the text `departure` are the officer's word; nothing that is not so enters."""
    claimed = [{"code": "gate"}, {"code": "duplicate", "item": "invented"}]
    texts = [*WORDS, {"field": "departure", "language": "fr", "text": "La raison"}]
    made = sign(desk, body={**MINOR, "departures": claimed}, texts=texts)
    row = queries.dossier_page(desk.person("cp-drafter"), made.dossier).timeline[0]
    assert [each["code"] for each in row.body["departures"]] == ["gate"]
    assert [(text.language, text.text) for text in row.texts if text.field == "departure"] == [
        ("fr", "La raison")
    ]


def test_a_ground_outside_the_list_and_a_refusal_without_consultation(desk: Desk) -> None:
    asked = desk.others["XBB"].opening(desk.clock(), "stored_data")
    desk.receive(asked)
    person = desk.person("ca-signatory")
    loaded = store.load(desk.home, Dossier.objects.get())

    def departs(act: str, ground: str) -> list[str]:
        return [each.code for each in advice.following(desk.home, loaded, act, {"ground": ground})]

    assert departs("refuse", "no_such_ground") == ["ground"]
    assert departs("refuse", "sovereignty_security_ordre_public") == ["not_consulted"]
    assert departs("refuse", "discriminatory_purpose") == []
    assert departs("postpone", "ongoing_proceedings") == ["not_consulted"]
    heads = queries.dossier_page(person, asked.id).heads
    given = {"act": "refuse", "dossier_id": asked.id, "seen": heads, "secret": SECRET,
             "body": {"ground": "no_such_ground"},
             "texts": [{"field": "reasons", "language": "en", "text": "It cannot be."}]}  # fmt: skip
    with pytest.raises(CaseworkFault) as caught:
        actions.sign_act(person, **given)
    assert caught.value.code == "casework.act.departures"
    actions.sign_act(person, **given, departures=[{"code": "ground"}], departure_reason=REASON)
    page = queries.dossier_page(person, asked.id)
    assert "departure.ground" in page.flags
    assert page.status == "refused"


# -- drafts --------------------------------------------------------------------------------------------------


def draft(desk: Desk, **content: Any) -> Any:
    wanted = {"to": TO, "basis": BASIS, "body": WHOLE, "texts": WORDS} | content
    return actions.save_draft(desk.person("cp-drafter"), kind="preservation", act="request", content=wanted)


def test_a_drafter_prepares_and_a_signatory_signs_what_they_read(desk: Desk) -> None:
    saved = draft(desk)
    assert (saved.stage, queries.desk(desk.person("cp-signatory")).drafts[0].stage) == ("writing", "writing")
    submitted = actions.submit_draft(desk.person("cp-drafter"), saved.id, revision=saved.revision)
    assert submitted.stage == "for_signature"
    with pytest.raises(NotAllowed):
        actions.sign_draft(desk.person("cp-drafter"), saved.id, revision=submitted.revision, secret=SECRET)
    signatory = desk.person("cp-signatory")
    back = actions.return_draft(signatory, saved.id, revision=submitted.revision, remark="Which mailbox?")
    page = queries.draft_page(desk.person("cp-drafter"), saved.id)
    assert (page.stage, page.remark) == ("returned", {"language": "en", "text": "Which mailbox?"})
    again = actions.submit_draft(desk.person("cp-drafter"), saved.id, revision=back.revision)
    with pytest.raises(drafting.DraftMoved):
        actions.sign_draft(signatory, saved.id, revision=submitted.revision, secret=SECRET)
    made = actions.sign_draft(signatory, saved.id, revision=again.revision, secret=SECRET)
    assert queries.dossier_page(signatory, made.dossier).timeline[0].body == WHOLE
    assert not Draft.objects.exists()


def test_what_was_changed_after_it_was_submitted_waits_for_no_signature(desk: Desk) -> None:
    saved = draft(desk)
    submitted = actions.submit_draft(desk.person("cp-drafter"), saved.id, revision=saved.revision)
    same = actions.save_draft(
        desk.person("cp-drafter"), kind="preservation", act="request", draft_id=saved.id,
        content=queries.draft_page(desk.person("cp-drafter"), saved.id).content,
    )  # fmt: skip
    assert (same.revision, same.stage) == (submitted.revision, "for_signature")
    changed = actions.save_draft(
        desk.person("cp-drafter"), kind="preservation", act="request", draft_id=saved.id, content={"body": {}}
    )
    assert changed.stage == "writing"


def test_where_the_node_asks_for_four_eyes_nobody_signs_their_own(desk: Desk) -> None:
    desk.home.four_eyes = "on"
    signatory = desk.person("cp-signatory")
    with pytest.raises(CaseworkFault) as caught:
        sign(desk)
    assert caught.value.code == "casework.draft.not-submitted"
    saved = draft(desk)
    own = actions.submit_draft(signatory, saved.id, revision=saved.revision)
    with pytest.raises(CaseworkFault) as caught:
        actions.sign_draft(signatory, saved.id, revision=own.revision, secret=SECRET)
    assert caught.value.code == "casework.draft.four-eyes"
    theirs = actions.submit_draft(desk.person("cp-drafter"), saved.id, revision=own.revision)
    actions.sign_draft(signatory, saved.id, revision=theirs.revision, secret=SECRET)


def test_two_officers_in_one_draft_lose_nothing(desk: Desk) -> None:
    saved = draft(desk)
    base = merging.digests(queries.draft_page(desk.person("cp-drafter"), saved.id).content)
    content = {"to": TO, "basis": BASIS, "body": WHOLE, "texts": WORDS}
    first = actions.merge_draft(
        desk.person("cp-signatory"), saved.id, kind="preservation", base=base,
        content=content | {"reference": "XAA-7"},
    )  # fmt: skip
    assert first.clashes == ()
    mine = {**WHOLE, "necessity": {"reasons": ["ongoing"]}}
    second = actions.merge_draft(
        desk.person("cp-drafter"), saved.id, kind="preservation", base=base, content=content | {"body": mine}
    )
    assert (second.taken, second.clashes) == (("reference",), ())
    kept = queries.draft_page(desk.person("cp-drafter"), saved.id).content
    assert (kept["reference"], kept["body"]["necessity"]) == ("XAA-7", {"reasons": ["ongoing"]})


def test_a_field_both_changed_is_kept_as_neither_until_somebody_says(desk: Desk) -> None:
    saved = draft(desk, reference="A")
    base = merging.digests({"to": TO, "basis": BASIS, "body": WHOLE, "texts": WORDS, "reference": "A"})
    content = {"to": TO, "basis": BASIS, "body": WHOLE, "texts": WORDS}

    def merge(by: str, reference: str, settled: Any = None) -> Any:
        return actions.merge_draft(
            desk.person(by), saved.id, kind="preservation", base=base, settled=settled,
            content=content | {"reference": reference},
        )  # fmt: skip

    merge("cp-signatory", "B")
    clash = merge("cp-drafter", "C")
    assert [(each.path, each.mine, each.theirs) for each in clash.clashes] == [("reference", "C", "B")]
    assert clash.by == desk.person("cp-signatory").number
    assert queries.draft_page(desk.person("cp-drafter"), saved.id).content["reference"] == "B"
    merge("cp-drafter", "C", {"reference": "mine"})
    assert queries.draft_page(desk.person("cp-drafter"), saved.id).content["reference"] == "C"


def test_a_stale_revision_is_told_with_what_stands_now(desk: Desk) -> None:
    saved = draft(desk)
    draft_args = {"kind": "preservation", "act": "request", "draft_id": saved.id}
    actions.save_draft(desk.person("cp-signatory"), content={"reference": "X"}, **draft_args)
    with pytest.raises(drafting.DraftMoved) as caught:
        actions.save_draft(desk.person("cp-drafter"), content={}, revision=saved.revision, **draft_args)
    assert caught.value.kept.content == {"reference": "X"}


LEAF = st.one_of(
    st.none(), st.integers(0, 3), st.sampled_from(["", "a", "b"]), st.lists(st.integers(0, 2), max_size=2)
)
CONTENT = st.dictionaries(
    st.sampled_from(["to", "body", "reference"]),
    st.one_of(LEAF, st.dictionaries(st.sampled_from("xyz"), LEAF)),
)


@given(base=CONTENT, mine=CONTENT, theirs=CONTENT)
def test_a_merge_keeps_every_change_of_one_hand_and_asks_where_two_differ(
    base: Any, mine: Any, theirs: Any
) -> None:
    flat = merging._flat
    try:
        made = merging.merge(merging.digests(base), mine, theirs)
    except (AttributeError, TypeError):  # a table in one and a value in the other: not what forms make
        return
    clashing = {each.path for each in made.clashes}
    for path in {*flat(base), *flat(mine), *flat(theirs)}:
        was, here, there = (flat(each).get(path) for each in (base, mine, theirs))
        expected = there if here == was else here
        assert (path in clashing) == (here not in (was, there) and there != was)
        if not any(
            other != path and (other.startswith(path) or path.startswith(other))
            for other in flat(made.content)
        ):
            assert flat(made.content).get(path) == expected
    assert merging.merge(merging.digests(mine), mine, mine).clashes == ()


# -- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["bell\x07", "null\x00", "\x1b[31m", "half\ud800", "\ufffe", "line\u2028"])
def test_what_cannot_be_seen_is_not_signed(text: str) -> None:
    words = [{"field": "necessity", "language": "en", "text": text}]
    assert [each.place for each in wording.unfit({}, words)] == ["text.necessity"]
    assert [each.code for each in wording.unfit({"a": {"b": [text]}})] == ["casework.text.control-character"]
    with pytest.raises(CaseworkFault) as caught:
        wording.check({}, words)
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "<b onclick=x>",
        "=1+1",
        "two\nlines\tand a tab",
        "العربية ไทย 中文 Кириллица",
        "\u200f\u200d👩\u200d🚀",
    ],
)
def test_markup_formulas_scripts_and_marks_are_words_like_others(text: str) -> None:
    assert wording.unfit({}, [{"field": "note", "language": "en", "text": text}]) == ()


def test_a_mark_that_turns_the_line_round_has_no_place_in_a_field() -> None:
    assert wording.unfit({"account": "a\u202eb"}) != ()
    assert wording.unfit({}, [{"field": "note", "language": "ar", "text": "\u2067عربي\u2069"}]) == ()


def test_a_text_no_act_can_carry_is_refused_before_it_is_signed(desk: Desk) -> None:
    long = [{"field": "necessity", "language": "en", "text": "x" * 200_001}]
    with pytest.raises(CaseworkFault) as caught:
        sign(desk, texts=long)
    assert caught.value.code == "casework.text.too-long"
    with pytest.raises(CaseworkFault) as caught:
        draft(desk, texts=[{"field": "necessity", "language": "en", "text": "x" * 5_000_000}])
    assert caught.value.code == "casework.draft.too-large"


def test_the_signature_of_what_is_unfit_is_refused(desk: Desk) -> None:
    with pytest.raises(CaseworkFault) as caught:
        sign(desk, reference="FILE\x07")
    assert caught.value.code == "casework.text.control-character"


# -- beside the form ---------------------------------------------------------------------------------------------


def test_the_page_is_told_what_is_met_missing_and_not_known(desk: Desk) -> None:
    content = {"to": TO, "basis": BASIS, "body": {**WHOLE, "intention_to_request": None}, "texts": WORDS}
    told = queries.advise(desk.person("cp-drafter"), "preservation", content)
    standing = {row.item: row.standing for row in told.items}
    assert standing["offence_and_facts"] == "met"
    assert standing["intention_to_request"] == "missing"
    assert standing["custodian_or_location"] == "unknown"
    assert told.counts == {"met": 4, "missing": 1, "unknown": 2}
    assert all(row.confidence for row in told.items)
    assert told.gate is not None
    assert (told.gate.category, told.gate.opens) == ("convention_offence", True)


def test_both_laws_stand_side_by_side_and_silence_is_no_answer(desk: Desk) -> None:
    def row(article: str) -> Any:
        body = {"offence_and_facts": {"articles": [article]}}
        return queries.advise(
            desk.person("cp-drafter"), "preservation", {"to": TO, "basis": BASIS, "body": body}
        ).crimes[0]

    both = row("13")
    assert [(side.state, side.known, side.months) for side in both.sides] == [
        ("XAA", True, 144),
        ("XBB", True, 96),
    ]
    assert [(side.state, side.known) for side in row("16").sides] == [("XAA", True), ("XBB", False)]


def test_grounds_say_which_fact_bears_on_them_and_never_that_they_are_met(desk: Desk) -> None:
    person, to = desk.person("ca-drafter"), {"state": "XBB", "authority": "XBB-CA"}

    def bears(**body: Any) -> dict[str, str]:
        content = {"to": to, "basis": {"instrument": "UNCC_2024"}, "body": body}
        return {row.ground: row.bears for row in queries.advise(person, "stored_data", content).grounds}

    bare = bears()
    assert bare["form_or_content_defect"] == "yes"
    assert bare["dual_criminality_absent"] == bare["de_minimis"] == "unknown"
    assert bare["discriminatory_purpose"] == ""  # for people to judge
    known = bears(matter_and_authority={"offence": {"articles": ["13"]}})
    assert (known["dual_criminality_absent"], known["de_minimis"]) == ("no", "no")
    minor = bears(matter_and_authority={"offence": {"serious_crime": {"name": "x", "max_penalty_years": 1}}})
    assert minor["de_minimis"] == "yes"


def test_a_reservation_nobody_has_read_of_is_not_taken_for_absent(desk: Desk) -> None:
    told = queries.advise(desk.person("cp-drafter"), "preservation", {"to": TO, "basis": BASIS, "body": {}})
    assert {row.ground: row.bears for row in told.grounds}["reserved_dual_criminality"] == "unknown"


def test_identifiers_are_told_by_their_place(desk: Desk) -> None:
    data = [{"category": "traffic", "address": {"ip": "10.0.0.1", "port": 1, "time": "2026-01-01T00:00:00Z"}},
            {"category": "content", "account": {"type": "iban", "value": "DE88370400440532013000"}}]  # fmt: skip
    content = {"to": TO, "basis": BASIS, "body": {"data_and_link": {"data": data}, "deadline": "2020-01-01"}}
    told = queries.advise(desk.person("cp-drafter"), "preservation", content)
    assert {row.place: row.checked.code for row in told.identifiers} == {
        "data_and_link.data.0.address": "identifier.ip.private",
        "data_and_link.data.1.account": "identifier.iban.checksum",
        "deadline": "identifier.day.past",
    }


def test_a_deadline_on_a_day_the_requested_state_left_out(desk: Desk) -> None:
    """Samoa went from 29 to 31 December 2011: the day between was none there."""
    from corridor.casework.queries.advising import identifiers

    rows = identifiers({"deadline": "2011-12-30"}, desk.clock(), zone="Pacific/Apia")
    assert [row.checked.code for row in rows] == ["identifier.day.left-out"]


def test_a_request_begins_from_an_earlier_one_without_what_was_its_own(desk: Desk) -> None:
    earlier = sign(
        desk, body={**WHOLE, "deadline": "2027-01-01", "channels_used": [{"channel": "interpol"}]}
    ).dossier
    copy = queries.copied(desk.person("cp-drafter"), "preservation", earlier)
    assert copy["body"] == WHOLE
    assert (copy["to"], copy["texts"], copy["follows"]) == (TO, WORDS, None)
    assert [row.dossier for row in queries.earlier(desk.person("cp-drafter"))] == [earlier]
    assert queries.earlier(desk.person("ca-drafter")) == ()


def test_what_one_kind_calls_otherwise_is_carried_to_its_place_in_another() -> None:
    from corridor.casework.queries.copying import _carried
    from corridor.dossier import Act, Header

    header = Header.__new__(Header)
    object.__setattr__(header, "kind", "preservation")
    texts = (Text("offence_and_facts", "vi", "Sự việc"), Text("necessity", "vi", "x"))
    body, words = _carried(Act(header, WHOLE, texts), "stored_data")
    assert body["matter_and_authority"]["offence"] == {"articles": ["13"]}
    assert body["data_identification"]["data"] == WHOLE["data_and_link"]["data"]
    assert ("facts_summary", "vi", "Sự việc") in words
