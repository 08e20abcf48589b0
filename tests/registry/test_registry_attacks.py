"""Each way a registry can lie, by the name a node gives it. After each, what the node held is what it
holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from registry_cast import DAY, NOW, Party, Secretariat, directory_keys
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from corridor import registry
from corridor.notary import keys
from corridor.registry import Directory, RegistryFault
from corridor.registry import repository as repository_module


class Scene:
    """Aurelia and Borealia enrolled, one node that has looked once; the attacker has the server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secretariat = Secretariat(folder / "registry")
        self.aurelia, self.borealia = Party("XAA"), Party("XBB", directory=2, threshold=2)
        self.secretariat.enrol(self.aurelia)
        self.secretariat.enrol(self.borealia)
        self.node: Directory = self.secretariat.directory(folder / "node")
        assert self.look() is None
        self.before = {state: self.node.signed_entry(state) for state in ("XAA", "XBB")}

    @property
    def public(self) -> Path:
        return self.secretariat.repository.public

    @property
    def metadata(self) -> Path:
        return self.public / "metadata"

    def look(self, at=NOW, public: Path | None = None) -> str | None:
        looked = self.node.refresh(registry.from_folder(public or self.public), at=at)
        return looked.fault.code if looked.fault else None

    def copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.public, self.folder / name))

    def nothing_changed(self) -> None:
        assert {state: self.node.signed_entry(state) for state in ("XAA", "XBB")} == self.before

    def codes(self, state: str | None) -> list[str]:
        return [alarm.code for alarm in self.node.alarms if alarm.state == state]

    def serve_role(
        self, role: str, data: bytes, version: int | None = None, *, under: str | None = None
    ) -> None:
        """What somebody with the machine's own two keys can do: list any bytes for any role."""
        stamp = Metadata[Timestamp].from_file(str(self.metadata / "timestamp.json"))
        snapshot = Metadata[Snapshot].from_file(
            str(self.metadata / f"{stamp.signed.snapshot_meta.version}.snapshot.json")
        )
        version = version or json.loads(data)["signed"]["version"]
        (self.metadata / f"{version}.{under or role}.json").write_bytes(data)
        snapshot.signed.meta[f"{role}.json"] = MetaFile.from_data(version, data, ["sha256"])
        snapshot.signed.version += 1
        online = {
            name: keys.load(self.secretariat.repository.directory / "keys" / f"{name}.json")
            for name in ("snapshot", "timestamp")
        }
        snapshot.sign(online["snapshot"].signer)
        repository_module._publish_snapshot(
            self.public, snapshot, stamp, online["timestamp"], stamp.signed.expires
        )


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_rollback_of_the_whole_registry(scene: Scene) -> None:
    """Yesterday's whole registry, shown again today, is named a rollback."""
    yesterday = scene.copy("yesterday")
    scene.secretariat.publish(scene.aurelia.submit())
    scene.look()
    assert scene.look(public=yesterday) == "registry.tuf.rollback"
    assert scene.codes(None) == ["registry.tuf.rollback"]
    assert scene.node.entry("XAA").version == 2
    assert scene.look() is None
    assert scene.codes(None) == []


def test_rollback_of_one_role_by_the_machine_itself(scene: Scene) -> None:
    """The machine's keys can date things, not bring back an older list of a State."""
    scene.secretariat.publish(scene.aurelia.submit())
    scene.look()
    scene.serve_role("XAA", (scene.metadata / "1.XAA.json").read_bytes())
    assert scene.look() == "registry.tuf.rollback"
    assert scene.node.entry("XAA").version == 2


def test_a_state_taken_off_the_list_by_the_machine_itself(scene: Scene) -> None:
    stamp = Metadata[Timestamp].from_file(str(scene.metadata / "timestamp.json"))
    path = scene.metadata / f"{stamp.signed.snapshot_meta.version}.snapshot.json"
    snapshot = Metadata[Snapshot].from_file(str(path))
    del snapshot.signed.meta["XBB.json"]
    path.write_bytes(snapshot.to_bytes())
    scene.serve_role("XAA", (scene.metadata / "1.XAA.json").read_bytes())
    assert scene.look() == "registry.tuf.rollback"
    scene.nothing_changed()


def test_freeze(scene: Scene) -> None:
    """A registry that shows the same list for longer than its timestamp lives is named frozen; renewal ends
    it."""
    assert scene.look(NOW + DAY) is None
    assert scene.look(NOW + 3 * DAY) == "registry.tuf.freeze"
    assert scene.node.age(NOW + 3 * DAY) == 2 * DAY
    assert scene.node.standing("XBB", NOW + 3 * DAY).disclosure, "an old list alone stops nothing"
    scene.nothing_changed()
    scene.secretariat.repository.renew(at=NOW + 3 * DAY)
    assert scene.look(NOW + 3 * DAY) is None
    assert scene.node.alarms == ()


