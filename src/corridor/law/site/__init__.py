"""The pages of the law: the same page for a node and for a folder of files that opens from disk.

    site.build(folder, on=day)                 the whole site as files
    site.render("article-42", context)         one page, to be put into a shell

Each page is one function in `pages/` and one template; `table.PAGES` lists them all. Pure like the rest of `law`: the
day, the table and the folders are arguments. Every visible sentence stands in `data/site/texts.<language>.yaml`.
"""

from __future__ import annotations

from corridor.law.site.context import Answers, Context, NodeLinks, Page, StaticLinks
from corridor.law.site.export import Built, build
from corridor.law.site.render import ASSETS, menu, render

__all__ = [
    "ASSETS",
    "Answers",
    "Built",
    "Context",
    "NodeLinks",
    "Page",
    "StaticLinks",
    "build",
    "menu",
    "render",
]
