"""What these pages are and are not: own words, no legal advice, no view on any territory; and which data made them."""

from __future__ import annotations

from corridor import law
from corridor.law.site.context import Context, Page
from corridor.law.site.render import fragment


def make(ctx: Context, subject: str) -> Page:
    table = str(getattr(ctx.answers.status, "digest", "") or ctx.answers.key[1] or "–")
    html = fragment("about.html", ctx, digest=law.digest(), table=table)
    return Page("about", str(ctx.t("about.title")), html, "about")
