"""Joint investigations: the coded body of each act. Fields of a text are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from corridor.dossier.kinds.facts import ActId, Coded, Day, Digest, Measure, Offence, StateCode, Word
from corridor.dossier.kinds.parts import Opening
from corridor.dossier.kinds.parts.asking import Departure
from corridor.dossier.kinds.parts.handing_over import Confirm

Power = Literal["be_present", "advise", "question", "search", "covert", "analyse_data", "carry_arms", "other"]


class Arrangement(Coded):
    """What is agreed on, and whether measures are asked for inside the team without a request of their own."""

    form: Literal["team_agreement", "arrangement", "single_case"] | None = None
    measures_without_request: bool = False


class Aims(Coded):
    aims: tuple[
        Literal["identify_persons", "gather_evidence", "arrest", "trace_proceeds", "help_victims", "other"],
        ...,
    ] = ()


class Term(Coded):
    """The days the team works, the last included. It ends nothing by itself: States do."""

    begins: Day | None = None
    until: Day | None = None
    extendable: bool = False


class Place(Coded):
    state: StateCode
    place: Word | None = None


class Leader(Coded):
    """Who leads in the territory of `state`: an authority and a function, never a person."""

    state: StateCode
    authority: Word | None = None
    functions: Word


class TeamMember(Coded):
    """Members of one State, as functions. Their names are exchanged outside."""

    state: StateCode
    authority: Word | None = None
    functions: Word
    count: Annotated[int, Field(ge=1, le=999)] = 1


class SecondedPower(Coded):
    """What members of another State may do in the territory of `state`, by its law."""

    state: StateCode
    power: Power
    legal_basis: Word | None = None


class Sharing(Coded):
    use: Literal["this_investigation", "related_offences", "with_consent"] | None = None
    onward_with_consent: bool = False


class CostRule(Coded):
    borne_by: Literal["each_own", "host", "shared"]
    share: Word | None = None


class Liability(Coded):
    borne_by: Literal["host", "seconding", "shared"]


class Publicity(Coded):
    to_public: Literal["together_only", "each_for_itself", "none"]
    confidential: bool = False


class DataProtection(Coded):
    rules: Literal["the_instrument", "other_agreement", "agreed_conditions"]
    keep_until: Day | None = None


class Termination(Coded):
    notice_days: Annotated[int, Field(ge=0, le=999)] | None = None  # of leaving, as agreed by the States
    afterwards: Literal["as_agreed", "return", "destroy"] = "as_agreed"


class Terms(Coded):
    """One text of the agreement, whole. Its words, where codes do not do, are texts of the same fields."""

    agreement: Arrangement | None = None
    purpose: Aims | None = None
    offence: Offence | None = None
    period: Term | None = None
    places: tuple[Place, ...] = ()
    leaders: tuple[Leader, ...] = ()
    team_members: tuple[TeamMember, ...] = ()
    seconded_powers: tuple[SecondedPower, ...] = ()
    evidence_sharing: Sharing | None = None
    costs: CostRule | None = None
    liability: Liability | None = None
    publicity: Publicity | None = None
    data_protection: DataProtection | None = None
    termination: Termination | None = None


class Request(Opening, Terms):
    """The proposal, and with it the first text: who proposes it has signed it. Incomplete texts may go."""


class ProposeChange(Terms):
    """Another text, whole. Before an agreement it takes the place of the first, afterwards it changes it."""

    answer_by: Day | None = None
    departures: tuple[Departure, ...] = ()


class Extend(Coded):
    """The text in force, until a later day."""

    until: Day
    answer_by: Day | None = None


class Agree(Coded):
    """Signs the text that stands in an act: the proposal, a change or an extension."""

    text: ActId


class Consult(Coded):
    about: Literal["agreement", "powers", "measures", "evidence", "costs", "other"]
    answers: tuple[ActId, ...] = ()


class Decline(Coded):
    """Takes no part. The reasons are the text of field `reasons`."""

    ground: Word | None = None  # by its id in the law data
    departures: tuple[Departure, ...] = ()


class AddPower(Coded):
    """What seconded members may do in the territory of the State that signs, from now on, by its own law."""

    members_of: StateCode | None = None  # None: of every State
    power: Power
    legal_basis: Word
    until: Day | None = None


class WithdrawPower(Coded):
    power: ActId


class AskMeasure(Coded):
    """A measure one member asks of another inside the team."""

    state: StateCode
    measure: Word  # id of a measure in the law data
    by: Day | None = None


class ReportMeasure(Coded):
    """What became of it. Nothing done, or in part: the reasons are the text of field `reasons`."""

    asked: ActId
    outcome: Literal["done", "in_part", "not_done"]
    measure: Measure | None = None
    packages: tuple[Digest, ...] = ()  # contributed before, with what it yielded


class Contribute(Coded):
    """Evidence put into the room: the packages, and the States whose custodians can open them."""

    packages: Annotated[tuple[Digest, ...], Field(min_length=1)]
    custody: tuple[Digest, ...] = ()
    to: Annotated[tuple[StateCode, ...], Field(min_length=1)]
    measure: Measure | None = None  # the domestic measure it was obtained by


class Leave(Coded):
    reason: Literal["aims_reached", "own_proceedings_ended", "law_does_not_allow", "other"] | None = None


class End(Coded):
    """Signs the end. It is over when every State bound has signed so."""

    reason: Literal["aims_reached", "period_over", "other"]


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "propose_change": ProposeChange,
    "extend": Extend,
    "agree": Agree,
    "consult": Consult,
    "decline": Decline,
    "add_power": AddPower,
    "withdraw_power": WithdrawPower,
    "ask_measure": AskMeasure,
    "report_measure": ReportMeasure,
    "contribute": Contribute,
    "confirm": Confirm,
    "leave": Leave,
    "end": End,
}
