"""A joint investigation on running nodes: two agree, a third is let in and gets the whole dossier, one leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.node.driver import Refused
from tests.node.nodes import SECRET, TestNode, World, until
from tests.node.story import export, page, reaches, safeguards, seal, sign

TEXT = {
    "agreement": {"form": "team_agreement", "measures_without_request": True},
    "period": {"begins": "2026-12-01", "until": "2027-06-01"},
    "evidence_sharing": {"use": "this_investigation", "onward_with_consent": True},
}


@pytest.fixture(scope="module", params=["post", "fetch"])
def three(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Aurelia, Borealia and Cyrenia running; Cyrenia is reached, or fetches what is for it."""
    made = World(tmp_path_factory.mktemp(f"three-{request.param}"))
    try:
        for state in ("XAA", "XBB", "XCC"):
            made.add(state, request.param if state == "XCC" else "post")
        made.refresh()
        for node in made.nodes.values():
            node.start()
        yield made
    finally:
        made.close()


def propose(node: TestNode, *states: str) -> str:
    return str(
        node.do(
            """
made = actions.sign_act(person("ca-signatory"), act="request", kind="joint_investigations", body=body, to=to,
                        secret=secret, override_reason="the rest follows",
                        basis={"instrument": "UNCC_2024", "provision": ""})
result = made.dossier
""",
            to=[{"state": state, "authority": f"{state}-CA"} for state in states],
            body=TEXT,
            secret=SECRET,
        )
    )


def members(node: TestNode, dossier: str) -> list[str]:
    return list(page(node, dossier).get("members", []))


def settled(nodes: list[TestNode], dossier: str, count: int) -> None:
    """All hold so many acts, and make the same of them."""
    until(lambda: all(len(page(one, dossier).get("timeline", [])) == count for one in nodes), 90)
    seen = [export(one, dossier) for one in nodes]
    assert all(one == seen[0] for one in seen)


def arrived(node: TestNode, dossier: str, package: str) -> dict[str, Any]:
    def found() -> Any:
        rows = page(node, dossier).get("packages", [])
        return next((row for row in rows if row["id"] == package and row["complete"]), None)

    return dict(until(found, 60))


def opens(node: TestNode, package: str) -> list[str]:
    """Checked whole, and opened with the officer's own custody identity."""
    checked = node.do("result = actions.check_package(person('ca-drafter'), p)", p=package)
    assert checked["verdict"] == "unchanged", checked["findings"]
    opened = node.do(
        "result = actions.open_evidence(person('ca-signatory'), p, secret=s)", p=package, s=SECRET
    )
    return sorted(item["name"] for item in opened["items"])


