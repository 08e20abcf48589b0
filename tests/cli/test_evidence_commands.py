"""The evidence commands without any node: streams, resuming, lists, hands, disclosure, certificates and bars."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from corridor.cli.evidence.custody import _graph, in_order
from corridor.cli.evidence.inputs import shown, sized
from corridor.cli.evidence.progress import size_of
from corridor.notary import timestamp

sys.path.insert(0, str(Path(__file__).parents[1] / "notary"))
from authority import Authority

SECRET = "only the officer knows this"


@dataclass(frozen=True)
class Done:
    status: int
    out: bytes
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def text(self) -> str:
        return self.out.decode()


class Desk:
    """A folder on a machine without a node, and `corridor` in it, each command in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "secret").write_text(SECRET + "\n")
        self.env = {**os.environ, "CORRIDOR_JOURNAL": str(folder / "journals"), "COLUMNS": "80"}

    def command(self, *words: object) -> list[str]:
        return [sys.executable, "-m", "corridor.cli", *map(str, words)]

    def run(self, *words: object, data: bytes | None = None) -> Done:
        done = subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.env,
            input=data or b"",
            capture_output=True,
            timeout=120,
        )
        return Done(done.returncode, done.stdout, done.stderr.decode())

    def key(self, name: str) -> str:
        return self.run("keygen", "--out", name, "--no-protect").text.strip()

    def officer(self, state: str, name: str) -> tuple[object, ...]:
        """The options that sign as an officer of that State."""
        words = ["--state", state, "--authority", f"{state}-EV", "--number", "0007"]
        done = self.run("custody", "officer", *words, "--out", name, "--secret-file", "secret")
        assert done.status == 0, done.err
        return ("--key", f"{name}/key.json", "--secret-file", "secret")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "evidence" / "sub").mkdir(parents=True)
    (tmp_path / "evidence" / "disk.img").write_bytes(os.urandom(2_000_000))
    (tmp_path / "evidence" / "a.txt").write_bytes(b"first\n")
    (tmp_path / "evidence" / "sub" / "записка.txt").write_bytes(b"second\n")
    return Desk(tmp_path)


@pytest.fixture
def sealed(desk: Desk) -> Desk:
    done = desk.run(
        "seal", "evidence", "--to", desk.key("unit.key"), "--out", "p", "--condition", "Case 17 only"
    )
    assert done.status == 0, done.err
    return desk


# ---- sealing


def test_standard_input_is_sealed_under_the_name_given(desk: Desk) -> None:
    to = desk.key("unit.key")
    data = os.urandom(3_000_000)
    refused = desk.run("seal", "-", "--to", to, "--out", "p", "--json", data=data)
    assert (refused.status, refused.json["code"]) == (1, "cli.evidence.no-name")
    done = desk.run("seal", "-", "--name", "disk.img", "--to", to, "--out", "p", data=data)
    assert done.status == 0, done.err
    assert desk.run("cat", "p", "disk.img", "-i", "unit.key").out == data


def test_a_problem_is_listed_and_is_status_3(desk: Desk) -> None:
    os.mkfifo(desk.folder / "evidence" / "pipe")
    done = desk.run("seal", "evidence", "--to", desk.key("unit.key"), "--out", "p")
    assert done.status == 3
    assert "problem   special pipe: evidence/pipe" in done.text
    listed = desk.run("list", "p", "-i", "unit.key", "--json")
    rows = [json.loads(line) for line in listed.out.splitlines()]
    assert {"pipe"} == {row["reason"] for row in rows if row["state"] == "special"}


