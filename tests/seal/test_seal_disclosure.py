"""Partial disclosure: what is given is proven to have been in the first package, and nothing is learnt of the rest."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from seal_cast import NOW, Cast, Sealed, contents

from corridor.faults import Fault
from corridor.notary import merkle
from corridor.seal import age, custody, index, package
from corridor.seal.disclosure import disclose, verify_disclosed
from corridor.seal.faults import CustodyError, PackageError
from corridor.seal.index import Item, parse_record

MIB = 1 << 20
PHOTO = "mailbox/deep/er/photo.jpg"
DISK = "mailbox/disk.img"
Identities = dict[str, age.Identity]


def to(identity: age.Identity) -> list[package.Custodian]:
    return [package.Custodian("the other side", identity.recipient.text)]


@pytest.fixture
def aurelia() -> age.Identity:
    return age.generate()


def disclosed(
    made: package.SealedPackage,
    identities: Identities,
    items: list[int | str],
    out: Path,
    aurelia: age.Identity,
    cast: Cast,
    **more: object,
) -> package.SealedPackage:
    return disclose(
        made.path,
        [identities[age.HYBRID]],
        items,
        out,
        to(aurelia),
        signer=cast.borealia.signer,
        clock=lambda: NOW,
        **more,  # type: ignore[arg-type]
    )


def test_disclosed_items_open_are_whole_and_lead_back_to_the_first_sealing(
    sealed: Sealed, evidence: Path, identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    (evidence / "link").symlink_to("elsewhere")
    made = sealed()
    chosen: list[int | str] = [PHOTO, DISK, "mailbox/link", "mailbox/nothing in here"]
    new = disclosed(made, identities, chosen, tmp_path / "new", aurelia, cast, conditions=["XBB:no-onward"])
    opened = package.open_(new.path, [aurelia], tmp_path / "out", expected_id=new.id)
    assert opened.conditions == ("XBB:use-limited", "XBB:no-onward")
    assert contents(tmp_path / "out" / "mailbox") == {
        name.removeprefix("mailbox/"): (evidence.parent / name).read_bytes() for name in (PHOTO, DISK)
    }
    read = package.read_index(new.path, [aurelia])
    verified = verify_disclosed(read, cast.keys_for)
    assert verified.items == new.items == 4
    [origin] = verified.origins
    assert (origin.package, origin.items, origin.statement.id) == (made.id, made.items, made.statement)
    assert origin.statement.state == "XBB"
    assert package.verify(new.path, expected_id=new.id).verdict == package.Verdict.UNCHANGED
    [said] = [custody.claimed(each) for each in custody.read_statements(made.path, "disclosed").values()]
    assert said.into == new.id
    custody.graph(made.path, cast.keys_for)
    with pytest.raises(PackageError, match=r"seal\.wrap\.none-opens"):
        package.read_index(new.path, [identities[age.HYBRID]])


def test_items_are_chosen_by_number_too_and_a_wrong_choice_leaves_nothing(
    sealed: Sealed, identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    made = sealed()
    number = package.read_index(made.path, [identities[age.HYBRID]]).find(PHOTO).number
    new = disclosed(made, identities, [number, PHOTO], tmp_path / "new", aurelia, cast)
    assert [item.name for item in package.iter_items(new.path, [aurelia])] == [PHOTO]
    before = contents(tmp_path)
    wrong: list[list[int | str]] = [[], [999], ["absent"], [PHOTO, "absent"]]
    for choice in wrong:
        with pytest.raises(PackageError) as caught:
            disclosed(made, identities, choice, tmp_path / "other", aurelia, cast)
        assert caught.value.code == ("seal.item.absent" if choice else "seal.disclosure.nothing-chosen")
    assert contents(tmp_path) == before


def test_marks_and_conditions_go_with_the_items(
    identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    to_us = [package.Custodian("unit", identities[age.HYBRID].recipient.text)]
    with package.Sealer(
        tmp_path / "p", to_us, signer=cast.borealia.signer, clock=lambda: NOW, conditions=["XBB:a", "XBB:b"]
    ) as sealer:
        with sealer.item("marked", True, restrictions=("uncc/14",), provenance={"by": "upload"}) as writer:
            writer.write(b"x")
        sealer.item("open").close(state="unreadable", reason="EIO")
        made = sealer.finish()
    new = disclosed(made, identities, ["marked", "open"], tmp_path / "new", aurelia, cast)
    read = package.read_index(new.path, [aurelia])
    marked, opened = read
    assert (marked.restricted, marked.restrictions, marked.provenance) == (
        True,
        ("uncc/14",),
        {"by": "upload"},
    )
    assert (opened.restricted, opened.state, opened.reason) == (False, "unreadable", "EIO")
    assert read.root.conditions == ("XBB:a", "XBB:b")
    assert verify_disclosed(read, cast.keys_for).restricted == 1


def test_names_that_are_not_utf8_are_disclosed_as_they_are(
    identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    to_us = [package.Custodian("unit", identities[age.HYBRID].recipient.text)]
    with package.Sealer(tmp_path / "p", to_us, signer=cast.borealia.signer, clock=lambda: NOW) as sealer:
        with sealer.item("a\udcff") as writer:
            writer.write(b"x")
        made = sealer.finish()
    new = disclosed(made, identities, [1], tmp_path / "new", aurelia, cast)
    [item] = package.iter_items(new.path, [aurelia])
    assert item.name_bytes == b"a\xff"


def test_disclosing_again_keeps_the_chain_to_the_first_sealing(
    sealed: Sealed, identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    made = sealed()
    second = disclosed(made, identities, [PHOTO, DISK], tmp_path / "second", aurelia, cast)
    custody.record(second.path, cast.borealia.signer, "sent", at=NOW, facts={"to": "XAA"})
    custody.record(second.path, cast.aurelia.signer, "received", at=NOW)
    cyrenia = age.generate()
    third = disclose(
        second.path,
        [aurelia],
        [DISK],
        tmp_path / "third",
        to(cyrenia),
        signer=cast.aurelia.signer,
        clock=lambda: NOW,
    )
    read = package.read_index(third.path, [cyrenia])
    verified = verify_disclosed(read, cast.keys_for)
    assert [origin.package for origin in verified.origins] == [second.id, made.id]
    assert [origin.items for origin in verified.origins] == [2, made.items]
    assert PHOTO.encode() not in b"".join(plaintexts(third.path, cyrenia))
    kinds = [each.kind for each in custody.graph(second.path, cast.keys_for).statements]
    assert sorted(kinds) == ["disclosed", "received", "sealed", "sent"]


def test_a_state_that_never_had_the_package_is_refused_before_anything_is_made(
    sealed: Sealed, identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    made = sealed()
    before = contents(tmp_path)
    with pytest.raises(CustodyError, match=r"seal\.custody\.not-held"):
        disclose(
            made.path,
            [identities[age.HYBRID]],
            [PHOTO],
            tmp_path / "new",
            to(aurelia),
            signer=cast.aurelia.signer,
            clock=lambda: NOW,
        )
    assert contents(tmp_path) == before


def test_content_that_does_not_match_its_record_stops_all_and_leaves_nothing(
    sealed: Sealed, identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    made = sealed()
    key = package.unwrap(made.path, [identities[age.HYBRID]])
    for unit in sorted((made.path / "data").iterdir()):
        if not unit.name.startswith("pack"):
            with (unit / "00000.age").open("wb") as sink, open(os.devnull, "rb") as nothing:
                age.encrypt(nothing, sink, [key.recipient])
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(PackageError, match=r"seal\.item\.digest-mismatch"):
        disclosed(made, identities, [PHOTO, DISK], tmp_path / "new", aurelia, cast)
    assert {path.name for path in tmp_path.iterdir()} == before
    assert not custody.read_statements(made.path, "disclosed")


def test_an_origin_nobody_signed_for_is_told(
    sealed: Sealed, identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    new = disclosed(sealed(signer=None), identities, [PHOTO], tmp_path / "new", aurelia, cast)
    read = package.read_index(new.path, [aurelia])
    with pytest.raises(PackageError, match=r"seal\.disclosure\.unsigned-origin"):
        verify_disclosed(read, cast.keys_for)


def test_a_package_that_was_not_disclosed_says_so(sealed: Sealed, identities: Identities, cast: Cast) -> None:
    read = package.read_index(sealed().path, [identities[age.HYBRID]])
    with pytest.raises(PackageError, match=r"seal\.disclosure\.no-origin"):
        verify_disclosed(read, cast.keys_for)


# Whoever discloses lies


Change = Callable[[Item], Item]


class Forged:
    """An index as a dishonest discloser would seal it, with its tree made anew."""

    def __init__(self, honest: package.Index, change: Change, **root: object) -> None:
        self.path, self.id = honest.path, honest.id
        tree = index.ItemTree(honest.root.secret)
        fresh = replace(honest.root, **root)  # type: ignore[arg-type]
        digest = index.conditions_digest(fresh.conditions)
        self.lines = []
        for line in honest.records():
            item = change(parse_record(line))
            self.lines.append(replace(item, conditions=digest).record())
            tree.add(item.number, self.lines[-1])
        restricted = sum(parse_record(line).restricted for line in self.lines)
        self.root = replace(fresh, tree=tree.root(), restricted=restricted)

    def __iter__(self) -> object:
        return index.check_items(self.lines, self.root)


def proof_of(item: Item, **changes: object) -> Item:
    assert item.disclosed is not None
    return replace(item, disclosed=replace(item.disclosed, **changes))  # type: ignore[arg-type]


@pytest.fixture
def honest(identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity) -> package.Index:
    to_us = [package.Custodian("unit", identities[age.HYBRID].recipient.text)]
    with package.Sealer(
        tmp_path / "p", to_us, signer=cast.borealia.signer, clock=lambda: NOW, conditions=["XBB:use-limited"]
    ) as sealer:
        for number in range(9):
            sealer.item(f"{number}", True, restrictions=("uncc/14",)).close()
        made = sealer.finish()
    new = disclosed(made, identities, ["3", "5"], tmp_path / "new", aurelia, cast)
    return package.read_index(new.path, [aurelia])


def same(item: Item) -> Item:
    return item


def test_an_honest_index_made_anew_is_believed(honest: package.Index, cast: Cast) -> None:
    """So that the lies below fail for what they say."""
    assert verify_disclosed(Forged(honest, same), cast.keys_for).items == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda item: replace(item, name="other"), "seal.disclosure.differs"),
        (lambda item: replace(item, sha256="0" * 64), "seal.disclosure.differs"),
        (lambda item: replace(item, size=1), "seal.disclosure.differs"),
        (lambda item: replace(item, state="changed"), "seal.disclosure.differs"),
        (lambda item: replace(item, modified=NOW), "seal.disclosure.differs"),
        (lambda item: replace(item, provenance={"by": "me"}), "seal.disclosure.differs"),
        (lambda item: replace(item, restricted=False, restrictions=()), "seal.disclosure.differs"),
        (lambda item: replace(item, restrictions=()), "seal.disclosure.differs"),
        (lambda item: replace(item, disclosed=None), "seal.disclosure.differs"),
        (lambda item: proof_of(item, salt=bytes(32)), "seal.index.not-in-tree"),
        (lambda item: proof_of(item, position=0 if item.disclosed.position else 1), "seal.index.not-in-tree"),
        (lambda item: proof_of(item, path=()), "seal.index.not-in-tree"),
        (
            lambda item: proof_of(item, record=item.disclosed.record.replace(b"true", b"false", 1)),
            "seal.index.not-in-tree",
        ),
    ],
)
def test_an_item_that_is_not_as_it_was_is_refused(
    honest: package.Index, cast: Cast, change: Change, code: str
) -> None:
    with pytest.raises(PackageError) as caught:
        verify_disclosed(Forged(honest, change), cast.keys_for)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_a_restriction_may_be_added(honest: package.Index, cast: Cast) -> None:
    stricter = Forged(honest, lambda item: replace(item, restrictions=("uncc/14", "xbb/1")))
    assert verify_disclosed(stricter, cast.keys_for).items == 2  # type: ignore[arg-type]


def test_conditions_of_use_cannot_be_dropped_nor_the_origin_exchanged(
    honest: package.Index, cast: Cast
) -> None:
    origin = honest.root.origin
    assert origin is not None
    assert origin.sealed is not None
    lies: list[tuple[dict[str, object], str]] = [
        ({"conditions": ()}, "seal.disclosure.conditions-dropped"),
        ({"conditions": (), "origin": replace(origin, conditions=())}, "seal.disclosure.differs"),
        ({"origin": None}, "seal.disclosure.no-origin"),
        ({"origin": replace(origin, sealed=None)}, "seal.disclosure.unsigned-origin"),
        ({"origin": replace(origin, sealed={"payload": "x"})}, "seal.disclosure.other-origin"),
        ({"origin": replace(origin, package="0" * 64)}, "seal.disclosure.other-origin"),
        ({"origin": replace(origin, tree="0" * 64)}, "seal.disclosure.other-origin"),
        ({"origin": replace(origin, items=10)}, "seal.disclosure.other-origin"),
        ({"origin": replace(origin, name="urn:uuid:other")}, "seal.disclosure.other-origin"),
        ({"origin": replace(origin, origin=origin)}, "seal.disclosure.differs"),
    ]
    for root, code in lies:
        with pytest.raises(Fault) as caught:
            verify_disclosed(Forged(honest, same, **root), cast.keys_for)  # type: ignore[arg-type]
        assert caught.value.code == code, root


def test_a_sealing_signed_by_a_stranger_is_not_believed(honest: package.Index) -> None:
    with pytest.raises(Fault, match=r"notary\."):
        verify_disclosed(honest, lambda state: [])


# Whoever gets it is curious


def plaintexts(folder: Path, identity: age.Identity) -> list[bytes]:
    """Every byte of a package, opened with its key."""
    key = package.unwrap(folder, [identity])
    found = []
    for name, data in contents(folder).items():
        found.append(data)
        if name.endswith(".age") and not name.startswith("package-key/"):
            with (folder / name).open("rb") as file:
                found.append(b"".join(bytes(block) for block in age.iter_decrypt(file, [key])))
    found += [json.dumps(custody.claimed(each).__dict__, default=str).encode()
              for each in custody.read_statements(folder).values()]  # fmt: skip
    return found


def test_nothing_is_learnt_of_the_rest_but_how_many_items_there_are(
    identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    identity = identities[age.HYBRID]
    to_us = [package.Custodian("unit", identity.recipient.text)]
    data = {
        f"folder-{n:02d}/name-of-{os.urandom(4).hex()}": os.urandom(70_001 + 1_003 * n) for n in range(24)
    }
    data["large one"] = os.urandom(MIB + 77)
    with package.Sealer(tmp_path / "p", to_us, signer=cast.borealia.signer, clock=lambda: NOW) as sealer:
        for name, content in data.items():
            with sealer.item(name) as writer:
                writer.write(content)
        made = sealer.finish()
    names = list(data)
    given = {names[3], names[11], names[19]}
    new = disclosed(made, identities, list(given), tmp_path / "new", aurelia, cast)
    whole = b"\0".join(plaintexts(new.path, aurelia))
    first = package.read_index(made.path, [identity])
    secret = first.root.secret
    lines = {parse_record(line).number: line for line in first.records()}
    for item in first:
        if item.name in given:
            assert item.name.encode() in whole  # so that the search is one that can find
            continue
        salt = hmac.digest(secret, b"%d" % item.number, "sha256")
        leaf_hash = merkle.leaf_hash(salt + index.leaf(lines[item.number]))
        telling = [
            item.name,
            item.name.split("/")[0],
            item.name.split("/")[-1],
            item.sha256,
            f'":{item.size}',
        ]
        telling += [json.loads(lines[item.number])["@id"].removeprefix("urn:uuid:"), salt.hex()]
        for text in telling:
            assert text.encode() not in whole, text
        assert bytes.fromhex(item.sha256) not in whole
        assert salt not in whole
        assert data[item.name][:64] not in whole
        # a neighbour's leaf hash may be in a path; without its salt no guess of its record reaches it
        guesses = [b"", bytes(32), *(bytes.fromhex(text) for text in _hex64(whole))]
        record = index.leaf(lines[item.number])
        reached = {merkle.leaf_hash(guess + record) for guess in guesses}
        reached |= {merkle.leaf_hash(record + guess) for guess in guesses}
        reached |= {
            merkle.leaf_hash(hmac.digest(guess, b"%d" % item.number, "sha256") + record) for guess in guesses
        }
        assert leaf_hash not in reached
    assert secret not in whole
    assert secret.hex().encode() not in whole
    # where the given ones stood: neither number nor unit nor member
    read = package.read_index(new.path, [aurelia])
    assert [item.number for item in read] == [1, 2, 3]
    for item in read:
        assert item.disclosed is not None
        assert b"corridor:place" not in item.disclosed.record
        assert b"pack-" not in item.disclosed.record
    # some path does hold a neighbour's leaf, which its own salt reaches: the guesses above could have hit
    paths = {text for item in read if item.disclosed for text in item.disclosed.path}
    leaves = {
        merkle.leaf_hash(hmac.digest(secret, b"%d" % number, "sha256") + index.leaf(line))
        for number, line in lines.items()
    }
    assert paths & leaves


def _hex64(data: bytes) -> set[str]:
    import re

    return {match.decode() for match in re.findall(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", data)}


def test_positions_say_nothing_of_names_or_order(
    identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    """Two sealings of the same 80 items, all disclosed: their positions have nothing to do with the order of the
    items, nor with each other. A rank correlation over 0.6 has a chance below one in a million."""
    identity = identities[age.HYBRID]
    to_us = [package.Custodian("unit", identity.recipient.text)]
    names: list[int | str] = [f"{number:02d}" for number in range(80)]
    found = []
    for place in ("one", "two"):
        with package.Sealer(tmp_path / place, to_us, clock=lambda: NOW) as sealer:
            for name in names:
                sealer.item(str(name)).close()
            made = sealer.finish()
        new = disclosed(made, identities, names, tmp_path / f"new-{place}", aurelia, cast)
        items = list(package.iter_items(new.path, [aurelia]))
        found.append([item.disclosed.position for item in items if item.disclosed])
        assert sorted(found[-1]) == list(range(80))
    for one, two in ((found[0], range(80)), (found[1], range(80)), (found[0], found[1])):
        assert abs(correlation(list(one), list(two))) < 0.6
    assert correlation(list(range(80)), list(range(80))) == 1


def correlation(one: list[int], two: list[int]) -> float:
    n = len(one)
    return 1 - 6 * sum((a - b) ** 2 for a, b in zip(one, two, strict=True)) / (n * (n * n - 1))


def test_digests_of_the_content_are_those_of_the_first_sealing(
    sealed: Sealed, evidence: Path, identities: Identities, cast: Cast, tmp_path: Path, aurelia: age.Identity
) -> None:
    new = disclosed(sealed(), identities, [DISK], tmp_path / "new", aurelia, cast)
    [item] = package.iter_items(new.path, [aurelia])
    assert item.sha256 == hashlib.sha256((evidence / "disk.img").read_bytes()).hexdigest()
