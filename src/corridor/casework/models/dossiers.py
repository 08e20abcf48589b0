"""Dossiers, the acts in them, their receipts and log leaves, and drafts.

Bodies are sealed under a key per dossier that the database does not hold (`vault`). The columns in clear are
listed in docs/threat-model.md; a test compares that list with these models.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from corridor.casework.models.people import Authority, Officer
from corridor.casework.models.row import Row


class Dossier(Row):
    """One request of one kind. The id is its opening act's id."""

    id = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=40)
    requesting = models.CharField(max_length=8)
    requested = models.CharField(max_length=8)
    members = models.JSONField(default=list)
    home = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="dossiers")
    made_available = models.ManyToManyField(Authority, related_name="available_dossiers", blank=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    incomplete = models.BooleanField(
        default=False
    )  # an act here names one that is not; the worker asks for it

    class Meta:
        app_label = "casework"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-changed_at"])]


class ActRow(Row):
    """One signed act. `own` acts form one chain: the partial unique constraint is the compare-and-set of DESIGN §3."""

    id = models.CharField(max_length=64, primary_key=True)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="acts")
    from_state = models.CharField(max_length=8)
    name = models.CharField(max_length=40)
    prev = models.CharField(max_length=64, blank=True)  # "" for a State's first act in the dossier
    seen = models.JSONField(default=list)
    claimed = models.DateTimeField()
    arrived = models.DateTimeField()
    own = models.BooleanField()
    sealed = models.BinaryField()  # the DSSE envelope, sealed

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["dossier", "prev"], condition=models.Q(own=True), name="one_own_act_after_each"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["dossier", "arrived"])]


class ActReceipt(Row):
    """A State's receipt for an act: ours for what came in, theirs for what we sent. Made once, kept byte for byte."""

    act = models.ForeignKey(ActRow, on_delete=models.PROTECT, related_name="receipts")
    state = models.CharField(max_length=8)  # who received
    received_at = models.DateTimeField()
    letter_digest = models.CharField(max_length=64)
    statement = models.BinaryField()  # DSSE by the receiving node's key; holds ids, digests and times only

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["act", "state"], name="one_receipt_for_each_state")
        ]


class LogLeaf(Row):
    """An id on its way into, or in, this State's transparency log. `index` is null until the sequencer numbered it."""

    leaf = models.CharField(max_length=64, unique=True)
    index = models.BigIntegerField(null=True, unique=True)

    class Meta:
        app_label = "casework"


class Draft(Row):
    """What an officer is writing. Not an act, never sent, gone when signed or discarded."""

    id = models.CharField(max_length=32, primary_key=True)  # random, also the vault key's name
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.CASCADE, related_name="drafts")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT)
    author = models.ForeignKey(Officer, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    act = models.CharField(max_length=40)
    changed = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "casework"
