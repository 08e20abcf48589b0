"""What every story of the demo does: tell a step, wait for a letter, carry a domestic measure and safeguards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.cli.demo.client import Officer, until

LANGUAGE = "en"


@dataclass(frozen=True)
class Cast:
    """Who acts, each signed in at the desk of their own State."""

    drafter: Officer  # Aurelia, contact point
    duty: Officer  # Aurelia, contact point
    central: Officer  # Aurelia, central authority
    duty_there: Officer  # Borealia, contact point
    central_there: Officer  # Borealia, central authority
    central_third: Officer  # Cyrenia, central authority


def words(**fields: str) -> list[dict[str, str]]:
    """Free texts of an act, in the language of the demo."""
    return [{"field": field, "language": LANGUAGE, "text": text} for field, text in fields.items()]


class Teller:
    """`say` prints one line for each step: a State, and what was done."""

    def __init__(self, cast: Cast, logs: Path, say: Callable[[str, str], None]) -> None:
        self.cast, self.logs, self.say = cast, logs, say

    def tell(self, officer: Officer, text: str) -> Officer:
        """Say what the officer is about to do; a fault then names the step."""
        officer.step = text
        self.say(officer.login.state, f"{officer.login.name} ({officer.login.authority}) {text}")
        return officer

    def arrived(self, officer: Officer, dossier: str, act: str, count: int = 1) -> Any:
        """Wait until the act lies on the officer's desk for the `count`-th time, and answer with its row."""

        def there() -> Any:
            rows = [row for row in self._timeline(officer, dossier) if row["act"] == act]
            return rows[-1] if len(rows) >= count else None

        return until(f"the act {act!r} at {officer.login.authority}", there, logs=self.logs)

    def settle(self) -> None:
        """Wait until every letter of every desk has its receipt: only then do all States hold the same."""
        for officer in (
            self.cast.duty,
            self.cast.central,
            self.cast.duty_there,
            self.cast.central_there,
            self.cast.central_third,
        ):

            def quiet(officer: Officer = officer) -> bool:
                rows = [row for dossier in officer.dossiers() for row in officer.page(dossier)["timeline"]]
                return all(row["delivery"] in {"theirs", "received"} for row in rows)

            until(f"receipts at {officer.login.authority}", quiet, logs=self.logs)

    def _timeline(self, officer: Officer, dossier: str) -> Any:
        return officer.page(dossier)["timeline"] if dossier in officer.dossiers() else []

    def order(
        self, officer: Officer, dossier: str, measure: Mapping[str, Any], about: Mapping[str, str]
    ) -> str:
        """A domestic measure from its order to its answer; the id of the order."""
        day = measure["date"]
        ordered = self.tell(officer, "enters the order in the national file").call(
            "POST",
            f"dossiers/{dossier}/measures",
            officer.with_secret(measure={**measure, "addressee": about["addressee"]}),
        )["id"]
        authorised = {
            "nature": "judicial",
            "authority": measure["authority"],
            "date": day,
            "reference": about["reference"],
            "scope": about["scope"],
        }
        for step, said, body in (
            ("authorised", "writes down the court's authorisation: who, when, for what", authorised),
            ("served", "notes that the order was served", {"date": day, "manner": "electronic"}),
            (
                "answered",
                about.get("answered", "notes that everything was given"),
                {"date": day, "extent": "full"},
            ),
        ):
            self.tell(officer, said).call(
                "POST", f"dossiers/{dossier}/measures/{ordered}", officer.with_secret(step=step, body=body)
            )
        return str(ordered)

    def safeguards(self, officer: Officer, dossier: str, court: str, reasons: Mapping[str, str]) -> None:
        """Every safeguard the law asks for before the request is executed, each with its reason."""
        for step in officer.call("GET", f"dossiers/{dossier}/national")["steps"]:
            name = str(step["step"])
            self.tell(officer, f"records a safeguard: {name.replace('_', ' ')}").call(
                "POST",
                f"dossiers/{dossier}/safeguards",
                officer.with_secret(
                    step=name,
                    outcome="met",
                    reason=reasons.get(name, reasons["*"]),
                    language=LANGUAGE,
                    authority=court if step["needed"] == "where_domestic_law_asks" else "",
                ),
            )

    def hand_over(self, giver: Officer, taker: Officer, dossier: str, source: Path) -> str:
        """Evidence from one State to another: sealed, handed over, checked, opened, confirmed; the package's id."""
        package = self.tell(giver, "uploads the evidence and seals it").upload(dossier, source)
        self.tell(giver, "hands the sealed package over")
        giver.call(
            "POST",
            f"dossiers/{dossier}/deliver",
            giver.with_secret(packages=[package], seen=giver.page(dossier)["heads"]),
        )
        self.arrived(taker, dossier, "deliver")

        def whole() -> Any:
            rows = taker.call("GET", f"dossiers/{dossier}/packages")["packages"]
            return any(row["id"] == package and row["complete"] for row in rows)

        until(f"the package at {taker.login.authority}", whole, logs=self.logs)
        self.tell(taker, "checks the package: every hand, every digest")
        check = taker.call("POST", f"packages/{package}/check", {})
        self.say(taker.login.state, f"  verdict: {check['verdict'].replace('_', ' ')}")
        opened = self.tell(taker, "opens it with the evidence unit's key").call(
            "POST", f"packages/{package}/open", taker.with_secret()
        )
        self.say(taker.login.state, f"  {len(opened['items'])} items inside")
        self.tell(taker, "confirms receipt")
        taker.call(
            "POST",
            f"dossiers/{dossier}/confirm",
            taker.with_secret(packages=[package], seen=taker.page(dossier)["heads"]),
        )
        self.arrived(giver, dossier, "confirm")
        return package
