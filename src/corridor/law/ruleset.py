"""The rule sets this version ships: one folder for each instrument, found by the digest acts pin.

The digest is SHA-256 over the list `<sha256>  <path>\\n` of the instruments' pages in byte order of the
path, so anybody can recompute it with `sha256sum`. Status tables are not part of it: who is a Party changes
without any rule changing. A set that acts have pinned is moved to `data/earlier/<digest>/` when the data
changes, and stays.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, TypeVar

from corridor.law import forms, gating
from corridor.law import provisions as paragraphs
from corridor.law.errors import LawFault
from corridor.law.loader import Row, page, read_sources
from corridor.law.near import did_you_mean
from corridor.law.types import (
    Ancillary,
    Article,
    Definition,
    Form,
    Instrument,
    Line,
    Links,
    MeasureKind,
    Offence,
    Paragraph,
    Provision,
    Source,
    UnknownRules,
)

if TYPE_CHECKING:
    from corridor.law import treaty
    from corridor.law.matrix import Matrix

L = TypeVar("L", bound=Line)

DEFAULT = "UNCC_2024"
_FORM_PAGE = re.compile(r"form\.([a-z_]+)\.yaml")
_PROVISIONS_PAGE = re.compile(r"provisions\.([0-9]+)\.yaml")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def _folders(root: Traversable) -> Iterator[Traversable]:
    for each in sorted(root.iterdir(), key=lambda entry: entry.name):
        # An instrument's folder is written in capitals; tables (`status`, `parties`, ...) are no rules.
        if each.is_dir() and each.name[:1].isupper():
            yield each


def compute_digest(root: Traversable) -> str:
    """The digest of the rule set that stands in `root`."""
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {folder.name}/{file.name}\n"
        for folder in _folders(root)
        for file in folder.iterdir()
        if file.name.endswith(".yaml")
    ]
    if root.joinpath("instruments.yaml").is_file():
        content = root.joinpath("instruments.yaml").read_bytes()
        lines.append(f"{hashlib.sha256(content).hexdigest()}  instruments.yaml\n")
    lines.sort(key=lambda line: line[66:].encode())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class Rules:
    """One rule set. Immutable once read; pages are read when first asked for and kept."""

    def __init__(self, root: Traversable, digest: str) -> None:
        self._root = root
        self.digest = digest
        self._sources: dict[str, dict[str, Source]] = {}
        self._kept: dict[tuple[str, ...], Any] = {}
        # Only a name that is one of our folders is ever joined to a path: a basis comes from another State.
        self._files = {
            folder.name: frozenset(each.name for each in folder.iterdir()) for folder in _folders(root)
        }
        self._forms = {name: tuple(_kinds_in(files)) for name, files in self._files.items()}

    def __repr__(self) -> str:
        return f"<Rules {self.digest[:16]}>"

    # -- instruments -------------------------------------------------------------------------------

    def instruments(self) -> tuple[Instrument, ...]:
        """Every instrument that may be named as legal basis, with whether its rules are in the data."""
        if ("instruments",) not in self._kept:
            self._kept[("instruments",)] = tuple(self._read_instruments())
        found: tuple[Instrument, ...] = self._kept[("instruments",)]
        return found

    def _read_instruments(self) -> Iterator[Instrument]:
        top = page(self._root / "instruments.yaml", read_sources(self._root / DEFAULT / "sources.yaml"))
        for row in top.rows("instruments"):
            code = row.text("code")
            yield Instrument(
                code=code,
                title=row.text("title"),
                short_title=row.text("short_title"),
                rules=self.has_rules(code),
                since=row.maybe_day("since"),
                trust=row.trust(),
            )
            row.done()
        top.done()

    def has_rules(self, instrument: str) -> bool:
        return instrument in self._forms

    def _folder(self, instrument: str) -> Traversable:
        if not self.has_rules(instrument):
            codes = [each.code for each in self.instruments()]
            code = "law.instrument.no-rules" if instrument in codes else "law.instrument.unknown"
            raise LawFault(code, instrument=instrument, near=did_you_mean(instrument, codes))
        return self._root / instrument

    def sources(self, instrument: str = DEFAULT) -> dict[str, Source]:
        """What was read for this instrument, by the id its lines use."""
        if instrument not in self._sources:
            self._sources[instrument] = read_sources(self._folder(instrument) / "sources.yaml")
        return self._sources[instrument]

    def _page(self, instrument: str, name: str) -> Row:
        return page(self._folder(instrument) / name, self.sources(instrument))

    # -- articles, definitions, offences -----------------------------------------------------------

    def articles(self, instrument: str = DEFAULT) -> tuple[Article, ...]:
        """The articles in the data, by number. All of UNCC_2024; of others those the forms rest on."""
        return self._keep("articles", self._read_articles, instrument)

    def _read_articles(self, instrument: str) -> Iterator[Article]:
        top = self._page(instrument, "articles.yaml")
        chapters = {row.number("number"): _titled(row) for row in top.rows("chapters")}
        for row in top.rows("articles"):
            number = row.number("number")
            chapter = row.number("chapter")
            if chapter not in chapters:
                raise row.fault(f"chapter {chapter} is not listed")
            yield Article(
                instrument=instrument,
                ref=str(number),
                trust=row.trust(),
                number=number,
                title=row.text("title"),
                chapter=chapter,
                chapter_title=chapters[chapter],
                kind=row.text("kind"),
                subkind=row.maybe_text("subkind"),
                summary=row.text("summary"),
                numbered_paragraphs=row.maybe_number("numbered_paragraphs"),
                lettered=row.texts("lettered"),
                book=self,
            )
            row.done()
        top.done()

    def article(self, number: int, instrument: str = DEFAULT) -> Article:
        """One article. Raises LawFault `law.article.not-in-data`."""
        for each in self.articles(instrument):
            if each.number == number:
                return each
        told = did_you_mean(number, (each.number for each in self.articles(instrument)))
        raise LawFault("law.article.not-in-data", article=number, instrument=instrument, near=told)

    def provisions(self, article: int, instrument: str = DEFAULT) -> tuple[Paragraph, ...]:
        """The paragraphs of one article. Empty where the data has the article by its summary only."""
        one = self.article(article, instrument)
        return tuple(each for each in self._chapter(one.chapter, instrument) if each.article == article)

    def paragraphs(self, instrument: str = DEFAULT) -> tuple[Paragraph, ...]:
        """Every paragraph of an instrument, in order."""
        return tuple(
            each for chapter in self._chapters(instrument) for each in self._chapter(chapter, instrument)
        )

    def _chapters(self, instrument: str) -> tuple[int, ...]:
        self._folder(instrument)
        found = (_PROVISIONS_PAGE.fullmatch(name) for name in self._files[instrument])
        return tuple(sorted(int(match[1]) for match in found if match))

    def _chapter(self, chapter: int, instrument: str) -> tuple[Paragraph, ...]:
        if chapter not in self._chapters(instrument):
            return ()
        key = ("provisions", instrument, str(chapter))
        if key not in self._kept:
            top = self._page(instrument, f"provisions.{chapter}.yaml")
            read = tuple(paragraphs.read_provisions(top, instrument))
            numbers = {each.number for each in self.articles(instrument) if each.chapter == chapter}
            if strange := sorted({each.article for each in read} - numbers):
                raise top.fault(f"article {strange[0]} is not of chapter {chapter}")
            self._kept[key] = read
        found: tuple[Paragraph, ...] = self._kept[key]
        return found

    def links(self, article: int, instrument: str = DEFAULT) -> Links:
        """What an article refers to and what refers to it. Reads every paragraph of the instrument."""
        key = ("links", instrument, str(article))
        if key not in self._kept:
            self._kept[key] = paragraphs.links(
                article,
                self.provisions(article, instrument),
                self.paragraphs(instrument),
                lambda term: self.definition(term, instrument),
            )
        found: Links = self._kept[key]
        return found

    def at(self, place: str, instrument: str = DEFAULT) -> tuple[Paragraph, ...]:
        """The paragraphs at a place (`40(21)(b)`), below it, or the one that holds it.

        Raises LawFault `law.article.not-in-data` where no article or paragraph is there.
        """
        numbers = {each.number for each in self.articles(instrument)}
        try:
            return paragraphs.resolve(place, self.paragraphs(instrument), numbers)
        except (KeyError, ValueError):
            raise LawFault("law.article.not-in-data", article=place[:40], instrument=instrument) from None

    def definitions(self, instrument: str = DEFAULT) -> tuple[Definition, ...]:
        return self._keep("definitions", self._read_definitions, instrument)

    def _read_definitions(self, instrument: str) -> Iterator[Definition]:
        top = self._page(instrument, "definitions.yaml")
        for row in top.rows("definitions"):
            yield Definition(
                instrument=instrument,
                ref=row.text("ref"),
                trust=row.trust(),
                term=row.text("term"),
                meaning=row.text("meaning"),
            )
            row.done()
        top.done()

    def definition(self, term: str, instrument: str = DEFAULT) -> Definition:
        """By the term or by its reference, `2(h)`. Raises LawFault `law.definition.not-in-data`."""
        wanted = term.strip().casefold()
        for each in self.definitions(instrument):
            if wanted in (each.term.casefold(), each.ref):
                return each
        told = did_you_mean(term, (each.term for each in self.definitions(instrument)))
        raise LawFault("law.definition.not-in-data", instrument=instrument, near=told)

    def offences(self, instrument: str = DEFAULT) -> tuple[Offence, ...]:
        return self._keep("offences", self._read_offences, instrument)

    def _read_offences(self, instrument: str) -> Iterator[Offence]:
        top = self._page(instrument, "offences.yaml")
        for row in top.rows("offences"):
            article = row.number("article")

            def lines(key: str, row: Row = row) -> tuple[Provision, ...]:
                return tuple(forms.provision(each, instrument) for each in row.rows(key))

            yield Offence(
                instrument=instrument,
                ref=str(article),
                trust=row.trust(),
                id=row.text("id"),
                article=article,
                title=row.text("title"),
                conduct=row.texts("conduct"),
                mental_element=row.text("mental_element"),
                without_right_required=row.flag("without_right_required"),
                optional_requirements=lines("optional_requirements"),
                carve_outs=lines("carve_outs"),
                extensions=lines("extensions"),
                definitions=lines("definitions"),
                reservations=lines("reservations"),
                note=row.maybe_text("note"),
            )
            row.done()
        for _ in top.rows("ancillary"):
            pass  # read by _read_ancillary; asked for here so that done() knows the key
        top.done()

    def ancillary(self, instrument: str = DEFAULT) -> tuple[Ancillary, ...]:
        """Participation, attempt and preparation, and what is no offence of the instrument by itself."""
        return self._keep("ancillary", self._read_ancillary, instrument)

    def _read_ancillary(self, instrument: str) -> Iterator[Ancillary]:
        for row in self._page(instrument, "offences.yaml").rows("ancillary"):
            yield Ancillary(
                instrument=instrument,
                ref=row.text("ref"),
                trust=row.trust(),
                id=row.text("id"),
                article=row.number("article"),
                text=row.text("text"),
                established=row.flag("established"),
                where_chosen=row.flag("where_chosen"),
            )
            row.done()

    def measures(self, instrument: str = DEFAULT) -> tuple[MeasureKind, ...]:
        """The kinds of domestic measure with which a request under this instrument is executed."""
        return self._keep("measures", self._read_measures, instrument)

    def _read_measures(self, instrument: str) -> Iterator[MeasureKind]:
        top = self._page(instrument, "measures.yaml")
        for row in top.rows("measures"):
            yield forms.measure(row, instrument)
        top.done()

    # -- the rest of the instrument ----------------------------------------------------------------

    def _of(self, name: str, instrument: str) -> Any:
        """One of the pages of corridor.law.treaty, which is imported when one is first asked for."""
        from corridor.law import treaty

        key = (name, instrument)
        if key not in self._kept:
            self._folder(instrument)
            read, empty = treaty.PAGES[name]
            has = f"{name}.yaml" in self._files[instrument]
            self._kept[key] = (
                read(self._page(instrument, f"{name}.yaml"), instrument) if has else empty(instrument)
            )
        return self._kept[key]

    def jurisdiction(self, instrument: str = DEFAULT) -> treaty.Jurisdiction:
        """On which grounds a Party must or may try, and what States owe when several claim."""
        found: treaty.Jurisdiction = self._of("jurisdiction", instrument)
        return found

    def procedural(self, instrument: str = DEFAULT) -> treaty.Procedural:
        """The domestic powers, their common scope and safeguards."""
        found: treaty.Procedural = self._of("procedural", instrument)
        return found

    def safeguards(self, instrument: str = DEFAULT) -> tuple[treaty.Safeguard, ...]:
        found: tuple[treaty.Safeguard, ...] = self._of("safeguards", instrument)
        return found

    def steps(self, instrument: str = DEFAULT) -> tuple[treaty.SafeguardStep, ...]:
        """Every line of the page of steps; empty where the instrument has none."""
        found: tuple[treaty.SafeguardStep, ...] = self._of("steps", instrument)
        return found

    def steps_for(self, kind: str, basis: str = DEFAULT) -> tuple[treaty.SafeguardStep, ...]:
        """The steps of a kind of request under `basis`, in the order of the page.

        Where the data has none for the basis, the steps are the Convention's, told without a provision: who executes
        looks at them all the same, and nothing is cited that does not apply.
        """
        own = self.steps(basis) if self.has_rules(basis) else ()
        found = tuple(each for each in own if kind in each.kinds)
        if found:
            return found
        known = (each for each in self.steps(DEFAULT) if kind in each.kinds)
        return tuple(replace(each, instrument=basis, ref=None) for each in known)

    def actors(self, instrument: str = DEFAULT) -> tuple[treaty.Actor, ...]:
        found: tuple[treaty.Actor, ...] = self._of("actors", instrument)
        return found

    def registers(self, instrument: str = DEFAULT) -> treaty.Registers:
        """The registers of the depositary and the secretariat, and what these two owe."""
        found: treaty.Registers = self._of("registers", instrument)
        return found

    def notifications(self, instrument: str = DEFAULT) -> tuple[treaty.Notification, ...]:
        """What a Party tells, to whom, and when."""
        found: tuple[treaty.Notification, ...] = self._of("notifications", instrument)
        return found

    def reservations(self, instrument: str = DEFAULT) -> tuple[treaty.Reservation, ...]:
        """The reservations, declarations and options the instrument leaves to a Party."""
        found: tuple[treaty.Reservation, ...] = self._of("reservations", instrument)
        return found

    def final_clauses(self, instrument: str = DEFAULT) -> treaty.FinalClauses:
        found: treaty.FinalClauses = self._of("final_clauses", instrument)
        return found

    def matrix(self, instrument: str = DEFAULT) -> Matrix:
        """Every kind of request against every ground, read off the forms."""
        from corridor.law.matrix import read_off

        self._folder(instrument)
        every = (self.form(kind, instrument, on=date.max) for kind in self._forms[instrument])
        return read_off(instrument, (form for form in every if isinstance(form, Form)))

    # -- forms and the gate ------------------------------------------------------------------------

    def kinds(self) -> tuple[str, ...]:
        """Every kind of form some instrument in the data has."""
        return tuple(sorted({kind for kinds in self._forms.values() for kind in kinds}))

    def form(self, kind: str, basis: str = DEFAULT, *, on: date) -> Form | UnknownRules:
        """What a request of this kind needs when made on `on` under `basis`.

        UnknownRules where the basis may be named but the data has no such form for it: nothing is then
        checked. Raises LawFault: `law.form.unknown-kind`, `law.form.not-on-date`.
        """
        if kind not in self.kinds():
            told, kinds = did_you_mean(kind, self.kinds()), ", ".join(self.kinds())
            raise LawFault("law.form.unknown-kind", kind=_short(kind), kinds=kinds, near=told)
        if kind not in self._forms.get(basis, ()):
            listed = any(each.code == basis for each in self.instruments())
            return UnknownRules(kind=kind, basis=basis, on=on, listed=listed)
        key = ("form", basis, kind)
        if key not in self._kept:
            self._kept[key] = forms.read_form(
                self._root / basis,
                basis,
                kind,
                self.sources(basis),
                self.measures(basis),
                lambda article: self.provisions(article, basis),
            )
        form: Form = self._kept[key]
        if on < form.since:
            raise LawFault(
                "law.form.not-on-date", instrument=basis, on=on.isoformat(), since=form.since.isoformat()
            )
        return form

    def gate(self, facts: gating.OffenceFacts, instrument: str = DEFAULT) -> gating.Gate:
        """Which door the offence opens under this instrument. See corridor.law.gating."""
        lines = self.gate_lines(instrument)
        return gating.judge(facts, lines, self.offences(instrument), self.ancillary(instrument))

    def gate_lines(self, instrument: str = DEFAULT) -> gating.GateLines:
        """The lines the gate rests on: the penalty line, where the instrument has one, and what each category opens."""
        key = ("gate", instrument)
        if key not in self._kept:
            self._kept[key] = gating.read_lines(self._page(instrument, "gate.yaml"), instrument)
        lines: gating.GateLines = self._kept[key]
        return lines

    def _keep(self, name: str, read: Callable[[str], Iterator[L]], instrument: str) -> tuple[L, ...]:
        key = (name, instrument)
        if key not in self._kept:
            self._kept[key] = tuple(read(instrument))
        kept: tuple[L, ...] = self._kept[key]
        return kept

    def lines(self, instrument: str | None = None) -> Iterator[Line]:
        """Every line of one instrument or of all, for tests and for whoever counts or compares."""
        from corridor.law import treaty

        for name, kinds in self._forms.items():
            if instrument not in (None, name):
                continue
            yield from self.articles(name)
            yield from self.paragraphs(name)
            yield from self.definitions(name)
            for offence in self.offences(name):
                yield offence
                for nested in (offence.optional_requirements, offence.carve_outs, offence.extensions):
                    yield from nested
                yield from (*offence.definitions, *offence.reservations)
            yield from self.ancillary(name)
            yield from self.measures(name)
            for kind in kinds:
                form = self.form(kind, name, on=date.max)
                assert isinstance(form, Form)
                yield form
                for part in (form.contents, form.grounds, form.periods, form.duties, form.use, form.channels):
                    yield from part
                for part in (form.purposes, form.excluded, form.prohibited, form.form_and_language):
                    yield from part
                for one in (form.postponement, form.costs, form.scope, form.contents_rule, form.grounds_rule):
                    if one is not None:
                        yield one
            for page_name in treaty.PAGES:
                yield from treaty.lines_of(self._of(page_name, name))
            yield from self.gate_lines(name).all()


def _titled(row: Row) -> str:
    title = row.text("title")
    row.numbers("articles")
    row.trust()
    row.done()
    return title


def _kinds_in(files: Iterable[str]) -> list[str]:
    found = (_FORM_PAGE.fullmatch(name) for name in files)
    return sorted(match[1] for match in found if match)


def _short(text: str) -> str:
    return text if re.fullmatch(r"[a-z_]{1,40}", text) else "(not a kind)"


def data_root() -> Traversable:
    return resources.files("corridor.law") / "data"


@functools.cache
def shipped() -> Rules:
    """The rule set of this version: what a new dossier pins."""
    return Rules(data_root(), compute_digest(data_root()))


@functools.cache
def rules(digest: str) -> Rules:
    """The rule set an act pinned. Raises LawFault `law.rules.unknown` if this version does not ship it."""
    if digest == shipped().digest:
        return shipped()
    if _DIGEST.fullmatch(digest):
        root = data_root() / "earlier" / digest
        if root.is_dir() and compute_digest(root) == digest:
            return Rules(root, digest)
    raise LawFault("law.rules.unknown", digest=digest[:16] if _DIGEST.fullmatch(digest) else "(not a digest)")
