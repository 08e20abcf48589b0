"""A joint investigation of three: agreed by all, a measure and evidence inside the team, and its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from corridor.cli.demo.client import Officer, until
from corridor.cli.demo.telling import Teller, words

NAMES = {"XAA": "Aurelia", "XBB": "Borealia", "XCC": "Cyrenia"}
AIM = "Find who runs the panel with which payment details of companies in all three States were changed."
COURT = "Court of Port Cyan"
ORDER = {
    "addressee": "Cyan Hosting",
    "reference": "PC-2026-88",
    "scope": "The logs of the panel, for the period of the offences.",
    "answered": "notes that the copy was made",
}
REASON = {"*": "The agreement of the team covers it, and the law of this State allows it."}


def play(teller: Teller, folder: Path) -> str:
    """From the proposal to the end all three sign; the dossier's id. `folder` gets the bytes that are shared."""
    cast, today = teller.cast, datetime.now(UTC).date()
    here, there, third = cast.central, cast.central_there, cast.central_third
    dossier = _agree(teller, today.isoformat(), (today + timedelta(days=180)).isoformat())
    task = teller.tell(there, "asks Cyrenia for the panel's logs, inside the team").act(
        dossier, "ask_measure", body={"state": "XCC", "measure": "seizure_copy"}
    )
    teller.arrived(third, dossier, "ask_measure")
    measure = {
        "authority": COURT,
        "kind": "seizure_copy",
        "date": today.isoformat(),
        "legal_basis": "Code of Procedure of Cyrenia, s. 40",
    }
    teller.order(third, dossier, measure, ORDER)
    teller.safeguards(third, dossier, COURT, REASON)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "panel.log").write_text(f"{today} login operator 203.0.113.77\n", encoding="utf-8")
    package = teller.tell(third, "seals the logs").upload(dossier, folder)
    teller.tell(third, "puts them into the team's room, for both others").act(
        dossier, "contribute", body={"to": ["XAA", "XBB"]}, packages=[package]
    )
    teller.tell(third, "reports the measure done").act(
        dossier,
        "report_measure",
        body={"asked": task, "outcome": "done", "measure": measure, "packages": [package]},
    )
    for count, officer in enumerate((here, there), start=1):
        _receive(teller, officer, dossier, package)
        for other in (here, there, third):
            teller.arrived(other, dossier, "confirm", count)
    for count, officer in enumerate((here, there, third), start=1):
        teller.tell(officer, "signs the end: the aims are reached").act(
            dossier, "end", body={"reason": "aims_reached"}
        )
        for other in (here, there, third):
            teller.arrived(other, dossier, "end", count)
    return dossier


def _agree(teller: Teller, begins: str, ends: str) -> str:
    cast = teller.cast
    here, there, third = cast.central, cast.central_there, cast.central_third
    draft = teller.tell(here, "proposes a joint investigation to Borealia and Cyrenia").draft(
        kind="joint_investigations",
        to=[{"state": state, "authority": f"{state}-CA"} for state in ("XBB", "XCC")],
        basis={"instrument": "UNCC_2024", "provision": "48"},
        reference="XAA-2026-0417/J",
        body={
            "agreement": {"form": "team_agreement", "measures_without_request": True},
            "purpose": {"aims": ["identify_persons", "gather_evidence"]},
            "offence": {"instrument": "UNCC_2024", "articles": ["12"]},
            "period": {"begins": begins, "until": ends, "extendable": True},
            "places": [{"state": state} for state in NAMES],
            "leaders": [
                {"state": state, "authority": f"{state}-CA", "functions": "prosecutor in charge"}
                for state in NAMES
            ],
            "evidence_sharing": {"use": "this_investigation", "onward_with_consent": True},
            "costs": {"borne_by": "each_own"},
            "data_protection": {"rules": "the_instrument"},
        },
        texts=words(purpose=AIM),
    )
    dossier = teller.tell(here, "signs the proposal").sign_draft(
        draft["id"], override_reason="What is left open is settled in the team."
    )
    for officer in (there, third):
        teller.arrived(officer, dossier, "request")
    for count, officer in enumerate((there, third), start=1):
        teller.tell(officer, "agrees to the text").act(dossier, "agree", body={"text": dossier})
        for other in (here, there, third):
            teller.arrived(other, dossier, "agree", count)
    return dossier


def _receive(teller: Teller, officer: Officer, dossier: str, package: str) -> None:
    def whole() -> Any:
        rows = officer.call("GET", f"dossiers/{dossier}/packages")["packages"]
        return any(row["id"] == package and row["complete"] for row in rows)

    until(f"the package at {officer.login.authority}", whole, logs=teller.logs)
    teller.tell(officer, "checks the package, opens it and confirms it")
    officer.call("POST", f"packages/{package}/check", {})
    officer.call("POST", f"packages/{package}/open", officer.with_secret())
    officer.act(dossier, "confirm", packages=[package])
