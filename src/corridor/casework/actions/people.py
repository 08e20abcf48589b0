"""Authorities and officers: made, disabled and given new secrets. Each needs the State's passphrase but disabling.

An officer's key is made here, sealed under the officer's own secret, and certified with the State key. Whoever has
custody power also gets a copy of the authority's custody identity, sealed under the same secret. The node process
keeps neither open: root on the machine, without a secret or the passphrase, can sign and open nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from corridor import law
from corridor.casework.access import Person
from corridor.casework.actions.results import Enrolled
from corridor.casework.fault import CaseworkFault, NotFound
from corridor.casework.house import House, house
from corridor.casework.models import Authority, LoginEvent, Officer, Role, User
from corridor.dossier import REGISTRY
from corridor.notary import KeyUse, NotaryFault, SigningKey, credentials
from corridor.notary.files import write_whole
from corridor.notary.keys import generate, seal_to_file, unlock
from corridor.seal import age

#: Which standing certificate powers a role's key carries besides `sign:<kind>`. An administrator has no key.
_ROLE_POWERS: dict[str, tuple[str, ...]] = {
    Role.DRAFTER: ("note",),
    Role.SIGNATORY: ("note", "decide", "custody"),
    Role.SUPERVISOR: ("note",),
}
#: Roles an authority may have, and whom it stands in for unless its State decides otherwise.
AUTHORITY_ROLES: dict[str, frozenset[str]] = {
    "contact_point": frozenset(),
    "central_authority": frozenset({"competent_authority", "extradition_authority", "party"}),
    "competent_authority": frozenset(),
    "extradition_authority": frozenset(),
    "law_enforcement": frozenset(),
}
LEAST_SECRET = 12
_ATTEMPTS = 8
_WINDOW = timedelta(minutes=10)


def usual_kinds(role: str) -> tuple[str, ...]:
    """The kinds an authority of that role sends and receives unless its State says otherwise: those whose form, under
    the Convention, names the role or one it stands in for."""
    stands_for = {role, *AUTHORITY_ROLES.get(role, ())}
    on = house().clock().date()

    def deals_with(kind: str) -> bool:
        form = law.form(kind, on=on)
        if isinstance(form, law.UnknownRules):
            return False
        return not stands_for.isdisjoint(str(each) for each in (*form.senders, *form.receivers))

    return tuple(kind for kind in REGISTRY if deals_with(kind))


def state_key(home: House, passphrase: str) -> SigningKey:
    """The State's signing key, open for this call only. Raises `casework.people.passphrase`."""
    try:
        return unlock(home.root / "keys" / "state.sealed.json", passphrase)
    except (NotaryFault, UnicodeEncodeError) as error:
        if is_wrong_secret(error):
            raise CaseworkFault("casework.people.passphrase") from error
        raise  # a lost or damaged key file is no wrong passphrase


def is_wrong_secret(error: Exception) -> bool:
    """Whether a key stayed closed for its secret (half a character is in none), and not for its file."""
    return isinstance(error, UnicodeEncodeError) or getattr(error, "code", "") == "notary.key.wrong-secret"


def add_authority(
    *,
    code: str,
    role: str,
    names: dict[str, str],
    sends: Iterable[str],
    receives: Iterable[str],
    passphrase: str,
    languages: Iterable[str] = ("en",),
    cls: str = "hybrid",
) -> Authority:
    """Add an authority of this State and make its custody identity, sealed under the State's passphrase."""
    home = house()
    state_key(home, passphrase)
    if role not in AUTHORITY_ROLES or not code.startswith(f"{home.state}-"):
        raise CaseworkFault("casework.people.authority", code_given=code)
    if Authority.objects.filter(code=code).exists():
        raise CaseworkFault("casework.people.authority-exists", code_given=code)
    identity = age.generate(cls)
    _write_sealed(home, _custody_master(home, code), identity.text, passphrase)
    return Authority.objects.create(
        code=code,
        role=role,
        names=names,
        sends=sorted(set(sends)),
        receives=sorted(set(receives)),
        languages=list(languages),
        recipient=str(identity.recipient),
        recipient_class=cls,
    )


def add_officer(
    *,
    username: str,
    name: str,
    authority: str,
    role: str,
    password: str,
    secret: str,
    passphrase: str,
    days: int = 60,
    by: Person | None = None,
) -> Enrolled:
    """Enrol a person: login, key, credential, and custody copy where the role has custody power.

    `by` is the administrator asking from a page; None is the operator at the machine.
    """
    home = house()
    office = Authority.objects.filter(code=authority).first()
    if by is not None:
        by.require("people.write")
        if by.authority != authority:
            raise NotFound
    if office is None or role not in Role.values:
        raise CaseworkFault("casework.people.authority", code_given=authority)
    if User.objects.filter(username=username).exists():
        raise CaseworkFault("casework.people.username-taken")
    _check_password(password, username)
    number = f"{home.state}-{secrets.token_hex(4).upper()}"
    home.vault.make("people")
    made = _make_key(home, office, number, role, secret, passphrase, password, days)
    with transaction.atomic():
        user = User.objects.create_user(username, password)
        Officer.objects.create(
            user=user,
            authority=office,
            role=role,
            number=number,
            name_sealed=home.vault.seal("people", f"officer/{number}", name.encode()),
            credential=made.credential,
            folder=made.folder,
            powers=list(made.powers),
            not_after=made.not_after,
        )
    return Enrolled(username, number, authority, role, made.powers, made.not_after)


