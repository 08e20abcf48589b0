"""vectors/act: one fault a file, and the answer this room gives. Any other implementation can run the same files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from corridor import dossier, law
from corridor.faults import Fault
from corridor.notary import Envelope, KeyUse, keys

FILES = sorted((Path(__file__).parents[2] / "vectors" / "act").glob("*.json"))
CASES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}


@pytest.fixture(autouse=True)
def any_law(monkeypatch):
    """Status and outcomes do not rest on the law data, so a vector outlives the digest it was pinned to."""
    known = law.rules(law.digest())
    monkeypatch.setattr(law, "rules", lambda digest: known)


def holder(case):
    held = {
        state: [keys.PublicKey.from_dict(row, use=KeyUse.STATE) for row in rows]
        for state, rows in case["state_keys"].items()
    }
    return lambda state: held.get(state, [])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "envelope" in case])
def test_one_act(name):
    case = CASES[name]
    if "id" in case["expected"]:
        verified = dossier.verify_act(Envelope.from_dict(case["envelope"]), holder(case))
        assert verified.id == case["expected"]["id"]
        return
    with pytest.raises(Fault) as caught:
        dossier.verify_act(Envelope.from_dict(case["envelope"]), holder(case))
    expected = case["expected"][
        "code"
    ]  # `notary` alone: which of its checks notices first is that room's own
    assert caught.value.code == expected or caught.value.code.startswith(f"{expected}.")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "envelopes" in case])
def test_a_dossier(name):
    case = CASES[name]
    acts = [dossier.verify_act(Envelope.from_dict(row), holder(case)) for row in case["envelopes"]]
    state = dossier.fold(acts, as_of=datetime.fromisoformat(case["as_of"]))
    assert {
        "status": state.status,
        "disclosure_stopped": state.disclosure_stopped,
        "outcomes": {id_: [each.status, each.reason] for id_, each in state.outcomes.items()},
        "waiting_for": list(state.waiting_for),
    } == case["expected"]


def test_there_is_a_file_for_each_part():
    assert len(FILES) >= 30
    assert {case["stage"].partition(".")[0] for case in CASES.values()} == {"2", "3", "4", "5", "6", "8", "9"}
