"""The case: a company in Aurelia is tricked by a changed bank account; the mailbox and the logs are in Borealia.

Each step is one officer's act at one desk. Nothing here knows a rule: what is owed, missing or possible is what
the nodes answer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from corridor.cli.demo import evidence
from corridor.cli.demo.telling import LANGUAGE, Teller

FACTS = (
    f"On 8 October 2026 {evidence.COMPANY} paid {evidence.STOLEN} to {evidence.FALSE_IBAN} after a message from the "
    f"genuine mailbox of its supplier {evidence.SUPPLIER} announced new bank details. The supplier did not send it."
)
LINK = f"The mailbox {evidence.ACCOUNT} was used to send the false invoice; its access log shows from where."
PERIOD = {"start": "2026-10-01T00:00:00Z", "end": "2026-10-12T00:00:00Z"}
PROVIDER = {"name": evidence.PROVIDER, "service": "mail", "state": "XBB"}
ACCOUNT = {"type": "email", "value": evidence.ACCOUNT}
SEEN_FROM = {"ip": evidence.INTRUDER, "port": 51544, "time": "2026-10-07T21:14:09Z"}
DATA = [
    {"category": "content", "provider": PROVIDER, "account": ACCOUNT, "period": PERIOD},
    {"category": "traffic", "provider": PROVIDER, "account": ACCOUNT, "address": SEEN_FROM},
]
#: Why each safeguard is met, in the words of the officer in Borealia.
SAFEGUARDS = {
    "non_discrimination": "An ordinary fraud; nothing in the request points to who anybody is or what they think.",
    "political_offence": "A fraud is no political offence, and no speech is at issue.",
    "necessity_proportionality": "One mailbox for twelve days; no lesser measure shows who wrote the message.",
    "authorisation": "The court authorised the order for this mailbox and this period.",
    "personal_data": "The data go to the prosecutor of one case, on the condition that they are used in it only.",
    "*": "Looked at the request and found nothing against it.",
}
#: The court's order, as the national file of Borealia tells it.
ORDER = {
    "addressee": evidence.PROVIDER,
    "reference": "ND-2026-1187",
    "scope": "The mailbox named in the request, for the period named in it.",
}
OFFENCE = {
    "instrument": "UNCC_2024",
    "articles": ["13"],
    "national_reference": "Penal Code of Aurelia, s. 212",
    "stage": "investigation",
}


class Story:
    """Plays the case of the changed bank account."""

    def __init__(self, teller: Teller, source: Path) -> None:
        self.teller, self.cast, self.source = teller, teller.cast, source

    def play(self) -> None:
        self._obtain(self._preserve())
        self._leave_open()

    def _preserve(self) -> str:
        cast = self.cast
        draft = self.teller.tell(
            cast.drafter, "drafts a request to preserve a mailbox before its logs run out"
        ).draft(
            kind="preservation",
            to={"state": "XBB", "authority": "XBB-CP"},
            basis={"instrument": "UNCC_2024", "provision": "42"},
            reference="XAA-2026-0417",
            body={
                "authority": {"state": "XAA", "authority": "XAA-CP", "name": "Aurelia 24/7 contact point"},
                "offence_and_facts": OFFENCE,
                "data_and_link": {"data": DATA},
                "custodian_or_location": PROVIDER,
                "necessity": {"reasons": ["retention_ends"]},
                "intention_to_request": {"will_request": True},
                "confidentiality_no_user_notice": {"confidential": True, "no_user_notice": True},
                "urgent": True,
            },
            texts=[
                {"field": "offence_and_facts", "language": LANGUAGE, "text": FACTS},
                {"field": "data_and_link", "language": LANGUAGE, "text": LINK},
            ],
        )
        dossier = self.teller.tell(
            cast.duty, "reads it through, signs it and sends it to Borealia"
        ).sign_draft(draft["id"])
        self.teller.arrived(cast.duty_there, dossier, "request")
        self.teller.tell(cast.duty_there, "finds it on the desk and acknowledges it").act(
            dossier, "acknowledge"
        )
        self.teller.tell(cast.duty_there, "asks which alias the account used").act(
            dossier,
            "ask",
            body={"items": ["data_and_link"]},
            texts=[{"field": "question", "language": LANGUAGE, "text": "Is an alias of the account known?"}],
        )
        self.teller.arrived(cast.duty, dossier, "ask")
        self.teller.tell(cast.duty, "answers with the alias").act(
            dossier,
            "supplement",
            body={
                "data_and_link": {
                    "data": [*DATA, {"category": "subscriber", "provider": PROVIDER, "account": ACCOUNT}]
                }
            },
            texts=[
                {
                    "field": "data_and_link",
                    "language": LANGUAGE,
                    "text": "The alias is billing@orvik-bearings.example.",
                }
            ],
        )
        self.teller.arrived(cast.duty_there, dossier, "supplement")
        today = datetime.now(UTC).date()
        measure = {
            "authority": "XBB-CP",
            "kind": "preservation_order",
            "date": today.isoformat(),
            "legal_basis": "Code of Procedure of Borealia, s. 88",
        }
        self.teller.tell(cast.duty_there, "enters the preservation order in the national file").call(
            "POST",
            f"dossiers/{dossier}/measures",
            cast.duty_there.with_secret(measure={**measure, "addressee": PROVIDER["name"]}),
        )
        until_day = today + timedelta(days=75)
        self.teller.tell(
            cast.duty_there, f"confirms that the data are preserved until {until_day.isoformat()}"
        ).act(
            dossier,
            "preserved",
            body={
                "preserved_until": until_day.isoformat(),
                "preserved_from": today.isoformat(),
                "measure": measure,
            },
        )
        self.teller.arrived(cast.duty, dossier, "preserved")
        self.teller.tell(cast.duty, "makes the dossier available to the central authority of Aurelia").call(
            "POST", f"dossiers/{dossier}/share", cast.duty.with_secret(authority="XAA-CA")
        )
        return dossier

    def _leave_open(self) -> None:
        """A second request, and a draft of a third, wait on the desks: for whoever carries the case on by hand."""
        cast = self.cast
        second = {**PROVIDER, "service": "domain names"}
        draft = self.teller.tell(
            cast.drafter, "drafts a second request: who registered the look-alike domain"
        ).draft(
            kind="preservation",
            to={"state": "XBB", "authority": "XBB-CP"},
            basis={"instrument": "UNCC_2024", "provision": "42"},
            reference="XAA-2026-0417/3",
            body={
                "authority": {"state": "XAA", "authority": "XAA-CP", "name": "Aurelia 24/7 contact point"},
                "offence_and_facts": OFFENCE,
                "data_and_link": {
                    "data": [
                        {
                            "category": "subscriber",
                            "provider": second,
                            "account": {"type": "domain", "value": evidence.LOOKALIKE},
                        }
                    ]
                },
                "intention_to_request": {"will_request": True},
            },
            texts=[
                {"field": "offence_and_facts", "language": LANGUAGE, "text": FACTS},
                {
                    "field": "data_and_link",
                    "language": LANGUAGE,
                    "text": "The look-alike domain received the victim's replies.",
                },
            ],
        )
        dossier = self.teller.tell(
            cast.duty, "signs and sends it, incomplete as it is: time matters more"
        ).sign_draft(draft["id"], override_reason="The registrar deletes its records within hours.")
        self.teller.arrived(cast.duty_there, dossier, "request")
        self.teller.tell(cast.central, "begins the draft of a request for those data").draft(
            kind="stored_data",
            to={"state": "XBB", "authority": "XBB-CA"},
            basis={"instrument": "UNCC_2024", "provision": "44"},
            reference="XAA-2026-0417/4",
            body={"matter_and_authority": {"offence": OFFENCE}},
        )

    def _obtain(self, preservation: str) -> None:
        cast = self.cast
        draft = self.teller.tell(cast.central, "drafts the request for the preserved data").draft(
            kind="stored_data",
            to={"state": "XBB", "authority": "XBB-CA"},
            basis={"instrument": "UNCC_2024", "provision": "44"},
            reference="XAA-2026-0417/2",
            follows=preservation,
            body={
                "requesting_authority": {
                    "state": "XAA",
                    "authority": "XAA-CA",
                    "name": "Ministry of Justice of Aurelia",
                },
                "matter_and_authority": {
                    "offence": OFFENCE,
                    "conducted_by": {"state": "XAA", "name": "Prosecutor at Tallmoor"},
                },
                "assistance_and_procedure": {"measures": ["production_order_data", "seizure_copy"]},
                "identity_location_nationality": {"accounts": [ACCOUNT], "providers": [PROVIDER]},
                "time_period": PERIOD,
                "purpose": {"use": "prosecution"},
                "data_identification": {"data": DATA, "preservation": preservation},
                "urgency_reason": {"reasons": ["loss_or_change"]},
                "expedited": True,
                "follows": preservation,
            },
            texts=[
                {"field": "facts_summary", "language": LANGUAGE, "text": FACTS},
                {"field": "data_identification", "language": LANGUAGE, "text": LINK},
                {
                    "field": "urgency_reason",
                    "language": LANGUAGE,
                    "text": "The server is to be replaced in January.",
                },
            ],
        )
        dossier = self.teller.tell(
            cast.central, "signs it and sends it to the central authority of Borealia"
        ).sign_draft(draft["id"])
        self.teller.tell(cast.duty, "notes in the preservation that the request has followed").act(
            preservation, "followed_by", body={"dossier": dossier}
        )
        self.teller.arrived(cast.central_there, dossier, "request")
        self.teller.tell(cast.central_there, "acknowledges it").act(dossier, "acknowledge")
        offer = self.teller.tell(cast.central_there, "accepts on one condition: use in this case only").act(
            dossier,
            "accept",
            conditions=[{"id": "c1", "code": "use_limited"}],
            texts=[
                {
                    "field": "conditions.c1",
                    "language": LANGUAGE,
                    "text": "To be used in the investigation named in the request only.",
                }
            ],
        )
        self.teller.arrived(cast.central, dossier, "accept")
        self.teller.tell(cast.central, "accepts the condition").act(
            dossier, "accept_conditions", body={"offer": offer}
        )
        self.teller.arrived(cast.central_there, dossier, "accept_conditions")
        measure = {
            "authority": "District Court of Nordhavn",
            "kind": "production_order_data",
            "date": datetime.now(UTC).date().isoformat(),
            "legal_basis": "Code of Procedure of Borealia, s. 91",
        }
        ordered = self.teller.order(cast.central_there, dossier, measure, ORDER)
        self.teller.safeguards(cast.central_there, dossier, str(measure["authority"]), SAFEGUARDS)
        self.teller.tell(cast.central_there, "records the execution, naming that order").act(
            dossier, "execute", body={}, measure_entry=ordered
        )
        self.teller.hand_over(cast.central_there, cast.central, dossier, self.source)
        self.teller.arrived(cast.duty_there, preservation, "followed_by")
        self.teller.tell(cast.duty_there, "releases the preservation: the request is decided").act(
            preservation, "release", body={"reason": "follow_up_decided"}
        )
        self.teller.arrived(cast.duty, preservation, "release")
        self.teller.tell(cast.central, "closes the request").act(dossier, "close")
        self.teller.arrived(cast.central_there, dossier, "close")
