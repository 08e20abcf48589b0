"""The text a team works under: proposed whole, signed by every State, changed and extended the same way.

Before the first text is in force every member has a say; afterwards those bound by it do, and a State that joins
later is bound once it signs the text in force. A State signs one whole text at a time: its latest word counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from corridor.dossier.act import Condition
from corridor.dossier.kinds.kind import Move


@dataclass(frozen=True)
class Offer:
    """A text, or an extension of the one in force, that waits for signatures."""

    act: str
    by: str
    signed: tuple[str, ...]
    extends: bool = False
    until: date | None = None
    answer_by: date | None = None
    terms: tuple[Condition, ...] = ()  # of use, as the text sets them
    measures: bool = False  # measures may be asked for without a request of their own


@dataclass(frozen=True)
class Agreement:
    offers: tuple[Offer, ...] = ()
    text: str | None = None  # the act whose text is in force
    was: tuple[str, ...] = ()  # texts that were in force before it
    bound: tuple[tuple[str, str], ...] = ()  # State, and the text it signed last
    until: date | None = None
    until_act: str | None = None
    terms: tuple[Condition, ...] = ()
    measures: bool = False
    without: str | None = None  # the act after which it came into force among those who were left

    @property
    def parties(self) -> tuple[str, ...]:
        return tuple(state for state, _ in self.bound)

    def say(self, present: tuple[str, ...]) -> tuple[str, ...]:
        """The States whose signatures a text needs."""
        return self.parties if self.text else present

    def awaited(self, offer: Offer, present: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(state for state in self.say(present) if state not in offer.signed)

    def owing(self, present: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """State and act: who has still to sign or decline what. Of several whole texts, the newest."""
        whole = [offer for offer in self.offers if not offer.extends]
        found = [
            (state, offer.act)
            for offer in (*whole[-1:], *(each for each in self.offers if each.extends))
            for state in self.awaited(offer, present)
        ]
        if self.text is not None:
            signed = dict(self.bound)
            found += [(state, self.text) for state in present if signed.get(state) != self.text]
        return tuple(dict.fromkeys(found))

    def may_sign(self, state: str, text: str) -> bool:
        """A text on offer; or the one in force, or before it, for a State bound by neither it nor a later one."""
        for offer in self.offers:
            if offer.act == text:
                return state not in offer.signed and (not self.text or state in self.parties)
        return text in {self.text, *self.was} and dict(self.bound).get(state) not in {self.text, text}

    # --- what acts do to it ---------------------------------------------------------------------------------

    def proposed(self, move: Move) -> Agreement:
        body = move.body
        offer = Offer(
            move.id,
            move.state,
            (move.state,),
            until=getattr(getattr(body, "period", None), "until", None),
            answer_by=getattr(body, "answer_by", None),
            terms=_terms(body),
            measures=bool(getattr(body, "agreement", None) and body.agreement.measures_without_request),
        )
        return replace(self._unsigned(move.state), offers=(*self._unsigned(move.state).offers, offer))

    def extended(self, move: Move) -> Agreement:
        offer = Offer(
            move.id,
            move.state,
            (move.state,),
            extends=True,
            until=move.body.until,
            answer_by=move.body.answer_by,
        )
        return replace(self, offers=(*self.offers, offer))

    def signed(self, move: Move) -> Agreement:
        state, text = move.state, move.body.text
        offer = next((each for each in self.offers if each.act == text), None)
        if offer is None:  # in force, or was: the State joins those bound
            bound = {**dict(self.bound), state: text}
            return replace(self, bound=tuple(bound.items()))
        kept = self if offer.extends else self._unsigned(state)
        return replace(
            kept,
            offers=tuple(
                replace(each, signed=(*each.signed, state)) if each.act == text else each
                for each in kept.offers
            ),
        )

    def without_state(self, state: str) -> Agreement:
        """A State is gone, its signatures with it. A text nobody else has signed goes too."""
        kept = (
            replace(each, signed=tuple(one for one in each.signed if one != state)) for each in self.offers
        )
        return replace(
            self,
            bound=tuple(row for row in self.bound if row[0] != state),
            offers=tuple(each for each in kept if each.signed),
        )

    def settled(self, present: tuple[str, ...], left: str | None = None) -> Agreement:
        """With a text in force if all who have a say have signed it. `left`: the act by which one of them went."""
        say = self.say(present)
        for offer in self.offers:
            if len(say) < 2 or self.awaited(offer, present):
                continue
            if offer.extends:
                rest = tuple(each for each in self.offers if each.act != offer.act)
                return replace(self, offers=rest, until=offer.until, until_act=offer.act).settled(present)
            return Agreement(
                text=offer.act,
                was=(*self.was, *((self.text,) if self.text else ())),
                bound=tuple((state, offer.act) for state in say),
                until=offer.until,
                until_act=offer.act if offer.until else None,
                terms=offer.terms,
                measures=offer.measures,
                without=left or self.without,
            )
        return self

    def _unsigned(self, state: str) -> Agreement:
        """Without the State's word for any whole text."""
        return replace(
            self,
            offers=tuple(
                each
                if each.extends
                else replace(each, signed=tuple(one for one in each.signed if one != state))
                for each in self.offers
            ),
        )


def _terms(body: Any) -> tuple[Condition, ...]:
    """The conditions of use a text sets, in the codes all kinds share."""
    sharing, publicity = getattr(body, "evidence_sharing", None), getattr(body, "publicity", None)
    found = []
    if sharing is not None and sharing.use is not None:
        found.append(Condition("agreement-use", "use_limited"))
    if sharing is not None and sharing.onward_with_consent:
        found.append(Condition("agreement-onward", "no_onward_transfer"))
    if publicity is not None and publicity.confidential:
        found.append(Condition("agreement-secrecy", "confidential"))
    return tuple(found)
