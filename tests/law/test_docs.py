"""docs/law.md and docs/glossary.md say what the data holds, and their examples run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from corridor import law
from corridor.law.ruleset import data_root

DOCS = Path(__file__).parents[2] / "docs"


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_instrument_and_form_is_on_the_page() -> None:
    page = text("law.md")
    for name in (*(each.code for each in law.instruments()), *law.kinds()):
        assert f"`{name}`" in page


def test_the_examples_of_the_page_say_what_the_code_says() -> None:
    code = re.search(r"```python\n(.*?)```", text("law.md"), re.DOTALL)
    assert code is not None
    scope: dict[str, object] = {}
    for line in code[1].splitlines():
        expression, _, expected = line.partition("  # ")
        if not line or line.startswith(("from", "form =", "gate =")):
            exec(line, scope)
        elif re.match(r"\s*('|\d)", expected):
            assert repr(eval(expression, scope)) == expected.strip(), line
        else:
            eval(expression, scope)


def test_the_digest_comes_out_of_the_command_on_the_page() -> None:
    code = re.search(r"```sh\n(.*?)```", text("law.md"), re.DOTALL)
    assert code is not None
    run = subprocess.run(
        ["bash", "-c", code[1]], cwd=str(data_root()), capture_output=True, text=True, check=True
    )
    assert run.stdout.split()[0] == law.digest()


@pytest.mark.parametrize(
    "word",
    ["requesting State", "requested State", "preserve", "refuse", "postpone", "dossier", "act", "letter"],
)
def test_the_glossary_decides_the_words_of_the_convention(word: str) -> None:
    assert f"**{word}**" in text("glossary.md")


def test_no_word_of_the_glossary_is_also_forbidden_by_it() -> None:
    rows = [line.split("|")[1:4] for line in text("glossary.md").splitlines() if line.startswith("| **")]
    words = {word.strip() for row in rows for word in row[0].replace("**", "").split(",")}
    assert len(words) > 80
    for row in rows:
        for banned in re.sub(r"\([^)]*\)", "", row[2]).split(","):
            own = {word.strip() for word in row[0].replace("**", "").split(",")}
            assert banned.strip() not in own
