"""Every command: help with an example, JSON where it reports, exit statuses that scripts can rely on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from corridor import cli, registry
from corridor.faults import catalogue
from corridor.notary import KeyUse, credentials, keys

#: Commands that report nothing: they serve, or write a file.
SILENT = {"demo", "registry serve", "node run", "dossier export"}
SECRET = "only the officer knows this"


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """`corridor WORDS…` in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def corridor(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["corridor", *map(str, words)])
        status: Any = 0
        try:
            cli.main()
        except SystemExit as end:
            status = end.code or 0
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return corridor


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its full name."""
    index = cli.Index(name="corridor")

    def below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
        for word, each in (inner or {}).items():
            yield from below(f"{name} {word}", each)

    for name in cli.COMMANDS:
        yield from below(name, index.get_command(None, name))


TREE = dict(commands())


def test_the_tree_holds_what_was_promised() -> None:
    wanted = {
        *("demo", "seal", "verify", "open", "rewrap", "keygen"),
        *("node init", "node run", "node check", "authority add", "user add", "user disable", "user reset"),
        *("registry init", "registry add-state", "registry sign", "registry publish", "registry serve"),
        *("dossier show", "dossier verify", "dossier export", "law article", "law form"),
    }
    assert wanted <= set(TREE)


@pytest.mark.parametrize("name", sorted(TREE))
def test_every_command_explains_itself_with_an_example(name: str, run: Run) -> None:
    said = run(*name.split(), "--help")
    assert said.status == 0
    assert f"Example: corridor {name}" in " ".join(said.out.split())


@pytest.mark.parametrize("name", sorted(set(TREE) - SILENT))
def test_every_command_that_reports_can_do_so_in_json(name: str) -> None:
    assert any("--json" in parameter.opts for parameter in TREE[name].params)


def test_no_secret_is_an_argument() -> None:
    """Every process of a machine can read the command lines of all others."""
    for name, command in TREE.items():
        for parameter in command.params:
            if any(word in parameter.name for word in ("secret", "password", "passphrase")):
                in_a_file = parameter.name.endswith("_file") or parameter.name == "secrets"
                assert in_a_file or parameter.is_flag, f"{name} {parameter.name}"


def test_the_index_names_every_command(run: Run) -> None:
    said = run("--help")
    assert said.status == 0
    assert all(f"  {name} " in said.out for name in cli.COMMANDS)


def test_a_command_that_is_not_there_is_status_2(run: Run) -> None:
    assert run("extradite").status == 2
    assert run("law", "article").status == 2


def test_every_code_the_commands_raise_has_its_sentences() -> None:
    source = Path(cli.__file__).parent
    text = "\n".join(path.read_text(encoding="utf-8") for path in source.rglob("*.py"))
    assert set(re.findall(r'"(cli(?:\.[a-z0-9-]+){2,})"', text)) == set(catalogue("cli"))


# ---- packages


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET + "\n")
    return path


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence"
    (folder / "sub").mkdir(parents=True)
    (folder / "empty").touch()
    (folder / "sub" / "записка.txt").write_bytes(b"\x00\xff" * 70_000)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def flip(package: Path) -> None:
    payload = next(package.glob("data/**/*.age"))
    raw = bytearray(payload.read_bytes())
    raw[-5] ^= 1
    payload.write_bytes(raw)


@pytest.mark.parametrize("cls", ["hybrid", "classic"])
def test_round_trip(run: Run, evidence: Path, tmp_path: Path, cls: str) -> None:
    ours = run("keygen", "--out", "unit.key", "--class", cls, "--no-protect", "--json").json["recipient"]
    court = run("keygen", "--out", "court.key", "--class", cls, "--no-protect").out.strip()
    assert (tmp_path / "unit.key").stat().st_mode & 0o077 == 0
    sealed = run("seal", evidence, "--to", ours, "--out", "case.package", "--class", cls, "--json")
    assert sealed.status == 0
    assert (sealed.json["class"], sealed.json["statement"]) == (cls, None)
    told = run("verify", "case.package", "--expect", sealed.json["package"], "--json")
    assert (told.status, told.json["verdict"]) == (0, "unchanged")
    opened = run("open", "case.package", "--identity", "unit.key", "--out", "opened", "--json")
    assert opened.status == 0
    assert len(opened.json["items"]) == sealed.json["items"]
    assert sorted(contents(tmp_path / "opened").values()) == sorted(contents(evidence).values())
    refused = run("open", "case.package", "--identity", "court.key", "--out", "not-yet", "--json")
    assert refused.status == 1
    assert refused.json["code"].startswith("seal.")
    assert not (tmp_path / "not-yet").exists()
    again = run("rewrap", "case.package", "--identity", "unit.key", "--to", court, "--json")
    assert Path(again.json["wrap"]).is_file()
    assert run("open", "case.package", "--identity", "court.key", "--out", "at-court").status == 0
    assert contents(tmp_path / "at-court") == contents(tmp_path / "opened")


def test_without_a_key_the_package_says_so(run: Run, evidence: Path) -> None:
    recipient = run("keygen", "--out", "unit.key", "--no-protect").out.strip()
    said = run("seal", evidence, "--to", recipient, "--out", "case.package")
    assert "NO custody statement" in said.out
    told = run("verify", "case.package")
    assert told.status == 2, "nobody signed it and no id was told: it cannot be said that nothing changed"
    assert "cannot tell" in told.out


def test_a_changed_byte_is_status_1(run: Run, evidence: Path, tmp_path: Path) -> None:
    recipient = run("keygen", "--out", "unit.key", "--no-protect").out.strip()
    package = run("seal", evidence, "--to", recipient, "--out", "case.package", "--json").json["package"]
    flip(tmp_path / "case.package")
    told = run("verify", "case.package", "--expect", package, "--json")
    assert (told.status, told.json["verdict"]) == (1, "changed")
    assert "CHANGED" in run("verify", "case.package", "--expect", package).out
    assert run("open", "case.package", "--identity", "unit.key", "--out", "opened").status == 1
    assert not (tmp_path / "opened").exists()


def test_an_officers_key_signs_with_its_credential_beside_it(
    run: Run, evidence: Path, tmp_path: Path, secret: Path
) -> None:
    folder = tmp_path / "officer"
    folder.mkdir()
    state, officer = keys.generate(KeyUse.STATE), keys.generate(KeyUse.OFFICER)
    keys.seal_to_file(officer, folder / "key.json", SECRET, work=10)
    recipient = run("keygen", "--out", "unit.key", "--no-protect").out.strip()
    asked = ["seal", evidence, "--to", recipient, "--key", folder / "key.json", "--secret-file", secret]
    missing = run(*asked, "--out", "unsigned.package", "--json")
    assert (missing.status, missing.json["code"]) == (1, "cli.seal.no-credential")
    assert not (tmp_path / "unsigned.package").exists()
    now = datetime.now(UTC).replace(microsecond=0)
    paper = credentials.issue(
        state,
        state="XAA",
        authority="XAA-CA",
        number="XAA-1",
        key=officer.public,
        powers={"custody"},
        not_before=now - timedelta(minutes=5),
        not_after=now + timedelta(days=1),
    )
    (folder / "credential.json").write_bytes(paper.to_json())
    sealed = run(*asked, "--out", "signed.package", "--json")
    assert sealed.status == 0
    assert sealed.json["statement"]
    told = run("verify", "signed.package", "--json")
    assert told.status == 2, "XAA's keys are nobody's word here"
    flip(tmp_path / "signed.package")
    assert run("verify", "signed.package").status == 1


def test_an_identity_under_a_secret(run: Run, evidence: Path, tmp_path: Path, secret: Path) -> None:
    recipient = run("keygen", "--out", "unit.key", "--secret-file", secret).out.strip()
    assert b"AGE-SECRET-KEY" not in (tmp_path / "unit.key").read_bytes()
    run("seal", evidence, "--to", recipient, "--out", "case.package")
    asked = ["open", "case.package", "--identity", "unit.key"]
    assert run(*asked, "--secret-file", secret, "--out", "opened").status == 0
    secret.write_text("something else\n")
    assert run(*asked, "--secret-file", secret, "--out", "other").status == 1
    again = run("keygen", "--out", "unit.key", "--secret-file", secret, "--json")
    assert (again.status, again.json["code"]) == (1, "cli.seal.exists")


def test_a_name_needs_a_directory(run: Run, evidence: Path) -> None:
    said = run("seal", evidence, "--to", "XBB-CA", "--out", "case.package")
    assert said.status == 1
    assert said.err.startswith("cli.seal.name-needs-directory: ")
    assert len(said.err.strip().splitlines()) == 2, "what is wrong, and what to do next"


# ---- law


def test_law_article_and_form(run: Run) -> None:
    found = run("law", "article", "42", "--json")
    assert found.status == 0
    assert "42" in json.dumps(found.json)
    assert found.out
    assert run("law", "article", "42").out
    form = run("law", "form", "preservation", "--basis", "BUDAPEST_CETS185", "--on", "2026-11-22", "--json")
    assert form.status == 0
    assert form.json["contents"]


@pytest.mark.parametrize("words", [("article", "699"), ("article", "1", "--instrument", "NO_SUCH")])
def test_an_unknown_article_is_a_coded_error(run: Run, words: tuple[str, ...]) -> None:
    said = run("law", *words, "--json")
    assert said.status == 1
    assert said.json["code"].startswith("law.")
    assert run("law", *words).err.startswith(said.json["code"])


def test_an_instrument_outside_the_data_may_be_named(run: Run) -> None:
    assert run("law", "form", "preservation", "--basis", "BILATERAL_XAA_XBB_1998", "--json").json


# ---- a node's commands; each in a process of its own, as Django is set up once in a process


def test_every_command_of_a_node_reports_in_json(tmp_path: Path) -> None:
    for name, text in (
        ("phrase", "the seal of the State lies in the east wing"),
        ("password", "a long enough password"),
        ("secret", SECRET),
        ("new", "quite another secret"),
    ):
        (tmp_path / name).write_text(text + "\n")

    def corridor(*words: str, status: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "corridor.cli", *words, "--json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "CORRIDOR_SECRET_WORK": "10"},
        )
        assert done.returncode == status, done.stdout + done.stderr
        return json.loads(done.stdout)

    phrase = ("--passphrase-file", "phrase")
    at = ("--dir", "aurelia")
    made = corridor("node", "init", "aurelia", "--state", "XAA", "--name", "en=Aurelia", *phrase)
    assert made["state"] == "XAA"
    again = corridor("node", "init", "aurelia", "--state", "XAA", "--name", "en=A", *phrase, status=1)
    assert again["code"] == "node.init.exists"
    root = [keys.generate(KeyUse.DIRECTORY) for _ in range(4)]
    held = registry.init(
        tmp_path / "registry",
        root=[key.public for key in root[:3]],
        root_keys=root[:2],
        targets=[root[3].public],
        targets_keys=root[3:],
        at=datetime.now(UTC),
    )
    (tmp_path / "1.root.json").write_bytes(held.root_bytes())
    office = ("authority", "add", "XAA-CA", "--role", "central_authority", "--name", "en=Ministry")
    assert corridor(*office, *at, *phrase, status=1)["code"] == "node.directory.none"
    assert corridor("node", "root", "aurelia", "1.root.json")["node"] == str(tmp_path / "aurelia")
    assert corridor("node", "root", "aurelia", "1.root.json", status=1)["code"] == "registry.directory.exists"
    assert corridor(*office, *at, *phrase)["recipient"].startswith("age1pq1")
    assert [row["code"] for row in corridor("authority", "list", *at)] == ["XAA-CA"]
    person = (
        "user",
        "add",
        "valdez",
        "--authority",
        "XAA-CA",
        "--role",
        "signatory",
        "--name",
        "Corin Valdez-Amar",
    )
    given = ("--password-file", "password", "--secret-file", "secret")
    asked = corridor(*person, *at, *phrase, "--password-file", "password", status=1)
    assert asked["code"] == "node.cli.no-terminal"
    assert corridor(*person, *at, *phrase, *given)["username"] == "valdez"
    assert corridor("user", "reset", "valdez", "--secret", *at, *phrase, "--secret-file", "new")
    assert corridor("user", "disable", "valdez", *at) == {"disabled": "valdez"}
    (row,) = corridor("user", "list", *at)
    assert (row["username"], row["disabled"]) == ("valdez", True)
    assert corridor("dossier", "show", *at) == {"dossiers": []}
    assert corridor("dossier", "verify", *at) == {"dossiers": [], "not_in_log": []}
    looked = corridor("node", "check", "aurelia", status=1)
    assert {"what": "database", "well": True, "detail": "sqlite"} in looked
    assert any(not one["well"] and one["fault"]["code"].startswith("node.check.directory") for one in looked)
