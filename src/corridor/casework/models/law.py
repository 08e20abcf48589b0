"""What this State says for itself of the law: certified texts, confirmations, answers. Never sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from corridor.casework.models.people import Authority, Officer
from corridor.casework.models.row import Row

PAYLOAD_TYPE = "application/vnd.corridor.law+json"

#: The vault key that seals every entry.
KEY = "law"


class LawEntry(Row):
    """One signed entry, never changed. Those of one authority form a chain; every authority of the State reads them."""

    number = models.BigAutoField(
        primary_key=True
    )  # the order in which they were kept: a second holds several
    id = models.CharField(max_length=64, unique=True)  # DSSE id
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)  # certified_text | confirmation | gap_answer | progress
    prev = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["authority", "prev"], name="one_law_entry_after_each")
        ]
