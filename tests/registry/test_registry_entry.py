"""An entry is another State's words: only what has the right form gets in, and what we do not know is
kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from registry_cast import DAY, NOW, Party, Secretariat, directory_keys

from corridor import registry
from corridor.notary import KeyUse
from corridor.registry import Entry, RegistryFault, static
from corridor.registry.address import check_url


@pytest.mark.parametrize(
    "url",
    [
        "https://borealia.example",
        "https://borealia.example:8443/corridor",
        "https://127.0.0.1:8443",
        "https://[::1]:8443",
        "https://xn--bcher-kva.example/",
    ],
)
def test_a_plain_https_address_is_taken(url: str) -> None:
    """Loopback and private addresses too: whether they may be called is decided where they are called."""
    assert check_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://borealia.example",
        "HTTPS+UNIX://borealia.example",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user@borealia.example",
        "https://user:word@borealia.example",
        "https://borealia.example@evil.example",
        "https://borealia.example?next=evil",
        "https://borealia.example/#x",
        "https://borealia.example:0",
        "https://borealia.example:",
        "https://borealia.example:70000",
        "https://borealia.example:port",
        "https://borealia.example/../admin",
        "https://borealia.example//evil",
        "https://borealia.example/%2e%2e",
        "https://borealia.example\\@evil.example",
        "https://borealia .example",
        "https://borealia.example\n",
        "https://borealia.example\x00",
        "https://böralia.example",
        "https://-borealia.example",
        "https://borealia_node.example",
        "https://" + "a" * 64 + ".example",
        "https://" + ".".join(["abcdefgh"] * 40),
        "https://2130706433",
        "https://127.1",
        "https://0x7f.0.0.1",
        "https://1.2.3.0x4",
        "https://[fe80::1%25eth0]",
        "https://[nonsense]",
    ],
)
def test_an_address_that_is_not_plain_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the words differ, the refusal does not
        check_url(url)


def test_unknown_fields_are_kept() -> None:
    """A newer node's words survive an older one (python-tuf ADR 8)."""
    party = Party("XAA")
    party.version = 1
    fields = party.fields(newer={"a": [1]})
    fields["node"]["newer"] = "x"
    kept = Entry.from_json(Entry.from_dict(fields).to_json()).to_dict()
    assert kept["newer"] == {"a": [1]}
    assert kept["node"]["newer"] == "x"


def _bad(fields: dict, place: str) -> dict:
    key = fields["keys"]["node"][0]
    changes = {
        "state": {"state": "xaa"},
        "keyid": {"keys": {**fields["keys"], "node": [{**key, "keyid": "0" * 64}]}},
        "two uses": {"keys": {**fields["keys"], "log": [{**key, "use": "log"}]}},
        "wrong use": {"keys": {**fields["keys"], "node": [{**key, "use": "state"}]}},
        "twice": {"keys": {**fields["keys"], "node": [key, key]}},
        "no directory key": {"keys": {**fields["keys"], "directory": []}},
        "threshold": {"directory_threshold": 2},
        "no address": {"node": {"delivery": "post"}},
        "certificate": {"node": {**fields["node"], "tls_certificate": "-----BEGIN CERTIFICATE-----\nno\n"}},
        "two certificates": {
            "node": {**fields["node"], "tls_certificate": fields["node"]["tls_certificate"] * 2}
        },
        "recipient": {"recipients": {"letter": ["AGE-SECRET-KEY-1QQQ"]}},
        "custody of nobody": {
            "recipients": {"letter": [], "custody": [{"authority": "XAA-ZZ", "recipient": "age1" + "q" * 58}]}
        },
        "another State's authority": {
            "authorities": [{"code": "XBB-CP", "role": "contact_point", "names": {"en": "x"}}],
            "recipients": {"letter": []},
        },
        "log origin": {"log_origin": "two\nlines"},
        "time without a zone": {"issued": "2026-03-01T09:00:00"},
        "zone that is a path": {"time_zone": "../../etc/passwd"},
        "week of days off": {"calendar": {"weekend": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}},
        "day that is none": {"calendar": {"holidays": ["2026-02-30"]}},
        "too many days off": {"calendar": {"holidays": ["2026-03-01"] * 401}},
    }
    return {**fields, **changes[place]}


