"""Draws docs/kinds.md, a page and a picture for each kind from the tables, so that they cannot say anything else.

`python -m corridor.dossier.kinds.page docs` writes them all; without a folder it prints the first page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from corridor.dossier.kinds import REGISTRY
from corridor.dossier.kinds.diagram import picture
from corridor.dossier.kinds.kind import REQUESTED, REQUESTING, SAME, Kind
from corridor.dossier.texts import text

INTRO = """# Kinds of request

Drawn from the tables in `corridor.dossier.kinds` by `python -m corridor.dossier.kinds.page docs`; do not edit by hand.
`spec/act.md` says how the tables are read: for each status, which acts a State may send and the status each leads to.
In every status each member may also send `amend_members`, and after a fork of its own only `stand`.

In a picture each row is a status and each column an act: a dot where it may be sent, an arrow where it leads.
What leaves the status as it is (a question, a notice, a supplement) is in the tables alone.
"""


def draw() -> str:
    """The first page: every kind, and how to read what is said of it."""
    lines = [INTRO, "| Kind | Statuses | Acts | Rests on safeguards |", "|---|---|---|---|"]
    for kind in REGISTRY.values():
        row = (f"[{text(f'kind.{kind.name}')}](kinds/{kind.name}.md)", len(kind.statuses()), len(kind.acts()))
        needs = ", ".join(f"`{act}`" for act in sorted(kind.executing)) or "none"
        lines.append(f"| {row[0]} | {row[1]} | {row[2]} | {needs} |")
    lines += ["", "```{toctree}", ":hidden:", "", *(f"kinds/{name}" for name in REGISTRY), "```"]
    return "\n".join(lines) + "\n"


def pages() -> Mapping[str, str]:
    """Every file there is to draw, by its path in the folder of the documentation."""
    found = {"kinds.md": draw()}
    for kind in REGISTRY.values():
        found[f"kinds/{kind.name}.md"] = "\n".join(_kind(kind)).rstrip() + "\n"
        found[f"kinds/{kind.name}.svg"] = picture(kind)
    return found


def write(folder: Path) -> None:
    """Write them all; a picture or page of a kind there is no more is taken away."""
    (folder / "kinds").mkdir(exist_ok=True)
    wanted = pages()
    for old in (folder / "kinds").iterdir():
        if f"kinds/{old.name}" not in wanted:
            old.unlink()
    for name, content in wanted.items():
        (folder / name).write_text(content, encoding="utf-8")


def _kind(kind: Kind) -> Iterator[str]:
    title = text(f"kind.{kind.name}")
    yield f"# {title} (`{kind.name}`)\n"
    yield f"The opening act `request` leads to `{kind.opens}`. How to read this: [kinds of request](../kinds.md).\n"
    yield f"![{title}: which act leads from which status to which]({kind.name}.svg)\n"
    for role in (REQUESTING, REQUESTED):
        yield f"## {text(f'role.{role}')}\n"
        yield "| In status | it may send, which leads to | or, leaving it as it is |"
        yield "|---|---|---|"
        for status, row in kind.table.get(role, {}).items():
            leading = [f"`{event}` → `{target}`" for event, target in row.items() if target != SAME]
            staying = [f"`{event}`" for event, target in row.items() if target == SAME]
            yield f"| `{status}` | {', '.join(leading) or 'none'} | {', '.join(staying) or 'none'} |"
        yield ""
    yield "## Acts\n"
    yield "| Act | Says | Fields of the body |"
    yield "|---|---|---|"
    for name, model in kind.bodies.items():
        fields = ", ".join(
            f"`{field}`" + ("" if info.is_required() else "?") for field, info in model.model_fields.items()
        )
        yield f"| `{name}` | {text(f'{kind.name}.act.{name}')} | {fields or 'none'} |"
    yield "\nA field marked `?` may be left out. What a request lacks under the law it names is shown as missing.\n"
    yield "## When acts cross\n"
    yield "Strict in this order; what no rule settles: requesting State first, then the lower id.\n"
    yield "| Rule | First | Then | The second |"
    yield "|---|---|---|---|"
    for rule in kind.crossings:
        effect = "has no effect" if rule.overtakes else "is tried after"
        yield f"| `{rule.name}` | `{rule.first}` | `{rule.second}` | {effect} |"
    yield ""


if __name__ == "__main__":
    if sys.argv[1:]:
        write(Path(sys.argv[1]))
    else:
        print(draw(), end="")
