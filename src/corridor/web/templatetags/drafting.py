"""Template words for drafting: what departs, where, whether it is named, and what a warning says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from corridor.web import naming
from corridor.web.templatetags.say import moment

register = template.Library()


@register.filter
def is_named(each: Any, named: Collection[tuple[str, str]]) -> bool:
    """Whether the officer ticked a departure."""
    return (each.code, each.item) in named


@register.filter
def departs_item(each: Any, kind: str) -> str:
    """What a departure is about, in words."""
    item = str(each.item)
    match each.code:
        case "incomplete":
            return naming.say("field", kind, item)
        case "language":
            return naming.say("language", item, default=item)
        case "gate":
            return naming.say("gate", item)
        case "channel":
            return naming.authority_name(item, get_language() or "en")
        case "measure":
            return naming.say("measure", item, default=item)
        case "threshold":
            return gettext("departs.years") % {"years": item}
        case "duplicate":
            return item[:12]
        case _:
            return naming.say("ground", item, default=naming.readable(item))


@register.filter
def place_label(place: str, kind: str) -> str:
    """`body.necessity.reasons`, `text.facts_summary`: where something stands on the page."""
    head, _, rest = place.partition(".")
    if head == "text":
        return naming.say("text", kind, rest)
    if head == "reference":
        return gettext("request.reference")
    return " / ".join(naming.say("field", kind, each) for each in rest.split(".") if not each.isdigit())


@register.filter
def warning_text(text: str, code: str) -> str:
    """Language and instrument codes in words; what a State wrote itself as it wrote it."""
    parts = [each.strip() for each in str(text).split(",")]
    if code == "languages":
        return ", ".join(naming.say("language", each, default=each) for each in parts if each)
    if code in ("not-binding", "better-bond"):
        return ", ".join(naming.instrument_name(each) for each in parts if each)
    return str(text)


@register.filter
def normal_form(text: str) -> str:
    """An identifier in the form it is compared in, its parts told apart for reading."""
    return str(text).replace("|", " · ")


@register.filter
def years(months: int) -> str:
    """A maximum penalty in months, in years where it comes to whole ones."""
    if months % 12:
        return gettext("advice.months") % {"count": months}
    return gettext("advice.years") % {"count": months // 12}


@register.filter
def iso_time(text: str) -> SafeString:
    """A kept time as every page shows one."""
    return moment(datetime.fromisoformat(text))


__all__ = [
    "departs_item",
    "is_named",
    "iso_time",
    "normal_form",
    "place_label",
    "register",
    "warning_text",
    "years",
]
