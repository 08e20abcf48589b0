"""How long a large case takes: 60 dossiers, 500 persons, then a table of 5,000: `python benchmarks/cases.py`.

Medians of 5. The ratio is what to compare between machines: everything against verifying and folding the case's
dossiers alone, which every page of them must do. It runs on the tests' own State, so pytest builds it.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

if "DJANGO_SETTINGS_MODULE" in os.environ:  # pytest collects this page, it was not only started
    from tests.casework.conftest import ask, desk, ground, request_body  # noqa: F401

ROUNDS, DOSSIERS, PERSONS, LINES = 5, 60, 500, 5000


def timed(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median milliseconds."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return statistics.median(found)


def table(lines: int) -> bytes:
    rows = (
        f"Person {n};19{n % 90 + 10}-0{n % 9 + 1}-11;p{n}@nordmail.example;DE89370400440532013000;Paid twice.\n"
        for n in range(lines)
    )
    return ("Full name;Born;E-mail;Account number;Remarks\n" + "".join(rows)).encode()


@pytest.mark.django_db
def test_measure(desk, ask) -> None:
    from django.test import Client

    from corridor.casework import actions, persons, queries, store
    from corridor.casework.models import Dossier, User

    clerk = desk.person("cp-drafter")
    case = actions.open_case(clerk, number="AUR-7/2026", title="The Nordmail invoices").id
    for _ in range(DOSSIERS // 2):
        actions.attach_dossier(clerk, case, dossier_id=ask())
        opening = desk.others["XCC"].opening(desk.clock())
        desk.receive(opening, "XCC")
        actions.attach_dossier(clerk, case, dossier_id=opening.id)
    coming = actions.begin_import(clerk, case, file=table(PERSONS), role="victim")
    actions.confirm_import(clerk, case, coming)
    rows = list(Dossier.objects.all())
    browser = Client()
    browser.force_login(User.objects.get(username="cp-drafter"))
    base = timed(lambda: [store.load(desk.home, row) for row in rows])
    print(f"\n{'what':<52} {'ms':>9} {'ratio':>6}")

    def say(what: str, took: float) -> None:
        print(f"{what:<52} {took:>9.1f} {took / base:>6.2f}")

    say(f"{DOSSIERS} dossiers verified and folded", base)
    say("case page, what it says", timed(lambda: queries.case_page(clerk, case)))
    say("case page, to the browser", timed(lambda: browser.get(f"/cases/{case}/")))
    say("who owes what, over all", timed(lambda: queries.owed(clerk)))
    say(f"persons, one page of {PERSONS}", timed(lambda: queries.case_persons(clerk, case)))
    looked = queries.search(clerk, "nobody at all").looked
    say(f"search that finds nothing in {looked} texts", timed(lambda: queries.search(clerk, "nobody at all")))
    big = table(LINES)
    say(
        f"{LINES} lines read and understood",
        timed(
            lambda: persons.understand(read := persons.read_table(big), persons.guess(read.header), "victim"),
            3,
        ),
    )

    def whole() -> None:
        actions.confirm_import(clerk, case, actions.begin_import(clerk, case, file=big, role="victim"))

    say(f"{LINES} lines imported", timed(whole, 1))
    say(f"persons, one page of {PERSONS + LINES}", timed(lambda: queries.case_persons(clerk, case), 3))
    looked = queries.search(clerk, "nobody at all").looked
    say(
        f"search that finds nothing in {looked} texts",
        timed(lambda: queries.search(clerk, "nobody at all"), 3),
    )


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "corridor.node.settings"
    raise SystemExit(pytest.main(["-q", "-s", "-n", "0", "-p", "no:cacheprovider", __file__]))


if __name__ == "__main__":
    main()
