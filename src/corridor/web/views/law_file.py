"""The State's law file: certified texts loaded, and our lines compared with them paragraph by paragraph."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from corridor import law
from corridor.casework import actions, queries
from corridor.casework.access import Person
from corridor.casework.fault import NotFound
from corridor.faults import Fault
from corridor.law import certified, confirm
from corridor.law.errors import LawFault
from corridor.law.road import own_steps
from corridor.web.pages import show, status_of

#: What a line of the State's road says, and the answers it may give.
TOLD = ("step", "what", "answer", "source", "date", "note")
STEP_ANSWERS = ("done", "under_way", "planned", "not_needed")


def texts(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The certified texts this State has loaded, and the form to load another."""
    fault: Fault | None = None
    given = {name: request.POST.get(name, "").strip() for name in ("instrument", "language", "origin")}
    if request.method == "POST":
        upload = request.FILES.get("text")
        try:
            actions.load_certified_text(
                person,
                instrument=given["instrument"],
                language=given["language"],
                data=upload.read() if upload is not None else b"",
                origin=given["origin"],
                secret=request.POST.get("secret", ""),
            )
            return redirect("web:law-file")
        except Fault as error:
            fault = error
    named = {one.code: one for one in law.instruments()}
    loaded = [
        {
            "row": row,
            "title": named[row.instrument].short_title,
            "articles": _articles(person, row.instrument),
        }
        for row in queries.certified_texts(person)
        if row.instrument in named
    ]
    context = {
        "loaded": loaded,
        "instruments": [one for one in named.values() if one.rules],
        "languages": tuple(certified.languages()),
        "given": given,
        "may_sign": person.may("law.write"),
        "standing": queries.law_confirmed(person),
        "fault": fault,
    }
    return show(request, person, "law_file", context, status=status_of(fault) if fault else 200)


def compare(request: HttpRequest, person: Person, instrument: str, article: int) -> HttpResponseBase:
    """One article: our lines beside the certified paragraphs, to be confirmed with one signature."""
    person.require("law.read")
    try:
        found = law.article(article, instrument)
    except LawFault as error:
        raise NotFound from error
    fault: Fault | None = None
    if request.method == "POST":
        refs = [name.removeprefix("verdict:") for name in request.POST if name.startswith("verdict:")]
        judged = {
            ref: (request.POST[f"verdict:{ref}"], request.POST.get(f"note:{ref}", "").strip())
            for ref in refs
            if request.POST[f"verdict:{ref}"]
        }
        try:
            actions.confirm_paragraphs(
                person, instrument=instrument, judged=judged, secret=request.POST.get("secret", "")
            )
            return redirect("web:law-compare", instrument=instrument, article=article)
        except Fault as error:
            fault = error
    text = queries.certified_text(person, instrument)
    rows = queries.law_paragraphs(person, article, instrument)
    context = {
        "article": found,
        "text": text,
        "rows": [
            {
                "row": row,
                "verdict": request.POST.get(f"verdict:{row.ref}", ""),
                "note": request.POST.get(f"note:{row.ref}", ""),
            }
            for row in rows
        ],
        "whole": text.at(str(article)) if text is not None else None,
        "verdicts": ("", *confirm.Verdict),
        "may_sign": person.may("law.write"),
        "fault": fault,
    }
    return show(request, person, "law_compare", context, status=status_of(fault) if fault else 200)


def answers(request: HttpRequest, person: Person) -> HttpResponseBase:
    """This State's own answers to the checklist of articles 7 to 34, to be changed with one signature."""
    person.require("law.read")
    fault: Fault | None = None
    if request.method == "POST":
        given = {}
        for name in request.POST:
            item = name.removeprefix("met:")
            if item != name and request.POST[name]:
                source, note = (request.POST.get(f"{part}:{item}", "") for part in ("source", "note"))
                given[item] = (request.POST[name], source, note)
        try:
            actions.answer_gaps(person, answers=given, secret=request.POST.get("secret", ""))
            return redirect("web:law-answers")
        except Fault as error:
            fault = error
    found = law.gaps(person.state, queries.gap_answers(person))
    chapters: dict[str, list[dict[str, object]]] = {}
    for each in found.items:
        typed = {part: request.POST.get(f"{part}:{each.ref}", "") for part in ("met", "source", "note")}
        head = f"{each.paragraph.article}: {each.title}"
        chapters.setdefault(head, []).append({"item": each, "typed": typed})
    context = {
        "articles": list(chapters.items()),
        "totals": [(met, found.totals()[met]) for met in law.Met],
        "choices": ("", *law.Met),
        "may_sign": person.may("law.write"),
        "fault": fault,
    }
    return show(request, person, "law_answers", context, status=status_of(fault) if fault else 200)


def road(request: HttpRequest, person: Person) -> HttpResponseBase:
    """This State's own road to becoming a Party, told line by line."""
    person.require("law.read")
    fault: Fault | None = None
    given = {name: request.POST.get(name, "").strip() for name in TOLD}
    if request.method == "POST":
        try:
            actions.record_progress(person, told=given, secret=request.POST.get("secret", ""))
            return redirect("web:law-road")
        except Fault as error:
            fault = error
    titles = dict(own_steps())
    context = {
        "lines": [
            {"line": each, "title": titles.get(each.step, each.step)} for each in queries.law_progress(person)
        ],
        "steps": titles.items(),
        "answers": STEP_ANSWERS,
        "given": given,
        "may_sign": person.may("law.write"),
        "fault": fault,
    }
    return show(request, person, "law_road", context, status=status_of(fault) if fault else 200)


def _articles(person: Person, instrument: str) -> tuple[int, ...]:
    """The articles our data and the newest certified text share."""
    text = queries.certified_text(person, instrument)
    ours = {one.number for one in law.articles(instrument)}
    return tuple(number for number in (text.articles if text else ()) if number in ours)
