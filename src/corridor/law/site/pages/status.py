"""Who signed, who deposited, what is still needed: the status as figures, by regional group, and State by State."""

from __future__ import annotations

from collections import Counter
from typing import Any

from markupsafe import Markup

from corridor.law import parties as tables
from corridor.law.ruleset import DEFAULT
from corridor.law.site.context import Context, Page
from corridor.law.site.pages._reading import STANDINGS, figures, name_of, organisations, places, standing
from corridor.law.site.render import fragment
from corridor.law.states import ORGANISATIONS, Group


def lead(ctx: Context) -> Markup:
    """The one sentence that says whether the Convention is in force."""
    told, t = figures(ctx), ctx.t
    force = told.entry_into_force
    if force is not None:
        return t("status.lead.in-force" if force <= ctx.on else "status.lead.will", day=t.day(force))
    more = t.n("status.lead.reported", told.reported) if told.reported else Markup("")
    counted = t.n("status.lead.counted", told.counted)
    return t("status.lead.not-yet", counted=counted, needed=told.needed, more=more)


def keys(ctx: Context) -> list[tuple[str, Markup]]:
    """The figures at the head of a page: value and what it counts."""
    told, t = figures(ctx), ctx.t
    at_least = t("status.at-least") if told.at_least else Markup("")
    left = (told.closes - ctx.on).days
    rows = [(f"{at_least}{told.counted} / {told.needed}", t("status.key.counted"))]
    if told.reported:
        rows.append((str(told.reported), t("status.key.reported")))
    rows.append((str(told.signatories), t("status.key.signatories", states=told.signatory_states)))
    if left >= 0:
        rows.append((t.number(left), t("status.key.window", day=t.day(told.closes))))
    else:
        rows.append((t.day_text(told.closes), t("status.key.closed")))
    return rows


def forty(ctx: Context) -> dict[str, Any]:
    """One cell an instrument needed, as coordinates: counted, reported, still wanting."""
    told, t = figures(ctx), ctx.t
    needed, counted = told.needed, min(told.counted, told.needed)
    reported = min(told.reported, needed - counted)
    wanting = needed - counted - reported
    key = [("counted", "d", t.n("forty.counted", counted))]
    if reported:
        key.append(("reported", "r", t.n("forty.reported", reported)))
    key.append(("wanting", "n", t.n("forty.wanting", wanting)))
    return {
        "drawings": [
            _cells("broad", 20, needed, counted, reported),
            _cells("narrow", 10, needed, counted, reported),
        ],
        "desc": t("forty.desc", counted=counted, reported=reported, wanting=wanting, needed=needed),
        "key": key,
    }


def _cells(name: str, a_row: int, needed: int, counted: int, reported: int) -> dict[str, Any]:
    """The cells of one drawing, `a_row` beside each other: one for a broad screen, one for a narrow."""
    size, gap, foot = 38, 8, 26
    cells = []
    for place in range(needed):
        kind = "counted" if place < counted else "reported" if place < counted + reported else "wanting"
        number = place + 1 if (place + 1) % 10 == 0 or place == 0 else None
        row, column = divmod(place, a_row)
        x, y = column * (size + gap), row * (size + foot)
        cells.append({"x": x, "y": y, "size": size, "kind": kind, "number": number})
    width, height = a_row * (size + gap) - gap, -(-needed // a_row) * (size + foot)
    return {"name": name, "cells": cells, "width": width, "height": height}


def regions(ctx: Context) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Signatures and instruments by regional group, and their sum. States only."""
    told = ctx.answers.status.by_group()
    size = Counter(each.state.group for each in places(ctx) if each.state.un_member)
    signed = Counter({group: signatures for group, (signatures, _) in told.items()})
    deposited = Counter({group: instruments for group, (_, instruments) in told.items()})

    def row(name: str, states: int, signatures: int, instruments: int) -> dict[str, Any]:
        share = f"{100 * signatures / states:.0f} %" if states else "–"
        return {
            "group": name,
            "states": states,
            "signed": signatures,
            "share": share,
            "instruments": instruments,
        }

    rows = [row(str(group), size[group], signed[group], deposited[group]) for group in Group if size[group]]
    total = row("", sum(size.values()), sum(signed.values()), sum(deposited.values()))
    return rows, total


def _rows(ctx: Context) -> list[dict[str, Any]]:
    rows = []
    for each in places(ctx):
        if each.entry is None:
            continue
        rows.append(_row(ctx, each.entry, each.state.name, str(each.state.group), each.standing))
    for entry in organisations(ctx):
        rows.append(_row(ctx, entry, ORGANISATIONS[entry.state], "organisation", standing(entry)))
    return sorted(rows, key=lambda each: str(each["name"]))


def _row(ctx: Context, entry: Any, name: str, group: str, letter: str) -> dict[str, Any]:
    t = ctx.t
    deposit: Any = t.day(entry.deposit) if entry.deposit else ""
    if letter == "r":
        deposit = t("status.reported.by", day=t.day(entry.reported))
    return {
        "code": entry.state,
        "name": name,
        "group": group,
        "standing": letter,
        "signature": entry.signature,
        "deposit": deposit,
        "confidence": str(entry.confidence),
        "certainty": "medium",
        "href": "" if group == "organisation" else ctx.links.page("state", entry.state),
    }


def _reserved() -> list[dict[str, Any]]:
    """What States have reserved or declared to the Convention, by State, as far as the data know."""
    found = [
        {
            "name": name_of(each.state),
            "kind": each.kind,
            "ref": each.article,
            "text": each.text,
            "confidence": each.marks.confidence,
            "certainty": each.marks.certainty,
        }
        for each in tables.effects(None, DEFAULT)
    ]
    return sorted(found, key=lambda each: (str(each["name"]), str(each["ref"])))


def make(ctx: Context, subject: str) -> Page:
    rows, total = regions(ctx)
    html = fragment(
        "status.html",
        ctx,
        lead=lead(ctx),
        keys=keys(ctx),
        regions=rows,
        total=total,
        rows=_rows(ctx),
        standings=STANDINGS[:-1],
        told=figures(ctx),
        origin=ctx.answers.status.origin,
        reservations=_reserved(),
    )
    return Page("status", str(ctx.t("status.title")), html, "status")