def test_freeze_seen_by_a_node_that_never_looked_before(scene: Scene) -> None:
    fresh = scene.secretariat.directory(scene.folder / "new")
    looked = fresh.refresh(registry.from_folder(scene.public), at=NOW + 3 * DAY)
    assert looked.fault is not None
    assert looked.fault.code == "registry.tuf.freeze"
    assert fresh.states() == ()


def test_an_expired_root_is_told_from_a_freeze(scene: Scene) -> None:
    scene.secretariat.repository.renew(at=NOW + 400 * DAY)
    assert scene.look(NOW + 400 * DAY) == "registry.root.expired"
    scene.nothing_changed()


def test_mix_and_match_of_snapshots(scene: Scene) -> None:
    """A snapshot of another day under today's name."""
    old = max(scene.metadata.glob("*.snapshot.json"), key=lambda path: int(path.name.split(".")[0]))
    data = old.read_bytes()
    scene.secretariat.publish(scene.aurelia.submit())
    new = max(scene.metadata.glob("*.snapshot.json"), key=lambda path: int(path.name.split(".")[0]))
    assert new != old
    new.write_bytes(data)
    assert scene.look() == "registry.tuf.mix-and-match"
    scene.nothing_changed()


def test_mix_and_match_of_one_state_leaves_the_others_readable(scene: Scene) -> None:
    """One State's older list under its new name is that State's alarm; the other State's news arrives."""
    old = (scene.metadata / "1.XBB.json").read_bytes()
    scene.secretariat.publish(scene.aurelia.submit())
    scene.secretariat.publish(scene.borealia.submit())
    (scene.metadata / "2.XBB.json").write_bytes(old)
    assert scene.look() is None
    assert scene.codes("XBB") == ["registry.tuf.mix-and-match"]
    assert scene.node.signed_entry("XBB") == scene.before["XBB"]
    assert scene.node.entry("XAA").version == 2


