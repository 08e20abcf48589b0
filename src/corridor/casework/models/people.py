"""Authorities of this State and the people who act for them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from corridor.casework.models.row import Row


class Role(models.TextChoices):
    """One person acts for one authority in one role. An administrator sees no case."""

    DRAFTER = "drafter"
    SIGNATORY = "signatory"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class UserManager(BaseUserManager["User"]):
    """Makes logins; there is no superuser and no default password."""

    def create_user(self, username: str, password: str) -> User:
        user = self.model(username=username)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """A login. It opens pages; it signs nothing: signing needs the officer's own secret."""

    username = models.CharField(max_length=80, unique=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=12, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        app_label = "casework"

    def __str__(self) -> str:
        return f"User {self.pk}"


class Authority(Row):
    """A contact point or central authority of this State. Which kinds it sends and receives is configuration."""

    code = models.CharField(max_length=40, unique=True)
    role = models.CharField(max_length=20)  # contact_point | central_authority
    names = models.JSONField(default=dict)  # language -> name; public, it is in the directory
    sends = models.JSONField(default=list)
    receives = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    recipient = models.TextField()  # custody recipient (age1pq…); its identity is held by officers, sealed
    recipient_class = models.CharField(max_length=10)

    class Meta:
        app_label = "casework"


class Officer(Row):
    """A person's standing: authority, role, and the credential the State signed for the officer's key.

    The officer's name is sealed (`vault` key `people`); acts carry only the pseudonymous number.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="officer")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="officers")
    role = models.CharField(max_length=20, choices=Role.choices)
    number = models.CharField(max_length=40, unique=True)
    name_sealed = models.BinaryField()
    credential = models.BinaryField()  # DSSE envelope, JSON; empty for an administrator, who signs nothing
    folder = models.CharField(
        max_length=60, blank=True
    )  # of the sealed key files, below the node's officers folder
    powers = models.JSONField(default=list)
    not_after = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "casework"


class LoginEvent(Row):
    """Who tried to sign in, and whether it worked. Unknown names are kept as a digest only."""

    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    name_digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    succeeded = models.BooleanField()

    class Meta:
        app_label = "casework"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["name_digest", "at"])]
