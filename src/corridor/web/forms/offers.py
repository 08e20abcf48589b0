"""What a form offers to choose from: States, articles, grounds, measures, instruments, languages. All of it is data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import get_language

from corridor import law
from corridor.casework.house import house
from corridor.dossier.identifiers import CHAINS
from corridor.web import naming
from corridor.web.forms.writing import LANGUAGES

Offers = list[tuple[str, str]]


def instruments() -> list[dict[str, Any]]:
    """What may be named as legal basis; where the rules are not in the data the page says so."""
    return [
        {
            "code": each.code,
            "label": naming.instrument_name(each.code),
            "rules": each.rules,
        }
        for each in law.instruments()
    ]


def language_offers() -> Offers:
    return [(code, naming.say("language", code, default=code)) for code in LANGUAGES]


def states() -> Offers:
    """The States of the directory, with this one."""
    here = get_language() or "en"
    home = house()
    known = sorted({home.state, *_listed()})
    return [(code, f"{naming.state_name(code, here)} ({code})") for code in known]


def _listed() -> Sequence[str]:
    directory = house().directory
    listed = getattr(directory, "states", ())
    return tuple(listed() if callable(listed) else listed)


def choices(kind: str, instrument: str) -> dict[str, Offers]:
    """Options the schema of a body cannot know."""
    form = law.form(kind, instrument, on=house().clock().date())
    offers: dict[str, Offers] = {
        "state": states(),
        "held_in": states(),
        "nationalities": states(),
        "residence": states(),
        "lead": states(),
        "to": states(),
        "given_by": states(),
        "from_state": states(),
        "surrendering_state": states(),
        "receiving_state": states(),
        "articles": _offences(instrument),
        "chain": [(each, naming.say("chain", each)) for each in CHAINS],
        "instrument": [(each["code"], each["label"]) for each in instruments()],
    }
    if isinstance(form, law.Form):
        # A form that names no measures of its own takes any the instrument has.
        offers["measure.kind"] = [
            (each.id, naming.say("measure", each.id, default=each.text))
            for each in form.measures or law.measures(instrument)
        ]
        offers["measures"] = offers["measure.kind"]
        offers["measure"] = offers["measure.kind"]
        if form.purposes:
            offers["purposes"] = [
                (each.id, naming.say("purpose", each.id, default=each.text)) for each in form.purposes
            ]
        offers["safeguards_after"] = [
            (each.step, naming.say("safeguard", each.step, default=each.step))
            for each in law.steps(kind, instrument, on=house().clock().date())
        ]
        offers["items"] = [
            (each.id, naming.say("content", each.id, default=each.text)) for each in form.contents
        ]
        offers["not_executed"] = [*offers["measure.kind"], *offers.get("purposes", [])]
    return offers


def _offences(instrument: str) -> Offers:
    """The offences an instrument establishes, by article; none where it is not in the data."""
    known = {each.code for each in law.instruments() if each.rules}
    rows = law.offences(instrument) if instrument in known else ()
    return [(str(each.article), f"{each.article}: {each.title}") for each in rows]


def grounds(
    kind: str, instrument: str, act: str = "refuse", confirmed: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The grounds of the form for an act, each with the paragraph as it may be cited and how sure the line is."""
    form = law.form(kind, instrument, on=house().clock().date())
    if act == "postpone":
        line = form.postponement
        return (
            []
            if line is None
            else [{"id": line.id, "text": naming.say("ground", instrument, line.id, default=line.text)}]
        )
    return [
        {
            "id": each.id,
            "text": naming.say("ground", instrument, each.id, default=each.text),
            "cite": each.cite(confirmed),
            "nature": str(each.nature),
            "consult_first": each.consult_first,
            "confidence": str(each.confidence),
            "certainty": str(each.certainty or ""),
        }
        for each in form.grounds
    ]
