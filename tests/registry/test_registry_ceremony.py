"""The ceremony as it is written down: every command of docs/howto/registry-ceremony.md is run."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from registry_cast import Party

from corridor.cli.registry import registry_app
from corridor.notary import keys
from corridor.registry import Directory, RegistryFault, from_folder

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "registry-ceremony.md"

COMMANDS = registry_app.commands


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    seal = keys.seal_to_file
    monkeypatch.setattr(keys, "seal_to_file", lambda key, path, secret: seal(key, path, secret, work=10))
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("root-1", "root-2", "root-3", "targets-1", "xaa", "xaa-2026", "xaa-new"):
        (secrets / f"{name}.secret").write_text(f"the secret of {name}\n")
    aurelia = Party("XAA").fields()
    for name in ("version", "issued", "directory_threshold"):
        del aurelia[name]
    del aurelia["keys"]["directory"]
    (tmp_path / "xaa-entry.json").write_text(json.dumps(aurelia))

    def command(line: str, **options):
        words = shlex.split(line)
        assert words[:2] == ["corridor", "registry"]
        return CliRunner().invoke(registry_app, words[2:], **options)

    return command


def test_every_command_of_the_ceremony(run, tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", HOWTO.read_text(), re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) > 15
    named = {line.split()[2] for line in lines}
    assert set(COMMANDS) - {"serve"} <= named  # runs until it is stopped; two-nodes.md has it
    for line in lines:
        done = run(line)
        assert done.exit_code == 0, (line, done.output, done.exception)
    shown = json.loads(run("corridor registry show registry --json").output)
    assert shown["states"] == [{"state": "XAA", "version": 3, "keys": 1, "threshold": 1}]
    node = Directory.create(
        tmp_path / "node", (tmp_path / "registry/public/metadata/1.root.json").read_bytes()
    )
    node.refresh(from_folder(tmp_path / "registry" / "public"), at=datetime.now(UTC))
    shown = json.loads(run("corridor registry show node --json").output)
    assert [row["code"] for row in shown["alarms"]] == ["registry.reenrolment.pending"]
    assert run("corridor registry show node XAA").exit_code == 0
    assert isinstance(run("corridor registry show node XBB").exception, RegistryFault)
    assert isinstance(run("corridor registry show secrets").exception, RegistryFault)
    sealed = (tmp_path / "xaa.key").read_text()
    assert "the secret of" not in sealed


def test_a_secret_is_asked_for_and_not_shown(run, tmp_path: Path) -> None:
    done = run("corridor registry key new.key", input="quiet words\nquiet words\n")
    assert done.exit_code == 0
    assert "quiet" not in done.output
    assert keys.unlock(tmp_path / "new.key", "quiet words").public == keys.public_of(tmp_path / "new.key")


def test_a_key_file_is_never_written_over(run, tmp_path: Path) -> None:
    (tmp_path / "xaa.key").write_text("precious")
    assert run("corridor registry key xaa.key --secrets secrets").exit_code == 2
    assert (tmp_path / "xaa.key").read_text() == "precious"


def test_every_command_shows_an_example() -> None:
    for name, command in COMMANDS.items():
        assert f"Example: corridor registry {name}" in command.callback.__doc__
