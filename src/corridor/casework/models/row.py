"""The base of every row: what it says of itself in a log or a traceback is its kind and its key, nothing more."""

from __future__ import annotations

from django.db import models


class Row(models.Model):
    """A row whose text form tells no content."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"
