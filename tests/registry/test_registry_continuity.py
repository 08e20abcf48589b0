"""A State's keys change only with the word of the keys held for it, or of the root after a public wait."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from registry_cast import DAY, NOW, Party, Secretariat, directory_keys

from corridor import registry
from corridor.notary import KeyUse, keys
from corridor.registry import Directory, RegistryFault, continuity, revocation


class Scene:
    def __init__(self, folder: Path) -> None:
        self.secretariat = Secretariat(folder / "registry")
        self.borealia = Party("XBB", directory=3, threshold=2)
        self.secretariat.enrol(self.borealia)
        self.node: Directory = self.secretariat.directory(folder / "node")
        self.folder = folder
        self.look(NOW)

    def look(self, at) -> list[str]:
        self.secretariat.repository.renew(at=at)
        looked = self.node.refresh(self.secretariat.fetch(), at=at)
        assert looked.fault is None
        return [alarm.code for alarm in looked.alarms]

    def rotate(self, at=NOW, *, publish: bool = True):
        old = self.borealia.directory
        self.borealia.directory = directory_keys(3)
        handed = self.borealia.submit(at, old_keys=old)
        if publish:
            self.secretariat.publish(handed, at)
        return handed

    @property
    def version(self) -> int:
        return self.node.entry("XBB").version

    def announce(self, new: list, at, root_keys: list | None = None):
        return self.secretariat.repository.announce_reenrolment(
            "XBB",
            [key.public for key in new],
            threshold=2,
            root_keys=self.secretariat.root_keys[:2] if root_keys is None else root_keys,
            targets_keys=self.secretariat.targets_keys,
            at=at,
        )


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def code_of(caught: pytest.ExceptionInfo[RegistryFault]) -> str:
    str(caught.value)  # both sentences can be said
    assert "{" not in caught.value.next_step
    return caught.value.code


# Rotation


def test_a_rotation_signed_by_the_old_keys_is_accepted(scene: Scene) -> None:
    scene.rotate()
    assert scene.look(NOW) == []
    assert scene.version == 2
    assert scene.node.standing("XBB", NOW).disclosure


def test_a_node_that_slept_through_three_rotations_follows_them_all(scene: Scene) -> None:
    for day in (1, 2, 3):
        scene.rotate(NOW + day * DAY)
    assert scene.look(NOW + 4 * DAY) == []
    assert scene.version == 4


def test_a_rotation_without_the_old_threshold_cannot_be_made(scene: Scene) -> None:
    old, scene.borealia.directory = scene.borealia.directory, directory_keys(3)
    with pytest.raises(RegistryFault) as caught:
        scene.borealia.submit(old_keys=old[:1])
    assert code_of(caught) == "registry.signature.threshold"


def test_a_continuity_statement_signed_by_the_new_keys_alone_is_broken(scene: Scene) -> None:
    held, new = scene.borealia.entry().keyset(), directory_keys(3)
    to = registry.directory.KeySet.of([key.public for key in new], 2)
    both = [*new, *scene.borealia.directory]
    good = continuity.succeed("XBB", 1, held, to, both[:2] + both[3:5], at=NOW)
    forged = type(good)(good.payload_type, good.payload, good.signatures[:2])
    with pytest.raises(RegistryFault) as caught:
        continuity.follow("XBB", held, [forged])
    assert code_of(caught) == "registry.continuity.broken"
    with pytest.raises(RegistryFault) as caught:
        continuity.follow("XAA", held, [good])
    assert code_of(caught) == "registry.continuity.broken"
    assert continuity.follow("XBB", held, [good]).id == to.id
    with pytest.raises(RegistryFault) as caught:
        continuity.follow("XBB", held, [good, good])
    assert code_of(caught) == "registry.continuity.broken"
    with pytest.raises(RegistryFault) as caught:
        continuity.follow("XBB", held, [good], revoked=held.keyids[:2] + tuple(k.public.keyid for k in new))
    assert code_of(caught) == "registry.continuity.broken"


def test_going_back_to_keys_handed_over_is_a_swap(scene: Scene) -> None:
    """Old keys that were rotated away have no word any more, even if the registry gives them the role
    again."""
    before, old = scene.borealia.last, scene.borealia.directory
    scene.rotate()
    scene.look(NOW)
    scene.borealia.directory, scene.borealia.last = old, before
    with pytest.raises(RegistryFault) as caught:
        scene.secretariat.publish(scene.borealia.submit())
    assert code_of(caught) == "registry.continuity.keys-swapped"


# An entry in a letter


def test_a_fresh_entry_in_a_letter_is_enough_when_the_registry_is_silent(scene: Scene) -> None:
    later = NOW + 20 * DAY
    assert scene.node.standing("XBB", later).reason.code == "registry.entry.stale"
    scene.borealia.version += 1
    sent = registry.sign_entry(scene.borealia.entry(later), scene.borealia.directory[:2]).to_json()
    assert scene.node.accept_fresh_entry(sent, at=later).version == 2
    assert scene.node.standing("XBB", later).disclosure
    assert scene.node.age(later, "XBB") == timedelta(0)


def test_an_old_entry_sent_again_in_a_letter_is_not_fresh(scene: Scene) -> None:
    """The age of a letter's entry is the age of its signature, not of its arrival."""
    sent = scene.node.signed_entry("XBB")
    scene.node.accept_fresh_entry(sent, at=NOW + 20 * DAY)
    assert not scene.node.standing("XBB", NOW + 20 * DAY).disclosure


