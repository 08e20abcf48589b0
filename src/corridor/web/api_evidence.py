"""The API's calls about evidence: sent in raw parts and sealed, packages checked and opened, items read."""

from __future__ import annotations

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router

from corridor.casework import actions, queries
from corridor.casework.use import MATTER, Purpose
from corridor.web.calls import Json, Secret, who
from corridor.web.views.evidence import stream

evidence = Router(tags=["evidence"])


class OpenIn(Secret):
    """What evidence is opened for: this_matter, other_matter, onward (`to`: which State), exculpatory."""

    use: str = MATTER
    to: str = ""
    matter: str = ""

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.use, self.to, self.matter)


class ItemAsked(OpenIn):
    """One item; a restricted one only with `acknowledged`: whoever asks has read its mark."""

    acknowledged: bool = False


class FolderIn(Secret):
    paths: list[str]


@evidence.post("/dossiers/{dossier_id}/uploads", summary="Begin sealing evidence sent in parts")
def start(request: HttpRequest, dossier_id: str) -> Json:
    return actions.start_upload(who(request), dossier_id).to_dict()


@evidence.put("/uploads/{upload_id}/parts", summary="One part of one item, as the raw body")
def part(
    request: HttpRequest, upload_id: str, item: str, offset: int, last: bool = False, restricted: bool = False
) -> Json:
    person = who(request)
    progress = actions.add_part(
        person, upload_id, item=item, offset=offset, data=request.body, last=last, restricted=restricted
    )
    return progress.to_dict()


@evidence.post("/uploads/{upload_id}/seal", summary="Seal what was sent")
def seal(request: HttpRequest, upload_id: str, given: Secret) -> Json:
    return actions.finish_upload(who(request), upload_id, secret=given.secret).to_dict()


@evidence.delete("/uploads/{upload_id}", summary="Abandon what was sent")
def abandon(request: HttpRequest, upload_id: str) -> Json:
    actions.abandon_upload(who(request), upload_id)
    return {}


@evidence.get("/server-folder", summary="What the server's evidence folders offer")
def folder(request: HttpRequest) -> Json:
    return {"paths": list(actions.server_folder(who(request)))}


@evidence.post("/dossiers/{dossier_id}/evidence", summary="Seal files of the server's evidence folders")
def seal_folder(request: HttpRequest, dossier_id: str, given: FolderIn) -> Json:
    return actions.seal_from_server(
        who(request), dossier_id, paths=given.paths, secret=given.secret
    ).to_dict()


@evidence.get("/dossiers/{dossier_id}/packages", summary="The packages of a dossier")
def packages(request: HttpRequest, dossier_id: str) -> Json:
    page = queries.dossier_page(who(request), dossier_id)
    return {"packages": [row.to_dict() for row in page.packages]}


@evidence.get("/packages/{package_id}", summary="One package")
def package(request: HttpRequest, package_id: str) -> Json:
    return queries.package_row(who(request), package_id).to_dict()


@evidence.get(
    "/packages/{package_id}/hands", summary="The hands it passed through, and what anchors each in time"
)
def hands(request: HttpRequest, package_id: str) -> Json:
    return {"hands": [row.to_dict() for row in queries.hands(who(request), package_id)]}


@evidence.get(
    "/packages/{package_id}/use", summary="What it may be used for, and what it was opened for here"
)
def use_terms(request: HttpRequest, package_id: str) -> Json:
    return queries.use_terms(who(request), package_id).to_dict()


@evidence.post("/packages/{package_id}/check", summary="Check a package; needs no secret")
def check_package(request: HttpRequest, package_id: str) -> Json:
    return actions.check_package(who(request), package_id).to_dict()


@evidence.post("/packages/{package_id}/open", summary="List the items inside")
def open_package(request: HttpRequest, package_id: str, given: OpenIn) -> Json:
    return actions.open_evidence(
        who(request), package_id, secret=given.secret, purpose=given.purpose
    ).to_dict()


@evidence.post("/packages/{package_id}/items/{item}", summary="One item, decrypted, as raw bytes")
def read_item(request: HttpRequest, package_id: str, item: str, given: ItemAsked) -> StreamingHttpResponse:
    blocks = actions.read_item(
        who(request),
        package_id,
        item=item,
        secret=given.secret,
        acknowledged=given.acknowledged,
        purpose=given.purpose,
    )
    return stream(blocks, item)
