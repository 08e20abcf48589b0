"""What bears on a ground, and what only some purposes need, names grounds, fields and purposes that are there."""

from __future__ import annotations

from datetime import date

from corridor import law
from corridor.dossier import REGISTRY, schema
from corridor.law import drafting

DAY = date(2026, 11, 27)


def test_every_ground_named_is_one_of_a_form() -> None:
    forms = [
        law.form(kind, each.code, on=DAY) for each in law.instruments() if each.rules for kind in law.kinds()
    ]
    known = {ground.id for form in forms for ground in form.grounds}
    assert set(drafting.bearing()) <= known
    assert set(drafting.bearing().values()) == set(drafting.FACTS)


def test_every_field_and_purpose_named_is_one_of_the_kind() -> None:
    named = 0
    for kind in REGISTRY:
        fields = schema(kind, "request")["properties"]
        purposes = {each.id for each in law.form(kind, on=DAY).purposes}
        for field, wanted in drafting.needed_for(kind).items():
            assert field in fields, (kind, field)
            assert set(wanted) <= purposes, (kind, field)
            named += 1
    assert named == 3
