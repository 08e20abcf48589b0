"""Every address of the desk in one table. All but signing in and the static files run inside `page`: deny first."""

from __future__ import annotations

from pathlib import Path

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver
from django.views.static import serve

from corridor.web.api import api
from corridor.web.pages import page
from corridor.web.views import (
    asking,
    deciding,
    desk,
    docs,
    dossier,
    evidence,
    genuine,
    law,
    law_file,
    national,
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
    path("drafts/<slug:draft_id>/", page(asking.draft, *BOTH), name="draft"),
    path("drafts/<slug:draft_id>/discard/", page(asking.discard, "POST"), name="discard"),
    path("dossiers/<slug:dossier_id>/", page(dossier.dossier), name="dossier"),
    path("dossiers/<slug:dossier_id>/acts/<slug:act>/", page(deciding.act, *BOTH), name="act"),
    path("dossiers/<slug:dossier_id>/minute/", page(national.minute, *BOTH), name="minute"),
    path("dossiers/<slug:dossier_id>/measure/", page(national.measure, *BOTH), name="measure"),
    path("dossiers/<slug:dossier_id>/share/", page(dossier.share, *BOTH), name="share"),
    path("dossiers/<slug:dossier_id>/export/", page(dossier.export), name="export"),
    path("dossiers/<slug:dossier_id>/evidence/", page(evidence.add, *BOTH), name="evidence"),
    path("packages/<slug:package_id>/", page(evidence.package), name="package"),
    path("packages/<slug:package_id>/check/", page(evidence.check, "POST"), name="check"),
    path("packages/<slug:package_id>/open/", page(evidence.open_, "POST"), name="open"),
    path("packages/<slug:package_id>/download/", page(evidence.download, "POST"), name="download"),
    path("law-file/", page(law_file.texts, *BOTH), name="law-file"),
    path("law-file/road/", page(law_file.road, *BOTH), name="law-road"),
    path("law-file/answers/", page(law_file.answers, *BOTH), name="law-answers"),
    path("law-file/<slug:instrument>/<int:article>/", page(law_file.compare, *BOTH), name="law-compare"),
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
