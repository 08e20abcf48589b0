"""Cases: a State's own grouping of dossiers with the persons in it. Working material: never sent, never signed.

Numbers, titles, persons and the history are sealed under a key for each case; in clear stand ids, times and who.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from corridor.casework.models.dossiers import Dossier
from corridor.casework.models.people import Authority, Officer
from corridor.casework.models.row import Row


class Case(Row):
    """One national case of one authority. Its number and title are sealed."""

    id = models.CharField(max_length=32, primary_key=True)  # random; `case-<id>` is the vault key
    home = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="cases")
    made_available = models.ManyToManyField(Authority, related_name="available_cases", blank=True)
    dossiers = models.ManyToManyField(Dossier, related_name="cases", blank=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    last_number = models.IntegerField(default=0)  # of a person here: no number is given twice
    sealed = models.BinaryField()

    class Meta:
        app_label = "casework"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-changed_at"])]

    @property
    def key(self) -> str:
        """The name of the vault key that seals everything of this case."""
        return f"case-{self.pk}"


class CasePerson(Row):
    """A suspect, a victim or another person of a case: everything about them is sealed."""

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="persons")
    number = models.IntegerField()  # within the case, in the order of entry; never given twice
    changed = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "casework"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "number"], name="one_person_for_each_number")
        ]


class CaseChange(Row):
    """One line of a case's history: who changed what. Only ever added to."""

    number = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="history")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "casework"


class CaseImport(Row):
    """A table of persons between its preview and its confirmation. Gone after either, and after a day."""

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="imports")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    made = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "casework"
