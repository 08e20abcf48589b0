"""The refusal matrix of an instrument: every kind of request against every ground, read off its forms.

It states nothing of its own. A cell is the line of the form that decides it, so the matrix cannot say otherwise than
the forms do; `tests/law/tables/matrix.yaml` says the same by another hand, for a lawyer to sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from corridor.law.ruleset import DEFAULT, shipped
from corridor.law.types import Form, Ground, Line, Nature, plain

POSTPONEMENT = "postponement"


class Answer(StrEnum):
    """Whether a request of a kind may be refused on a ground. `not_a_ground`: the list of the form is closed without
    it, or excludes it by name; `forbidden`: the instrument forbids it by name; `not_listed`: the form does not speak
    of it, and its list is not closed.
    """

    YES = "yes"
    RESERVATION = "reservation"
    PRECONDITION = "precondition"
    GUIDES = "guides"
    NOT_A_GROUND = "not_a_ground"
    FORBIDDEN = "forbidden"
    NOT_LISTED = "not_listed"


_OF_NATURE = {
    Nature.RESERVATION_BASED: Answer.RESERVATION,
    Nature.PRECONDITION: Answer.PRECONDITION,
    Nature.INTERPRETIVE_LIMIT: Answer.GUIDES,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind against one ground. `line` is the line of the form that decides, None where the form has none."""

    kind: str
    ground: str
    answer: Answer
    consult_first: bool = False
    line: Line | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "ground": self.ground,
            "answer": str(self.answer),
            "consult_first": self.consult_first,
            "ref": self.line.ref if self.line else None,
            "cite": self.line.cite() if self.line else "",
            "confidence": str(self.line.confidence) if self.line else None,
        }


@dataclass(frozen=True, slots=True)
class Matrix:
    """`cells` by kind, then ground; the last ground is `postponement`, which is no refusal."""

    instrument: str
    kinds: tuple[str, ...]
    grounds: tuple[str, ...]
    cells: tuple[Cell, ...]

    def cell(self, kind: str, ground: str) -> Cell | None:
        return next((each for each in self.cells if (each.kind, each.ground) == (kind, ground)), None)

    def row(self, kind: str) -> tuple[Cell, ...]:
        return tuple(each for each in self.cells if each.kind == kind)

    def column(self, ground: str) -> tuple[Cell, ...]:
        return tuple(each for each in self.cells if each.ground == ground)

    def to_dict(self) -> dict[str, Any]:
        return {
            "instrument": self.instrument,
            "kinds": list(self.kinds),
            "grounds": list(self.grounds),
            "cells": plain(tuple(each.to_dict() for each in self.cells)),
        }


def matrix(instrument: str = DEFAULT) -> Matrix:
    """The refusal matrix of an instrument. Raises LawFault `law.instrument.no-rules`, `law.instrument.unknown`."""
    return shipped().matrix(instrument)


def read_off(instrument: str, forms: Iterable[Form]) -> Matrix:
    """The matrix of the forms of one instrument."""
    every = tuple(forms)
    found: dict[str, None] = {}
    for form in every:
        ids = [each.id for each in form.grounds]
        ids += [each.id for each in (*form.excluded, *form.prohibited)]
        found |= dict.fromkeys(ids)
    grounds = (*found, POSTPONEMENT)
    cells = tuple(_cell(form, ground) for form in every for ground in grounds)
    return Matrix(instrument, tuple(form.kind for form in every), grounds, cells)


def _cell(form: Form, ground: str) -> Cell:
    absent = Answer.NOT_A_GROUND if form.grounds_closed else Answer.NOT_LISTED
    if ground == POSTPONEMENT:
        foreseen = form.postponement is not None
        return Cell(form.kind, ground, Answer.YES if foreseen else absent, False, form.postponement)
    line = form.ground(ground)
    if isinstance(line, Ground):
        return Cell(form.kind, ground, _OF_NATURE.get(line.nature, Answer.YES), line.consult_first, line)
    for answer, lines in ((Answer.FORBIDDEN, form.prohibited), (Answer.NOT_A_GROUND, form.excluded)):
        for each in lines:
            if each.id == ground:
                return Cell(form.kind, ground, answer, False, each)
    return Cell(form.kind, ground, absent)
