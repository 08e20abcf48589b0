"""What evidence may be used for: the conditions it came under, and the consent any other use waits for.

What another State gave is used for the matter of its request. Any other use, and handing it on, waits for an effective
`allow_use` of the State that gave it, in the same dossier and for the same use. Disclosing what may clear an accused is
always possible, and then notice is owed. What this State sealed itself is its own: nothing of it waits for anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor import dossier as dossiers
from corridor import law
from corridor.casework import safeguards, store
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.models import ActRow, Package
from corridor.dossier import VerifiedAct

OPENED = "opened"
MATTER, OTHER, ONWARD, EXCULPATORY = "this_matter", "other_matter", "onward", "exculpatory"
USES = (MATTER, OTHER, ONWARD, EXCULPATORY)
CONSENTED = (OTHER, ONWARD)
NOTICE = "exculpatory_disclosure"  # what `notify` says it is about
DUTY = "exculpatory_notice"
_PACKAGE = "package"


@dataclass(frozen=True)
class Purpose:
    """What evidence is opened for: one of USES. `to`: the State it is handed on to; `matter`: the other's file."""

    use: str = MATTER
    to: str = ""
    matter: str = ""


THIS_MATTER = Purpose()


@dataclass(frozen=True)
class Bound:
    """One condition evidence stands under, in the words of the State that set it."""

    code: str
    text: str
    language: str
    state: str

    def as_line(self) -> str:
        """As the index of a package carries it."""
        return f"{self.code} ({self.state}): {self.text}" if self.text else f"{self.code} ({self.state})"


@dataclass(frozen=True)
class Consent:
    """What the State that gave the evidence has allowed beyond the matter. `to`: the State it may be handed on to."""

    act: str
    use: str
    to: str
    recipient: str


def giver(loaded: store.Loaded, package: Package) -> str:
    """The State that handed a package over, by the last effective act that does; empty where none names it."""
    disclosing = dossiers.REGISTRY[loaded.row.kind].disclosing if loaded.row.kind in dossiers.REGISTRY else ()
    found = [act for act in _effective(loaded) if act.act.header.act in disclosing and _names(act, package)]
    return found[-1].state if found else ""


def bound(loaded: store.Loaded, package: Package | None = None) -> tuple[Bound, ...]:
    """The conditions in force in a dossier, and those the hand-over of `package` itself names."""
    acts = _effective(loaded)
    wanted = {one.id for one in loaded.state.conditions}
    # An id may stand in more than one offer; the words that bind are those of the offer accepted last.
    offers = [str(act.act.body.get("offer")) for act in acts if act.act.header.act == "accept_conditions"]
    found: dict[tuple[str, str], Bound] = {}
    for act in acts:
        own = package is not None and _names(act, package)
        for one in act.act.conditions:
            if own or (one.id in wanted and (not offers or act.id == offers[-1])):
                words = next((each for each in act.act.texts if each.field == f"conditions.{one.id}"), None)
                found[one.id, act.state] = Bound(
                    one.code, words.text if words else "", words.language if words else "", act.state
                )
    by_content = [one for one in loaded.state.conditions if one.id not in {id_ for id_, _ in found}]
    if by_content:
        # Set by what an act says and not beside it: information sent on conditions, a text that all signed.
        said = [(act, text) for act in acts for text in act.act.texts if text.field == "conditions"]
        state = said[-1][0].state if said else loaded.state.requesting
        text, language = (said[-1][1].text, said[-1][1].language) if said else ("", "")
        found |= {(one.id, state): Bound(one.code, text, language, state) for one in by_content}
    return tuple(found.values())


def sealed_before(loaded: store.Loaded, package: Package) -> bool:
    """Whether conditions were agreed after this State sealed the package: its index then does not say them."""
    if package.direction != "out" or not loaded.state.conditions:
        return False
    agreed = [act.id for act in _effective(loaded) if act.act.header.act == "accept_conditions"]
    return ActRow.objects.filter(pk__in=agreed[-1:], arrived__gt=package.arrived).exists()