def test_a_registry_that_is_behind_a_letter_is_not_a_rollback(scene: Scene) -> None:
    scene.borealia.version += 1
    entry = scene.borealia.entry(NOW)
    scene.node.accept_fresh_entry(registry.sign_entry(entry, scene.borealia.directory[:2]).to_json(), at=NOW)
    assert scene.look(NOW + DAY) == []
    assert scene.version == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 0}, "registry.entry.malformed"),
        ({"version": 1, "drills": ["x"]}, "registry.entry.version-reused"),
        ({"version": 9, "issued": "2026-04-01T00:00:00Z"}, "registry.entry.from-future"),
        ({"version": 9, "directory_threshold": 1}, "registry.continuity.keys-swapped"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_refused_and_changes_nothing(scene: Scene, change, code) -> None:
    held = scene.node.signed_entry("XBB")
    fields = {**scene.borealia.fields(), **change}
    payload = keys_payload(fields)
    sent = continuity.dsse.sign(registry.entry.PAYLOAD_TYPE, payload, *scene.borealia.directory[:2]).to_json()
    with pytest.raises(RegistryFault) as caught:
        scene.node.accept_fresh_entry(sent, at=NOW)
    assert code_of(caught) == code
    assert scene.node.signed_entry("XBB") == held


def keys_payload(fields: dict) -> bytes:
    from corridor.notary import canonical

    return canonical.dumps(fields)


def test_an_entry_signed_by_one_of_two_is_refused(scene: Scene) -> None:
    scene.borealia.version += 1
    sent = continuity.dsse.sign(
        registry.entry.PAYLOAD_TYPE, scene.borealia.entry().to_json(), scene.borealia.directory[0]
    )
    with pytest.raises(RegistryFault) as caught:
        scene.node.accept_fresh_entry(sent.to_json(), at=NOW)
    assert code_of(caught) == "registry.signature.threshold"


def test_an_older_entry_is_refused(scene: Scene) -> None:
    first = scene.node.signed_entry("XBB")
    scene.secretariat.publish(scene.borealia.submit())
    scene.look(NOW)
    with pytest.raises(RegistryFault) as caught:
        scene.node.accept_fresh_entry(first, at=NOW)
    assert code_of(caught) == "registry.entry.version-back"


def test_a_letter_introduces_nobody(scene: Scene) -> None:
    dorsania = Party("XDD")
    dorsania.version = 1
    sent = registry.sign_entry(dorsania.entry(), dorsania.directory).to_json()
    with pytest.raises(RegistryFault) as caught:
        scene.node.accept_fresh_entry(sent, at=NOW)
    assert code_of(caught) == "registry.state.unknown"
    for noise in (b"", b"{}", b"[1]", b"\xff" * 9):
        with pytest.raises(RegistryFault) as caught:
            scene.node.accept_fresh_entry(noise, at=NOW)
        assert code_of(caught) == "registry.entry.malformed"
    assert scene.node.states() == ("XBB",)


# Revocation


def revoke(scene: Scene, signers: list, at=NOW, **what) -> None:
    sent = revocation.revoke("XBB", signers, at=at, **what).to_json()
    scene.node.revoke(sent, state="XBB", at=at)


def test_a_revoked_key_is_good_only_before(scene: Scene) -> None:
    state_key = scene.borealia.node_keys[KeyUse.STATE].public
    revoke(scene, scene.borealia.directory[:1], keys=[state_key.keyid])
    entry = scene.node.entry("XBB")
    assert entry.valid_keys(KeyUse.STATE, NOW) == ()
    assert entry.valid_keys(KeyUse.STATE, NOW - timedelta(seconds=1)) == (state_key,)
    (record,) = scene.node.keys("XBB", KeyUse.STATE)
    assert record.revoked_at == NOW
    assert scene.node.standing("XBB", NOW).reason.code == "registry.entry.no-usable-key"
    scene.look(NOW + DAY)
    assert scene.node.entry("XBB").valid_keys(KeyUse.STATE, NOW) == (), "nothing un-revokes a key"


def test_revoking_twice_is_revoking_once(scene: Scene) -> None:
    log_key = scene.borealia.node_keys[KeyUse.LOG].public.keyid
    revoke(scene, scene.borealia.directory[:1], keys=[log_key])
    revoke(scene, scene.borealia.directory[:1], at=NOW + DAY, keys=[log_key])
    assert scene.node.keys("XBB", KeyUse.LOG)[0].revoked_at == NOW


def test_a_revoked_recipient_is_sealed_to_no_more(scene: Scene) -> None:
    recipient = scene.node.entry("XBB").custody_recipients("XBB-CA")[0].recipient
    revoke(scene, scene.borealia.directory[:1], recipients=[recipient])
    assert scene.node.entry("XBB").custody_recipients("XBB-CA") == ()


def test_a_state_that_stops_everything_starts_again_with_its_next_entry(scene: Scene) -> None:
    stop = revocation.revoke("XBB", scene.borealia.directory[:1], at=NOW + DAY, everything=True).to_json()
    scene.node.revoke(stop, state="XBB", at=NOW + DAY)
    assert scene.node.standing("XBB", NOW + DAY).reason.code == "registry.state.revoked"
    assert scene.node.entry("XBB") is not None, "it can still be asked to preserve"
    assert scene.look(NOW + DAY) == ["registry.state.revoked"]
    scene.secretariat.publish(scene.borealia.submit(NOW + 2 * DAY), NOW + 2 * DAY)
    assert scene.look(NOW + 2 * DAY) == []
    assert scene.node.standing("XBB", NOW + 2 * DAY).disclosure
    scene.node.revoke(stop, state="XBB", at=NOW + 2 * DAY)
    assert scene.node.standing("XBB", NOW + 2 * DAY).disclosure, "the old letter, come again, stops nothing"


def test_one_stolen_directory_key_cannot_disarm_the_others(scene: Scene) -> None:
    stolen, *others = scene.borealia.directory
    with pytest.raises(RegistryFault) as caught:
        revoke(scene, [stolen], keys=[key.public.keyid for key in others])
    assert code_of(caught) == "registry.revocation.invalid"
    revoke(scene, others, keys=[stolen.public.keyid])
    scene.borealia.version += 1
    sent = registry.sign_entry(scene.borealia.entry(), [stolen, others[0]]).to_json()
    with pytest.raises(RegistryFault) as caught:
        scene.node.accept_fresh_entry(sent, at=NOW)
    assert code_of(caught) == "registry.signature.threshold"


def test_nobody_else_revokes_for_a_state(scene: Scene) -> None:
    for signers in (directory_keys(1), [keys.generate(KeyUse.STATE)]):
        with pytest.raises(RegistryFault) as caught:
            revoke(scene, signers, everything=True)
        assert code_of(caught) == "registry.revocation.invalid"
    sent = revocation.revoke("XAA", scene.borealia.directory[:1], at=NOW, everything=True).to_json()
    with pytest.raises(RegistryFault) as caught:
        scene.node.revoke(sent, state="XBB", at=NOW)
    assert code_of(caught) == "registry.revocation.invalid"
    with pytest.raises(RegistryFault) as caught:
        revocation.revoke("XBB", scene.borealia.directory[:1], at=NOW)
    assert code_of(caught) == "registry.revocation.empty"


# Re-enrolment


def test_lost_keys_are_replaced_after_a_public_wait(scene: Scene) -> None:
    """Announced by two of three root holders; an alarm at once; believed when the wait is over; then quiet
    again."""
    new = directory_keys(3)
    scene.announce(new, NOW)
    assert scene.look(NOW) == ["registry.reenrolment.pending"]
    standing = scene.node.standing("XBB", NOW)
    assert not standing.disclosure
    assert scene.node.entry("XBB") is not None

    scene.borealia.directory = new
    handed = scene.borealia.submit(NOW + 13 * DAY)
    with pytest.raises(RegistryFault) as caught:
        scene.secretariat.publish(handed, NOW + 13 * DAY)
    assert code_of(caught) == "registry.reenrolment.pending"
    scene.secretariat.publish(handed, NOW + 14 * DAY)
    assert scene.look(NOW + 14 * DAY) == []
    assert scene.version == 2
    assert scene.node.standing("XBB", NOW + 14 * DAY).disclosure
    scene.rotate(NOW + 15 * DAY)
    assert scene.look(NOW + 15 * DAY) == []
    assert scene.version == 3


def test_a_node_that_was_away_waits_from_its_own_first_sight(scene: Scene) -> None:
    """An announcement dated back hurries nobody."""
    new = directory_keys(3)
    scene.announce(new, NOW)
    scene.borealia.directory = new
    scene.secretariat.publish(scene.borealia.submit(NOW + 14 * DAY), NOW + 14 * DAY)
    scene.rotate(NOW + 15 * DAY)
    assert scene.look(NOW + 30 * DAY) == ["registry.reenrolment.pending"]
    assert scene.version == 1
    assert scene.look(NOW + 43 * DAY) == ["registry.reenrolment.pending"]
    assert scene.look(NOW + 44 * DAY) == []
    assert scene.version == 3


def test_while_it_waits_the_old_keys_have_no_word_either(scene: Scene) -> None:
    """They are said to be lost: whoever holds them now may be a thief."""
    scene.announce(directory_keys(3), NOW)
    scene.look(NOW)
    scene.borealia.version += 1
    sent = registry.sign_entry(scene.borealia.entry(), scene.borealia.directory[:2]).to_json()
    with pytest.raises(RegistryFault) as caught:
        scene.node.accept_fresh_entry(sent, at=NOW)
    assert code_of(caught) == "registry.reenrolment.pending"


def test_one_root_holder_announces_nothing(scene: Scene) -> None:
    with pytest.raises(RegistryFault) as caught:
        scene.announce(directory_keys(3), NOW, root_keys=scene.secretariat.root_keys[:1])
    assert code_of(caught) == "registry.reenrolment.invalid"
    assert scene.look(NOW) == []


def test_a_used_announcement_is_not_used_again(scene: Scene) -> None:
    """Keys that were enrolled anew and then rotated away cannot come back by the old announcement."""
    new = directory_keys(3)
    scene.announce(new, NOW)
    scene.look(NOW)
    scene.borealia.directory = new
    reenrolled = scene.borealia.submit(NOW + 14 * DAY)
    scene.secretariat.publish(reenrolled, NOW + 14 * DAY)
    scene.look(NOW + 14 * DAY)
    scene.rotate(NOW + 15 * DAY)
    scene.look(NOW + 15 * DAY)
    scene.borealia.directory, scene.borealia.last = new, reenrolled
    handed = scene.borealia.submit(NOW + 16 * DAY)
    with pytest.raises(RegistryFault) as caught:
        scene.secretariat.publish(handed, NOW + 16 * DAY)
    assert code_of(caught) == "registry.continuity.keys-swapped"


def test_a_node_that_never_met_the_state_begins_with_what_is_enrolled(scene: Scene) -> None:
    new = directory_keys(3)
    scene.announce(new, NOW)
    scene.borealia.directory = new
    scene.secretariat.publish(scene.borealia.submit(NOW + 14 * DAY), NOW + 14 * DAY)
    fresh = scene.secretariat.directory(scene.folder / "fresh")
    assert fresh.refresh(scene.secretariat.fetch(), at=NOW + 15 * DAY).alarms == ()
    assert fresh.standing("XBB", NOW + 15 * DAY).disclosure


# History


def test_a_key_left_out_of_an_entry_ended_when_that_entry_was_issued(scene: Scene) -> None:
    """Signatures made while it was good can still be judged."""
    old = scene.borealia.node_keys[KeyUse.STATE]
    scene.borealia.node_keys[KeyUse.STATE] = new = keys.generate(KeyUse.STATE)
    scene.secretariat.publish(scene.borealia.submit(NOW + DAY), NOW + DAY)
    scene.look(NOW + DAY)
    records = {record.key.keyid: record for record in scene.node.keys("XBB", KeyUse.STATE)}
    assert records[old.public.keyid].revoked_at == NOW + DAY
    assert records[new.public.keyid].revoked_at is None
    assert [row["what"] for row in scene.node.history()] == ["accepted", "accepted"]
