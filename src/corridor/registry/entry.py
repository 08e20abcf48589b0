"""A State's entry in the directory: where its node is, which keys are its own, whom to call.

`spec/registry.md`, "Entry". Fields we do not know are kept, because a newer node may have written them
(python-tuf ADR 8); the signed bytes themselves are always kept beside the model.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from cryptography import x509
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    model_validator,
)

from corridor.notary import KeyUse, PublicKey, canonical, instant
from corridor.registry.address import check_url
from corridor.registry.fault import RegistryFault
from corridor.registry.keyset import KeySet

PAYLOAD_TYPE = "application/vnd.corridor.entry+json"
MAX_ENTRY = 256 * 1024  # bytes of payload; a State with a hundred authorities needs a tenth of it
MAX_CERTIFICATE = 16 * 1024

#: Three letters, as in ISO 3166 alpha-3. Upper case only, so that no State can be called like
#: one of TUF's own roles on a file system that does not tell cases apart.
STATE = re.compile(r"[A-Z]{3}\Z")


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(microsecond=0)


Instant = Annotated[AwareDatetime, AfterValidator(_utc), PlainSerializer(instant.to_text)]
StateCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
#: A name of the IANA time zone database. Whoever does not know the name goes by UTC.
TimeZone = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2}$")
]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
AgeRecipient = Annotated[str, StringConstraints(pattern=r"^age1[a-z0-9]{20,4000}$")]


class Grows(BaseModel):
    """A frozen part of an entry that keeps fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="allow")


def _certificate(text: str) -> str:
    if len(text) > MAX_CERTIFICATE:
        raise ValueError("the certificate is larger than one may be")
    if len(x509.load_pem_x509_certificates(text.encode("ascii"))) != 1:
        raise ValueError("exactly one certificate is pinned")
    return text


class NodeAddress(Grows):
    """Where the node is, the one certificate it may show, and whether letters are posted to it or it
    fetches them."""

    url: Annotated[str, AfterValidator(check_url)] | None = None
    tls_certificate: Annotated[str, AfterValidator(_certificate)] | None = None
    delivery: Literal["post", "fetch"] = "post"

    @model_validator(mode="after")
    def _reachable(self) -> NodeAddress:
        if self.delivery == "post" and not (self.url and self.tls_certificate):
            raise ValueError("a node letters are posted to has an address and a certificate")
        return self


class KeyRow(Grows):
    """One public key with the time from which, and perhaps until which, it is good."""

    keyid: str
    valid_from: Instant
    revoked_at: Instant | None = None

    def public(self, use: KeyUse) -> PublicKey:
        """The key itself; its id is recomputed and must be the one written."""
        fields = self.model_dump(mode="json", exclude={"valid_from", "revoked_at"})
        return PublicKey.from_dict(fields, use=use)

    def good_at(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.revoked_at is None or at < self.revoked_at)


class Keys(Grows):
    """Public keys by use. A key has one use: listed twice, in one list or two, it is refused."""

    state: tuple[KeyRow, ...] = Field(max_length=64)
    request: tuple[KeyRow, ...] = Field(max_length=64)
    node: tuple[KeyRow, ...] = Field(max_length=64)
    log: tuple[KeyRow, ...] = Field(max_length=64)
    directory: tuple[KeyRow, ...] = Field(min_length=1, max_length=64)
    witness: tuple[KeyRow, ...] = Field(default=(), max_length=64)

    def rows(self, use: KeyUse) -> tuple[KeyRow, ...]:
        rows = getattr(self, use.value, ())
        return rows if isinstance(rows, tuple) else ()

    @model_validator(mode="after")
    def _one_use_each(self) -> Keys:
        seen: set[str] = set()
        for use in (
            KeyUse.STATE,
            KeyUse.REQUEST,
            KeyUse.NODE,
            KeyUse.LOG,
            KeyUse.DIRECTORY,
            KeyUse.WITNESS,
        ):
            for row in self.rows(use):
                try:
                    keyid = row.public(use).keyid
                except Exception as error:
                    raise ValueError(f"a {use.value} key is not a key, or its id is not its own") from error
                if keyid in seen:
                    raise ValueError("a key is listed twice")
                seen.add(keyid)
        return self


class CustodyRecipient(Grows):
    """An evidence unit that can be handed a package: the wrap is made to this recipient."""

    authority: Line
    recipient: AgeRecipient
    cls: Literal["hybrid", "classic"] = "hybrid"


