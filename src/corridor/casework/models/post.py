"""Letters on their way out, letters that wait for an act they name, and what is known of each peer's line."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from corridor.casework.models.dossiers import ActRow
from corridor.casework.models.row import Row


class OutboxLetter(Row):
    """One act for one State, sealed and signed for, written in the transaction of the act. Delivered at least once."""

    id = models.CharField(max_length=64, primary_key=True)  # the letter's id
    act = models.ForeignKey(ActRow, on_delete=models.PROTECT, related_name="letters")
    state = models.CharField(max_length=8)
    raw = models.BinaryField()
    digest = models.CharField(max_length=64)
    made = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    next_due = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    done = models.DateTimeField(null=True)
    stuck = models.BooleanField(default=False)  # needs a person: the other side refuses it for good
    last_code = models.CharField(max_length=80, blank=True)

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["act", "state"], name="one_letter_for_each_state")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["done", "next_due"])]


class HeldLetter(Row):
    """An authentic letter answered with the noise answer because its dossier is not here: what to ask its sender for.

    The letter itself is not kept: its sender has no receipt and will bring it again.
    """

    act_id = models.CharField(max_length=64, primary_key=True)
    dossier = models.CharField(max_length=64)
    state = models.CharField(max_length=8)
    arrived = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    next_due = models.DateTimeField()

    class Meta:
        app_label = "casework"


class PeerState(Row):
    """What is known of one peer's line and log."""

    state = models.CharField(max_length=8, primary_key=True)
    failures = models.IntegerField(default=0)
    open_until = models.DateTimeField(null=True)  # circuit breaker
    checkpoint = models.TextField(blank=True)  # newest verified checkpoint of the peer's log
    log_size = models.BigIntegerField(default=0)
    alarm = models.CharField(max_length=80, blank=True)
    last_heard = models.DateTimeField(null=True)

    class Meta:
        app_label = "casework"


class Nonce(Row):
    """A request nonce a peer used, kept while a replay of it could still pass the clock window."""

    state = models.CharField(max_length=8)
    nonce = models.CharField(max_length=64)
    until = models.DateTimeField()

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["state", "nonce"], name="one_use_of_each_nonce")
        ]


class NodeNote(Row):
    """One fact the node keeps about itself, by name (`restored.behind`, `sequencer`)."""

    name = models.CharField(max_length=40, primary_key=True)
    text = models.TextField(blank=True)
    changed = models.DateTimeField()

    class Meta:
        app_label = "casework"
