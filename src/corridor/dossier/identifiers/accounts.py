"""Accounts, numbers and names, each judged by the library that knows its kind; `parts` and `at` as in `check`."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from corridor.dossier.identifiers.checked import Checked
from corridor.dossier.identifiers.network import ip


def other(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    return Checked(type, unicodedata.normalize("NFC", text), "good")


def handle(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    """A name at a provider: only its letters can be looked at. Letters of two scripts in one word deceive the eye."""
    plain = unicodedata.normalize("NFC", text.removeprefix("@") if type == "username" else text)
    if " " in plain:
        return Checked(type, plain, "doubtful", "identifier.handle.space")
    if _mixed(plain):
        return Checked(type, plain, "doubtful", "identifier.mixed-scripts")
    return Checked(type, plain, "good")


def email(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(
            text, check_deliverability=False, test_environment=True, allow_quoted_local=True
        )
    except EmailNotValidError:
        if _reserved(text.rpartition("@")[2]):
            return Checked(type, text, "doubtful", "identifier.domain.reserved")
        return Checked(type, text, "wrong", "identifier.email.form")
    host = found.ascii_domain or found.domain
    normal = f"{found.local_part}@{host}"
    if _mixed(found.local_part) or any(_mixed(label) for label in found.domain.split(".")):
        return Checked(type, normal, "doubtful", "identifier.mixed-scripts")
    if _reserved(host):
        return Checked(type, normal, "doubtful", "identifier.domain.reserved")
    return Checked(type, normal, "good")


def domain(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    import idna

    name = text.rstrip(".").lower()
    if name.endswith(".onion"):
        return _onion(type, name)
    try:
        normal = idna.encode(name, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return Checked(type, text, "wrong", "identifier.domain.form")
    if "." not in normal:
        return Checked(type, normal, "doubtful", "identifier.domain.one-label")
    if normal.rpartition(".")[2].isdecimal():
        return Checked(type, normal, "wrong", "identifier.domain.form")
    try:
        shown = idna.decode(normal)
    except (idna.IDNAError, UnicodeError):
        return Checked(type, normal, "doubtful", "identifier.domain.form")
    about = (("unicode", shown),) if shown != normal else ()
    if any(_mixed(label) for label in shown.split(".")):
        return Checked(type, normal, "doubtful", "identifier.mixed-scripts", about=about)
    if _reserved(normal):
        return Checked(type, normal, "doubtful", "identifier.domain.reserved", about=about)
    return Checked(type, normal, "good", about=about)


def _onion(type: str, name: str) -> Checked:
    """A version 3 onion address carries a checksum of its own key (Tor's rend-spec-v3)."""
    label = name.removesuffix(".onion").rpartition(".")[2]
    if not re.fullmatch(r"[a-z2-7]{56}", label):
        return Checked(type, name, "wrong", "identifier.domain.form")
    raw = base64.b32decode(label.upper())
    key, told, version = raw[:32], raw[32:34], raw[34:]
    right = hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2]
    if told != right or version != b"\x03":
        return Checked(type, name, "wrong", "identifier.domain.checksum")
    return Checked(type, name, "good")


