"""Rules that hold for the whole house."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from corridor.faults import catalogue

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "corridor"
ROOMS = sorted(path.name for path in SOURCE.iterdir() if (path / "faults.yaml").is_file())


def _tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("room", ROOMS)
def test_every_fault_has_both_its_sentences(room: str) -> None:
    for code, sentences in catalogue(room).items():
        assert code.startswith(f"{room}.")
        assert sentences.log.strip(), code
        assert sentences.next.strip(), code


def _raised(room: str) -> set[str]:
    """Codes a room's source gives to a Fault."""
    found: set[str] = set()
    for path in (SOURCE / room).rglob("*.py"):
        found |= set(
            re.findall(r'(?:Fault|(?<!Value)Error)\(\s*"([a-z]+\.[^"]+)"', path.read_text(encoding="utf-8"))
        )
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_fault_is_raised_only_with_a_code_that_has_sentences(room: str) -> None:
    known = {code for other in ROOMS for code in catalogue(other)}
    assert _raised(room) <= known


@pytest.mark.parametrize("room", ROOMS)
def test_no_sentence_stands_for_a_fault_that_is_never_raised(room: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    unused = [code for code in catalogue(room) if f'"{code}"' not in text and f"'{code}'" not in text]
    assert unused == []


def test_fault_catalogues_have_no_key_twice() -> None:
    for room in ROOMS:
        keys = re.findall(
            r"^([a-z][\w.-]*):", (SOURCE / room / "faults.yaml").read_text(encoding="utf-8"), re.M
        )
        assert (
            len(keys)
            == len(set(keys))
            == len(yaml.safe_load((SOURCE / room / "faults.yaml").read_text()) or {})
        )


def test_no_path_of_a_developers_machine_is_committed() -> None:
    pattern = re.compile(r"(?<![\w.])(/work/|/root/|/home/\w+/)")
    found = [
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.suffix in {".py", ".md", ".yaml", ".toml", ".json", ".html", ".js", ".sh", ".css"}
        and path != Path(__file__)
        and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_front_end_lock_names_no_host() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
