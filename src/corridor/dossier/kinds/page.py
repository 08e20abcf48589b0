"""Draws docs/kinds.md from the tables, so that the page cannot say anything else than the code does."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.dossier.kinds import REGISTRY
from corridor.dossier.kinds.kind import REQUESTED, REQUESTING, SAME, Kind
from corridor.dossier.texts import text

INTRO = """# Kinds of request

Drawn from the tables in `corridor.dossier.kinds` by `python -m corridor.dossier.kinds.page`; do not edit by hand.
`spec/act.md` says how the tables are read. A cell names the status an act leads to; `same` leaves it where it is.
In every status each member may also send `amend_members`, and after a fork of its own only `stand`.
"""


def draw() -> str:
    """The whole page."""
    return "\n".join([INTRO, *(line for kind in REGISTRY.values() for line in _kind(kind))]).rstrip() + "\n"


def _kind(kind: Kind) -> Iterator[str]:
    yield f"## {text(f'kind.{kind.name}')} (`{kind.name}`)\n"
    yield f"The opening act `request` leads to `{kind.opens}`.\n"
    for role in (REQUESTING, REQUESTED):
        yield f"### {text(f'role.{role}')}\n"
        yield "| In status | it may send | which leads to |"
        yield "|---|---|---|"
        for status, row in kind.table.get(role, {}).items():
            for event, target in row.items():
                yield f"| `{status}` | `{event}` | {'same' if target == SAME else f'`{target}`'} |"
        yield ""
    yield "### Acts\n"
    yield "| Act | Says | Fields of the body |"
    yield "|---|---|---|"
    for name, model in kind.bodies.items():
        fields = ", ".join(
            f"`{field}`" + ("" if info.is_required() else "?") for field, info in model.model_fields.items()
        )
        yield f"| `{name}` | {text(f'{kind.name}.act.{name}')} | {fields or 'none'} |"
    yield "\nA field marked `?` may be left out. What a request lacks under the law it names is shown as missing.\n"
    yield "### When acts cross\n"
    yield "Strict in this order; what no rule settles: requesting State first, then the lower id.\n"
    yield "| Rule | First | Then | The second |"
    yield "|---|---|---|---|"
    for rule in kind.crossings:
        effect = "has no effect" if rule.overtakes else "is tried after"
        yield f"| `{rule.name}` | `{rule.first}` | `{rule.second}` | {effect} |"
    yield ""


if __name__ == "__main__":
    print(draw(), end="")
