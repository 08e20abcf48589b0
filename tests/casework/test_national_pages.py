"""The national file in a browser: safeguards recorded, measures carried on, evidence opened for a use, supervised."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.casework.conftest import SECRET, Desk, safeguard
from tests.casework.test_acts import _asked, _seal
from tests.casework.test_measures import COURT, DAY, order, step
from tests.casework.test_safeguards import record, skip

from corridor.casework import queries
from corridor.casework.models import ActRow, NationalEntry, User

pytestmark = pytest.mark.django_db


def browser(username: str) -> Client:
    found = Client()
    found.force_login(User.objects.get(username=username))
    return found


def page(username: str, path: str) -> str:
    answer = browser(username).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def post(username: str, path: str, **given: Any) -> Any:
    return browser(username).post(path, {"secret": SECRET} | given)


def test_a_safeguard_is_recorded_on_its_page_and_stands_on_the_dossiers(desk: Desk, asked: str) -> None:
    path = f"/dossiers/{asked}/safeguards/authorisation/"
    shown = page("ca-drafter", path)
    assert "Judicial or independent authorisation" in shown
    assert "UN Convention, article 24" in shown
    assert 'value="not_needed"' in shown  # domestic law may ask for none
    assert 'value="skipped"' not in shown  # a drafter sets nothing aside
    refused = post("ca-drafter", path, outcome="met", reason="Order 12/26.", language="en")
    assert refused.status_code == 422
    assert "casework.safeguard.who" in refused.content.decode()
    assert "Order 12/26." in refused.content.decode()  # what was written is not lost
    assert SECRET not in refused.content.decode()
    given = {"outcome": "met", "reason": "Order 12/26.", "language": "en", "authority": "Court", "on": DAY}
    assert post("ca-drafter", path, **given).status_code == 302
    shown = page("ca-drafter", f"/dossiers/{asked}/")
    assert re.search(r'data-step="authorisation" data-outcome="met"', shown)
    assert "Order 12/26." in shown


def test_the_steps_that_are_missing_are_recorded_together_under_one_secret(desk: Desk, asked: str) -> None:
    """Each is an entry of its own; one that cannot stand keeps all of them out, and nothing typed is lost."""
    path = f"/dossiers/{asked}/safeguards/"
    record(desk, asked, "personal_data")
    assert page("ca-drafter", path).count("data-step=") == 4
    given = {"outcome.non_discrimination": "met", "reason.non_discrimination": "A fraud.",
             "outcome.authorisation": "met", "reason.authorisation": "Order 12/26."}  # fmt: skip
    refused = post("ca-drafter", path, **given)
    assert (refused.status_code, NationalEntry.objects.count()) == (422, 1)
    assert "casework.safeguard.who" in refused.content.decode()
    assert "Order 12/26." in refused.content.decode()
    given |= {"authority.authorisation": "Court", "on.authorisation": DAY}
    assert post("ca-drafter", path, **given).status_code == 302
    found = {one.step: one for one in queries.national_file(desk.person("ca-drafter"), asked).steps}
    assert {step for step, one in found.items() if one.outcome == "met"} == {
        "non_discrimination", "authorisation", "personal_data",
    }  # fmt: skip
    assert found["authorisation"].findings[0].date == DAY
    refused = post(
        "ca-drafter", path, **{"outcome.political_offence": "skipped", "reason.political_offence": "x"}
    )
    assert refused.status_code == 403
    assert post("ca-drafter", path).status_code == 422  # nothing found is nothing recorded


def test_a_step_that_is_always_looked_at_offers_no_not_needed(desk: Desk, asked: str) -> None:
    assert 'value="not_needed"' not in page(
        "ca-signatory", f"/dossiers/{asked}/safeguards/non_discrimination/"
    )


def test_words_of_a_reason_are_shown_as_words(desk: Desk, asked: str) -> None:
    record(desk, asked, "non_discrimination", reason="<script>alert(1)</script> =1+1 \u202e ملاحظة")
    for path in (f"/dossiers/{asked}/", f"/dossiers/{asked}/safeguards/non_discrimination/"):
        shown = page("ca-drafter", path)
        assert "<script>alert(1)" not in shown
        assert "&lt;script&gt;alert(1)&lt;/script&gt; =1+1" in shown


def test_setting_aside_asks_for_a_right_and_is_on_the_supervisors_page(desk: Desk, asked: str) -> None:
    path = f"/dossiers/{asked}/safeguards/personal_data/"
    given = {"outcome": "skipped", "reason": "The officer decides tonight.", "language": "en"}
    assert post("ca-drafter", path, **given).status_code == 403
    assert post("ca-signatory", path, **given).status_code == 302
    shown = page("ca-supervisor", "/supervision/")
    assert 'data-decision="skipped"' in shown
    assert "The officer decides tonight." in shown
    assert f'data-open="{asked}"' in shown
    assert browser("ca-signatory").get("/supervision/").status_code == 403
    assert "/supervision/" not in page("ca-signatory", "/")
    assert "/supervision/" in page("ca-supervisor", "/")


def test_the_page_of_an_act_that_executes_says_what_is_still_to_be_recorded(desk: Desk, asked: str) -> None:
    path = f"/dossiers/{asked}/acts/execute/"
    assert page("ca-signatory", path).count("Not recorded") == 5
    heads = queries.dossier_page(desk.person("ca-signatory"), asked).heads
    found = order(desk, asked, "search_access", term="2026-12-10")
    step(desk, asked, found, "authorised", **COURT)
    given = {"seen": list(heads), "measure_entry": found, "do": "sign"}
    refused = post("ca-signatory", path, **given)
    assert refused.status_code == 422
    assert 'data-fault="casework.safeguard.missing"' in refused.content.decode()
    assert not ActRow.objects.filter(name="execute").exists()
    safeguard(desk.person("ca-drafter"), asked)
    assert "Not recorded" not in page("ca-signatory", path)
    assert post("ca-signatory", path, **given).status_code == 302
    (row,) = [
        one
        for one in queries.dossier_page(desk.person("ca-signatory"), asked).timeline
        if one.act == "execute"
    ]
    assert row.body["measure"]["kind"] == "search_access"


def test_an_act_that_executes_nothing_shows_no_safeguards(desk: Desk, asked: str) -> None:
    assert "data-before" not in page("ca-signatory", f"/dossiers/{asked}/acts/ask/")


def test_a_measure_is_ordered_and_carried_on_from_page_to_page(desk: Desk, asked: str) -> None:
    base = f"/dossiers/{asked}/"
    shown = page("ca-drafter", f"{base}measure/")
    assert "(authorised first)" in shown
    given = {"body.kind": "search_access", "body.date": DAY, "body.legal_basis": "s. 94"}
    refused = post("ca-drafter", f"{base}measure/", **given)
    assert refused.status_code == 422
    assert "wrong-line" in refused.content.decode()  # the field left out is marked
    assert post("ca-drafter", f"{base}measure/", **given, **{"body.authority": "Court"}).status_code == 302
    measure = NationalEntry.objects.get(kind="measure").pk
    shown = page("ca-drafter", base)
    assert f'data-measure="{measure}" data-state="ordered"' in shown
    assert 'data-measure-step="authorised"' in shown
    assert 'data-measure-step="served"' not in shown
    assert "nobody has authorised it yet" in page("ca-drafter", f"{base}measures/{measure}/served/")
    path = f"{base}measures/{measure}/authorised/"
    given = {
        "body.nature": "judicial",
        "body.authority": "Court",
        "body.date": DAY,
        "body.scope": "One\r\nmailbox",
    }
    assert post("ca-drafter", path, **given).status_code == 302
    path = f"{base}measures/{measure}/served/"
    assert post("ca-drafter", path, **{"body.date": DAY, "body.manner": "on_site"}).status_code == 302
    shown = page("ca-drafter", base)
    assert f'data-measure="{measure}" data-state="served"' in shown
    assert "One\nmailbox" in shown


@pytest.mark.parametrize("path", ["measures/{0}/served/", "measures/{0}/telepathy/", "safeguards/telepathy/"])
def test_what_is_not_there_is_not_found(desk: Desk, asked: str, path: str) -> None:
    where = f"/dossiers/{asked}/" + path.format("0" * 64)
    assert browser("ca-drafter").get(where).status_code == 404
    assert browser("cp-drafter").get(where).status_code == 404


def test_another_authoritys_safeguards_and_measures_are_absent(desk: Desk, asked: str) -> None:
    found = order(desk, asked)
    for path in ("safeguards/authorisation/", f"measures/{found}/ended/", "measure/"):
        mine, theirs = f"/dossiers/{asked}/{path}", f"/dossiers/{'0' * 64}/{path}"
        assert browser("cp-signatory").get(mine).content == browser("cp-signatory").get(theirs).content
        assert browser("cp-signatory").get(mine).status_code == 404


def test_a_package_is_opened_for_a_use_and_the_opening_is_on_its_page(desk: Desk) -> None:
    opened = _asked(desk)
    package = _seal(desk, opened)
    shown = page("ca-signatory", f"/packages/{package}/")
    assert 'name="use"' in shown
    assert 'data-line="speciality"' in shown
    listed = post("ca-signatory", f"/packages/{package}/open/", use="exculpatory")
    assert "mail/1.eml" in listed.content.decode()
    assert 'data-use="exculpatory"' in page("ca-drafter", f"/packages/{package}/")
    refused = post("ca-signatory", f"/packages/{package}/open/", use="curiosity")
    assert refused.status_code == 422
    assert "casework.use.unknown" in refused.content.decode()
    given = post(
        "ca-signatory", f"/packages/{package}/download/", item="1/1.eml", use="other_matter", matter="A 7"
    )
    assert b"".join(given.streaming_content) == b"From: x\r\n"
    assert "A 7" in page("ca-drafter", f"/dossiers/{opened}/")


def test_the_api_does_all_of_it(desk: Desk, asked: str) -> None:
    signatory, supervisor = browser("ca-signatory"), browser("ca-supervisor")

    def call(path: str, **body: Any) -> Any:
        answer = signatory.post(f"/api/v1/{path}", {"secret": SECRET} | body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        return answer.json()

    measure = {"authority": "Court", "kind": "search_access", "date": DAY, "legal_basis": "s. 94"}
    found = call(f"dossiers/{asked}/measures", measure=measure)["id"]
    call(f"dossiers/{asked}/measures/{found}", step="authorised", body=COURT)
    file = signatory.get(f"/api/v1/dossiers/{asked}/national").json()
    assert [one["state"] for one in file["measures"]] == ["authorised"]
    for each in file["steps"][:-1]:
        call(
            f"dossiers/{asked}/safeguards",
            step=each["step"], outcome="met", reason="Read.", authority="Court", date=DAY,
        )  # fmt: skip
    call(f"dossiers/{asked}/safeguards/{file['steps'][-1]['step']}/skip", reason="Tonight.")
    heads = queries.dossier_page(desk.person("ca-signatory"), asked).heads
    call("acts", act="execute", dossier=asked, seen=list(heads), measure_entry=found)
    said = supervisor.get("/api/v1/supervision").json()
    assert [one["finding"]["reason"] for one in said["decisions"]] == ["Tonight."]
    package = _seal(desk, asked)
    assert call(f"packages/{package}/open", use="exculpatory")["use"] == "exculpatory"
    terms = signatory.get(f"/api/v1/packages/{package}/use").json()
    assert [one["use"] for one in terms["openings"]] == ["exculpatory"]


def test_a_supervisor_of_another_authority_sees_none_of_it(desk: Desk, asked: str) -> None:
    skip(desk, asked, "personal_data", reason="Tonight.")
    assert "Tonight." not in page("cp-supervisor", "/supervision/")