def test_an_interrupted_sealing_goes_on(desk: Desk) -> None:
    to = desk.key("unit.key")
    (desk.folder / "big.img").write_bytes(os.urandom(1 << 20) * 160)
    words = ("seal", "evidence", "big.img", "--to", to, "--out", "p")
    process = subprocess.Popen(desk.command(*words), cwd=desk.folder, env=desk.env, stderr=subprocess.DEVNULL)
    for _ in range(2000):
        if list(desk.folder.glob(".sealing-*/data/0*/00000.age")):
            break
        time.sleep(0.005)
    process.kill()
    assert process.wait() != 0
    assert not (desk.folder / "p").exists()
    done = desk.run(*words, "--resume", "--json")
    assert done.status == 0, done.err
    assert desk.run("verify", "p", "--expect", done.json["package"]).status == 0
    assert desk.run("open", "p", "-i", "unit.key", "--out", "opened").status == 0
    assert (desk.folder / "opened" / "big.img").read_bytes() == (desk.folder / "big.img").read_bytes()


def test_several_custodians_and_what_binds_them(desk: Desk) -> None:
    ours, theirs = desk.key("unit.key"), desk.key("court.key")
    words = ("--condition", "Only for case 17", "--restriction", "uncc/14")
    assert desk.run("seal", "evidence", "--to", ours, "--to", theirs, "--out", "p", *words).status == 0
    for key in ("unit.key", "court.key"):
        told = desk.run("list", "p", "-i", key)
        assert "condition of use: Only for case 17" in told.text
        assert "R      evidence/a.txt" in told.text
    facts = desk.run("cat", "p", "evidence/a.txt", "-i", "unit.key", "--json").json
    assert (facts["restricted"], facts["restrictions"]) == (True, ["uncc/14"])


def test_persons_and_places_need_a_signature(desk: Desk) -> None:
    done = desk.run("seal", "evidence", "--to", desk.key("k"), "--out", "p", "--person", "x", "--json")
    assert (done.status, done.json["code"]) == (1, "cli.evidence.private-needs-key")
    assert not (desk.folder / "p").exists()


# ---- reading


def test_the_list_is_a_table_or_lines_of_json_or_digests(sealed: Desk) -> None:
    table = sealed.run("list", "p", "-i", "unit.key").text.splitlines()
    assert table[0].split() == ["number", "size", "state", "marks", "name"]
    assert all(len(line) <= 80 for line in table)
    rows = [json.loads(line) for line in sealed.run("list", "p", "-i", "unit.key", "--json").out.splitlines()]
    assert len(rows) == len(table) - 3
    digests = sealed.run("list", "p", "-i", "unit.key", "--digests").out
    checked = subprocess.run(["sha256sum", "-c"], input=digests, cwd=sealed.folder, capture_output=True)
    assert checked.returncode == 0, checked.stderr


def test_an_item_comes_out_by_number_or_name_and_nothing_else_does(sealed: Desk) -> None:
    rows = [json.loads(line) for line in sealed.run("list", "p", "-i", "unit.key", "--json").out.splitlines()]
    for row in rows:
        for item in (row["number"], row["name"]):
            done = sealed.run("cat", "p", item, "-i", "unit.key")
            if row["state"] == "folder":
                assert done.status == 1
                assert done.out == b""
            else:
                assert done.out == (sealed.folder / row["name"]).read_bytes()
    assert sealed.run("cat", "p", "no such", "-i", "unit.key", "--json").json["code"] == "seal.item.absent"


