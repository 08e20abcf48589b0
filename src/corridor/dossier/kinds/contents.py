"""The contents every request for assistance shares. Fields are named as the law's content items."""

from __future__ import annotations

from typing import Literal

from corridor.dossier.kinds.facts import (
    Account,
    Coded,
    Offence,
    Office,
    Period,
    Provider,
    StateCode,
    Word,
)
from corridor.dossier.kinds.parts import Opening


class Matter(Coded):
    """Subject and nature of the proceeding, and who conducts it."""

    offence: Offence | None = None
    conducted_by: Office | None = None


class Assistance(Coded):
    """What is sought: purposes and measures by their ids in the law data."""

    purposes: tuple[Word, ...] = ()
    measures: tuple[Word, ...] = ()
    procedure: Word | None = None


class Concerned(Coded):
    """Persons and accounts concerned. A person's name is text, never here."""

    accounts: tuple[Account, ...] = ()
    providers: tuple[Provider, ...] = ()
    nationalities: tuple[StateCode, ...] = ()


class Purpose(Coded):
    use: Literal["investigation", "prosecution", "trial", "other"]


class Urgency(Coded):
    reasons: tuple[Literal["loss_or_change", "life_at_risk", "hearing", "custody", "other"], ...] = ()


class AssistanceRequest(Opening):
    """All optional here: what is missing under the law named is shown to both sides."""

    requesting_authority: Office | None = None
    matter_and_authority: Matter | None = None
    assistance_and_procedure: Assistance | None = None
    identity_location_nationality: Concerned | None = None
    time_period: Period | None = None
    purpose: Purpose | None = None


#: Free texts of such a request, in the order one writes them.
REQUEST_TEXTS = (
    "facts_summary",
    "matter_and_authority",
    "assistance_and_procedure",
    "identity_location_nationality",
    "purpose",
)