def test_a_team_of_two_lets_a_third_in_and_one_leaves(three: World) -> None:
    aurelia, borealia, cyrenia = (three.nodes[state] for state in ("XAA", "XBB", "XCC"))
    dossier = propose(aurelia, "XBB")
    reaches(borealia, dossier, "proposed")
    sign(borealia, dossier, "agree", {"text": dossier})
    reaches(aurelia, dossier, "agreed")
    safeguards(borealia, dossier)
    first = seal(borealia, dossier, {"chat.json": 700})
    sign(borealia, dossier, "contribute", packages=[first])
    arrived(aurelia, dossier, first)
    assert opens(aurelia, first) == ["chat.json"]
    sign(aurelia, dossier, "confirm", packages=[first])
    settled([aurelia, borealia], dossier, 4)
    assert page(cyrenia, dossier) == {}

    # Both sign the list with Cyrenia in it. Nobody has told Cyrenia a word before that.
    rows = [
        {"state": "XAA", "authority": "XAA-CA", "role": "requesting"},
        {"state": "XBB", "authority": "XBB-CA", "role": "requested"},
        {"state": "XCC", "authority": "XCC-CA", "role": "requested"},
    ]
    sign(aurelia, dossier, "amend_members", {"members": rows})
    until(lambda: len(page(borealia, dossier)["timeline"]) == 5)
    letters = (
        "result = list(models.OutboxLetter.objects.filter(state='XCC').values_list('act__name', flat=True))"
    )
    assert (aurelia.do(letters), borealia.do(letters), page(cyrenia, dossier)) == ([], [], {})
    sign(borealia, dossier, "amend_members", {"members": rows})
    settled([aurelia, borealia, cyrenia], dossier, 6)
    assert [members(one, dossier) for one in (aurelia, borealia, cyrenia)] == [["XAA", "XBB", "XCC"]] * 3
    assert page(cyrenia, dossier)["owed"] == ["joint_investigations.owed.agreement"]

    # Let in, it has the dossier and no evidence: what was given before it came was given to others.
    assert page(cyrenia, dossier)["packages"] == []
    with pytest.raises(Refused):
        cyrenia.do("result = actions.check_package(person('ca-drafter'), p)", p=first)
    second = seal(borealia, dossier, {"image.dd": 3 << 20})
    sign(borealia, dossier, "contribute", packages=[second])
    settled([aurelia, borealia, cyrenia], dossier, 7)
    arrived(aurelia, dossier, second)
    assert page(cyrenia, dossier)["packages"] == []
    sign(cyrenia, dossier, "agree", {"text": dossier})
    until(lambda: len(page(borealia, dossier)["timeline"]) == 8)
    sign(borealia, dossier, "contribute", {"to": ["XCC"]}, packages=[second])
    arrived(cyrenia, dossier, second)
    assert opens(cyrenia, second) == ["image.dd"]
    sign(cyrenia, dossier, "confirm", packages=[second])
    settled([aurelia, borealia, cyrenia], dossier, 10)
    # Aurelia has still to say what it found: that Cyrenia has confirmed is another's word.
    row = next(one for one in page(aurelia, dossier)["packages"] if one["id"] == second)
    assert not row["confirmed"]
    opens(aurelia, second)
    sign(aurelia, dossier, "confirm", packages=[second])
    settled([aurelia, borealia, cyrenia], dossier, 11)
    kinds = """
from corridor.seal import custody
folder = home.packages / models.Package.objects.get(pk=p).folder
result = sorted(one.kind for one in custody.graph(folder, home.state_keys).statements)
"""
    until(lambda: borealia.do(kinds, p=second) == ["received", "received", "sealed", "sent", "sent"], 60)

    # The State that proposed leaves; the two others go on, and it hears nothing more.
    sign(
        aurelia,
        dossier,
        "leave",
        {"reason": "own_proceedings_ended"},
        texts=[_reasons("Our case is closed.")],
    )
    settled([aurelia, borealia, cyrenia], dossier, 12)
    assert members(borealia, dossier) == members(aurelia, dossier) == ["XBB", "XCC"]
    third = seal(cyrenia, dossier, {"ledger.csv": 900})
    safeguards(cyrenia, dossier)
    sign(cyrenia, dossier, "contribute", packages=[third])
    arrived(borealia, dossier, third)
    assert opens(borealia, third) == ["ledger.csv"]
    sign(borealia, dossier, "confirm", packages=[third])
    settled([borealia, cyrenia], dossier, 14)
    assert len(page(aurelia, dossier)["timeline"]) == 12
    assert page(aurelia, dossier)["possible"] == []
    # What was addressed to it while it was there it may still fetch; what came after is no dossier at all to it.
    acts = {row["id"]: row for row in page(borealia, dossier)["timeline"]}
    theirs = [id_ for id_, row in acts.items() if row["act"] == "contribute" and row["state"] == "XCC"]
    before = [id_ for id_, row in acts.items() if row["act"] == "confirm" and row["state"] == "XCC"]
    fetch = """
with node.connect("XBB") as client:
    result = len(client.fetch_act(act, home.letter_identities))
"""
    assert aurelia.do(fetch, act=before[0]) > 0
    with pytest.raises(Refused):
        aurelia.do(fetch, act=theirs[0])
    left = (
        "result = models.OutboxLetter.objects.filter(state='XAA', act__name='confirm', act__own=True).count()"
    )
    assert cyrenia.do(left) == 1  # of what it confirmed while Aurelia was there
    for node in (borealia, cyrenia):
        sign(node, dossier, "end", {"reason": "aims_reached"})
        until(lambda: len(page(cyrenia, dossier)["timeline"]) == len(page(borealia, dossier)["timeline"]))
    reaches(borealia, dossier, "ended")
    reaches(cyrenia, dossier, "ended")


def test_three_asked_at_once_each_get_it_and_the_same_question_of_two_is_one_dossier(three: World) -> None:
    aurelia, borealia, cyrenia = (three.nodes[state] for state in ("XAA", "XBB", "XCC"))
    dossier = propose(aurelia, "XBB", "XCC")
    for node in (borealia, cyrenia):
        reaches(node, dossier, "proposed")
    sign(borealia, dossier, "agree", {"text": dossier})
    until(lambda: len(page(cyrenia, dossier)["timeline"]) == 2)
    sign(cyrenia, dossier, "decline", {}, texts=[_reasons("Our law does not allow it.")])
    settled([aurelia, borealia, cyrenia], dossier, 3)
    assert page(aurelia, dossier)["status"] == "agreed"
    assert "joint_investigations.flag.in-force-without" in page(borealia, dossier)["flags"]
    with pytest.raises(Refused) as caught:
        aurelia.do(
            """
actions.sign_act(person("ca-signatory"), act="request", kind="stored_data", body={}, secret=secret,
                 to=[{"state": "XBB", "authority": "XBB-CA"}, {"state": "XCC", "authority": "XCC-CA"}],
                 override_reason="r", basis={"instrument": "UNCC_2024", "provision": ""})
""",
            secret=SECRET,
        )
    assert caught.value.code == "casework.act.addressee"


def _reasons(text: str) -> dict[str, str]:
    return {"field": "reasons", "language": "en", "text": text}
