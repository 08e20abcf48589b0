"""The State's side: sign an entry with offline directory keys, and the TUF role that lists it.

What comes out, a `Submission`, is one JSON file to be carried to the secretariat. It holds nothing secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tuf.api.metadata import Metadata, TargetFile, Targets

from corridor.faults import Fault
from corridor.notary import Envelope, SigningKey, dsse
from corridor.registry import continuity
from corridor.registry.entry import PAYLOAD_TYPE, STATE, Entry
from corridor.registry.fault import RegistryFault
from corridor.registry.keyset import KeySet
from corridor.registry.tufkeys import signers

ENTRY = "entry.json"
CONTINUITY = "continuity.json"
ROLE_TERM = timedelta(days=365)
MAX_SUBMISSION = 8 * 1024 * 1024


@dataclass(frozen=True)
class Submission:
    """A State's signed files and the signed role that lists them, byte for byte as they will be published."""

    state: str
    role: bytes
    files: dict[str, bytes]

    def to_json(self) -> bytes:
        fields = {
            "submission": "1",
            "state": self.state,
            "role": self.role.decode("utf-8"),
            "files": {name: data.decode("utf-8") for name, data in sorted(self.files.items())},
        }
        return json.dumps(fields, ensure_ascii=False, indent=1).encode("utf-8")

    @classmethod
    def from_json(cls, data: bytes) -> Submission:
        try:
            if len(data) > MAX_SUBMISSION:
                raise ValueError("too large")
            fields = json.loads(data)
            if fields["submission"] != "1" or not STATE.match(fields["state"]):
                raise ValueError("not a submission")
            files = {str(name): text.encode("utf-8") for name, text in fields["files"].items()}
            return cls(fields["state"], fields["role"].encode("utf-8"), files)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RegistryFault("registry.submission.malformed") from error

    @property
    def envelope(self) -> Envelope:
        try:
            return Envelope.from_json(self.files[ENTRY])
        except (Fault, ValueError, KeyError, TypeError) as error:
            raise RegistryFault("registry.submission.malformed") from error

    @property
    def chain(self) -> tuple[Envelope, ...]:
        data = self.files.get(CONTINUITY)
        return continuity.load_chain(data) if data is not None else ()

    def metadata(self) -> Metadata[Targets]:
        try:
            return Metadata[Targets].from_bytes(self.role)
        except Exception as error:
            raise RegistryFault("registry.submission.malformed") from error

    def entry(self) -> Entry:
        """The entry as written; who signed it is judged by whoever receives it."""
        return Entry.from_json(self.envelope.payload)


def sign_entry(entry: Entry, keys: Iterable[SigningKey]) -> Envelope:
    """Sign an entry with its own directory keys. This envelope alone may also travel in a letter."""
    envelope = dsse.sign(PAYLOAD_TYPE, entry.to_json(), *keys)
    entry.keyset().verify(envelope, PAYLOAD_TYPE)
    return envelope


def submit(
    entry: Entry,
    keys: Sequence[SigningKey],
    *,
    at: datetime,
    previous: Submission | None = None,
    old_keys: Sequence[SigningKey] = (),
    term: timedelta = ROLE_TERM,
) -> Submission:
    """Sign `entry` and the role `<State>` that lists it.

    `keys` are directory keys listed in the entry, at least its threshold. Where they differ from those of
    `previous`, `old_keys` of the set before must sign too, in a continuity statement. After a re-enrolment
    there are no old keys; then the set of the entry must be the one the root announced, and nothing is
    stated here.
    """
    chain: tuple[Envelope, ...] = ()
    version = 1
    if previous is not None:
        before, chain = previous.entry(), previous.chain
        if previous.state != entry.state or entry.version <= before.version:
            raise RegistryFault("registry.entry.version-back", state=entry.state, held=before.version)
        version = previous.metadata().signed.version + 1
        if before.keyset().id != entry.keyset().id and old_keys:
            signing = {key.public.keyid: key for key in (*old_keys, *keys)}
            number = len(chain) + 1
            chain += (
                continuity.succeed(
                    entry.state, number, before.keyset(), entry.keyset(), signing.values(), at=at
                ),
            )
    files = {ENTRY: sign_entry(entry, keys).to_json()}
    if chain:
        files[CONTINUITY] = continuity.dump_chain(chain)
    targets = {
        f"{entry.state}/{name}": TargetFile.from_data(f"{entry.state}/{name}", data, ["sha256"])
        for name, data in files.items()
    }
    role = Metadata(Targets(version=version, expires=at + term, targets=targets))
    for signer in signers(keys):
        role.sign(signer, append=True)
    return Submission(entry.state, role.to_bytes(), files)


def check_files(submission: Submission, delegated: KeySet) -> Entry:
    """The entry of a submission, if the set delegated to the State signed it and it is that State's own."""
    entry = Entry.from_json(delegated.verify(submission.envelope, PAYLOAD_TYPE))
    if entry.state != submission.state:
        raise RegistryFault("registry.entry.other-state", state=submission.state)
    if entry.keyset().id != delegated.id:
        raise RegistryFault("registry.continuity.keys-swapped", state=submission.state)
    return entry
