"""A package opens, and a spoilt one does not, with tools we did not write."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from seal_cast import NOW, Cast, Sealed, contents

from corridor.seal import age, custody, package

SCRIPT = Path(__file__).parents[2] / "examples" / "open_with_stock_tools.sh"
TOOLS = ("age", "age-keygen", "sha256sum", "openssl", "jq", "tar", "bash")
ABSENT = [tool for tool in TOOLS if not shutil.which(tool)]

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=f"not installed: {', '.join(ABSENT)}")


@pytest.fixture
def key(tmp_path: Path, identities: dict[str, age.Identity]) -> Path:
    file = tmp_path / "key.txt"
    file.write_text(f"# our key\n{identities[age.CLASSIC].text}\n")
    return file


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_stock_tools_open_a_classic_package_and_check_its_custody(
    sealed: Sealed, cast: Cast, key: Path, evidence: Path, tmp_path: Path
) -> None:
    made = sealed(age.CLASSIC)
    custody.record(made.path, cast.borealia.signer, "sent", at=NOW, facts={"to": "XAA"})
    done = run(made.path, key, tmp_path / "out", made.id)
    assert done.returncode == 0, done.stderr
    assert f"package number: {made.id}" in done.stdout
    assert "sealed by XBB, officer 0007" in done.stdout
    assert "sent by XBB" in done.stdout
    assert contents(tmp_path / "out" / "mailbox") == contents(evidence)
    assert (tmp_path / "out/mailbox/nothing in here").is_dir()


def test_stock_tools_notice_what_was_altered(sealed: Sealed, key: Path, tmp_path: Path) -> None:
    made = sealed(age.CLASSIC)
    assert "not package" in run(made.path, key, tmp_path / "out", "0" * 64).stderr
    statement = next((made.path / "custody").glob("*.dsse.json"))
    text = statement.read_text()
    place = text.rindex('"sig":"') + 7
    statement.write_text(text[:place] + ("B" if text[place] == "A" else "A") + text[place + 1 :])
    assert "signature does not hold" in run(made.path, key, tmp_path / "out").stderr
    statement.write_text(text)
    part = made.path / "data/0002/00000.age"
    data = part.read_bytes()
    part.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "altered" in run(made.path, key, tmp_path / "out").stderr
    part.write_bytes(data)
    (made.path / "data/extra").write_text("x")
    assert "was added" in run(made.path, key, tmp_path / "out").stderr
    assert not (tmp_path / "out").exists()


def test_stock_tools_say_that_a_hybrid_package_needs_a_newer_age(
    sealed: Sealed, key: Path, tmp_path: Path
) -> None:
    done = run(sealed(age.HYBRID).path, key, tmp_path / "out")
    assert done.returncode == 1
    assert "age 1.3" in done.stderr


def test_the_steps_in_the_read_me_are_true(sealed: Sealed, key: Path, tmp_path: Path) -> None:
    """Each command of the README inside a package, run as it stands there."""
    made = sealed(age.CLASSIC)
    name = package.wrap_names(made.path)[0].partition("/")[2].removesuffix(".age")
    text = (made.path / "README.txt").read_text()
    commands = [
        line.strip() for line in text.splitlines() if line.lstrip().startswith(("sha256sum", "for part"))
    ]
    commands += [
        line.split(". ", 1)[1] for line in text.splitlines() if line.lstrip()[:3] in ("1. ", "2. ", "3. ")
    ]
    assert len(commands) >= 5
    for command in sorted(commands, key=lambda line: not line.startswith(("sha256sum", "age -d -i KEY"))):
        filled = command.replace("KEY", str(key)).replace("NAME", name)
        done = subprocess.run(
            ["bash", "-ec", filled.replace("data/0001", "data/0002").replace("pack-0002", "pack-0001")],
            cwd=made.path,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (filled, done.stderr)
