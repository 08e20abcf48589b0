"""Every address of the desk in one table. All but signing in and the static files run inside `page`: deny first."""

from __future__ import annotations

from pathlib import Path

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver
from django.views.static import serve

from corridor.casework.actions.paper import SCAN_MOST
from corridor.web.api import api
from corridor.web.pages import page
from corridor.web.uploads import in_memory
from corridor.web.views import (
    asking,
    case_persons,
    cases,
    deciding,
    desk,
    docs,
    dossier,
    drafting,
    evidence,
    genuine,
    law,
    law_file,
    national,
    paper,
    people,
    sign,
)

BOTH = ("GET", "HEAD", "POST")

#: Shown to anybody who can reach the listener. A test walks the resolver and finds nothing else open.
PUBLIC: list[URLPattern | URLResolver] = [
    path("sign-in/", sign.sign_in, name="sign-in"),
    path("sign-out/", sign.sign_out, name="sign-out"),
    path("check/", genuine.page, name="genuine"),
    path("law/", law.page, name="law"),
    path("law/assets/<str:name>", law.asset, name="law-asset"),
    path("law/<slug:slug>/", law.page, name="law-page"),
    path("law/<slug:slug>/<str:name>", law.file, name="law-page-file"),
]

PAGES: list[URLPattern | URLResolver] = [
    path("", page(desk.desk), name="desk"),
    path("new/", page(asking.kinds), name="new"),
    path("new/<slug:kind>/", page(asking.new, *BOTH), name="request"),
    path("new/<slug:kind>/missing/", page(asking.missing, "POST"), name="missing"),
    path("new/<slug:kind>/keep/", page(asking.keep, "POST"), name="keep"),
    path("drafts/<slug:draft_id>/", page(asking.draft, *BOTH), name="draft"),
    path("drafts/<slug:draft_id>/keep/", page(asking.keep, "POST"), name="keep-draft"),
    path("drafts/<slug:draft_id>/read/", page(drafting.read, *BOTH), name="read-draft"),
    path("drafts/<slug:draft_id>/discard/", page(asking.discard, "POST"), name="discard"),
    path("dossiers/<slug:dossier_id>/", page(dossier.dossier), name="dossier"),
    path(
        "dossiers/<slug:dossier_id>/acts/received_paper/",
        in_memory(SCAN_MOST, page(paper.receive, *BOTH)),
        name="paper-received",
    ),
    path("dossiers/<slug:dossier_id>/acts/<slug:act>/", page(deciding.act, *BOTH), name="act"),
    path(
        "dossiers/<slug:dossier_id>/acts/<slug:act>/departs/",
        page(deciding.departs, "POST"),
        name="act-departs",
    ),
    path("dossiers/<slug:dossier_id>/minute/", page(national.minute, *BOTH), name="minute"),
    path("dossiers/<slug:dossier_id>/measure/", page(national.measure, *BOTH), name="measure"),
    path(
        "dossiers/<slug:dossier_id>/measures/<slug:measure_id>/<slug:step>/",
        page(national.measure_step, *BOTH),
        name="measure-step",
    ),
    path(
        "dossiers/<slug:dossier_id>/safeguards/",
        page(national.safeguards_together, *BOTH),
        name="safeguards",
    ),
    path(
        "dossiers/<slug:dossier_id>/safeguards/<slug:step>/",
        page(national.safeguard, *BOTH),
        name="safeguard",
    ),
    path("supervision/", page(national.supervision), name="supervision"),
    path("dossiers/<slug:dossier_id>/share/", page(dossier.share, *BOTH), name="share"),
    path("dossiers/<slug:dossier_id>/move/", page(dossier.move, *BOTH), name="move"),
    path("dossiers/<slug:dossier_id>/export/", page(dossier.export), name="export"),
    path("dossiers/<slug:dossier_id>/evidence/", page(evidence.add, *BOTH), name="evidence"),
    path("dossiers/<slug:dossier_id>/papers/<slug:paper_id>/", page(paper.sent, *BOTH), name="paper-sent"),
    path("papers/", page(paper.peers, *BOTH), name="paper-peers"),
    path("papers/<slug:paper_id>/", page(paper.file), name="paper"),
    path("scans/<slug:scan_id>/", page(paper.scan), name="scan"),
    path("letters/<slug:act_id>/<str:state>/", page(paper.courier), name="courier"),
    path("packages/<slug:package_id>/", page(evidence.package), name="package"),
    path("packages/<slug:package_id>/check/", page(evidence.check, "POST"), name="check"),
    path("packages/<slug:package_id>/open/", page(evidence.open_, "POST"), name="open"),
    path("packages/<slug:package_id>/download/", page(evidence.download, "POST"), name="download"),
    path("law-file/", page(law_file.texts, *BOTH), name="law-file"),
    path("law-file/road/", page(law_file.road, *BOTH), name="law-road"),
    path("law-file/answers/", page(law_file.answers, *BOTH), name="law-answers"),
    path("law-file/<slug:instrument>/<int:article>/", page(law_file.compare, *BOTH), name="law-compare"),
    path("dossiers/<slug:dossier_id>/case/", page(cases.put_into, "POST"), name="put-into-case"),
    path("cases/", page(cases.cases, *BOTH), name="cases"),
    path("cases/owed/", page(cases.owed), name="owed"),
    path("cases/search/", page(cases.search, *BOTH), name="search"),
    path("cases/<slug:case_id>/", page(cases.case), name="case"),
    path("cases/<slug:case_id>/edit/", page(cases.edit, *BOTH), name="case-edit"),
    path("cases/<slug:case_id>/dossiers/", page(cases.dossiers, *BOTH), name="case-dossiers"),
    path("cases/<slug:case_id>/history/", page(cases.history), name="case-history"),
    path("cases/<slug:case_id>/persons/", page(case_persons.listing, *BOTH), name="case-persons"),
    path("cases/<slug:case_id>/persons/add/", page(case_persons.write, *BOTH), name="case-person-add"),
    path("cases/<slug:case_id>/persons/export/", page(case_persons.export, "POST"), name="case-export"),
    path(
        "cases/<slug:case_id>/persons/<slug:person_id>/",
        page(case_persons.write, *BOTH),
        name="case-person",
    ),
    path("cases/<slug:case_id>/import/", page(case_persons.upload, *BOTH), name="case-import"),
    path(
        "cases/<slug:case_id>/import/<slug:import_id>/",
        page(case_persons.table, *BOTH),
        name="case-import-table",
    ),
    path("people/", page(people.people), name="people"),
    path("people/add/", page(people.add, *BOTH), name="officer-add"),
    path("people/<str:username>/reset/", page(people.reset, *BOTH), name="officer-reset"),
    path("people/<str:username>/disable/", page(people.disable, *BOTH), name="officer-disable"),
    path("api/v1/openapi.json", page(docs.openapi), name="openapi"),
    path("api/v1/docs/", page(docs.reading), name="api-docs"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    # The node's server answers /static/ itself; this is the same folder for servers that do not.
    path("static/<path:path>", serve, {"document_root": Path(__file__).parent / "static"}, name="static"),
    path("api/v1/", api.urls),
    path("", include((PUBLIC + PAGES, "web"))),
]

handler403 = "corridor.web.pages.refused"
handler404 = "corridor.web.pages.not_found"
handler500 = "corridor.web.pages.broken"
