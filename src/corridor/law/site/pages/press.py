"""What is often reported wrong about the Convention: the claim, the right figure, why, and where it was read."""

from __future__ import annotations

from corridor import law
from corridor.law.site.context import Context, Page
from corridor.law.site.pages.articles import linked
from corridor.law.site.render import fragment


def make(ctx: Context, subject: str) -> Page:
    claims = [(each, each.right) for each in law.press()]
    html = fragment("press.html", ctx, claims=claims, linked=lambda text: linked(ctx, text))
    return Page("press", str(ctx.t("press.title")), html, "press")
