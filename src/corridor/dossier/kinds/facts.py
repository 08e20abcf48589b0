"""The coded facts requests are built from: data, offence, provider, account, address, period, measure.

Codes, not prose: an officer chooses them in one language and another reads them in another. Everything here keeps
fields it does not know, because a later version may add some and a signature covers them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from ipaddress import ip_address
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

ActId = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
StateCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Word = Annotated[str, Field(min_length=1, max_length=400)]
Category = Literal["subscriber", "traffic", "content"]


def _date_only(value: Any) -> Any:
    if isinstance(value, str) and len(value) != 10:
        raise ValueError("a legal date is a day: YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_date_only)]


def _to_the_second(value: datetime) -> datetime:
    if value.microsecond:
        raise ValueError("time to the second")
    return value


Second = Annotated[AwareDatetime, AfterValidator(_to_the_second)]


class Coded(BaseModel):
    """Base of every body and fact."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def __getattr__(self, name: str) -> Any:
        """A field this form does not have is kept and dumped again, but never read as if it had been checked."""
        raise AttributeError(name)


class Provider(Coded):
    """Who holds the data. `state` is where, so far as known."""

    name: Word
    service: Word | None = None
    state: StateCode | None = None


AccountType = Literal[
    "email",
    "username",
    "phone",
    "user_id",
    "device",
    "domain",
    "wallet",
    "iban",
    "bic",
    "card",
    "imei",
    "imsi",
    "mac",
    "url",
    "other",
]


class Account(Coded):
    """What names somebody or something at a provider. Whether it can be one is advice (`identifiers`), never law.

    `chain` is that of a virtual asset's address: the same string may be an address on several.
    """

    type: AccountType
    value: Word
    chain: Word | None = None


class Address(Coded):
    """An IP address is only a subscriber together with its source port and the second, zone included."""

    ip: Word
    port: Annotated[int, Field(ge=1, le=65535)]
    time: Second
    zone: Word | None = (
        None  # the IANA zone of the clock it was read from; `time` carries its offset either way
    )

    @model_validator(mode="after")
    def _is_address(self) -> Address:
        ip_address(self.ip)
        return self


class Period(Coded):
    """From and to, both with a zone. An open end means up to the preservation itself."""

    start: Second
    end: Second | None = None

    @model_validator(mode="after")
    def _forwards(self) -> Period:
        if self.end is not None and self.end - self.start < timedelta(0):  # never overflows; astimezone may
            raise ValueError("the period ends before it starts")
        return self


class DataItem(Coded):
    """One thing to preserve or to obtain."""

    category: Category
    provider: Provider | None = None
    account: Account | None = None
    address: Address | None = None
    period: Period | None = None


class SeriousCrime(Coded):
    """An offence outside the Convention's own list, by name and maximum penalty."""

    name: Word
    max_penalty_years: Annotated[int, Field(ge=0, le=99)]


class Offence(Coded):
    """By article of an instrument, or as a serious crime, with the reference in national law."""

    instrument: str | None = None
    articles: tuple[str, ...] = ()
    serious_crime: SeriousCrime | None = None
    national_reference: Word | None = None
    stage: Literal["investigation", "prosecution", "proceeding"] | None = None

    @model_validator(mode="after")
    def _some_offence(self) -> Offence:
        if not self.articles and self.serious_crime is None:
            raise ValueError("name the article or the serious crime")
        return self


class DataAndLink(Coded):
    """The data; its relation to the offence is a free text of the same field name."""

    data: Annotated[tuple[DataItem, ...], Field(min_length=1)]


class Office(Coded):
    """An authority as the request names it."""

    state: StateCode | None = None
    authority: Word | None = None
    name: Word | None = None
    functions: Word | None = None


class Measure(Coded):
    """The domestic measure an execution rests on."""

    authority: Word
    kind: Word  # id of a measure in the law data
    date: Day
    legal_basis: Word
