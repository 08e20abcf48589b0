"""Evidence packages on this node's disk, who may open them, and their way across."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from corridor.casework.models.dossiers import ActRow, Dossier
from corridor.casework.models.people import Authority
from corridor.casework.models.row import Row


class Package(Row):
    """A sealed package. The bytes lie in a folder of their own; item names and sizes are inside, sealed."""

    id = models.CharField(max_length=64, primary_key=True)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="packages")
    folder = models.CharField(max_length=120)  # relative to the node's packages folder
    direction = models.CharField(max_length=4)  # out | in
    complete = models.BooleanField(default=False)
    items = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)
    arrived = models.DateTimeField()
    checked = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=20, blank=True)  # unchanged | changed | cannot_tell

    class Meta:
        app_label = "casework"


class PackageGrant(Row):
    """An authority of this State that may open a package, from when."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="grants")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT)
    since = models.DateTimeField()

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["package", "authority"], name="one_grant_for_each_authority")
        ]


class Handover(Row):
    """The custody statement and wrap one act makes, written in the act's transaction and only then to the package."""

    act = models.ForeignKey(ActRow, on_delete=models.PROTECT, related_name="handovers")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="handovers")
    kind = models.CharField(max_length=12)  # sent | received
    to_state = models.CharField(max_length=8)
    statement = models.BinaryField()  # DSSE custody statement: codes, ids, times and digests
    wrap_name = models.CharField(max_length=120, blank=True)
    wrap = models.BinaryField(default=b"")  # the package identity, age-encrypted to the receiver's custodian
    written = models.BooleanField(default=False)

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["act", "package", "to_state"], name="one_handover_for_each_state")
        ]


class CustodyLeaf(Row):
    """One custody statement of this State: it has a leaf in the log, and gets a proof of it and times."""

    statement = models.CharField(max_length=64, primary_key=True)
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="leaves")
    kind = models.CharField(max_length=12)
    made = models.DateTimeField()
    checkpoint = models.CharField(max_length=64, blank=True)  # SHA-256 of the checkpoint in its proof
    settled = models.BooleanField(default=False)  # that checkpoint is witnessed, or a time is bound to it

    class Meta:
        app_label = "casework"


class TimeToken(Row):
    """A time asked of one authority, over a statement's id or over a checkpoint, until it comes and after."""

    digest = models.CharField(max_length=64)
    authority = models.CharField(max_length=80)  # as node.toml names it
    checkpoint = models.BooleanField(default=False)
    made = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    next_due = models.DateTimeField()
    done = models.DateTimeField(null=True)
    attached = models.BooleanField(default=False)
    last_code = models.CharField(max_length=80, blank=True)
    token = models.BinaryField(default=b"")  # TimeStampResp: a digest, a time, the authority's signature

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["digest", "authority"], name="one_time_of_each_authority")
        ]


class Transfer(Row):
    """A package, or some files of it, on its way to or from a peer; file by file, resumable."""

    package_id = models.CharField(max_length=64)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="transfers")
    state = models.CharField(max_length=8)
    direction = models.CharField(max_length=4)  # out: we give; in: we are given
    files = models.JSONField(default=list)  # [] = all files of the package
    attempts = models.IntegerField(default=0)
    next_due = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    done = models.DateTimeField(null=True)
    stuck = models.BooleanField(default=False)
    last_code = models.CharField(max_length=80, blank=True)

    class Meta:
        app_label = "casework"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["done", "next_due"])]
