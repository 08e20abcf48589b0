"""Paper: States asked by letter and post, what went out to them, and scans of what came back, sealed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from corridor.casework.models.dossiers import ActRow, Dossier
from corridor.casework.models.people import Officer
from corridor.casework.models.row import Row


class PaperPeer(Row):
    """An authority of a State without a node, and where post reaches it: what a public directory would say."""

    state = models.CharField(max_length=8)
    authority = models.CharField(max_length=40)
    name = models.CharField(max_length=300)
    address = models.TextField(blank=True)
    changed = models.DateTimeField()
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["state", "authority"], name="one_paper_peer_for_each_authority")
        ]


class PaperLetter(Row):
    """One act for one State as a signed PDF, made in the transaction of the act. A person sends it and says so."""

    id = models.CharField(max_length=32, primary_key=True)  # random
    act = models.ForeignKey(ActRow, on_delete=models.PROTECT, related_name="papers")
    state = models.CharField(max_length=8)
    made = models.DateTimeField()
    sealed = models.BinaryField()  # the PDF, under the dossier's key
    sent = models.DateTimeField(null=True)  # when it was marked as sent
    sent_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT)
    details = models.BinaryField(null=True)  # day, channel and tracking reference, under the dossier's key

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["act", "state"], name="one_paper_for_each_state")
        ]


class PaperScan(Row):
    """The scan of a paper received. The entry of the national file that tells of it names this row."""

    id = models.CharField(max_length=32, primary_key=True)  # random
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="scans")
    act = models.OneToOneField(ActRow, null=True, on_delete=models.PROTECT, related_name="scan")
    kept = models.DateTimeField()
    size = models.BigIntegerField()
    sealed = models.BinaryField()  # under the dossier's key

    class Meta:
        app_label = "casework"
