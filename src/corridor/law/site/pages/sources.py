"""What was read, by whom it was published, on which day, and how far each mark lets a reader trust a line."""

from __future__ import annotations

from corridor import law
from corridor.law.comparable import comparable_sources
from corridor.law.conduct import conduct_sources
from corridor.law.criminality import national_sources
from corridor.law.press import press_sources
from corridor.law.road import road_sources
from corridor.law.site.context import Context, Page
from corridor.law.site.render import fragment
from corridor.law.tables import folder, table_sources

#: The folders of tables that say what was read for them.
TABLES = ("parties", "states")
#: Other data with sources of their own: the name their lines link to, and what was read.
READ = (
    ("conduct", conduct_sources),
    ("national", national_sources),
    ("press", press_sources),
    ("forecast", comparable_sources),
    ("road", road_sources),
)


def make(ctx: Context, subject: str) -> Page:
    with_rules = [each for each in law.instruments() if each.rules]
    counts = []
    for each in with_rules:
        articles = law.articles(each.code)
        seen = sum(article.confidence == "seen" for article in articles)
        counts.append(
            {
                "name": each.short_title,
                "articles": len(articles),
                "seen": seen,
                "recalled": len(articles) - seen,
            }
        )
    read = [
        {"code": each.code, "name": each.short_title, "sources": list(law.sources(each.code).values())}
        for each in with_rules
    ]
    read += [
        {
            "code": name,
            "name": str(ctx.t(f"sources.table.{name}")),
            "sources": list(table_sources(name).values()),
        }
        for name in TABLES
        if "sources" in folder(name)
    ]
    read += [
        {"code": name, "name": str(ctx.t(f"sources.table.{name}")), "sources": list(ask().values())}
        for name, ask in READ
    ]
    rows = sorted({each for entry in ctx.answers.status.entries for each in entry.source})
    html = fragment("sources.html", ctx, counts=counts, instruments=read, status=rows)
    return Page("sources", str(ctx.t("sources.title")), html, "sources")