@pytest.mark.parametrize(
    "place",
    [
        "state",
        "keyid",
        "two uses",
        "wrong use",
        "twice",
        "no directory key",
        "threshold",
        "no address",
        "certificate",
        "two certificates",
        "recipient",
        "custody of nobody",
        "another State's authority",
        "log origin",
        "time without a zone",
        "zone that is a path",
        "week of days off",
        "day that is none",
        "too many days off",
    ],
)
def test_an_entry_with_one_fault_is_refused(place: str) -> None:
    party = Party("XAA")
    party.version = 1
    Entry.from_dict(party.fields())
    with pytest.raises(RegistryFault) as caught:
        Entry.from_dict(_bad(party.fields(), place))
    assert caught.value.code == "registry.entry.malformed"
    assert "PRIVATE" not in str(caught.value)


def test_a_state_may_say_when_its_offices_are_closed() -> None:
    """Both fields are optional and come back as they were signed."""
    party = Party("XAA")
    party.version = 1
    silent = Entry.from_dict(party.fields())
    assert silent.time_zone is None
    assert silent.calendar is None
    assert "calendar" not in silent.to_dict()
    said = {
        "time_zone": "America/Argentina/Ushuaia",
        "calendar": {"weekend": ["fri"], "holidays": ["2026-11-30"]},
    }
    entry = Entry.from_json(Entry.from_dict({**party.fields(), **said}).to_json())
    assert entry.to_dict() | said == entry.to_dict()


def test_a_node_that_only_calls_out_needs_no_address() -> None:
    party = Party("XAA")
    party.version = 1
    entry = Entry.from_dict({**party.fields(), "node": {"delivery": "fetch"}})
    assert entry.node.url is None


def test_an_endless_entry_is_not_parsed() -> None:
    with pytest.raises(RegistryFault) as caught:
        Entry.from_json(b"[" * (registry.entry.MAX_ENTRY + 1))
    assert caught.value.code == "registry.entry.malformed"


# The secretariat's door


@pytest.fixture
def secretariat(tmp_path: Path) -> Secretariat:
    return Secretariat(tmp_path / "registry")


def test_a_state_is_enrolled_once_and_by_its_code(secretariat: Secretariat) -> None:
    secretariat.enrol(Party("XAA"))
    for state, code in (("XAA", "registry.state.exists"), ("../X", "registry.state.code")):
        with pytest.raises(RegistryFault) as caught:
            secretariat.repository.add_state(
                state,
                [directory_keys()[0].public],
                threshold=1,
                targets_keys=secretariat.targets_keys,
                at=NOW,
            )
        assert caught.value.code == code


def test_an_enrolled_state_without_an_entry_alarms_nobody(secretariat: Secretariat, tmp_path: Path) -> None:
    secretariat.repository.add_state(
        "XAA", [directory_keys()[0].public], threshold=1, targets_keys=secretariat.targets_keys, at=NOW
    )
    looked = secretariat.directory(tmp_path / "node").refresh(secretariat.fetch(), at=NOW)
    assert (looked.fault, looked.accepted, looked.alarms) == (None, (), ())


def test_only_the_targets_holders_enrol(secretariat: Secretariat) -> None:
    for wrong in ([], directory_keys(1), secretariat.root_keys):
        with pytest.raises(RegistryFault) as caught:
            secretariat.repository.add_state(
                "XAA", [directory_keys()[0].public], threshold=1, targets_keys=wrong, at=NOW
            )
        assert caught.value.code == "registry.role.threshold"
    assert secretariat.repository.states() == ()