def test_an_entry_file_changed_on_the_server(scene: Scene) -> None:
    scene.secretariat.publish(scene.borealia.submit())
    newest = max((scene.public / "targets" / "XBB").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    data = bytearray(newest.read_bytes())
    data[len(data) // 2] ^= 1
    newest.write_bytes(data)
    assert scene.look() is None
    assert scene.codes("XBB") == ["registry.tuf.mix-and-match"]
    scene.nothing_changed()


def test_swapped_state_key(scene: Scene) -> None:
    """The targets holders give a State's role to other keys: TUF is content, continuity is not.

    Nothing is disclosed to that State; what was held, and so the way to ask it to preserve, stays.
    """
    mallory = Party("XBB")
    mallory.version, mallory.last = 8, scene.borealia.last
    swapped = mallory.submit()
    targets = scene.secretariat.repository._current("targets", Targets)
    repository_module._delegate(targets.signed, "XBB", mallory.entry().keyset())
    scene.secretariat.repository._commit(
        {
            "targets": scene.secretariat.repository._sign_targets(
                targets, scene.secretariat.targets_keys, NOW
            ),
            "XBB": swapped.role,
        },
        {f"XBB/{name}": data for name, data in swapped.files.items()},
        NOW,
    )
    assert scene.look() is None
    assert scene.codes("XBB") == ["registry.continuity.keys-swapped"]
    scene.nothing_changed()
    standing = scene.node.standing("XBB", NOW)
    assert not standing.disclosure
    assert standing.reason.code == "registry.continuity.keys-swapped"
    assert scene.node.standing("XAA", NOW).disclosure
    assert scene.node.entry("XBB").node.url == "https://borealia.example"
    assert [row["what"] for row in scene.node.history()][-1] == "alarm"


def test_the_secretariat_refuses_swapped_keys_too(scene: Scene) -> None:
    mallory = Party("XBB")
    mallory.version, mallory.last = 8, scene.borealia.last
    files = sorted(scene.public.rglob("*"))
    with pytest.raises(RegistryFault) as caught:
        scene.secretariat.publish(mallory.submit())
    assert caught.value.code == "registry.continuity.keys-swapped"
    assert sorted(scene.public.rglob("*")) == files


def _outside(scene: Scene) -> bytes:
    """Aurelia's role, properly signed, listing a file of Borealia's."""
    forged = scene.aurelia.entry().to_json()
    role = scene.aurelia.last.metadata()
    role.signed.version += 1
    role.signed.targets["XBB/entry.json"] = TargetFile.from_data("XBB/entry.json", forged, ["sha256"])
    role.signatures.clear()
    for key in scene.aurelia.directory:
        role.sign(key.signer, append=True)
    return role.to_bytes()


def test_a_state_signing_outside_its_path_is_refused(scene: Scene) -> None:
    scene.aurelia.version += 1
    entry = registry.sign_entry(scene.aurelia.entry(), scene.aurelia.directory).to_json()
    handed = registry.Submission("XAA", _outside(scene), {**scene.aurelia.last.files, "entry.json": entry})
    with pytest.raises(RegistryFault) as caught:
        scene.secretariat.publish(handed)
    assert caught.value.code == "registry.submission.path"


def test_a_state_signing_outside_its_path_changes_nothing_at_a_node(scene: Scene) -> None:
    scene.serve_role("XAA", _outside(scene))
    assert scene.look() is None
    scene.nothing_changed()
    assert scene.codes("XBB") == []


def test_a_role_with_more_than_its_own_path(scene: Scene) -> None:
    """A delegation of another State's path is refused whole."""
    targets = scene.secretariat.repository._current("targets", Targets)
    targets.signed.delegations.roles["XAA"].paths = ["XAA/*", "XBB/*"]
    data = scene.secretariat.repository._sign_targets(targets, scene.secretariat.targets_keys, NOW)
    scene.secretariat.repository._commit({"targets": data}, {}, NOW)
    assert scene.look() == "registry.state.delegation"
    scene.nothing_changed()


def test_a_root_with_one_signature(scene: Scene) -> None:
    """One of three holders cannot make a root: not the first, not the next, at either end."""
    root = Metadata[Root].from_bytes(scene.secretariat.repository.root_bytes())
    root.signed.version = 2
    root.sign(scene.secretariat.root_keys[0].signer)
    (scene.metadata / "2.root.json").write_bytes(root.to_bytes())
    assert scene.look() == "registry.tuf.unsigned"
    scene.nothing_changed()
    (scene.metadata / "2.root.json").unlink()
    new = scene.secretariat.repository.root()
    with pytest.raises(RegistryFault) as caught:
        scene.secretariat.repository.rotate_root(new, scene.secretariat.root_keys[:1], at=NOW)
    assert caught.value.code == "registry.role.threshold"
    with pytest.raises(RegistryFault) as caught:
        registry.init(
            scene.folder / "other",
            root=[key.public for key in scene.secretariat.root_keys],
            root_keys=scene.secretariat.root_keys[2:],
            targets=[key.public for key in scene.secretariat.targets_keys],
            targets_keys=scene.secretariat.targets_keys,
            at=NOW,
        )
    assert caught.value.code == "registry.role.threshold"


def test_a_root_key_is_replaced_by_two_of_three(scene: Scene) -> None:
    """Two holders replace the third; a node that slept follows."""
    third, fourth = scene.secretariat.root_keys[2], directory_keys(1)[0]
    new = scene.secretariat.repository.root()
    new.revoke_key(third.public.keyid, "root")
    new.add_key(fourth.public.sslib, "root")
    scene.secretariat.repository.rotate_root(new, [*scene.secretariat.root_keys[:2]], at=NOW)
    scene.secretariat.publish(scene.aurelia.submit())
    assert scene.look() is None
    assert scene.node.entry("XAA").version == 2


def test_a_root_threshold_of_one_is_refused(tmp_path: Path) -> None:
    one = directory_keys(2)
    with pytest.raises(RegistryFault) as caught:
        registry.init(
            tmp_path,
            root=[one[0].public],
            root_keys=one[:1],
            targets=[one[1].public],
            targets_keys=one[1:],
            at=NOW,
            root_threshold=1,
        )
    assert caught.value.code == "registry.keys.threshold"


def test_an_endless_answer_is_cut_off(scene: Scene) -> None:
    """A registry that never stops sending costs a node no more than a file may be long."""
    sent = 0

    def endless(path: str):
        nonlocal sent
        while True:
            sent += 65536
            yield b" " * 65536

    looked = scene.node.refresh(endless, at=NOW)
    assert looked.fault is not None
    assert sent < 2_000_000
    scene.nothing_changed()


def test_a_file_listed_and_not_there(scene: Scene) -> None:
    scene.secretariat.publish(scene.aurelia.submit())
    (scene.metadata / "2.XAA.json").unlink()
    assert scene.look() is None
    assert scene.codes("XAA") == ["registry.tuf.incomplete"]
    assert scene.node.standing("XAA", NOW).disclosure


def test_a_state_whose_own_signature_ran_out_only_grows_old(scene: Scene) -> None:
    late = NOW + 366 * DAY
    entry = scene.aurelia
    entry.version += 1
    entry.last = registry.submit(entry.entry(NOW), entry.directory, at=NOW, previous=entry.last, term=2 * DAY)
    scene.secretariat.publish(entry.last)
    scene.secretariat.repository.renew(at=NOW + 3 * DAY)
    assert scene.look(NOW + 3 * DAY) is None
    assert scene.codes("XAA") == ["registry.state.expired"]
    assert scene.node.standing("XAA", NOW + 3 * DAY).disclosure
    assert not scene.node.standing("XAA", late).disclosure


def test_no_single_changed_byte_is_ever_believed(scene: Scene) -> None:
    """One byte changed in any file the registry serves: a new node reads what the States signed, or
    nothing."""
    for number, path in enumerate(sorted(path for path in scene.public.rglob("*.json"))):
        true = path.read_bytes()
        for place in (len(true) // 3, len(true) // 2, len(true) - 10):
            path.write_bytes(true[:place] + bytes([true[place] ^ 1]) + true[place + 1 :])
            node = scene.secretariat.directory(scene.folder / f"byte-{number}-{place}")
            node.refresh(registry.from_folder(scene.public), at=NOW)
            for state, expected in scene.before.items():
                assert node.signed_entry(state) in (None, expected)
            path.write_bytes(true)


def test_a_publication_cut_short_is_not_seen_and_can_be_done_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the timestamp is written nothing has happened; afterwards everything has."""
    submission = scene.aurelia.submit()
    with monkeypatch.context() as patch:
        patch.setattr(
            repository_module, "_publish_snapshot", lambda *_: (_ for _ in ()).throw(OSError("power"))
        )
        with pytest.raises(OSError, match="power"):
            scene.secretariat.publish(submission)
    assert scene.look() is None
    scene.nothing_changed()
    scene.secretariat.publish(submission)
    assert scene.look() is None
    assert scene.node.entry("XAA").version == 2


def _republish(scene: Scene, changes: dict[str, bytes], files: dict[str, bytes], change) -> None:
    """What the targets holders could do together with the machine, past every check of the secretariat."""
    repository = scene.secretariat.repository
    targets = repository._current("targets", Targets)
    change(targets.signed)
    signed = repository._sign_targets(targets, scene.secretariat.targets_keys, NOW)
    repository._commit({"targets": signed, **changes}, files, NOW)


def test_a_state_taken_out_by_the_targets_holders(scene: Scene) -> None:
    """It is kept and can be asked to preserve; nothing is disclosed to it."""
    _republish(scene, {}, {}, lambda targets: targets.delegations.roles.pop("XBB"))
    assert scene.look() is None
    assert scene.codes("XBB") == ["registry.state.withdrawn"]
    assert not scene.node.standing("XBB", NOW).disclosure
    scene.nothing_changed()


def test_an_older_entry_in_a_newer_list_of_the_state(scene: Scene) -> None:
    """The State itself, or a thief of its keys, lists an entry older than one already seen."""
    first = scene.aurelia.last
    scene.secretariat.publish(scene.aurelia.submit())
    scene.look()
    held = scene.node.signed_entry("XAA")
    role = first.metadata()
    role.signed.version = 3
    role.sign(scene.aurelia.directory[0].signer)
    _republish(scene, {"XAA": role.to_bytes()}, {}, lambda targets: None)
    assert scene.look() is None
    assert scene.codes("XAA") == ["registry.entry.version-back"]
    assert scene.node.signed_entry("XAA") == held
    assert not scene.node.standing("XAA", NOW).disclosure


def test_another_states_entry_under_a_states_name(scene: Scene) -> None:
    """Even where one holder keeps the keys of both."""
    cyrenia = Party("XCC")
    cyrenia.directory, cyrenia.version = scene.aurelia.directory, 7
    entry = registry.sign_entry(cyrenia.entry(), cyrenia.directory).to_json()
    role = scene.aurelia.last.metadata()
    role.signed.version = 2
    role.signed.targets = {"XAA/entry.json": TargetFile.from_data("XAA/entry.json", entry, ["sha256"])}
    role.sign(scene.aurelia.directory[0].signer)
    _republish(scene, {"XAA": role.to_bytes()}, {"XAA/entry.json": entry}, lambda targets: None)
    assert scene.look() is None
    assert scene.codes("XAA") == ["registry.entry.other-state"]
    scene.nothing_changed()
