"""An emergency: a person is held for ransom; the contact points act by word of mouth and write it down after."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from corridor.cli.demo.telling import Teller, words

PROVIDER = {"name": "Tern Messenger", "service": "messages", "state": "XBB"}
CALLER = {"type": "user_id", "value": "tern:4471-0093"}
RISK = "A caller holds a person and has named an hour; the account he writes from is with a provider in Borealia."
NEEDED = "From where the account was last used shows where the person is held."
MEASURE = {
    "authority": "XBB-CP",
    "kind": "production_order_subscriber",
    "legal_basis": "Code of Procedure of Borealia, s. 95 (danger in delay)",
}
COURT = "District Court of Nordhavn"


def play(teller: Teller, folder: Path) -> str:
    """From the telephone call to the review the day after; the dossier's id. `folder` gets the answer's bytes."""
    cast, today = teller.cast, datetime.now(UTC).date().isoformat()
    draft = teller.tell(cast.duty, "telephones Borealia, and notes the request while speaking").draft(
        kind="emergency_assistance",
        to={"state": "XBB", "authority": "XBB-CP"},
        basis={"instrument": "UNCC_2024", "provision": "41"},
        reference="XAA-2026-0502",
        body={
            "urgent": True,
            "oral": True,
            "requesting_authority": {"state": "XAA", "authority": "XAA-CP"},
            "matter_and_authority": {
                "offence": {"serious_crime": {"name": "Abduction for ransom", "max_penalty_years": 15}}
            },
            "risk_statement": {"dangers": ["abduction"], "persons": 1, "continuing": True},
            "data_needed": {"data": [{"category": "subscriber", "provider": PROVIDER, "account": CALLER}]},
        },
        texts=words(risk_statement=RISK, data_needed=NEEDED),
    )
    dossier = teller.tell(cast.duty, "signs it as it stands: a life is at risk").sign_draft(
        draft["id"], override_reason="A life is at risk; what is missing follows in writing."
    )
    there = cast.duty_there
    teller.arrived(there, dossier, "request")
    teller.tell(there, "acknowledges it").act(dossier, "acknowledge")
    for step in there.call("GET", f"dossiers/{dossier}/national")["steps"]:
        name = str(step["step"])
        teller.tell(there, f"leaves for after, with the reason: {name.replace('_', ' ')}").call(
            "POST",
            f"dossiers/{dossier}/safeguards/{name}/skip",
            there.with_secret(reason="Danger to life: looked at within a day.", language="en"),
        )
    teller.tell(there, "has the provider asked at once, and says so").act(
        dossier,
        "execute",
        body={"measure": {**MEASURE, "date": today}, "route": "order", "review_by": today},
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "last-seen.csv").write_text(
        "account,time,ip,port\n" + f"{CALLER['value']},{today}T03:12:09Z,198.51.100.23,40112\n",
        encoding="utf-8",
    )
    teller.hand_over(there, cast.duty, dossier, folder)
    teller.tell(cast.duty, "confirms the oral request in writing").act(dossier, "confirm_in_writing")
    teller.arrived(there, dossier, "confirm_in_writing")
    teller.tell(there, "tells that the court reviewed it after the fact, and upheld it").act(
        dossier, "review", body={"outcome": "upheld", "authority": COURT, "date": today}
    )
    teller.arrived(cast.duty, dossier, "review")
    teller.tell(cast.duty, "closes the dossier").act(dossier, "close")
    teller.arrived(there, dossier, "close")
    return dossier
