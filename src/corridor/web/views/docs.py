"""The API's own pages: its OpenAPI document and a reading of it, both served from here and from nowhere else."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from corridor.casework.access import Person
from corridor.web.api import api
from corridor.web.pages import show


def openapi(request: HttpRequest, person: Person) -> HttpResponseBase:
    return JsonResponse(api.get_openapi_schema())


def reading(request: HttpRequest, person: Person) -> HttpResponseBase:
    schema = api.get_openapi_schema()
    calls = [
        {
            "path": path,
            "method": method.upper(),
            "summary": call.get("summary", ""),
            "text": call.get("description", ""),
        }
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
    ]
    return show(request, person, "api_docs", {"calls": calls})