def test_a_submission_that_breaks_a_rule_is_not_published(secretariat: Secretariat) -> None:
    aurelia = Party("XAA")
    secretariat.enrol(aurelia)
    first = aurelia.last
    second = aurelia.submit()
    secretariat.publish(second)
    stale = registry.Submission("XAA", first.role, second.files)
    third = aurelia.submit()
    for submission, code, at in (
        (first, "registry.entry.version-back", NOW),
        (second, "registry.entry.version-back", NOW),
        (stale, "registry.entry.version-back", NOW),
        (registry.Submission("XBB", second.role, second.files), "registry.state.unknown", NOW),
        (registry.Submission("XAA", b"{}", third.files), "registry.submission.malformed", NOW),
        (
            registry.Submission("XAA", first.role, aurelia.submit().files),
            "registry.submission.malformed",
            NOW,
        ),
        (aurelia.submit(), "registry.submission.expired", NOW + 400 * DAY),
    ):
        with pytest.raises(RegistryFault) as caught:
            secretariat.publish(submission, at)
        assert caught.value.code == code
    assert secretariat.repository.entry("XAA").version == 2
    for noise in (b"", b"{}", b"[]", b'{"submission":"1","state":1}'):
        with pytest.raises(RegistryFault) as caught:
            registry.Submission.from_json(noise)
        assert caught.value.code == "registry.submission.malformed"


def test_the_machine_cannot_hold_an_offline_key_nor_a_holder_an_online_one(secretariat: Secretariat) -> None:
    """One use for each key, at this door as at the others."""
    folder = secretariat.repository.directory / "keys"
    assert {path.name for path in folder.iterdir()} == {"snapshot.json", "timestamp.json"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    online = registry.repository.keys.load(folder / "timestamp.json")
    with pytest.raises(RegistryFault) as caught:
        secretariat.repository.add_state(
            "XAA", [directory_keys()[0].public], threshold=1, targets_keys=[online], at=NOW
        )
    assert caught.value.code == "registry.keys.wrong-use"
    with pytest.raises(RegistryFault) as caught:
        secretariat.repository.add_state(
            "XAA", [online.public], threshold=1, targets_keys=secretariat.targets_keys, at=NOW
        )
    assert caught.value.code == "registry.keys.wrong-use"


def test_only_public_files_are_served(secretariat: Secretariat) -> None:
    secretariat.enrol(Party("XAA"))
    app = static.make_app(secretariat.repository.public)
    said: list[str] = []

    def get(path: str, method: str = "GET") -> bytes:
        said.clear()
        body = app({"REQUEST_METHOD": method, "PATH_INFO": path}, lambda status, headers: said.append(status))
        return b"".join(body)

    for path in sorted(secretariat.repository.public.rglob("*.json")):
        name = "/" + str(path.relative_to(secretariat.repository.public))
        assert get(name) == path.read_bytes(), name
        assert get(name, "HEAD") == b""
        assert said == ["200 OK"]
    for path in (
        "/",
        "/../keys/timestamp.json",
        "/metadata/../../keys/timestamp.json",
        "/metadata",
        "/.lock",
        "",
    ):
        assert get(path) == b""
        assert said == ["404 Not Found"]
    get("/metadata/timestamp.json", "POST")
    assert said == ["405 Method Not Allowed"]


# Words


def test_every_code_has_its_sentences_and_every_sentence_its_code() -> None:
    room = Path(registry.__file__).parent
    source = "\n".join(path.read_text() for path in room.glob("*.py"))
    raised = set(re.findall(r'"(registry\.[a-z-]+(?:\.[a-z-]+)*)"', source))
    raised.discard("registry.json")  # a file, not a code
    assert raised == set(yaml.safe_load((room / "faults.yaml").read_text()))


def test_a_changed_clock_of_the_machine_changes_nothing(secretariat: Secretariat, tmp_path: Path) -> None:
    """Time is an argument: a registry of 2026 is read as of 2026, and one of 2126 as of 2126."""
    for at in (NOW, NOW + 36500 * DAY):
        other = Secretariat(tmp_path / f"registry-{at.year}", at=at)
        aurelia = Party("XAA")
        other.enrol(aurelia, at)
        node = other.directory(tmp_path / f"node-{at.year}")
        assert node.refresh(other.fetch(), at=at).fault is None
        assert node.entry("XAA").valid_keys(KeyUse.NODE, at)
