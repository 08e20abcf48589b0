"""`corridor check`: three answers with three exit statuses, offline, and whom to call back."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from tests.casework import abroad
from tests.casework.abroad import Abroad

from corridor import dossier
from corridor.dossier import Basis, Member, Party, VerifiedAct
from corridor.dossier.paper import content, readback, setting, signature
from corridor.exchange import Receipt, make_receipt, sign_letter
from corridor.exchange.courier import write_courier
from corridor.exchange.request import Sender
from corridor.notary import Envelope
from corridor.registry import Directory


@dataclass
class World:
    """Borealia and Cyrenia in a directory on disk; Dorsania in none."""

    folder: Path
    borealia: Abroad
    dorsania: Abroad
    act: VerifiedAct

    def run(self, *arguments: str | Path) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "corridor.cli", "check", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def checked(self, file: Path, *more: str) -> tuple[int, dict]:
        status, output = self.run(file, "--directory", self.folder / "node", "--json", *more)
        return status, json.loads(output)

    def file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path


def _opening(who: Abroad) -> VerifiedAct:
    own = Party(who.state, f"{who.state}-CP")
    members = (Member(own.state, own.authority, "requesting"), Member("XAA", "XAA-CP", "requested"))
    return who.verified(
        dossier.opening(
            "preservation",
            basis=Basis("UNCC_2024", ""),
            members=members,
            sender=own,
            credential=who.credential("CP"),
            time=who.since,
            body={"urgent": True},
        )
    )


def _paper(who: Abroad, act: VerifiedAct) -> bytes:
    names = content.Names(
        content.Party(who.state, who.state, f"{who.state}-CP", "Contact point"),
        (content.Party("XAA", "Aurelia", "XAA-CP", "Contact point"),),
    )
    said = content.content(act, names, basis=("UNCC_2024", ""), on=act.act.header.time)
    return signature.sign(setting.pdf(said), act, who.officer)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("check")
    at = abroad.now()
    states = [Abroad(state, at) for state in ("XBB", "XCC")]
    root = abroad.publish(
        folder / "registry", [one.entry() for one in states], {one.state: one.directory for one in states}, at
    )
    abroad.directory(folder / "node" / "directory", folder / "registry" / "public", root, at)
    return World(folder, states[0], Abroad("XDD", at), _opening(states[0]))


def test_a_genuine_paper_is_told_with_status_0(world: World) -> None:
    file = world.file("genuine.pdf", _paper(world.borealia, world.act))
    status, found = world.checked(file)
    assert (status, found["verdict"], found["what"]) == (0, "genuine", "paper")
    assert (found["state"], found["authority"], found["officer"]) == ("XBB", "XBB-CP", "XBB-OFFICER")
    assert found["code"] == readback.code(world.act.id)
    status, text = world.run(file, "--directory", world.folder / "node" / "directory")
    assert (status, text.splitlines()[0]) == (0, "Genuine: genuine.pdf")
    assert "request" not in text.replace(
        "requests", ""
    )  # which act it is stands in the file, not in the answer


def test_a_changed_paper_is_told_with_status_1(world: World) -> None:
    data = bytearray(_paper(world.borealia, world.act))
    data[len(data) // 2] ^= 1
    file = world.file("changed.pdf", bytes(data))
    assert world.checked(file)[0] == 1
    status, text = world.run(file)  # that it contradicts itself shows without any directory
    assert status == 1
    assert text.startswith("NOT GENUINE")


def test_what_nobody_can_tell_has_status_2(world: World) -> None:
    stranger = world.file("stranger.pdf", _paper(world.dorsania, _opening(world.dorsania)))
    assert world.checked(stranger) == (2, world.checked(stranger)[1])
    assert world.checked(stranger)[1]["reason"] == "state-not-held"
    genuine = world.file("genuine.pdf", _paper(world.borealia, world.act))
    status, text = world.run(genuine, "--json")
    assert (status, json.loads(text)["reason"]) == (2, "no-directory")
    for name, data in (("letter.txt", b"Dear colleague"), ("scan.pdf", b"%PDF-1.4\n%%EOF"), ("none", b"")):
        assert world.checked(world.file(name, data)) == (2, world.checked(world.file(name, data))[1])


def test_a_forger_in_a_states_name(world: World) -> None:
    forger = Abroad("XBB", world.borealia.since)
    status, found = world.checked(world.file("forged.pdf", _paper(forger, _opening(forger))))
    assert (status, found["reason"]) == (1, "not-their-key")


def test_an_act_a_credential_and_neither(world: World) -> None:
    act = world.file("act.json", world.act.envelope.to_json())
    assert world.checked(act)[1]["what"] == "act"
    assert world.checked(act)[0] == 0
    credential = world.file("credential.json", world.borealia.credential("CP").to_json())
    assert world.checked(credential)[1]["what"] == "credential"
    assert world.checked(credential)[0] == 0
    payload = world.act.envelope.payload.replace(b'"urgent":true', b'"urgent":fals')
    changed = Envelope(world.act.envelope.payload_type, payload, world.act.envelope.signatures)
    assert world.checked(world.file("act2.json", changed.to_json()))[0] == 1


def test_a_courier_file_is_told_by_its_outside(world: World) -> None:
    sealed, raw = world.borealia.letter(world.act, "XCC", [str(world.borealia.letters.recipient)])
    signed = sign_letter(
        raw,
        letter_id=sealed.id,
        sender=Sender("XBB", world.borealia.request),
        to_state="XCC",
        at=world.borealia.since,
    )
    file = write_courier(world.folder / "courier", signed)
    status, found = world.checked(file)
    assert (status, found["what"], found["state"], found["facts"]["to"]) == (0, "letter", "XBB", "XCC")
    data = file.read_bytes()
    for place in [*range(1600 if len(data) > 1600 else len(data)), *range(1600, len(data), 97)]:
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert _verdict(world, changed) != "genuine", place
    other = sign_letter(
        raw,
        letter_id=sealed.id,
        sender=Sender("XBB", world.dorsania.request),
        to_state="XCC",
        at=world.borealia.since,
    )
    assert world.checked(world.file("other", other.to_bytes()))[0] == 1


def _verdict(world: World, data: bytes) -> str:
    from datetime import UTC, datetime

    from corridor.casework import genuine

    book = genuine.DirectoryBook(Directory(world.folder / "node" / "directory"))
    return str(genuine.check(data, book, now=datetime.now(UTC)).verdict)


def test_a_receipt_is_told_by_its_node_and_log(world: World, tmp_path: Path) -> None:
    log = abroad.log_in(tmp_path / "log", world.borealia)
    log.append([bytes.fromhex(world.act.id)])
    told = Receipt(
        letter="ab" * 32,
        act_id=world.act.id,
        from_state="XAA",
        to_state="XBB",
        received_at=world.borealia.since,
        log_origin="corridor/xbb",
        log_index=0,
        proof=log.proof(0),
    )
    status, found = world.checked(world.file("receipt", make_receipt(told, world.borealia.node)))
    assert (status, found["what"], found["state"]) == (0, "receipt", "XBB")
    assert world.checked(world.file("receipt2", make_receipt(told, world.dorsania.node)))[0] == 1


def test_a_caller_is_called_back_at_the_directorys_number(world: World) -> None:
    status, text = world.run("--caller", "XBB", "--directory", world.folder / "node")
    assert status == 0
    assert "call back" in text
    assert "XBB-CP" in text
    assert world.run("--caller", "XDD", "--directory", world.folder / "node")[0] == 2
    assert world.run("--caller", "../x", "--directory", world.folder / "node")[0] == 2
    assert world.run("--caller", "XBB")[0] == 1


def test_the_day_of_receipt_is_a_day(world: World) -> None:
    file = world.file("genuine.pdf", _paper(world.borealia, world.act))
    assert world.run(file, "--received", "yesterday")[0] == 1
    day = f"{world.borealia.since + timedelta(days=0):%Y-%m-%d}"
    assert world.checked(file, "--received", day)[0] == 0


def test_help_says_the_exit_statuses(world: World) -> None:
    text = world.run("--help")[1]
    assert "0 genuine, 1 not genuine, 2 unknown" in text
