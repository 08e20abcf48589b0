"""Forms drawn from a body's schema: what a page posts comes back as the body it shows, and nothing is invented."""

from __future__ import annotations

import pytest

from corridor.dossier.kinds import REGISTRY
from corridor.web.forms.schema import Field, Reader, join_moment, split_moment
from corridor.web.forms.writing import boxes, read_conditions, read_texts

DATA = {
    "category": "traffic",
    "provider": {"name": "Postverk Borealia", "state": "XBB"},
    "account": {"type": "email", "value": "a@example.test"},
    "address": {"ip": "203.0.113.77", "port": 51544, "time": "2026-10-07T21:14:09+02:00"},
    "period": {"start": "2026-10-01T00:00:00Z"},
}
BODY = {
    "offence_and_facts": {"articles": ["13"], "stage": "investigation"},
    "data_and_link": {"data": [DATA, {"category": "content"}]},
    "necessity": {"reasons": ["volatile", "other"]},
    "intention_to_request": {"will_request": False},
    "urgent": True,
}


def posted(fields: list[Field]) -> dict[str, list[str]]:
    """What a browser would send of these fields, untouched."""
    found: dict[str, list[str]] = {}
    for each in fields:
        if each.kind == "group":
            found |= posted(each.children)
        elif each.kind == "rows":
            found |= posted(each.rows)
        elif each.kind == "many":
            found[each.path] = [str(one) for one in each.value]
        elif each.kind == "lines":
            found[each.path] = ["\r\n".join(each.value)]
        elif each.kind in ("flag", "yesno"):
            found[each.path] = [] if each.value is None else ["yes" if each.value else "no"]
            if each.kind == "flag" and not each.value:
                found[each.path] = []  # a browser sends nothing of an empty box
        else:
            found[each.path] = ["" if each.value is None else str(each.value)]
            if each.kind == "moment":
                found[f"{each.path}.zone"] = [each.zone]
    return found


def test_a_body_shown_and_posted_again_is_the_same_body() -> None:
    model = REGISTRY["preservation"].bodies["request"]
    reader = Reader(model.model_json_schema(), {"articles": [("13", "")], "state": [("XBB", "")]})
    again = reader.body(posted(reader.fields(BODY)))
    assert again == BODY
    assert model.model_validate(again) == model.model_validate(BODY)


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_an_empty_form_of_every_act_posts_nothing_but_defaults(kind: str) -> None:
    for act, model in REGISTRY[kind].bodies.items():
        reader = Reader(model.model_json_schema())
        for code, value in reader.body(posted(reader.fields())).items():
            assert value == model.model_fields[code].default, (act, code)


def test_a_row_nobody_filled_in_is_left_out_though_its_choices_have_defaults() -> None:
    reader = Reader(REGISTRY["mutual_assistance"].bodies["request"].model_json_schema())
    values = posted(reader.fields())
    assert values["body.service.0.proof"] == ["either"]
    assert "service" not in reader.body(values)
    values["body.service.0.documents"] = ["summons"]
    assert reader.body(values)["service"] == [{"documents": ["summons"], "proof": "either"}]


def test_the_zone_of_a_clock_is_kept_with_the_offset_it_had() -> None:
    reader = Reader(REGISTRY["preservation"].bodies["request"].model_json_schema())
    place = "body.data_and_link.data.0.address"
    given = {f"{place}.ip": ["8.8.8.8"], f"{place}.port": ["1"], f"{place}.time": ["2026-07-01T12:00:00"]}
    named = reader.body(given | {f"{place}.time.zone": ["Asia/Kathmandu"]})
    address = named["data_and_link"]["data"][0]["address"]
    assert (address["time"], address["zone"]) == ("2026-07-01T12:00:00+05:45", "Asia/Kathmandu")
    fields = posted(reader.fields(named))
    assert (fields[f"{place}.time"], fields[f"{place}.time.zone"]) == (
        ["2026-07-01T12:00:00"],
        ["Asia/Kathmandu"],
    )
    assert (
        "zone"
        not in reader.body(given | {f"{place}.time.zone": ["+02:00"]})["data_and_link"]["data"][0]["address"]
    )
    unknown = reader.body(given | {f"{place}.time.zone": ["Nowhere/City"]})
    assert unknown["data_and_link"]["data"][0]["address"]["time"] == "2026-07-01T12:00:00Nowhere/City"
    assert posted(reader.fields(unknown))[f"{place}.time.zone"] == ["Nowhere/City"]


def test_what_no_option_says_any_more_is_shown_and_posted_again() -> None:
    reader = Reader(
        REGISTRY["preservation"].bodies["request"].model_json_schema(),
        {"articles": [("13", "")], "chain": [("bitcoin", "")]},
    )
    account = {"type": "wallet", "value": "x", "chain": "dash"}
    body = {
        "offence_and_facts": {"articles": ["99"]},
        "data_and_link": {"data": [{"category": "content", "account": account}]},
    }
    fields = reader.fields(body)
    assert reader.body(posted(fields)) == body
    offence = next(each for each in fields if each.code == "offence_and_facts")
    articles = next(each for each in offence.children if each.code == "articles")
    assert articles.options == (("13", ""), ("99", ""))


def test_what_is_not_a_number_goes_on_as_typed() -> None:
    reader = Reader(REGISTRY["preservation"].bodies["request"].model_json_schema())
    body = reader.body({"body.data_and_link.data.0.address.port": ["many"]})
    assert body["data_and_link"]["data"][0]["address"]["port"] == "many"


def test_nothing_is_required_inside_what_may_be_left_out() -> None:
    reader = Reader(REGISTRY["preservation"].bodies["request"].model_json_schema())
    offence = next(each for each in reader.fields() if each.code == "offence_and_facts")
    crime = next(each for each in offence.children if each.code == "serious_crime")
    assert not any(each.required for each in crime.children)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2026-10-07T21:14:09Z", ("2026-10-07T21:14:09", "+00:00")),
        ("2026-10-07T21:14:09+05:45", ("2026-10-07T21:14:09", "+05:45")),
    ],
)
def test_a_moment_keeps_its_second_and_its_zone(text: str, parts: tuple[str, str]) -> None:
    assert split_moment(text) == parts
    assert join_moment(*parts) == text
    assert join_moment("2026-10-07T21:14", "+00:00") == "2026-10-07T21:14:00Z"


def test_texts_and_conditions_keep_their_language_and_id() -> None:
    given = {
        "text.reasons": ["Vì lý do\r\nan ninh"],
        "language.reasons": ["vi"],
        "text.note": ["  "],
        "condition": ["confidentiality", "confidentiality"],
    }
    assert read_texts(given) == [{"field": "reasons", "language": "vi", "text": "Vì lý do\nan ninh"}]
    assert read_conditions(given) == [{"id": "confidentiality", "code": "confidentiality"}]
    shown = boxes(("reasons", "note"), read_texts(given), "fr")
    assert [(row["field"], row["language"]) for row in shown] == [("reasons", "vi"), ("note", "fr")]
