"""Template words: say a code in the reader's language, name a State, show a size, a time, a short id."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from corridor.dossier.paper.readback import code
from corridor.law import Line
from corridor.web import naming

register = template.Library()


@register.simple_tag
def say(*parts: Any, default: str | None = None) -> str:
    """The sentence of the code the parts make. Without one: `default`, else the last part in readable form."""
    return naming.say(*parts, default=default)


@register.simple_tag
def text_label(kind: str, name: str) -> str:
    """What a free text is about; the words of a condition carry the condition's id in their field."""
    if name.startswith("conditions."):
        return gettext("text.condition")
    return naming.say("text", kind, name)


@register.filter
def said(code: Any, prefix: str) -> str:
    """`status|said:"status.preservation"`."""
    return naming.say(prefix, code)


@register.simple_tag
def state(code: str) -> str:
    """A State's own name from the directory, in the reader's language where the directory has it."""
    return naming.state_name(code, get_language() or "en")


@register.simple_tag
def authority(code: str) -> str:
    return naming.authority_name(code, get_language() or "en")


@register.filter
def short(value: str) -> str:
    """A digest as people compare it: its first twelve digits."""
    return str(value)[:12]


@register.filter
def readback(act_id: str) -> str:
    """The code by which an act of ours is named on the telephone."""
    return code(act_id)


@register.filter
def tone(code: str) -> int:
    """One of six quiet tones, so that two desks in two tabs do not look the same."""
    return sum(str(code).encode()) % 6


@register.simple_tag
def moment(value: datetime | None, seconds: bool = False) -> SafeString:
    """A time with its zone, machine-readable beside."""
    if value is None:
        return SafeString("")
    local = localtime(value)
    shown = local.strftime("%d %b %Y, %H:%M:%S" if seconds else "%d %b %Y, %H:%M")
    return format_html('<time datetime="{}">{} UTC</time>', value.isoformat(), shown)


@register.simple_tag
def local_times(value: datetime | None, states: tuple[str, ...], owed_by: str = "") -> list[dict[str, str]]:
    """One moment on the clocks of each State, the reader's first, and whether the State that owes is off that day."""
    if value is None:
        return []
    from corridor.casework.house import house
    from corridor.casework.service import calendar

    home, language = house(), get_language() or "en"
    found = []
    for member in sorted(dict.fromkeys(states), key=lambda each: each != home.state):
        own = calendar(home, member)
        local = own.local(value)
        off = own.day_off(local.date()) if member == owed_by else ""
        found.append(
            {
                "state": naming.state_name(member, language),
                "shown": local.strftime("%d %b, %H:%M"),
                "offset": _offset(local),
                "off": naming.say("day-off", off, default=off) if off else "",
            }
        )
    return found


@register.simple_tag
def office_hours(state: str) -> dict[str, Any]:
    """What the clock says in a State now, whether its offices are open, why not, and from when on again."""
    from corridor.casework import service
    from corridor.casework.house import house

    home = house()
    found = service.hours(home, state, home.clock())
    return {
        "shown": found.local.strftime("%H:%M"),
        "offset": _offset(found.local),
        "open": found.at_work,
        "off": naming.say("day-off", found.off, default=found.off) if found.off else "",
        "again": found.again.strftime("%d %b, %H:%M") if found.again else "",
        "assumed": any(source == "assumed" for _, source in found.sources),
    }


def _offset(local: datetime) -> str:
    """`UTC+5:45`."""
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


@register.filter
def due_in(value: datetime | None) -> str:
    """How long until, or since, in the reader's words."""
    if value is None:
        return ""
    from corridor.casework.house import house

    hours = round((value - house().clock()).total_seconds() / 3600)
    if abs(hours) < 48:
        code, count = ("time.hours" if hours >= 0 else "time.hours-ago"), abs(hours)
    else:
        code, count = ("time.days" if hours >= 0 else "time.days-ago"), abs(round(hours / 24))
    return gettext(code) % {"count": count}


@register.filter
def span(seconds: int) -> str:
    """A number of seconds in its two largest units."""
    units = ((86400, "word.days"), (3600, "word.hours"), (60, "word.minutes"), (1, "word.seconds"))
    parts: list[str] = []
    for length, word in units:
        count, seconds = divmod(seconds, length)
        if count and len(parts) < 2:
            parts.append(f"{count} {gettext(word)}")
    return ", ".join(parts)


@register.filter
def size(value: int) -> str:
    number = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


@register.filter
def plain_rows(body: Any) -> list[dict[str, Any]]:
    """A coded body as label-and-value rows for reading, nested tables told by depth."""
    return naming.rows(body)


@register.filter
def get(table: Any, key: str) -> Any:
    return table.get(key) if isinstance(table, dict) else None


@register.filter
def cite(text: str) -> str:
    """A provision as the law data cites it, in words."""
    return naming.cite(str(text))


@register.filter
def instrument(code: str) -> str:
    return naming.instrument_name(str(code))


@register.filter
def line_text(line: Line) -> str:
    """What a line of the law data says, whatever kind of line it is."""
    for name in ("text", "meaning", "summary", "title"):
        found = getattr(line, name, None)
        if found:
            return str(found)
    return ""


@register.filter
def without(body: Any, name: str) -> Any:
    """A coded body less one of its fields, which the page tells in another place."""
    return {key: value for key, value in body.items() if key != name} if isinstance(body, dict) else body
