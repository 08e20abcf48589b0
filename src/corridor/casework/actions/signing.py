"""An officer's key and custody identity, open for one action and then gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from corridor.casework.access import Person
from corridor.casework.actions.people import is_wrong_secret, open_sealed, signed_in, too_many
from corridor.casework.fault import CaseworkFault, NotAllowed
from corridor.casework.house import House
from corridor.casework.models import Officer
from corridor.notary import Envelope, NotaryFault, SigningKey
from corridor.notary.keys import unlock
from corridor.seal.custody import Signer


@dataclass(frozen=True)
class Opened:
    """What an officer's secret opened. Never stored, never logged."""

    officer: Officer
    credential: Envelope
    key: SigningKey = field(repr=False)
    folder: Path = field(repr=False)

    def signer(self, home: House) -> Signer:
        """For custody statements. Raises NotAllowed without custody power."""
        if "custody" not in self.officer.powers:
            raise NotAllowed("evidence.seal")
        return Signer(self.credential, self.key, home.state)

    def custody_identity(self, secret: str) -> str:
        """The officer's copy of the authority's custody identity (an age identity). Raises NotAllowed."""
        if "custody" not in self.officer.powers:
            raise NotAllowed("evidence.open")
        return open_sealed(self.folder / "custody.age", secret)


def open_key(home: House, person: Person, secret: str) -> Opened:
    """Unlock the person's key. Raises `casework.secret.wrong`, `.too-many`, `.credential-expired`, `.no-key`."""
    officer = Officer.objects.select_related("authority").get(pk=person.officer_id)
    if officer.disabled_at is not None or not officer.folder:
        raise CaseworkFault("casework.secret.no-key")
    if officer.not_after is None or officer.not_after <= home.clock():
        raise CaseworkFault("casework.secret.credential-expired")
    folder = home.officers / officer.folder
    tried = f"signing secret of {officer.number}"  # no login has a space in it
    if too_many(tried):
        raise CaseworkFault("casework.secret.too-many")
    try:
        key = unlock(folder / "key.json", secret)
    except (NotaryFault, UnicodeEncodeError) as error:
        if not is_wrong_secret(error):
            raise  # a lost or damaged key file is no try, and no fault of the officer's
        signed_in(tried, officer.user, succeeded=False)
        raise CaseworkFault("casework.secret.wrong") from error
    return Opened(officer, Envelope.from_json(bytes(officer.credential)), key, folder)
