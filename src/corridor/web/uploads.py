"""One uploaded file in memory, bounded, never on disk: for pages whose form carries a file."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from corridor.web.pages import WebFault, fault_page

FORM = 256 * 1024  # bytes of a form beside its file

View = Callable[..., HttpResponseBase]


class Bounded(FileUploadHandler):
    """Keeps at most `most` bytes of all files of a request; what is larger ends the upload."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most, self.held = most, 0
        self.parts: list[bytes] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.parts = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.held += len(raw_data)
        if self.held > self.most:
            raise StopUpload(connection_reset=True)
        self.parts.append(raw_data)

    def file_complete(self, file_size: int) -> Any:
        data = b"".join(self.parts)
        return UploadedFile(BytesIO(data), "file", size=len(data))


def bound(request: HttpRequest, most: int) -> None:
    """Before anything reads the form: let its file into memory, `most` bytes. Raises `web.upload.too-large`."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > most + FORM:
        raise WebFault("web.upload.too-large", limit=most // (1024 * 1024))
    request.upload_handlers = [Bounded(request, most)]


def uploaded(request: HttpRequest, name: str) -> bytes | None:
    """The file of that name, whole; None where none was chosen. Raises `web.upload.too-large` for one cut short."""
    files: MultiValueDict[str, Any] = request.FILES
    for each in request.upload_handlers:
        if isinstance(each, Bounded) and each.held > each.most:
            raise WebFault("web.upload.too-large", limit=each.most // (1024 * 1024))
    file = files.get(name)
    return None if file is None else bytes(file.read())


def in_memory(most: int, view: View) -> View:
    """A page (`pages.page`) whose form carries one file. The form's token is checked after the bound is set, not
    before, because checking it reads the form; a stranger's form gets no bound of this size and is not read here."""
    checked = csrf_protect(view)

    def run(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and request.user.is_authenticated:
            try:
                bound(request, most)
            except WebFault as fault:
                return fault_page(request, fault)
        return checked(request, **kwargs)

    run.__name__ = getattr(view, "__name__", "page")
    exempt: View = csrf_exempt(run)
    return exempt