def test_a_reader_that_leaves_early_gets_no_traceback(sealed: Desk) -> None:
    words = sealed.command("cat", "p", "evidence/disk.img", "-i", "unit.key")
    reader = subprocess.Popen(words, cwd=sealed.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert reader.stdout is not None
    assert reader.stderr is not None
    reader.stdout.read(10)
    reader.stdout.close()
    assert reader.wait(60) == 1
    assert reader.stderr.read() == b""
    reader.stderr.close()


def test_names_cannot_command_a_terminal(desk: Desk) -> None:
    (desk.folder / "evidence" / "x\x1b[2J\u202egpj.exe").touch()
    assert desk.run("seal", "evidence", "--to", desk.key("unit.key"), "--out", "p").status == 0
    told = desk.run("list", "p", "-i", "unit.key").text
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert shown("a\x07b") == "a\ufffdb"


def test_sizes_are_short() -> None:
    for count in (0, 1, 999, 1000, 1023, 1 << 20, 1023 * 1024, 10**9, 1 << 40, 1 << 53):
        assert len(sized(count)) <= 8, sized(count)
    assert sized(1536 * 1024) == "1.5 MiB"


# ---- hands, disclosure, destruction


def test_a_package_goes_through_hands_and_ends(desk: Desk) -> None:
    ours, theirs = desk.key("unit.key"), desk.key("court.key")
    aurelia, borealia = desk.officer("XAA", "aurelia"), desk.officer("XBB", "borealia")
    private = ("--person", "An officer by name", "--place", "Room 4")
    made = desk.run("seal", "evidence", "--to", ours, "--out", "p", *aurelia, *private, "--json").json
    assert desk.run("custody", "record", "p", "sent", "--fact", "to=XBB", *aurelia).status == 0
    assert desk.run("rewrap", "p", "-i", "unit.key", "--to", theirs).status == 0
    assert desk.run("custody", "record", "p", "received", *borealia).status == 0
    told = desk.run("custody", "show", "p").text
    assert [line.split()[3] for line in told.splitlines() if line.startswith("●")] == [
        "sealed",
        "sent",
        "received",
    ]
    assert "An officer" not in told
    opened = desk.run("custody", "show", "p", "-i", "court.key", "--json").json["statements"]
    assert opened[0]["private"] == {"person": "An officer by name", "place": "Room 4"}
    assert all(row["signed"] for row in opened)
    trusted = ("--trust", "aurelia", "--trust", "borealia/trust")
    assert desk.run("verify", "p", *trusted, "--expect", made["package"]).status == 0
    desk.officer("XAA", "stranger")
    doubted = desk.run("verify", "p", "--trust", "stranger", "--json")
    assert (doubted.status, doubted.json["verdict"]) == (2, "cannot_tell"), "XAA's keys are others here"
    gone = desk.run("custody", "destroy", "p", *aurelia, "--yes", "--gone", ours, "--json")
    assert gone.status == 0, gone.err
    assert len(gone.json["wraps"]) == len(gone.json["custodians"]) == 2
    assert desk.run("open", "p", "-i", "unit.key", "--out", "o").status == 1
    assert desk.run("custody", "show", "p").text.splitlines()[-2].split()[3] == "destroyed"


def test_nothing_is_destroyed_without_a_yes(desk: Desk) -> None:
    ours, aurelia = desk.key("unit.key"), desk.officer("XAA", "aurelia")
    assert desk.run("seal", "evidence", "--to", ours, "--out", "p", *aurelia).status == 0
    assert desk.run("custody", "destroy", "p", *aurelia, data=b"n\n").status == 1
    assert desk.run("open", "p", "-i", "unit.key", "--out", "o").status == 0


def test_chosen_items_are_disclosed_and_shown_to_be_of_the_first(desk: Desk) -> None:
    ours, theirs = desk.key("unit.key"), desk.key("defence.key")
    aurelia = desk.officer("XAA", "aurelia")
    assert desk.run("seal", "evidence", "--to", ours, "--out", "p", *aurelia).status == 0
    words = ("-i", "unit.key", "--to", theirs, *aurelia)
    done = desk.run("disclose", "p", "evidence/a.txt", *words, "--out", "two", "--json")
    assert done.status == 0, done.err
    assert desk.run("cat", "two", 1, "-i", "defence.key").out == b"first\n"
    told = desk.run("verify", "two", "-i", "defence.key", "--deep", "--trust", "aurelia", "--json")
    assert told.status == 0, told.text
    assert told.json["inside"]["origins"][0]["package"] == done.json["from"]
    assert {"index", "content", "disclosure"} <= set(told.json["checked"])
    absent = desk.run("disclose", "p", "no such", *words, "--out", "three", "--json")
    assert (absent.status, absent.json["code"]) == (1, "seal.item.absent")
    assert not (desk.folder / "three").exists()


def test_digests_are_matched_without_opening(sealed: Desk) -> None:
    (sealed.folder / "known").write_text(f"{'0' * 64}  other\n")
    assert sealed.run("match", "p", "known", "-i", "unit.key").status == 4
    digests = sealed.run("list", "p", "-i", "unit.key", "--digests").out
    for payload in sealed.folder.glob("p/data/**/*.age"):
        payload.unlink()
    found = sealed.run("match", "p", "-", "-i", "unit.key", "--json", data=digests)
    assert found.status == 0
    assert len(found.out.splitlines()) == len(digests.splitlines())


def test_two_lines_of_hands_are_drawn_as_two() -> None:
    def row(name: str, kind: str, *follows: str) -> dict[str, Any]:
        who = {"state": "XAA", "authority": "XAA-EV", "number": "1", "signed": True, "facts": {}}
        return {"id": name, "kind": kind, "at": "2026-03-01T00:00:00Z", "follows": list(follows), **who}

    rows = [
        row("a", "sealed"),
        row("b", "sent", "a"),
        row("c", "sent", "a"),
        row("d", "received", "b"),
        row("e", "received", "c"),
        row("f", "returned", "d"),
    ]
    lines = _graph(rows)
    places = [line.index("●") for line in lines if "●" in line]
    assert places == [0, 2, 0, 2, 0, 2], "\n".join(lines)
    assert any("╮" in line for line in lines)
    assert all(len(line) <= 80 for line in lines)


def test_a_circle_is_still_shown() -> None:
    @dataclass
    class One:
        id: str
        at: int
        follows: tuple[str, ...]

    rows: list[Any] = [One("a", 1, ("b",)), One("b", 2, ("a",))]
    assert {row.id for row in in_order(rows)} == {"a", "b"}


# ---- certificate


def test_the_certificate_is_written_beside_the_verdict(sealed: Desk) -> None:
    done = sealed.run("verify", "p", "-i", "unit.key", "--report", "c.pdf", "--json")
    assert done.status == 2
    pdf = (sealed.folder / "c.pdf").read_bytes()
    import hashlib

    assert done.json["report"]["sha256"] == hashlib.sha256(pdf).hexdigest()
    words = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert "Cannot tell" in words
    assert "Case 17 only" in words
    again = sealed.run("verify", "p", "--report", "c.pdf", "--json")
    assert again.json["code"] == "cli.evidence.exists"
    assert (sealed.folder / "c.pdf").read_bytes() == pdf


def test_no_pdf_a_is_claimed_without_the_validator(sealed: Desk) -> None:
    sealed.env["PATH"] = str(sealed.folder / "nothing")
    told = sealed.run("verify", "p", "--report", "c.pdf").text
    assert "pdf/a     not claimed: veraPDF is not installed here" in told
    assert b"pdfaid" not in (sealed.folder / "c.pdf").read_bytes()


def test_a_validator_that_says_no_leaves_an_ordinary_paper(sealed: Desk) -> None:
    place = sealed.folder / "bin"
    place.mkdir()
    (place / "verapdf").write_text("#!/bin/sh\necho FAIL\nexit 1\n")
    (place / "verapdf").chmod(0o755)
    sealed.env["PATH"] = f"{place}{os.pathsep}{os.environ['PATH']}"
    assert "veraPDF found it not to be" in sealed.run("verify", "p", "--report", "c.pdf").text
    assert b"pdfaid" not in (sealed.folder / "c.pdf").read_bytes()


def test_options_that_need_each_other_say_so(sealed: Desk) -> None:
    for words, code in (
        (("--deep",), "cli.evidence.deep-needs-identity"),
        (("--sign-key", "k", "--report", "c.pdf"), "cli.evidence.sign-needs-both"),
    ):
        done = sealed.run("verify", "p", *words, "--json")
        assert (done.status, done.json["code"]) == (1, code)


# ---- bars


def on_a_terminal(desk: Desk, *words: object) -> tuple[int, str]:
    """Run with standard error on a pseudo-terminal; the status, and what was shown there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        desk.command(*words), cwd=desk.folder, env=desk.env, stdout=subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    while True:
        ready, _, _ = select.select([ours], [], [], 60)
        try:
            data = os.read(ours, 65536) if ready else b""
        except OSError:  # the other end is closed
            data = b""
        if not data:
            break
        seen += data
    os.close(ours)
    return process.wait(60), seen.decode(errors="replace")


BAR = re.compile(
    r"(sealing|checking|opening|reading) +\d+% \|[^\r|]*\| "
    r"[\d.]+[KMG]iB of [\d.]+[KMG]iB, [\d.]+[KMG]iB/s, \d\d:\d\d left"
)


def test_long_commands_show_rate_and_time_left_on_a_terminal(desk: Desk) -> None:
    with (desk.folder / "big.img").open("wb") as file:
        file.truncate(600 << 20)
    to = desk.key("unit.key")
    status, seen = on_a_terminal(desk, "seal", "big.img", "--to", to, "--out", "p")
    assert status == 0
    assert BAR.search(seen), seen[:2000]
    status, seen = on_a_terminal(desk, "open", "p", "-i", "unit.key", "--out", "o")
    assert status == 0
    assert BAR.search(seen), seen[:2000]
    status, seen = on_a_terminal(desk, "verify", "p", "-i", "unit.key", "--deep")
    assert status == 2
    assert {"reading"} <= {found[1] for found in BAR.finditer(seen)}


def test_nothing_is_shown_where_nobody_looks(sealed: Desk) -> None:
    assert sealed.run("verify", "p").err == ""
    assert sealed.run("open", "p", "-i", "unit.key", "--out", "o").err == ""
    _, seen = on_a_terminal(sealed, "verify", "p", "--json")
    assert seen == ""


def test_the_total_counts_what_sealing_reads(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "sub" / "x")
    assert size_of([tmp_path]) == 5
    assert size_of([tmp_path / "sub" / "x", tmp_path / "sub"]) == 10
    os.mkfifo(tmp_path / "pipe")
    assert size_of([tmp_path / "pipe"]) is None


def test_help_loads_no_cryptography() -> None:
    """What a command needs is loaded when it runs; help answers at once."""
    code = (
        "import sys, corridor.cli as c\n"
        "for name in ('seal','verify','open','list','cat','disclose','match','custody','rewrap','keygen'):\n"
        "    c.Index(name='corridor').get_command(None, name)\n"
        "print(sorted(m for m in sys.modules if m.partition('.')[0] in"
        " ('cryptography','securesystemslib','yaml','tqdm','typst','pyhanko','pydantic')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_time_stamp_is_attached_and_stands_on_the_certificate(desk: Desk, tmp_path: Path) -> None:
    aurelia = desk.officer("XAA", "aurelia")
    made = desk.run("seal", "evidence", "--to", desk.key("unit.key"), "--out", "p", *aurelia, "--json").json
    authority = Authority(tmp_path / "tsa")
    request = timestamp.new_request(bytes.fromhex(made["statement"]))
    (desk.folder / "answer.tsr").write_bytes(authority.stamp(request.der))
    (desk.folder / "tsa.pem").write_bytes(authority.root_file.read_bytes())
    words = ("custody", "attach", "p", made["statement"][:12], "--token", "answer.tsr")
    assert desk.run(*words, "--json").json["code"] == "seal.anchor.unknown-authority"
    done = desk.run(*words, "--authority", "tsa.pem", "--json")
    assert done.status == 0, done.err
    assert (desk.folder / "p" / done.json["files"][0]).is_file()
    told = desk.run(
        "verify", "p", "--trust", "aurelia", "--authority", "tsa.pem", "--report", "c.pdf", "--json"
    )
    assert told.status == 0
    assert told.json["custody"][0]["anchor"]["kind"] == "token"
    pages = pypdfium2.PdfDocument((desk.folder / "c.pdf").read_bytes())
    said = " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())
    assert "no later than" in said
    assert told.json["custody"][0]["time"] in said
    other = desk.run("custody", "attach", "p", "zz", "--token", "answer.tsr", "--json")
    assert other.json["code"] == "cli.evidence.which-statement"
    nothing = desk.run("custody", "attach", "p", made["statement"], "--json")
    assert nothing.json["code"] == "cli.evidence.nothing-to-attach"
