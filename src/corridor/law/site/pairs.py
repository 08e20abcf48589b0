"""Every answer about two States on the day of export, taken apart into what repeats, so that a file can hold them all.

The answers are the law's; nothing is decided here or in the script that reads this. What is stored: for each pair and
kind of request the instruments in order; for each instrument and State the lines said of that State; for each
instrument and kind of request the lines said of it; the few lines of one pair. Put together they are the answer again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from corridor import law
from corridor.law import parties as tables
from corridor.law.ruleset import DEFAULT
from corridor.law.site.context import Context
from corridor.law.site.pages._reading import cited, instrument_titles, names, with_a_page
from corridor.law.site.render import environment
from corridor.law.states import states

#: Digits of the numbers in a string: no quote, no backslash, none that HTML reads.
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%()*+,-./:;=?@[]^_{|}~"


def two(number: int) -> str:
    """A number below 7396 in two digits."""
    return DIGITS[number // len(DIGITS)] + DIGITS[number % len(DIGITS)]


class _Kept:
    """Gives equal things one number."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def of(self, thing: Any) -> int:
        return self.numbers.setdefault(thing, len(self.numbers))

    def all(self) -> list[Any]:
        return list(self.numbers)


class Pairs:
    """The table of one export."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        everyone = sorted(states(), key=lambda each: each.name)
        self.codes = [each.code for each in everyone]
        self.names = {each.code: each.name for each in everyone}
        self.forms = ["", *sorted({kind for _, kind in tables.coverages()})]
        table: dict[str, Any] = {} if ctx.table is None else {"table": ctx.table}
        self.bonds = [law.Bonds(on=ctx.on, form=form or None, **table) for form in self.forms]
        self.ids, self.lines, self.days = _Kept(), _Kept(), _Kept()
        self.lists, self.classes, self.sets = _Kept(), _Kept(), _Kept()
        self.own: dict[tuple[int, str], dict[int, tuple[int, ...]]] = {}
        self.general: dict[tuple[int, int, int], tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self.exceptions: dict[str, int] = {}
        self.told = _Kept()
        self._said: dict[Any, int] = {}
        self._marks: dict[Any, str] = {}
        self._reason = environment().get_template("_line.html")

    # -- lines ---------------------------------------------------------------------------------------

    def _line(self, reason: Any) -> int:
        key = (reason.text, reason.cite, reason.confidence, reason.certainty)
        if key not in self._said:
            html = self._reason.render(
                line=reason,
                t=self.ctx.t,
                link=self.ctx.links.page,
                ctx=self.ctx,
                assumed=None,
                cited=lambda cite: cited(self.ctx, cite),
            )
            self._said[key] = self.lines.of(" ".join(html.split()))
        return self._said[key]

    def _whose(self, text: str, a: str, b: str) -> str:
        """The State a line is about, or nothing. A line about a State names it; of two names the longer one counts."""
        found = [code for code in (a, b) if names(text, self.names[code])]
        return max(found, key=lambda code: len(self.names[code]), default="")

    # -- one pair ------------------------------------------------------------------------------------

    def _pair(self, a: str, b: str) -> tuple[int, list[str]]:
        """The class of a pair and its days, one for each instrument of the class."""
        since: dict[int, int] = {}
        row = []
        for place, bonds in enumerate(self.bonds):
            found = bonds.between(a, b)
            order = tuple(self.ids.of(bond.id) for bond in found.instruments)
            number = self.lists.of(order)
            row.append(number)
            for one, bond in zip(order, found.instruments, strict=True):
                missing = (place, number, one) not in self.general or any(
                    place not in self.own.get((one, code), {}) for code in (a, b)
                )
                if one not in since:
                    first = next(each for each in bond.reasons if each.code == "in_force")
                    since[one] = self.days.of((bond.in_force_since.isoformat(), self._mark(first)))
                if missing:
                    self._bond(place, number, one, bond, a, b)
        insts = tuple(sorted(since))
        return self.classes.of((tuple(row), insts)), [two(since[one]) for one in insts]

    def _bond(self, place: int, number: int, one: int, bond: Any, a: str, b: str) -> None:
        """Keeps the lines of one instrument for one kind of request: those of each State, and the others."""
        reasons, limits = bond.reasons, bond.limits
        own: dict[str, list[int]] = {a: [], b: [], "": []}
        for line in limits:
            own[self._whose(line.text, a, b)].append(self._line(line))
        for code in (a, b):
            self.own.setdefault((one, code), {})[place] = tuple(own[code])
        said = tuple(self._line(line) for line in reasons if line.code != "in_force")
        self.general[(place, number, one)] = (said, tuple(own[""]))

    def _mark(self, line: Any) -> str:
        key = (line.confidence, line.certainty)
        if key not in self._marks:
            macros = environment().get_template("_macros.html")
            values = {"t": self.ctx.t, "link": self.ctx.links.page, "ctx": self.ctx, "assumed": None}
            made: Any = macros.make_module(values)
            self._marks[key] = str(made.mark(line))
        return self._marks[key]

    # -- why not ---------------------------------------------------------------------------------------

    def _why(self) -> tuple[dict[str, dict[str, str]], dict[int, dict[str, str]]]:
        """What is said of a State that an instrument does not bind, and of an instrument nobody can use."""
        own: dict[str, dict[str, str]] = {}
        never: dict[int, dict[str, str]] = {0: {}}
        for code in self.codes:
            other = next(each for each in self.codes if each != code)
            for no in self.bonds[0].between(code, other).not_applicable:
                whose = self._whose(no.text, code, other)
                if whose == code:
                    own.setdefault(no.id, {})[code] = no.text
                elif not whose:
                    never[0].setdefault(no.id, no.text)
        return own, never

    def table(self) -> dict[str, Any]:
        """All of it, as plain data."""
        why, never = self._why()
        pairs, days, gaps, left = [], [], [], []
        bound: dict[tuple[int, str], set[str]] = {}
        kept: list[tuple[str, str, int]] = []
        for a, b in itertools.combinations(self.codes, 2):
            number, since = self._pair(a, b)
            pairs.append(two(number))
            days.append("".join(since))
            found = self.bonds[0].between(a, b)
            gaps.append(two(self.sets.of(tuple(self._line(each) for each in found.gaps))))
            left.append(two(self.sets.of(tuple(self._line(each) for each in found.fallback))))
            kept.append((a, b, number))
        classes, lists, ids = self.classes.all(), self.lists.all(), self.ids.all()
        for a, b, number in kept:
            for place, order in enumerate(classes[number][0]):
                for one in lists[order]:
                    bound.setdefault((place, ids[one]), set()).update((a, b))
        self._exceptions(kept, classes, lists, ids, bound, never)
        owned, generals = self._owned(), self._generals()
        short = instrument_titles()
        shown = sorted({*ids, *why, *never[0], *(each for row in never.values() for each in row)})
        return {
            "states": [[code, self.names[code]] for code in self.codes],
            "forms": self.forms,
            "ids": ids,
            "shown": [[each, short.get(each, each), self._page(each)] for each in shown],
            "lines": self.lines.all(),
            "lists": lists,
            "classes": classes,
            "pairs": "".join(pairs),
            "days": [[str(self.ctx.t.day(day)), mark] for day, mark in self.days.all()],
            "since": days,
            "gaps": "".join(gaps),
            "fallback": "".join(left),
            "sets": self.sets.all(),
            "own": owned,
            "general": generals,
            "why": why,
            "never": {str(place): row for place, row in never.items()},
            "except": self.exceptions,
            "told": self.told.all(),
        }

    def _exceptions(
        self,
        kept: Iterable[tuple[str, str, int]],
        classes: list[Any],
        lists: list[Any],
        ids: list[str],
        bound: dict[tuple[int, str], set[str]],
        never: dict[int, dict[str, str]],
    ) -> None:
        """Why an instrument that binds each of two States is not in their list: for all pairs, or for these two."""
        every = {
            one: set.union(set(), *(who for (_, each), who in bound.items() if each == one)) for one in ids
        }
        absent = {
            (number, place): [one for one in ids if one not in {ids[each] for each in lists[order]}]
            for number, (orders, _) in enumerate(classes)
            for place, order in enumerate(orders)
        }
        for place_of, (a, b, number) in enumerate(kept):
            both = {one for one in ids if a in every[one] and b in every[one]}
            for place in range(len(self.forms)) if both else ():
                row = never.setdefault(place, {})
                outside = [one for one in absent[number, place] if one in both and one not in row]
                if not outside:
                    continue
                told = {each.id: each.text for each in self.bonds[place].between(a, b).not_applicable}
                for one in outside:
                    if one not in told:
                        continue
                    if (place, one) not in bound and one in with_a_page():
                        row[one] = told[one]
                    else:
                        self.exceptions[f"{place_of}.{place}.{one}"] = self.told.of(told[one])

    def _page(self, id: str) -> str:
        if id == DEFAULT:
            return self.ctx.links.page("articles")
        return self.ctx.links.page("instrument", id) if id in with_a_page() else ""

    def _owned(self) -> dict[str, dict[str, Any]]:
        """Instrument -> State -> the number of a set of lines for each kind of request; one number where all agree."""
        found: dict[str, dict[str, Any]] = {}
        for (one, code), by_form in self.own.items():
            row = [self.sets.of(by_form.get(place, ())) for place in range(len(self.forms))]
            used = {self.sets.of(by_form[place]) for place in by_form}
            told: Any = used.pop() if len(used) == 1 else row
            found.setdefault(str(one), {})[code] = told
        return found

    def _generals(self) -> dict[str, list[int]]:
        return {
            f"{place}.{number}.{one}": [self.sets.of(said), self.sets.of(limits)]
            for (place, number, one), (said, limits) in self.general.items()
        }