def reset_officer(
    *, username: str, passphrase: str, password: str | None = None, secret: str | None = None, days: int = 60
) -> Enrolled:
    """Give a person a new password, or a new secret: that is a new key and credential, never the old key."""
    home = house()
    officer = _officer(username)
    state_key(home, passphrase)
    folder = officer.folder
    made: _Made | None = None
    if password is not None:
        _check_password(password, username)
    if secret is not None:
        made = _make_key(
            home, officer.authority, officer.number, officer.role, secret, passphrase, password or "", days
        )
    with transaction.atomic():
        if password is not None:
            officer.user.set_password(password)
        officer.user.is_active = True
        officer.user.save()
        officer.disabled_at = None
        if made is not None:
            officer.credential, officer.folder = made.credential, made.folder
            officer.powers, officer.not_after = list(made.powers), made.not_after
        officer.save()
    if made is not None and folder and folder != made.folder:
        shutil.rmtree(home.officers / folder, ignore_errors=True)
    end = officer.not_after or home.clock()
    return Enrolled(
        username, officer.number, officer.authority.code, officer.role, tuple(officer.powers), end
    )


def disable_officer(username: str, *, by: Person | None = None) -> None:
    """Close a person's login and destroy their sealed key and custody copy. What they signed stands."""
    home = house()
    officer = _officer(username)
    if by is not None:
        by.require("people.write")
        if by.authority != officer.authority.code:
            raise NotFound
    with transaction.atomic():
        officer.disabled_at = home.clock()
        folder, officer.folder = officer.folder, ""
        officer.save()
        officer.user.is_active = False
        officer.user.save()
    if folder:
        shutil.rmtree(home.officers / folder, ignore_errors=True)


def signed_in(username: str, user: User | None, *, succeeded: bool) -> None:
    """Write down one attempt to sign in; of an unknown name only its digest."""
    LoginEvent.objects.create(
        user=user, name_digest=_digest(username), at=house().clock(), succeeded=succeeded
    )


def too_many(username: str) -> bool:
    """Whether this name failed too often just now to be tried again."""
    since = house().clock() - _WINDOW
    recent = LoginEvent.objects.filter(name_digest=_digest(username), at__gte=since)
    last_good = recent.filter(succeeded=True).order_by("-at").first()
    failed = recent.filter(succeeded=False)
    if last_good is not None:
        failed = failed.filter(at__gt=last_good.at)
    return failed.count() >= _ATTEMPTS


class _Made:
    """A key made for an officer: where it lies and what certifies it."""

    def __init__(self, folder: str, credential: bytes, powers: tuple[str, ...], not_after: datetime) -> None:
        self.folder, self.credential, self.powers, self.not_after = folder, credential, powers, not_after


def _make_key(
    home: House,
    office: Authority,
    number: str,
    role: str,
    secret: str,
    passphrase: str,
    password: str,
    days: int,
) -> _Made:
    now = home.clock().replace(microsecond=0)
    certifier = state_key(home, passphrase)
    if role == Role.ADMINISTRATOR:
        return _Made("", b"", (), now + timedelta(days=days))
    if len(secret) < LEAST_SECRET or secret == password:
        raise CaseworkFault("casework.people.weak-secret", least=LEAST_SECRET)
    powers = set(_ROLE_POWERS[role])
    if role == Role.SIGNATORY:
        powers |= {f"sign:{kind}" for kind in (*office.sends, *office.receives)}
    key = generate(KeyUse.OFFICER)
    not_after = now + timedelta(days=days)
    envelope = credentials.issue(
        certifier,
        state=home.state,
        authority=office.code,
        number=number,
        key=key.public,
        powers=powers,
        not_before=now - timedelta(minutes=5),
        not_after=not_after,
    )
    folder = f"{number}-{secrets.token_hex(4)}"
    target = home.officers / folder
    target.mkdir(mode=0o700, parents=True)
    seal_to_file(key, target / "key.json", secret, work=home.secret_work)
    write_whole(
        target / "credential.json", envelope.to_json()
    )  # public; lets the key be used from the command line
    if "custody" in powers:
        identity = open_sealed(_custody_master(home, office.code), passphrase)
        _write_sealed(home, target / "custody.age", identity, secret)
    return _Made(folder, envelope.to_json(), tuple(sorted(powers)), not_after)


def _custody_master(home: House, code: str) -> Path:
    return home.authorities / code / "custody.age"


def _write_sealed(home: House, path: Path, text: str, passphrase: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sink = BytesIO()
    age.encrypt_passphrase(BytesIO(text.encode()), sink, passphrase, work=home.secret_work)
    write_whole(path, sink.getvalue(), mode=0o600)


def open_sealed(path: Path, secret: str) -> str:
    """An identity sealed under a secret. Raises `casework.secret.wrong`."""
    sink = BytesIO()
    try:
        age.decrypt(BytesIO(path.read_bytes()), sink, [age.Passphrase(secret)])
    except FileNotFoundError as error:
        raise CaseworkFault("casework.secret.no-key") from error
    except (age.NoMatchError, UnicodeEncodeError) as error:
        raise CaseworkFault("casework.secret.wrong") from error
    return sink.getvalue().decode()


def _officer(username: str) -> Officer:
    found = Officer.objects.select_related("user", "authority").filter(user__username=username).first()
    if found is None:
        raise NotFound
    return found


def _check_password(password: str, username: str) -> None:
    try:
        validate_password(password, User(username=username))
    except ValidationError as error:
        raise CaseworkFault("casework.people.weak-password") from error


def _digest(username: str) -> str:
    return hashlib.sha256(f"login:{username}".encode()).hexdigest()
