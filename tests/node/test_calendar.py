"""What an operator says of working days and targets is read, refused where it cannot be, and published."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from corridor.node import entry
from corridor.node.config import Config, load, write
from corridor.node.fault import NodeFault
from corridor.node.init import init

PAGE = Path(__file__).parents[2] / "docs" / "cases.md"
HEAD = 'state = "XAA"\n[names]\nen = "Aurelia"\n'


def _load(folder: Path, text: str) -> Config:
    (folder / "node.toml").write_text(HEAD + text, encoding="utf-8")
    return load(folder)


def test_the_lines_of_the_page_are_read(tmp_path: Path) -> None:
    lines = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.S | re.M)
    config = _load(tmp_path, "".join(lines))
    assert [(one.level, one.amount, one.unit) for one in config.service_levels] == [
        ("decide", 15, "working_days"),
        ("remind", 0, "days"),
    ]
    assert config.service_levels[0].urgent is False
    assert (config.time_zone, config.weekend) == ("Europe/Vienna", ("sat", "sun"))
    assert config.holidays == (date(2027, 1, 1), date(2027, 1, 6))


@pytest.mark.parametrize(
    "text",
    [
        '[calendar]\ntime_zone = "Moon/Tranquility"\n',
        '[calendar]\nweekend = ["sat", "caturday"]\n',
        '[calendar]\nweekend = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n',
        '[calendar]\nholidays = ["2027-02-30"]\n',
        '[calendar]\nhours = "9-17"\n',
        '[[service_levels]]\nlevel = "hurry"\namount = 1\nunit = "days"\n',
        '[[service_levels]]\nlevel = "decide"\namount = 1.5\nunit = "days"\n',
    ],
)
def test_a_line_that_cannot_be_is_refused_at_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(NodeFault):
        _load(tmp_path, text)


def test_a_node_as_it_is_made_says_nothing_of_its_calendar(tmp_path: Path) -> None:
    config = Config(folder=tmp_path, state="XAA", names={"en": "Aurelia"})
    write(config)
    again = load(tmp_path)
    assert (again.time_zone, again.weekend, again.holidays, again.service_levels) == ("", None, (), ())


@pytest.mark.django_db
def test_what_the_operator_says_goes_into_the_entry(tmp_path: Path) -> None:
    config = Config(
        folder=tmp_path,
        state="XAA",
        names={"en": "Aurelia"},
        secret_work=10,
        time_zone="Europe/Vienna",
        weekend=("fri",),
        holidays=(date(2027, 1, 6), date(2027, 1, 1)),
    )
    init(config, passphrase="the seal of the State", root=None, at=datetime(2026, 11, 1, tzinfo=UTC))
    said = entry.build(config)
    assert said["time_zone"] == "Europe/Vienna"
    assert said["calendar"] == {"weekend": ["fri"], "holidays": ["2027-01-01", "2027-01-06"]}
