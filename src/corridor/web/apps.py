"""The desk as a Django application: pages, API, templates and languages. It decides nothing."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "corridor.web"
    label = "web"