def url(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    found = urlsplit(text if "://" in text else f"//{text}")
    host = found.hostname or ""
    if not host:
        return Checked(type, text, "wrong", "identifier.url.form")
    judge = ip if re.fullmatch(r"[0-9.]+|.*:.*", host) else domain
    inner = judge(type, host, {}, None)
    port = f":{found.port}" if found.port else ""
    query = f"?{found.query}" if found.query else ""
    scheme = found.scheme.lower() or "https"
    shown = f"[{inner.normal}]" if ":" in inner.normal else inner.normal
    normal = f"{scheme}://{shown}{port}{found.path or '/'}{query}"
    if inner.verdict == "wrong":
        return Checked(type, text, "wrong", inner.code)
    code = inner.code if inner.code != "identifier.ip.incomplete" else ""
    if not found.scheme:
        return Checked(type, normal, "doubtful", code or "identifier.url.no-scheme", ("scheme",))
    return Checked(type, normal, "doubtful" if code else "good", code)


def phone(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    import phonenumbers

    international = text.lstrip("( ").startswith(("+", "\uff0b")) or text.startswith("00")
    if not international:
        return Checked(type, text, "doubtful", "identifier.phone.no-country", ("country",))
    given = "+" + text[2:] if text.startswith("00") else text
    try:
        found = phonenumbers.parse(given, None)
    except phonenumbers.NumberParseException:
        return Checked(type, text, "wrong", "identifier.phone.form")
    normal = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    if found.extension:
        normal += f";ext={found.extension}"
    region = phonenumbers.region_code_for_number(found)
    about = (("country", region),) if region and region.isalpha() else ()
    if not phonenumbers.is_possible_number(found):
        return Checked(type, normal, "wrong", "identifier.phone.length", about=about)
    if not phonenumbers.is_valid_number(found):
        return Checked(type, normal, "doubtful", "identifier.phone.not-in-plan", about=about)
    return Checked(type, normal, "good", about=about)


def iban(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    from schwifty import IBAN, exceptions

    plain = re.sub(r"[\s-]", "", text).upper()
    try:
        found = IBAN(plain)
    except exceptions.InvalidChecksumDigits:
        return Checked(type, plain, "wrong", "identifier.iban.checksum")
    except exceptions.InvalidLength:
        return Checked(type, plain, "wrong", "identifier.iban.length")
    except exceptions.InvalidCountryCode:
        return Checked(type, plain, "wrong", "identifier.iban.country")
    except exceptions.SchwiftyException:
        return Checked(type, plain, "wrong", "identifier.iban.form")
    told = [("country", found.country_code)]
    bank = getattr(found.bic, "compact", "") if found.bic is not None else ""
    if bank:
        told.append(("bic", str(bank)))
    return Checked(type, str(found.compact), "good", about=tuple(told))


def bic(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    from schwifty import BIC, exceptions

    plain = re.sub(r"\s", "", text).upper()
    try:
        found = BIC(plain)  # its list of banks is far from whole: what is not in it is no doubt
    except exceptions.SchwiftyException:
        return Checked(type, plain, "wrong", "identifier.bic.form")
    about = (("country", str(found.country_code)),)
    return Checked(type, str(found.compact), "good", about=about)


def card(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    from stdnum import luhn

    plain = re.sub(r"[\s-]", "", text)
    if not plain.isascii() or not plain.isdecimal() or not 12 <= len(plain) <= 19:
        return Checked(type, plain, "wrong", "identifier.card.form")
    return _sum(type, plain, luhn.is_valid(plain))


def imei(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    from stdnum import exceptions, imei

    plain = re.sub(r"[\s/-]", "", text)
    try:
        found = imei.validate(plain)
    except exceptions.InvalidChecksum:
        return Checked(type, plain, "wrong", "identifier.imei.checksum")
    except exceptions.ValidationError:
        return Checked(type, plain, "wrong", "identifier.imei.form")
    if len(found) == 14:
        return Checked(type, found, "doubtful", "identifier.imei.no-check-digit", ("check_digit",))
    return Checked(type, found, "good")


def imsi(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    from stdnum import exceptions, imsi

    plain = re.sub(r"[\s-]", "", text)
    try:
        found = imsi.validate(plain)
    except exceptions.InvalidComponent:
        return Checked(type, plain, "doubtful", "identifier.imsi.network")
    except exceptions.ValidationError:
        return Checked(type, plain, "wrong", "identifier.imsi.form")
    country = str(imsi.info(found).get("cc", "")).upper()
    return Checked(type, found, "good", about=(("country", country),) if country else ())


def mac(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    from stdnum import mac

    plain = re.sub(r"[\s.:-]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{12}", plain):
        return Checked(type, text, "wrong", "identifier.mac.form")
    normal = ":".join(plain[n : n + 2] for n in range(0, 12, 2))
    if mac.is_multicast(normal) or not int(plain, 16):
        return Checked(type, normal, "doubtful", "identifier.mac.no-device")
    if not mac.is_universally_administered(normal):
        return Checked(type, normal, "doubtful", "identifier.mac.changing")
    return Checked(type, normal, "good")


def _sum(type: str, normal: str, right: bool) -> Checked:
    return (
        Checked(type, normal, "good")
        if right
        else Checked(type, normal, "wrong", f"identifier.{type}.checksum")
    )


#: Special-use names of RFC 6761 and RFC 2606: nobody can be asked about an account there.
_RESERVED_NAMES: tuple[str, ...] = (
    *("example", "test", "invalid", "localhost", "local", "internal", "home.arpa"),
    *(f"example.{each}" for each in ("com", "net", "org")),
)


def _reserved(host: str) -> bool:
    name = host.rstrip(".").lower()
    return any(name == each or name.endswith("." + each) for each in _RESERVED_NAMES)


def _mixed(word: str) -> bool:
    """Letters of Latin, Greek and Cyrillic together in one word: each looks like some of another."""
    found = {
        name
        for each in word
        if each.isalpha()
        for name in _ALIKE
        if unicodedata.name(each, "").startswith(name)
    }
    return len(found) > 1


_ALIKE = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN")
