"""The road of one State to becoming a Party: days, steps, and every paper due, to be read, copied and saved.

For anybody: what a status table shows, and the papers as drafts. For its own people: what it says of its progress.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from corridor import law
from corridor.law.road import DepositKit
from corridor.law.site.context import Context, Page
from corridor.law.site.pages._reading import cited, places, said
from corridor.law.site.pages.articles import linked
from corridor.law.site.pages.one_state import known
from corridor.law.site.render import fragment
from corridor.law.states import states

#: A line break within a paragraph: before a line that begins with a word.
_WRAPPED = re.compile(r"(?<=[^\n])(?<!  )\n(?=\w)")


def subjects(ctx: Context) -> Iterable[str]:
    return (each.code.lower() for each in states())


def make(ctx: Context, subject: str) -> Page:
    """The list of States."""
    rows = sorted(states(), key=lambda each: each.name)
    html = fragment("kits.html", ctx, rows=rows, home=ctx.home if ctx.own else "")
    return Page("deposit-kit", str(ctx.t("kit.title")), html, "deposit-kit")


def make_one(ctx: Context, subject: str) -> Page:
    """One State's road. Raises LawFault `law.state.unknown` with the near ones."""
    one = known(ctx, subject)
    own = ctx.own_of(one.code)
    found = law.deposit_kit(
        one.code,
        on=ctx.on,
        table=ctx.table,
        progress=ctx.own_progress if own else (),
        confirmed=ctx.confirmed if own else (),
    )
    slug = f"deposit-{subject.lower()}"
    whole = f"{slug}.md"
    single = {each.id: f"{slug}-{each.filename}" for each in found.documents} if ctx.links.live else {}
    html = fragment(
        "kit.html",
        ctx,
        state=one,
        own=own,
        kit=found,
        said=next((said(ctx, each) for each in places(ctx) if each.state == one), ""),
        steps=[(number, each) for number, each in enumerate(found.steps, start=1)],
        papers=_papers(found),
        unwrapped=unwrapped,
        titles={each.id: each.title for each in found.documents},
        whole=ctx.links.file(slug, whole),
        single={id: ctx.links.file(slug, name) for id, name in single.items()},
        linked=lambda text: linked(ctx, text),
        cited=lambda cite: cited(ctx, cite),
    )
    files = [(whole, together(found).encode())]
    files += [(single[each.id], each.text.encode()) for each in found.documents if each.id in single]
    title = ctx.t("kit.title.one", name=one.name)
    return Page(slug, str(title), html, "deposit-kit", files=tuple(files))


def _papers(found: DepositKit) -> list[tuple[str, list[Any]]]:
    """The papers by when they are due, in the order of the road."""
    groups: dict[str, list[Any]] = {}
    for each in found.documents:
        groups.setdefault(str(each.when), []).append(each)
    return list(groups.items())


def unwrapped(text: str) -> str:
    """A draft whose paragraphs run on as the window is wide; headings, lists, tables and fields keep their lines."""
    return _WRAPPED.sub(" ", text)


def together(found: DepositKit) -> str:
    """The road and all its papers as one text, a rule between each."""
    parts = [found.to_markdown(), *(each.text for each in found.documents)]
    return "\n\n---\n\n".join(part.strip() for part in parts) + "\n"
