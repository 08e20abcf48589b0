"""From a state to the next act: what a State may do now, with the form of its body, and the header filled in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from corridor import law
from corridor.dossier.act import (
    SALT_BYTES,
    Act,
    Attachment,
    Basis,
    Condition,
    Header,
    Member,
    Party,
    Reference,
    Rules,
    Text,
)
from corridor.dossier.fold import FOLD
from corridor.dossier.forks import STAND
from corridor.dossier.kinds import REGISTRY
from corridor.dossier.kinds.facts import ActId, Coded
from corridor.dossier.members import AMEND, AmendMembers
from corridor.dossier.on_paper import RECEIVED, ReceivedPaper
from corridor.dossier.state import State
from corridor.faults import Fault
from corridor.notary.dsse import Envelope


class DraftFault(Fault):
    """An act that this State's own officer may not sign as it is."""


class Stand(Coded):
    """Which of two acts that followed the same one stands."""

    stands: ActId


@dataclass(frozen=True)
class PossibleAct:
    """An act a State may send now: its text code and the JSON Schema of its body."""

    name: str
    code: str
    schema: Mapping[str, Any]


def body_model(kind: str, act: str) -> type[BaseModel]:
    """The model of an act's body. Raises KeyError for an act the kind does not know."""
    generic: dict[str, type[BaseModel]] = {STAND: Stand, AMEND: AmendMembers, RECEIVED: ReceivedPaper}
    return generic[act] if act in generic else REGISTRY[kind].bodies[act]


def schema(kind: str, act: str) -> dict[str, Any]:
    """JSON Schema of the body: what a form is drawn from."""
    return body_model(kind, act).model_json_schema()


def possible(state: State, by: str) -> tuple[PossibleAct, ...]:
    """What a State may send now, in the order of the kind's table."""
    return tuple(
        PossibleAct(name, act_code(state.kind, name), schema(state.kind, name)) for name in state.possible(by)
    )


def texts_of(kind: str, act: str) -> tuple[str, ...]:
    """The fields of free text an act has a place for."""
    return REGISTRY[kind].texts.get(act, ("note",))


def act_code(kind: str, act: str) -> str:
    return f"act.{act}" if act in {STAND, AMEND, RECEIVED} else f"{kind}.act.{act}"


def opening(
    kind: str,
    *,
    basis: Basis,
    members: Iterable[Member],
    sender: Party,
    credential: Envelope,
    time: datetime,
    body: Mapping[str, Any],
    texts: Iterable[Text] = (),
    attachments: Iterable[Attachment] = (),
    reference: Reference = Reference(),  # noqa: B008  (frozen)
    salt: str | None = None,
) -> Act:
    """The act that opens a dossier. Incomplete content is allowed; content not of its form is not (DraftFault)."""
    rows = tuple(members)
    header = Header(
        dossier=None,
        kind=kind,
        act="request",
        rules=Rules(FOLD, law.digest()),
        sender=sender,
        credential=credential,
        to=tuple(Party(m.state, m.authority) for m in rows if m.state != sender.state),
        prev=None,
        seen=(),
        time=time,
        salt=salt or secrets.token_hex(SALT_BYTES),
        reference=reference,
        basis=basis,
        members=rows,
    )
    return Act(header, check_body(kind, "request", body), tuple(texts), tuple(attachments))


def following(
    state: State,
    act: str,
    *,
    sender: Party,
    credential: Envelope,
    time: datetime,
    body: Mapping[str, Any] | None = None,
    texts: Iterable[Text] = (),
    attachments: Iterable[Attachment] = (),
    conditions: Iterable[Condition] = (),
    reference: Reference | None = None,
    salt: str | None = None,
) -> Act:
    """The next act of a State, seen from `state`. Raises DraftFault if the table does not allow it there."""
    if act not in state.possible(sender.state):
        raise DraftFault("dossier.draft.not-possible", act=act, status=state.status)
    assert state.rules is not None  # nothing is possible where they are not known
    content = check_body(state.kind, act, body or {})
    if act == RECEIVED:
        content = _on_paper(state, content)
    header = Header(
        dossier=state.dossier,
        kind=state.kind,
        act=act,
        rules=state.rules,
        sender=sender,
        credential=credential,
        to=tuple(Party(m.state, m.authority) for m in state.members if m.state != sender.state),
        prev=_prev(state, sender.state, act, content),
        seen=state.heads,
        time=time,
        salt=salt or secrets.token_hex(SALT_BYTES),
        reference=reference or _references(state, sender.state),
    )
    return Act(header, content, tuple(texts), tuple(attachments), tuple(conditions))


def _prev(state: State, sender: str, act: str, body: Mapping[str, Any]) -> str | None:
    """The end of the State's own chain; after forks, the one end that every choice made so far leaves standing."""
    ends = state.chains.get(sender, ())
    if len(ends) < 2:
        return ends[0] if ends else None
    ways = {end: set(state.ancestry(end)) for end in ends}
    if act == STAND:  # it continues what it names, if it can on a way that stands itself
        ends = tuple(end for end in ends if str(body.get("stands")) in ways[end]) or ends
    dead = {id_ for fork in state.forks if fork.stands for id_ in fork.acts if id_ != fork.stands}
    return next((end for end in ends if not dead & ways[end]), ends[0])


def _on_paper(state: State, content: dict[str, Any]) -> dict[str, Any]:
    """The paper of a member without a node, its own body checked as that of any act of that member."""
    name = content["act"]
    if name not in state.answers_on_paper(content["state"]):
        raise DraftFault("dossier.draft.not-possible", act=name, status=state.status)
    return {**content, "body": check_body(state.kind, name, content.get("body") or {})}


def _references(state: State, sender: str) -> Reference:
    theirs = next((ref for who, ref in sorted(state.references.items()) if who != sender), None)
    return Reference(own=state.references.get(sender), theirs=theirs)


def check_body(kind: str, act: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as it will be signed, if it is of its form. Raises DraftFault naming the first field that is not."""
    try:
        model = body_model(kind, act).model_validate(dict(body))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "body"
        raise DraftFault("dossier.draft.body", act=act, field=where) from error
    return model.model_dump(mode="json", exclude_unset=True)


@dataclass(frozen=True)
class Problem:
    """Something an officer should mend, or explain, before signing."""

    code: str
    field: str


def problems(kind: str, act: str, body: Mapping[str, Any], texts: Iterable[Text] = ()) -> tuple[Problem, ...]:
    """Every field that is not of its form, and texts an act cannot do without."""
    found: list[Problem] = []
    try:
        body_model(kind, act).model_validate(dict(body))
    except ValidationError as error:
        for row in error.errors():
            found.append(Problem(f"body.{row['type']}", ".".join(str(part) for part in row["loc"])))
    if act in {"refuse", "postpone"} and not any(t.field == "reasons" and t.text.strip() for t in texts):
        found.append(Problem(f"{kind}.rule.reasons-missing", "reasons"))
    return tuple(found)
