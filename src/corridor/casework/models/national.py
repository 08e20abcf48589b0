"""The national file: what a State writes down for itself beside a dossier. Append-only, signed, never sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from corridor.casework.models.dossiers import Dossier
from corridor.casework.models.people import Authority, Officer
from corridor.casework.models.row import Row

PAYLOAD_TYPE = "application/vnd.corridor.national+json"


class NationalEntry(Row):
    """A minute, a safeguard, a step of a measure, an opening of evidence or an internal decision.

    Entries of one authority beside one dossier form one chain through `prev`.
    """

    id = models.CharField(max_length=64, primary_key=True)  # DSSE id
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="national")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    # minute | made_available | safeguard | safeguard_skipped | opened | measure | measure_authorised | measure_served |
    # measure_answered | measure_renewed | measure_ended
    prev = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["dossier", "authority", "prev"], name="one_national_entry_after_each"
            )
        ]
