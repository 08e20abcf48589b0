"""An extradition: arrest before the papers, the papers in time, granted on assurances, surrendered at a border."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from corridor.cli.demo.telling import Teller, words

PERSON = "Davo Ferrin, born in Tallmoor; travels on a passport of Aurelia."
FACTS = "Led the group that changed payment details of companies in Aurelia and moved the money abroad."
COURT = "District Court of Nordhavn"
OFFENCE = {
    "instrument": "UNCC_2024",
    "articles": ["12"],
    "national_reference": "Penal Code of Aurelia, s. 212",
}
SAFEGUARDS = {
    "non_discrimination": "Nothing points to a prosecution for who the person is or what he thinks.",
    "political_offence": "A fraud is no political offence.",
    "*": "Looked at the request and found nothing against it.",
}


def play(teller: Teller) -> str:
    """From the urgent request for arrest to the confirmed arrival; the dossier's id."""
    cast, now = teller.cast, datetime.now(UTC)
    here, there = cast.central, cast.central_there
    today = now.date().isoformat()
    draft = teller.tell(here, "asks for the arrest of a person about to leave Borealia").draft(
        kind="extradition",
        to={"state": "XBB", "authority": "XBB-CA"},
        basis={"instrument": "UNCC_2024", "provision": "37"},
        reference="XAA-2026-0417/E",
        body={
            "provisional_arrest": True,
            "urgent": True,
            "papers_planned": (now + timedelta(days=20)).date().isoformat(),
            "channels_used": [{"channel": "interpol", "reference": "2026/4471", "date": today}],
            "urgency_reason": {"reasons": ["about_to_leave"]},
        },
        texts=words(person=PERSON, urgency_reason="A flight is booked for tomorrow."),
    )
    dossier = teller.tell(here, "signs and sends it; the papers will follow").sign_draft(draft["id"])
    teller.arrived(there, dossier, "request")
    teller.tell(there, "acknowledges it").act(dossier, "acknowledge")
    measure = {
        "authority": COURT,
        "kind": "custody_for_extradition",
        "date": today,
        "legal_basis": "Extradition Act of Borealia, s. 20",
    }
    about = {
        "addressee": "Police of Nordhavn",
        "reference": "ND-2026-1201",
        "scope": "The person named in the request.",
        "answered": "notes that the person was arrested",
    }
    ordered = teller.order(there, dossier, measure, about)
    teller.safeguards(there, dossier, COURT, SAFEGUARDS)
    papers_by = (now + timedelta(days=40)).date().isoformat()
    teller.tell(there, f"tells the arrest, and that the papers are due by {papers_by}").act(
        dossier,
        "arrest",
        body={
            "date": today,
            "form": "custody",
            "papers_by": papers_by,
            "term_basis": "Extradition Act of Borealia, s. 21",
        },
        measure_entry=ordered,
    )
    teller.arrived(here, dossier, "arrest")
    teller.tell(here, "sends the full request in time").act(
        dossier,
        "send_papers",
        body={
            "purpose": "prosecution",
            "requesting_authority": {"state": "XAA", "authority": "XAA-CA"},
            "person": {"nationalities": ["XAA"], "born": "1988-03-14", "sex": "male"},
            "whereabouts": {"state": "XBB"},
            "offence_and_facts": OFFENCE,
            "decision": {"type": "arrest_warrant", "issued_by": "Court of Tallmoor", "date": today},
            "penalty_and_limitation": {"max_penalty_years": 8},
            "jurisdiction": {"based_on": ["territory"]},
            "assurances": {"given": ["speciality", "fair_trial"]},
        },
        texts=words(person=PERSON, offence_and_facts=FACTS),
    )
    teller.arrived(there, dossier, "send_papers")
    offer = teller.tell(there, "grants extradition on two assurances").act(
        dossier,
        "accept",
        body={"decided_by": "Minister of Justice of Borealia", "decided_on": today},
        conditions=[{"id": "c1", "code": "speciality"}, {"id": "c2", "code": "no_death_penalty"}],
    )
    teller.arrived(here, dossier, "accept")
    teller.tell(here, "gives both assurances").act(dossier, "accept_conditions", body={"offer": offer})
    teller.arrived(there, dossier, "accept_conditions")
    hour = (now + timedelta(days=9)).replace(hour=8, minute=0, second=0, microsecond=0)
    proposal = teller.tell(there, "proposes a time and a place for the surrender").act(
        dossier,
        "arrange",
        body={"at": hour.strftime("%Y-%m-%dT%H:%M:%SZ"), "zone": "UTC", "place": "Border crossing Nordhavn"},
    )
    teller.arrived(here, dossier, "arrange")
    teller.tell(here, "agrees to both").act(dossier, "agree_arrangement", body={"arrangement": proposal})
    teller.arrived(there, dossier, "agree_arrangement")
    teller.tell(there, "surrenders the person").act(
        dossier, "surrender", body={"date": today, "custody_days": 12, "place": "Border crossing Nordhavn"}
    )
    teller.arrived(here, dossier, "surrender")
    teller.tell(here, "confirms the arrival").act(dossier, "confirm_arrival", body={"date": today})
    teller.tell(here, "closes the dossier").act(dossier, "close")
    teller.arrived(there, dossier, "close")
    return dossier
