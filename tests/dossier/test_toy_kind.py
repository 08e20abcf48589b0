"""A new kind is one folder, one line, its words and its law: the page that says so is run, and a case is played."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "new-kind.md"
TAKEN = ("src", "tests", "docs", "pyproject.toml")
LEFT = shutil.ignore_patterns("__pycache__", "_build", "vendor", "*.pyc", ".hypothesis")
#: What the page may change of what is there, and the folders it may add files to.
CHANGED = {"src/corridor/dossier/kinds/__init__.py", "src/corridor/dossier/kinds/texts.yaml", "docs/kinds.md"}
ADDED = (
    "src/corridor/dossier/kinds/library_loan/",
    "src/corridor/law/data/UNCC_2024/form.library_loan.yaml",
    "tests/dossier/test_library_loan.py",
    "docs/kinds/library_loan.",
)

#: Played in the copy: drafted by one person, signed by another, shown and answered at the desk of a real node.
AT_THE_DESK = '''
"""The toy kind at the desk: nothing of the node knows it, and everything works."""

from tests.web import conftest
from tests.web.conftest import SECRET, desk

from corridor.casework import actions, queries

conftest.KINDS["CA"] = ("central_authority", ["library_loan"])


def test_the_kind_is_drafted_signed_and_shown(desk):
    drafter, signatory = desk.person("CA", "drafter"), desk.person("CA", "signatory")
    content = {"basis": {"instrument": "UNCC_2024"}, "body": {"titles": ["A History of Lighthouses"]}}
    draft = actions.save_draft(drafter, kind="library_loan", act="request", content=content)
    signed = actions.sign_act(
        signatory,
        act="request",
        kind="library_loan",
        secret=SECRET,
        to={"state": "XBB", "authority": "XBB-CA"},
        basis={"instrument": "UNCC_2024", "provision": "40"},
        body=content["body"],
        texts=[],
        draft_id=draft.id,
        override_reason="An exercise.",
    )
    browser = desk.client("CA", "signatory")
    asked = browser.get("/new/library_loan/")
    assert asked.status_code == 200 and b"Titles" in asked.content
    shown = browser.get(f"/dossiers/{signed.dossier}/")
    assert shown.status_code == 200
    for words in (b"Loan of books", b"Asked", b"A History of Lighthouses"):
        assert words in shown.content, words
'''


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and ".hypothesis" not in path.parts
    }


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes], str]:
    """A copy of the repository in which every block of the page was run; what was there before; what was told."""
    folder = tmp_path_factory.mktemp("copy")
    for name in TAKEN:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT)
        else:
            shutil.copy(ROOT / name, folder / name)
    before = files(folder)
    blocks = "".join(re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.S | re.M))
    done = run(folder, ["bash", "-eu", "-o", "pipefail"], blocks)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return folder, before, done.stdout


def run(folder: Path, command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name in [name for name in environment if name.startswith(("PYTEST", "CORRIDOR"))]:
        environment.pop(name)
    return subprocess.run(
        command, input=given, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )


def test_every_block_of_the_page_does_what_it_says(copied):
    _, _, told = copied
    assert told.count("[100%]") == 3  # each of its runs of tests to the end


def test_nothing_else_needs_a_change(copied):
    folder, before, _ = copied
    after = files(folder)
    changed = {name for name, content in before.items() if after.get(name) != content}
    added = set(after) - set(before)
    assert changed == CHANGED
    assert {start for start in ADDED if any(name.startswith(start) for name in added)} == set(ADDED)
    assert all(name.startswith(ADDED) for name in added), added


def test_the_desk_drafts_signs_and_shows_it(copied):
    folder, _, _ = copied
    story = folder / "tests" / "web" / "test_library_loan_pages.py"
    story.write_text(AT_THE_DESK, encoding="utf-8")
    try:
        run(folder, [sys.executable, "-c", "from corridor.web import catalogue; catalogue.compile_all()"])
        done = run(
            folder, [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(story)]
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    finally:
        story.unlink()
