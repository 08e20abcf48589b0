"""`corridor law …`: texts people can read, JSON that stays, errors that offer the near ones, and no wait."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corridor import cli
from corridor.cli.law import law_app
from corridor.cli.law.paper import Paper, cells, wrapped

WIDTH = 80


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
    """`corridor law WORDS…` in this process, in an empty folder, on a page of 80 columns."""
    monkeypatch.chdir(tmp_path)
    Path("TEXT").write_text(CERTIFIED, encoding="utf-8")
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.delenv("CORRIDOR_LAW_LOCAL", raising=False)

    def corridor(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["corridor", "law", *map(str, words)])
        status: Any = 0
        try:
            cli.main()
        except SystemExit as end:
            status = end.code or 0
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return corridor


#: No text of a treaty: laid out as one, and of other words.
CERTIFIED = """Article 42
A title
1. The first paragraph.
2. The second.
3. The third:
(a) the first letter;
(b) the second;
(c) the third;
(d) the fourth;
(e) the fifth;
(f) the sixth;
(g) the seventh;
(h) one that nobody has.
Article 43
Another title
1. Another paragraph.
"""


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


#: What is asked -> keys its JSON has, whatever else it may gain.
ASKED: dict[str, set[str]] = {
    "article 42": {"number", "title", "summary", "provisions", "links", "source", "confidence", "dated"},
    "article 29 --instrument BUDAPEST_CETS185": {"number", "title", "summary", "confidence"},
    "articles": {"instrument", "articles"},
    "certified TEXT 42 --language en": {"instrument", "article", "sha256", "paragraphs", "not_named"},
    "search preservation": {"words", "found", "near"},
    "definition serious crime": {"term", "meaning", "ref", "cite", "source", "confidence"},
    "definition": {"instrument", "definitions"},
    "form preservation --on 2026-11-22": {"kind", "contents", "grounds", "periods", "duties", "senders"},
    "form preservation --basis A_TREATY_OF_1998": {"kind", "known", "listed"},
    "forms": {"on", "forms"},
    "forms --on 2020-01-01": {"on", "forms"},
    "matrix": {"instrument", "kinds", "grounds", "cells"},
    "between FRA VNM --on 2026-11-22": {
        "a",
        "b",
        "on",
        "instruments",
        "not_applicable",
        "gaps",
        "fallback",
        "assumed",
    },
    "between XAA XBB --on 2026-11-22 --form preservation --article 7": {"instruments", "not_applicable"},
    "forecast --on 2026-11-22": {
        "on",
        "needed",
        "counted",
        "median",
        "entry_into_force",
        "scenario",
        "calibration",
        "caveats",
        "assumed",
    },
    "states": {"states"},
    "status --on 2026-11-22": {
        "signatories",
        "signatory_states",
        "instruments_counted",
        "instruments_reported",
        "needed",
        "entry_into_force",
        "at_least",
        "assumed",
    },
    "press": {"errors"},
    "criminality DEU VNM 13": {"a", "b", "article", "verdict", "sides", "because"},
    "criminality XAA XCC 7": {"verdict", "sides"},
    "conduct ransomware": {"id", "name", "named", "articles", "meets", "also"},
    "conduct": {"conducts"},
    "gaps VNM": {"state", "totals", "optional_totals", "items"},
    "gaps XAA": {"state", "totals", "items"},
    "conduct cyberstalking": {"named", "also"},
    "deposit-kit VNM --on 2026-11-26": {
        "state",
        "stand",
        "next",
        "steps",
        "days",
        "documents",
        "written",
        "assumed",
    },
    "deposit-kit USA --on 2027-02-01": {"stand", "way"},
    "deposit-kit EUE --on 2026-11-26": {"organisation"},
    "states --group grulac": {"states"},
}


@pytest.mark.parametrize("words", ASKED)
def test_every_question_is_answered_in_json_with_the_keys_that_stay(words: str, run: Run) -> None:
    said = run(*words.split(), "--json")
    assert (said.status, said.err) == (0, "")
    assert set(said.json) >= ASKED[words]


@pytest.mark.parametrize("words", ASKED)
def test_every_question_is_answered_in_lines_that_fit_the_page(words: str, run: Run) -> None:
    said = run(*words.split())
    assert (said.status, said.err) == (0, "")
    assert said.out.strip()
    assert "\x1b" not in said.out, "no colour without a terminal"
    assert [line for line in said.out.splitlines() if cells(line) > WIDTH] == []
    assert not re.search(r"\{\w+\}|\bNone\b(?! [a-z])|<corridor|object at 0x", said.out)


@pytest.mark.parametrize("words", [words for words in ASKED if "A_TREATY" not in words])
def test_every_mark_has_its_legend_and_every_source_its_name(words: str, run: Run) -> None:
    text = run(*words.split()).out
    marks = set(re.findall(r"\[(?:s|r|r~|r\?|f)\]", text))
    legend = {
        line[:5].strip() for line in text.splitlines() if re.match(r"\[\S+\] +(seen|recalled|fiction)", line)
    }
    assert marks == legend
    if marks:
        assert re.search(r"^(Read in: )?[A-Z0-9-]+(, |: | |$)", text, re.M)


def test_the_json_of_between_stays(run: Run) -> None:
    data = run(
        "between", "FRA", "DEU", "--on", "2026-11-22", "--form", "preservation", "--article", "7", "--json"
    ).json
    assert data["instruments"], "both are Parties to the Budapest Convention"
    for each in data["instruments"]:
        assert set(each) >= {"id", "in_force_since", "reasons", "limits"}
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", each["in_force_since"])
    assert "BUDAPEST_CETS185" in [each["id"] for each in data["instruments"]]
    assert all(set(each) >= {"id", "reason"} for each in data["not_applicable"])
    bound, not_bound = ({each["id"] for each in data[key]} for key in ("instruments", "not_applicable"))
    assert not bound & not_bound
    assert "UNCC_2024" in not_bound


def test_what_is_not_applicable_is_named_with_its_reason_once(run: Run) -> None:
    text = run("between", "FRA", "VNM", "--on", "2026-11-22").out
    assert text.count("BUDAPEST_CETS185") == 1
    assert "Viet Nam is not a Party" in " ".join(text.split())


@pytest.mark.parametrize(
    ("words", "code", "offered"),
    [
        ("article 69", "law.article.not-in-data", "68"),
        ("article extradition", "law.article.not-in-data", "37 (Extradition)"),
        ("article 1 --instrument BUDAPEST", "law.instrument.unknown", "BUDAPEST_CETS185"),
        ("definition serios crime", "law.definition.not-in-data", "serious crime"),
        ("form presrvation", "law.form.unknown-kind", "preservation"),
        ("form preservation --on 2026-11-31", "law.date.malformed", "2026-11-30"),
        ("form preservation --on 22.11.2026", "law.date.malformed", "2026-11-22"),
        ("between FRX VNM", "law.state.unknown", "FRA (France)"),
        ("between vietnm FRA", "law.state.unknown", "VNM (Viet Nam)"),
        ("between FRA EUE", "law.state.organisation", "member States"),
        ("between FRA XAA", "law.worlds.mixed", "cast"),
        ("between FRA DEU --on tomorrow", "law.date.malformed", "2026-11-22"),
        ("between FRA DEU --form presrvation", "law.form.unknown-kind", "preservation"),
        ("between FRA DEU --article 42", "law.article.not-in-data", "7 to 17"),
        ("states --group weogg", "cli.law.group", "weog"),
        ("status --on 2026-13-01", "law.date.malformed", "2026-11-22"),
        ("forecast --on 2026-11-31", "law.date.malformed", "2026-11-30"),
        ("criminality DEW VNM 13", "law.state.unknown", "DEU (Germany)"),
        ("criminality DEU VNM 42", "law.criminality.no-offence", "7 to 17"),
        ("criminality DEU VNM ilegal-access", "law.criminality.unknown", "llegal access"),
        ("criminality XAA DEU 7", "law.worlds.mixed", "cast"),
        ("conduct ransomwere", "law.conduct.unknown", "ransomware"),
        ("gaps VNN", "law.state.unknown", "VNM (Viet Nam)"),
        ("deposit-kit vietnm", "law.state.unknown", "VNM (Viet Nam)"),
        ("deposit-kit VNM --on 2026-02-30", "law.date.malformed", "2026-02-28"),
        ("certified TEXT 69 --language en", "law.article.not-in-data", "68"),
        ("certified TEXT 42 --language english", "law.certified.language", "en"),
        ("certified TEXT 1 --language en --instrument UNTCO", "law.instrument.unknown", "UNTOC"),
    ],
)
def test_what_is_unknown_is_a_coded_error_that_offers_the_near_ones(
    words: str, code: str, offered: str, run: Run
) -> None:
    said = run(*words.split())
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith(f"{code}: ")
    assert offered in said.err
    assert "{" not in said.err, "every place of the sentence is filled"
    assert len(said.err.strip().splitlines()) == 2, "what is wrong, and what to do next"
    told = run(*words.split(), "--json")
    assert told.status == 1
    assert told.json["code"] == code
    assert offered in told.json["next"]


@pytest.mark.parametrize("words", ["article", "between FRA", "form", "nosuch"])
def test_a_question_wrongly_put_is_status_2(words: str, run: Run) -> None:
    said = run(*words.split())
    assert said.status == 2
    assert said.out == ""


def test_a_state_is_asked_for_by_code_or_name_whatever_the_case(run: Run) -> None:
    asked = [("FRA", "VNM"), ("france", "viet nam"), ("France", "Việt Nam")]
    answers = {run("between", *pair, "--on", "2026-11-22", "--json").out for pair in asked}
    assert len(answers) == 1


def test_an_article_is_asked_for_as_people_write_it(run: Run) -> None:
    assert len({run("article", word, "--json").out for word in ("42", "art. 42", "Article 42", "42(6)")}) == 1


def test_words_found_nowhere_are_status_1_and_offer_others(run: Run) -> None:
    said = run("search", "presrvation")
    assert said.status == 1
    assert "Did you mean preservation" in said.out


def test_the_index_is_a_map_of_every_command(run: Run) -> None:
    text = run("--help").out
    chapters = [name for names in law_app.chapters.values() for name in names]
    assert sorted(chapters) == sorted(law_app.commands), "every command stands in one chapter"
    for name in law_app.commands:
        assert re.search(rf"^  {name} +\S", text, re.M), name
    assert "..." not in text.replace("[ARGS]...", ""), "no line of the map is cut off"


# ---- docs/law-cli.md

PAGE = Path(__file__).parents[2] / "docs" / "law-cli.md"


def section(name: str) -> str:
    """What the page says of one command."""
    found = re.search(
        rf"^### {re.escape(name)}$(.*?)(?=^##|\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S
    )
    return found[1] if found else ""


@pytest.mark.parametrize("name", sorted(law_app.commands))
def test_the_page_has_every_command_with_every_option_it_alone_has(name: str) -> None:
    text = section(name)
    assert f"corridor law {name}" in text
    common = {"--json", "--on"}
    options = {
        opt for parameter in law_app.commands[name].params for opt in parameter.opts if opt.startswith("--")
    }
    assert [opt for opt in sorted(options - common) if opt not in text] == []


def test_the_page_has_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"corridor law ([a-z-]+)", PAGE.read_text(encoding="utf-8")))
    assert named == set(law_app.commands)


@pytest.mark.parametrize("name", sorted(law_app.commands))
def test_every_block_of_the_page_runs(name: str, tmp_path: Path) -> None:
    script = "".join(re.findall(r"^```sh\n(.*?)^```$", section(name), re.S | re.M))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if name != "CORRIDOR_LAW_LOCAL"} | {
        "PATH": path
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail"],
        input=script,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


# ---- from cold


@pytest.mark.parametrize("words", [*ASKED, "article 69", "--help"])
def test_no_command_of_the_law_loads_what_it_does_not_need(words: str, tmp_path: Path) -> None:
    """A question costs no more than its answer: no Django, no pydantic, no cryptography, no colours."""
    script = (
        "import sys\n"
        "from corridor.cli import main\n"
        "sys.argv = ['corridor', 'law', *sys.argv[1:]]\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print(' '.join(sorted(name.partition('.')[0] for name in sys.modules)), file=sys.stderr)\n"
    )
    (tmp_path / "TEXT").write_text(CERTIFIED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", script, *words.split()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert not loaded & {
        "django",
        "pydantic",
        "pydantic_core",
        "cryptography",
        "rich",
        "typer",
        "asyncio",
        "jinja2",
        "numpy",
        "pandas",
        "scipy",
        "socket",
    }


# ---- the page


def test_letters_are_counted_as_a_terminal_shows_them() -> None:
    assert cells("Viet Nam") == cells("Việt Nam") == cells("Việt Nam") == 8
    assert cells("日本") == 4
    assert cells("الأردن") == 6


def test_a_line_is_wrapped_between_words_and_never_within_one() -> None:
    text = "Côte d'Ivoire, Việt Nam and الأردن have signed; so has the Netherlands (Kingdom of the)."
    lines = wrapped(text, 20, "- ")
    assert " ".join(line.strip("- ") for line in lines) == text
    assert all(cells(line) <= 20 for line in lines)
    assert wrapped("incomprehensibilities", 8) == ["incomprehensibilities"]


def test_a_script_without_spaces_is_broken_between_its_letters() -> None:
    text = "联合国打击网络犯罪公约第四十二条"
    lines = wrapped(text, 12, "- ")
    assert "".join(line.strip("- ") for line in lines) == text
    assert all(cells(line) <= 12 for line in lines)


def test_columns_line_up_whatever_the_script() -> None:
    paper = Paper(60)
    paper.table([("VNM", "Việt Nam", "x"), ("JOR", "الأردن", "x"), ("JPN", "日本", "x")])
    assert len({cells(line) for line in paper.lines()}) == 1


def test_an_assumed_status_is_said_on_the_first_line_and_on_the_last() -> None:
    paper = Paper(60)
    paper.text("40 of 40")
    lines = paper.lines("ASSUMED STATUS")
    assert (lines[0], lines[-1]) == ("ASSUMED STATUS", "ASSUMED STATUS")


def test_the_answer_takes_the_width_of_the_terminal() -> None:
    wide, narrow = (_in_a_terminal(width, "article", "42") for width in (110, 60))
    assert 80 < max(map(cells, wide.splitlines())) <= 110
    assert max(map(cells, narrow.splitlines())) <= 60
    assert wide.split() == narrow.split()


def _in_a_terminal(width: int, *words: str, types: str = "", status: int = 0) -> str:
    """What `corridor law WORDS…` shows in a terminal so many columns wide, where somebody types `types`."""
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    child = subprocess.Popen(
        [sys.executable, "-m", "corridor.cli", "law", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    os.write(ours, types.encode())
    told = b"".join(_read(ours))
    os.close(ours)
    assert child.wait(timeout=60) == status
    return told.decode().replace("\r\n", "\n")


def _read(stream: int) -> Iterator[bytes]:
    while True:
        try:
            block = os.read(stream, 4096)
        except OSError:  # the terminal is gone: the command has ended
            return
        if not block:
            return
        yield block


SAMPLE = Path(__file__).parents[1] / "law" / "samples" / "XVIII-16.sample.xml"


@pytest.mark.parametrize(
    "words",
    [
        "status --on 2027-06-01",
        "forecast --on 2026-12-01",
        "deposit-kit VNM --on 2027-06-01",
        "between QAT VNM --on 2027-06-01 --form preservation --article 13",
    ],
)
def test_an_assumed_status_is_said_first_and_last_and_in_json(words: str, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "assumed.yaml"
    file.write_text("label: all who signed\nall_signatories_deposit: 2027-01-04\n")
    asked = [*words.split(), "--assume", str(file)]
    lines = run(*asked).out.splitlines()
    assert lines[0].startswith("ASSUMED STATUS, not the depositary's: all who signed")
    assert lines[-1] == lines[0] or lines[-2] == lines[0]
    assert run(*asked, "--json").json["assumed"]["label"] == "all who signed"


def test_an_assumed_status_changes_what_binds(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "assumed.yaml"
    file.write_text("label: all who signed\nall_signatories_deposit: 2027-01-04\n")
    for article, first in ((13, "UNCC_2024"), (14, "UNTOC"), (15, "UNTOC"), (16, "UNTOC"), (17, "UNCC_2024")):
        said = run(
            "between",
            "QAT",
            "VNM",
            "--on",
            "2027-06-01",
            "--article",
            article,
            "--assume",
            str(file),
            "--json",
        )
        assert said.json["instruments"][0]["id"] == first, article


def test_a_status_is_compared_and_kept_only_on_demand(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    said = run("import-status", SAMPLE, "--local", folder)
    assert said.status == 3
    assert "not in the new table: Mauritius (MUS)" in said.out
    assert "Nothing was written" in said.out
    assert list(folder.iterdir()) == []
    assert run("import-status", SAMPLE, "--local", folder, "--apply").status == 0
    assert {each.name for each in folder.iterdir()} == {"status.csv", "status.origin.json"}
    assert json.loads((folder / "status.origin.json").read_text())["source_digest"] == digest(SAMPLE)
    data = run("status", "--on", "2026-11-22", "--local", folder, "--json").json
    assert (data["signatories"], data["instruments_counted"]) == (72, 0)
    assert "imported on" in data["origin"]
    again = run("import-status", SAMPLE, "--local", folder, "--json")
    assert (again.status, again.json["differs"]) == (0, False), "nothing is left to do"


def test_a_table_is_not_kept_nowhere(run: Run) -> None:
    said = run("import-status", SAMPLE, "--apply")
    assert said.status == 1
    assert "cli.law.no-local" in said.err


def test_a_status_file_that_is_wrong_names_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "status.csv"
    file.write_text("state,signature,deposit\nFRX,,\n")
    said = run("import-status", file)
    assert said.status == 1
    assert "line 2" in said.err
    assert "Nothing was changed" in said.err


def test_a_table_kept_is_whole_or_absent(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    assert run("import-status", SAMPLE, "--local", folder, "--apply").status == 0
    before = (folder / "status.csv").read_bytes()
    (folder / "status.origin.json").unlink()
    (folder / "status.origin.json").mkdir()  # its second file cannot be put there
    other = tmp_path / "other.csv"
    other.write_text("state,signature,deposit\nQAT,2025-10-25,2026-02-27\n")
    said = run("import-status", other, "--local", folder, "--apply")
    assert (said.status, said.err.partition(":")[0]) == (1, "cli.law.not-written")
    assert [each.name for each in folder.iterdir() if each.name.endswith(".tmp")] == []
    data = run("status", "--on", "2026-11-22", "--local", folder, "--json").json
    assert data["origin"] == "the State's own table", "no origin is claimed for a table it is not of"
    assert before != (folder / "status.csv").read_bytes()


def test_on_a_terminal_a_yes_keeps_the_table_and_a_no_does_not(tmp_path: Path) -> None:
    for answer, status, kept in (("n", 3, []), ("y", 0, ["status.csv", "status.origin.json"])):
        words = ("import-status", str(SAMPLE), "--local", str(tmp_path))
        told = _in_a_terminal(80, *words, types=f"{answer}\n", status=status)
        assert "Keep this table from now on? [y/N]" in told
        assert told.index("not in the new table: Mauritius") < told.index("Keep this table"), "shown first"
        assert sorted(each.name for each in tmp_path.iterdir()) == kept


# ---- what a State says of itself


def test_answers_and_progress_are_a_states_own_and_come_from_its_folder(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "gaps.csv").write_text(
        "item,answer,source,date,by,note\n7(1),met,Penal Code 1,2026-11-02,legal desk,\n"
    )
    (folder / "progress.csv").write_text(
        "step,what,answer,source,date,by\nconsent_at_home,Assembly approved,done,Gazette 12,2026-11-02,treaty desk\n"
    )
    assert run("gaps", "VNM", "--json").json["totals"]["met"] == 0
    assert run("gaps", "VNM", "--local", folder, "--json").json["totals"]["met"] == 1
    assert "7(1) met: Penal Code 1" in run("gaps", "VNM", "--local", folder).out
    asked = ("deposit-kit", "VNM", "--on", "2026-11-26")
    states = {
        own: {step["id"]: step["state"] for step in run(*asked, *own, "--json").json["steps"]}
        for own in ((), ("--local", str(folder)))
    }
    assert [each["consent_at_home"] for each in states.values()] == ["open", "done"]


@pytest.mark.parametrize(
    ("words", "name", "text", "said"),
    [
        ("gaps VNM", "gaps.csv", "item,answer,source,date,by\n7(1),met,,2026-11-02,desk\n", "line 2"),
        ("deposit-kit VNM", "progress.csv", "step,what,answer,source,date,by\nsing,x,done,x,2026-11-02,x\n", "line 2"),
        ("status", "status.csv", "state,signature,deposit\nFRX,,\n", "line 2"),
        ("forecast", "status.csv", "state,signature\nFRA,\n", "deposit"),
    ],
)  # fmt: skip
def test_a_fault_in_the_folder_names_its_line(
    words: str, name: str, text: str, said: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    told = run(*words.split(), "--local", tmp_path)
    assert (told.status, told.out) == (1, "")
    assert said in told.err


@pytest.mark.parametrize(
    ("words", "name"),
    [("gaps VNM", "gaps.csv"), ("deposit-kit VNM", "progress.csv"), ("status", "status.csv")],
)
def test_a_file_that_cannot_be_read_is_a_coded_error(words: str, name: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    told = run(*words.split(), "--local", tmp_path)
    assert (told.status, told.err.partition(":")[0]) == (1, "law.local.unreadable")


def test_a_site_is_a_states_own_only_where_it_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corridor.law import site

    asked: dict[str, Any] = {}

    def build(directory: Path, **how: Any) -> site.Built:
        asked.update(how)
        return site.Built(directory / "index.html", 1, 1, 1)

    monkeypatch.setattr(site, "build", build)
    for words, home in (((), ""), (("--home", "viet nam"), "viet nam")):
        assert run("site", tmp_path / "site", "--local", tmp_path, *words).status == 0
        assert (asked["local"], asked["home"]) == (tmp_path, home)
    assert run("site", tmp_path / "site", "--home", "VNM").status == 2, "whose folder, if none is named"
    monkeypatch.undo()
    said = run("site", tmp_path / "x", "--local", tmp_path, "--home", "VNN")
    assert said.err.startswith("law.state.unknown")
    assert not (tmp_path / "x").exists()


def test_a_place_that_cannot_be_written_is_a_coded_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words in (("site", tmp_path / "file"), ("deposit-kit", "VNM", "--out", tmp_path / "file" / "kit")):
        said = run(*words)
        assert (said.status, said.err.partition(":")[0]) == (1, "cli.law.not-written")


def test_a_checklist_comes_back_as_it_went_out(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    out = run("gaps", "VNM", "--export", "csv").out
    assert "7(1),unknown" in out
    (folder / "gaps.csv").write_text(
        out.replace("7(1),unknown,,,,", "7(1),partly,Penal Code 1,2026-11-02,desk,"), encoding="utf-8"
    )
    assert run("gaps", "VNM", "--local", folder, "--json").json["totals"]["partly"] == 1
    assert run("gaps", "VNM", "--local", folder, "--export", "csv").out.count(",partly,") == 1
    assert run("gaps", "VNM", "--export", "md").out.startswith("# Viet Nam")
    assert run("gaps", "VNM", "--export", "json").json == run("gaps", "VNM", "--json").json
    assert run("gaps", "VNM", "--export", "csv", "--json").status == 2


# ---- the papers of a State


def test_the_papers_are_written_and_never_replaced_without_force(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "new" / "kit"
    asked = ("deposit-kit", "VNM", "--on", "2026-11-26", "--out", out)
    data = run(*asked, "--json").json
    names = {each["filename"] for each in data["documents"]}
    assert (
        {each.name for each in out.iterdir()}
        == names | {"road.md"}
        == {Path(x).name for x in data["written"]}
    )
    (out / "road.md").unlink()
    first = out / data["documents"][-1]["filename"]
    first.write_text("filled in by hand")
    said = run(*asked)
    assert (said.status, said.err.partition(":")[0]) == (1, "cli.law.exists")
    assert not (out / "road.md").exists(), "nothing is written where one is there already"
    assert first.read_text() == "filled in by hand"
    assert run(*asked, "--force").status == 0
    assert first.read_text() == data["documents"][-1]["text"]
    assert run(*asked[:-1], tmp_path / "TEXT").status == 2, "a file is no folder"


def test_every_paper_from_an_assumed_status_says_so_first_and_last(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "assumed.yaml"
    file.write_text("label: all who signed\nall_signatories_deposit: 2027-01-04\n")
    out = tmp_path / "kit"
    assert run("deposit-kit", "VNM", "--on", "2027-06-01", "--assume", file, "--out", out).status == 0
    for paper in out.iterdir():
        lines = paper.read_text().splitlines()
        assert lines[0].startswith("**ASSUMED STATUS, not the depositary's: all who signed"), paper.name
        assert lines[-1] == lines[0], paper.name


# ---- what an instrument says, in full


def test_a_form_shows_what_it_is_for_by_which_channel_and_what_decides_where_nothing_is_listed(
    run: Run,
) -> None:
    text = " ".join(run("form", "mutual_assistance", "--on", "2026-11-22").out.split())
    data = run("form", "mutual_assistance", "--on", "2026-11-22", "--json").json
    for name in ("channels", "purposes", "contents", "grounds", "measures", "paragraphs"):
        assert data[name], name
        assert [each["text"] for each in data[name] if " ".join(each["text"].split()) not in text] == [], name
    assert data["scope"]["text"] in text
    for kind, rule in (("extradition", "contents_rule"), ("technical_assistance", "grounds_rule")):
        said = run("form", kind, "--on", "2026-11-22", "--json").json[rule]["text"]
        assert said in " ".join(run("form", kind, "--on", "2026-11-22").out.split())


def test_every_strength_of_an_item_is_told_but_required() -> None:
    from corridor.cli.law.texts import _REQUIREMENT, _STRENGTH
    from corridor.law import Requirement, Strength

    assert {str(each) for each in Requirement} - set(_REQUIREMENT) == {"required"}
    assert set(_STRENGTH) == {str(each) for each in Strength}


def test_an_article_names_the_defined_terms_it_uses(run: Run) -> None:
    terms = run("article", "42", "--json").json["links"]["terms"]
    assert {"term": "service provider", "ref": "2(e)"} in terms
    text = " ".join(run("article", "42").out.split())
    assert [each for each in terms if f"{each['term']} ({each['ref']})" not in text] == []


# ---- beside a certified text


def test_each_line_of_ours_stands_beside_the_paragraph_it_names(run: Run) -> None:
    data = run("certified", "TEXT", "42", "--language", "en", "--json").json
    beside = {row["ref"]: row["certified"] for row in data["paragraphs"]}
    assert beside["42(3)(a)"] == [{"place": "42(3)(a)", "text": "(a) the first letter;"}]
    assert beside["42(8)"] == [{"place": "42(8)", "text": None}]
    assert data["not_named"] == ["42(3)(h)"]
    text = " ".join(run("certified", "TEXT", "42", "--language", "en").out.split())
    assert "> (a) the first letter;" in text
    assert "42(8): the text has no such paragraph" in text


def test_a_certified_text_leaves_no_trace(run: Run) -> None:
    before = sorted(Path.cwd().iterdir())
    run("certified", "TEXT", "42", "--language", "en")
    assert sorted(Path.cwd().iterdir()) == before


def test_what_a_terminal_would_obey_is_not_printed(run: Run) -> None:
    Path("evil.txt").write_text("Article 42\nTitle\n1. Red \x1b[31m and \x07 bell.\n")
    out = run("certified", "evil.txt", "42", "--language", "en").out
    assert "1. Red [31m and bell." in " ".join(out.split())
    assert not set(out) & {"\x1b", "\x07"}