class Recipients(Grows):
    """age recipients: for letters to the node, and for packages to an authority's evidence unit."""

    letter: tuple[AgeRecipient, ...] = Field(max_length=16)
    custody: tuple[CustodyRecipient, ...] = Field(default=(), max_length=256)


class AuthorityRow(Grows):
    """An authority of the State, and which kinds of request it may send and receive."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[A-Z0-9-]{1,24}$")]
    role: Literal[
        "contact_point",
        "central_authority",
        "competent_authority",
        "extradition_authority",
        "law_enforcement",
    ]
    names: dict[Language, Line]
    sends: tuple[str, ...] = ()
    receives: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()


class WorkingCalendar(Grows):
    """When a State's offices are closed. Nothing legal runs by it: it serves service levels and reminders."""

    weekend: Annotated[tuple[Weekday, ...], Field(max_length=6)] | None = None
    holidays: Annotated[tuple[date, ...], Field(max_length=400)] = ()


class ContactPoint(Grows):
    """The point of contact reached at any hour."""

    phone: str = ""
    email: str = ""
    hours: str = ""


class Entry(Grows):
    """Everything other States are told about a State. Version by version; never changed, only followed by
    the next."""

    entry: Literal["1"] = "1"
    state: StateCode
    names: dict[Language, Line] = Field(min_length=1)
    version: int = Field(ge=1, le=2**31)
    issued: Instant
    node: NodeAddress
    keys: Keys
    directory_threshold: int = Field(default=1, ge=1, le=64)
    recipients: Recipients
    authorities: tuple[AuthorityRow, ...] = Field(default=(), max_length=256)
    contact_point: ContactPoint = ContactPoint()
    declarations: tuple[dict[str, Any], ...] = ()
    drills: tuple[str, ...] = ()
    time_zone: TimeZone | None = None
    calendar: WorkingCalendar | None = None
    log_origin: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9./_-]{0,246}$")]
    witnesses: tuple[StateCode, ...] = Field(default=(), max_length=16)

    @model_validator(mode="after")
    def _holds_together(self) -> Entry:
        if (
            len({row.keyid for row in self.keys.directory if row.revoked_at is None})
            < self.directory_threshold
        ):
            raise ValueError("the directory threshold is higher than the number of directory keys")
        codes = [authority.code for authority in self.authorities]
        if len(set(codes)) != len(codes) or any(code.partition("-")[0] != self.state for code in codes):
            raise ValueError("authority codes begin with the State's code and are its own")
        if any(custody.authority not in codes for custody in self.recipients.custody):
            raise ValueError("a custody recipient names an authority that is not listed")
        if len(set(self.witnesses)) != len(self.witnesses) or self.state in self.witnesses:
            raise ValueError("witnesses are other States, each once")
        return self

    @classmethod
    def from_json(cls, data: bytes) -> Entry:
        """Parse a payload. Raises RegistryFault `registry.entry.malformed` with the place, never the
        content."""
        try:
            return cls.from_dict(canonical.loads(data, limit=MAX_ENTRY))
        except RegistryFault:
            raise
        except Exception as error:
            raise RegistryFault("registry.entry.malformed", place="json") from error

    @classmethod
    def from_dict(cls, fields: Any) -> Entry:
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "entry"
            raise RegistryFault("registry.entry.malformed", place=f"{place}: {first['msg']}") from error

    def to_dict(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)

    def to_json(self) -> bytes:
        """The payload that is signed."""
        return canonical.dumps(self.to_dict())

    def keyset(self) -> KeySet:
        """The directory keys and their threshold: who may write the next entry."""
        rows = [row for row in self.keys.directory if row.revoked_at is None]
        return KeySet.of((row.public(KeyUse.DIRECTORY) for row in rows), self.directory_threshold)

    def valid_keys(self, use: KeyUse, at: datetime) -> tuple[PublicKey, ...]:
        """Keys of one use that were good at `at`: judge a signature by the time it is anchored at."""
        return tuple(row.public(use) for row in self.keys.rows(use) if row.good_at(at))

    @property
    def witness_name(self) -> str:
        """The name under which this State cosigns the logs of others."""
        return f"{self.log_origin}/witness"

    def authority(self, code: str) -> AuthorityRow | None:
        return next((row for row in self.authorities if row.code == code), None)

    def custody_recipients(self, code: str | None = None) -> tuple[CustodyRecipient, ...]:
        return tuple(row for row in self.recipients.custody if code is None or row.authority == code)
