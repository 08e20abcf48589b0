"""What a request must say: a page a kind of request, with contents, senders, grounds and periods by instrument."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from corridor import law
from corridor.law.errors import LawFault
from corridor.law.near import near
from corridor.law.site.context import Context, Page
from corridor.law.site.pages.articles import linked
from corridor.law.site.render import fragment

#: The lists of a form that are shown as lines, in the order a person who writes a request needs them.
PARTS = ("contents", "grounds", "excluded", "prohibited", "periods", "duties", "use", "form_and_language")


#: What a ground does -> how the matrix shows it; the others let a State refuse.
_MARKS = {"reservation_based": "reserved", "precondition": "condition", "interpretive_limit": "guides"}


def subjects(ctx: Context) -> Iterable[str]:
    return law.kinds()


def title(ctx: Context, kind: str) -> str:
    """A kind of request in the words people use for it."""
    return str(ctx.t.maybe(f"kind.{kind}", kind.replace("_", " ")))


def under(kind: str, on: date) -> list[tuple[Any, law.Form]]:
    """The instruments whose rules for this kind are in the data, the Convention first."""
    found = []
    for each in law.instruments():
        try:
            form = law.form(kind, each.code, on=on)
        except LawFault:
            continue
        if isinstance(form, law.Form):
            found.append((each, form))
    return found


def make(ctx: Context, subject: str) -> Page:
    rows = [
        {
            "kind": kind,
            "title": title(ctx, kind),
            "under": [(each.short_title, form.articles) for each, form in under(kind, ctx.on)],
        }
        for kind in law.kinds()
    ]
    rows.sort(key=lambda each: str(each["title"]))
    html = fragment("forms.html", ctx, rows=rows, grounds=_grounds(ctx))
    return Page("forms", str(ctx.t("forms.title")), html, "forms")


def _grounds(ctx: Context) -> dict[str, Any]:
    """Form by ground: what the Convention lets a State say no for, and to which kind of request."""
    columns: list[tuple[str, str]] = []
    told: dict[str, str] = {}
    cells: dict[str, dict[str, str]] = {}
    for kind in law.kinds():
        try:
            form = law.form(kind, on=ctx.on)
        except LawFault:
            continue
        if not isinstance(form, law.Form):
            continue
        columns.append((kind, title(ctx, kind)))
        for code, lines in (("yes", form.grounds), ("no", form.excluded), ("never", form.prohibited)):
            for line in lines:
                if code == "yes" or line.id not in told:
                    told[line.id] = line.text
                mark = _MARKS.get(str(getattr(line, "nature", "")), code)
                cells.setdefault(line.id, {})[kind] = mark
    shown = sorted(cells, key=lambda each: (-len(cells[each]), each))
    return {"columns": columns, "rows": [(each, told[each], cells[each]) for each in shown]}


def make_one(ctx: Context, subject: str) -> Page:
    """One kind of request. Raises LawFault `law.form.unknown-kind` with the near ones."""
    kind = next((each for each in law.kinds() if each == subject), None)
    if kind is None:
        kinds = law.kinds()
        told = ", ".join(near(subject, kinds))
        raise LawFault("law.form.unknown-kind", kind=subject, kinds=", ".join(kinds), near=told)
    sections = []
    for each, form in under(kind, ctx.on):
        parts = [(code, getattr(form, code)) for code in PARTS if getattr(form, code)]
        own = law.rules(law.digest()).steps(each.code)
        steps = tuple(line for line in own if kind in line.kinds)
        parts += [("steps", steps)] if steps else []
        single = [line for line in (form.postponement, form.costs) if line is not None]
        sections.append({"instrument": each, "form": form, "parts": parts, "single": single})
    html = fragment(
        "form.html",
        ctx,
        kind=kind,
        title=title(ctx, kind),
        sections=sections,
        linked=lambda text: linked(ctx, text),
    )
    return Page(f"form-{kind}", title(ctx, kind), html, "forms")