def lines(loaded: store.Loaded, on: date) -> tuple[law.Provision, ...]:
    """What the law of the dossier says of use and secrecy; empty where it is not in the data."""
    form = _form(loaded, on)
    return form.use if form is not None else ()


def notice_duty(loaded: store.Loaded, on: date) -> law.Duty | None:
    """The duty to tell of an exculpatory disclosure, where the law of the dossier has it."""
    form = _form(loaded, on)
    return form.duty(DUTY) if form is not None else None


def _form(loaded: store.Loaded, on: date) -> law.Form | None:
    """The form of a dossier's kind under its basis; None where it is not in the data, or was no law on the day."""
    try:
        form = law.form(loaded.row.kind, safeguards.instrument(loaded), on=on)
    except law.LawFault:
        return None
    return form if isinstance(form, law.Form) else None


def for_index(loaded: store.Loaded, on: date) -> tuple[str, ...]:
    """What travels inside a package sealed for this dossier: its conditions, then the law's own lines of use."""
    told = [one.as_line() for one in bound(loaded)]
    return (*told, *(f"{line.cite()}: {line.text}" for line in lines(loaded, on)))


def consents(home: House, loaded: store.Loaded, package: Package) -> tuple[Consent, ...]:
    """What the State that gave the package allowed this State, the last answer to each question counting."""
    state = giver(loaded, package)
    asked = {act.id: act for act in _effective(loaded) if _is(act, "ask_use", home.state)}
    found: dict[str, Consent] = {}
    for act in _effective(loaded):
        question = asked.get(str(act.act.body.get("asked", "")))
        if question is None:
            continue
        if _is(act, "deny_use", state):
            found.pop(question.id, None)
        elif _is(act, "allow_use", state):
            body = question.act.body
            found[question.id] = Consent(
                act.id, str(body.get("use", "")), str(body.get("to") or ""), str(body.get("recipient") or "")
            )
    return tuple(found.values())


def barred(loaded: store.Loaded) -> frozenset[str]:
    """Packages of a dossier that must not be used, by the acts of the State that gave them."""
    kind = dossiers.REGISTRY.get(loaded.row.kind)
    return frozenset() if kind is None or loaded.state.status is None else kind.barred(loaded.state.facts)


def check(home: House, loaded: store.Loaded, package: Package, purpose: Purpose) -> str:
    """The id of the consent a use rests on; empty where it needs none.

    Raises CaseworkFault `casework.use.unknown`, `casework.use.not-allowed` where no consent covers it, and
    `casework.use.not-upheld` where a review after the fact did not uphold what the package rests on: then it may still
    be opened for what may clear an accused.
    """
    if purpose.use not in USES:
        raise CaseworkFault("casework.use.unknown")
    if package.direction == "out":
        return ""
    if purpose.use != EXCULPATORY and package.pk in barred(loaded):
        raise CaseworkFault("casework.use.not-upheld", use=purpose.use)
    if purpose.use not in CONSENTED:
        return ""
    for one in consents(home, loaded, package):
        if one.use == purpose.use and (one.use != ONWARD or one.to == purpose.to):
            return one.act
    raise CaseworkFault("casework.use.not-allowed", use=purpose.use)


def _effective(loaded: store.Loaded) -> list[VerifiedAct]:
    """Acts with effect, in the order the fold tried them."""
    place = {id: number for number, id in enumerate(loaded.state.order)}
    found = [act for act in loaded.acts if store.effective(loaded, act.id)]
    return sorted(found, key=lambda act: place.get(act.id, len(place)))


def _is(act: VerifiedAct, name: str, state: str) -> bool:
    return act.act.header.act == name and act.state == state


def _names(act: VerifiedAct, package: Package) -> bool:
    body: dict[str, Any] = dict(act.act.body)
    attached = {one.digest for one in act.act.attachments if one.role == _PACKAGE}
    return (
        package.pk in attached or package.pk in body.get("packages", ()) or package.pk == body.get("package")
    )
