"""The Django application that keeps a State's dossiers and national files."""

from __future__ import annotations

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "corridor.casework"
    label = "casework"
    default_auto_field = "django.db.models.BigAutoField"
