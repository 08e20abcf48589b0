"""The tile map: one square a State, coloured by where it stands, near its neighbours. No border is drawn."""

from __future__ import annotations

import csv
import functools
from collections import Counter
from typing import Any

from corridor.law.ruleset import data_root
from corridor.law.site.context import Context, Page
from corridor.law.site.pages._reading import STANDINGS, places, said
from corridor.law.site.render import fragment
from corridor.law.states import Group


@functools.cache
def tiles() -> dict[str, tuple[int, int]]:
    """Code -> (column, row), both from 1."""
    with (data_root() / "site" / "tiles.csv").open(encoding="utf-8") as lines:
        return {row["code"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(lines)}


def make(ctx: Context, subject: str) -> Page:
    everyone = places(ctx)
    where = tiles()
    groups: list[tuple[str, list[dict[str, Any]]]] = []
    for group in Group:
        members = [
            {
                "code": each.state.code,
                "standing": each.standing,
                "said": said(ctx, each),
                "href": ctx.links.page("state", each.state.code),
                "column": where[each.state.code][0],
                "row": where[each.state.code][1],
            }
            for each in everyone
            if each.state.group is group
        ]
        if members:
            groups.append((str(group), members))
    counts = Counter(each.standing for each in everyone)
    key = [(code, counts[code]) for code in STANDINGS if counts[code]]
    return Page(
        "map", str(ctx.t("map.title")), fragment("map.html", ctx, groups=groups, key=key), "map", wide=True
    )
