"""What an act pins is found again; forms are asked for on a date; a basis without rules checks nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from corridor import law
from corridor.law import ruleset

DAY = date(2026, 11, 26)
#: The kinds of request with which a node began: both instruments have them, with the same items.
FIRST = ("preservation", "stored_data", "traffic_disclosure")


def test_the_convention_has_68_articles_in_nine_chapters() -> None:
    articles = law.articles()
    assert [each.number for each in articles] == list(range(1, 69))
    assert [each.chapter for each in articles] == sorted(each.chapter for each in articles)
    assert {each.chapter for each in articles} == set(range(1, 10))


def test_the_convention_has_fifteen_definitions_and_eleven_offences() -> None:
    assert [each.ref for each in law.definitions()] == [f"2({letter})" for letter in "abcdefghijklmno"]
    assert [each.article for each in law.offences()] == list(range(7, 18))


def test_budapest_articles_of_the_forms_are_in_the_data() -> None:
    assert {16, 17, 18, 19, 20, 21, 25, 27, *range(29, 36)} <= {
        a.number for a in law.articles("BUDAPEST_CETS185")
    }


@pytest.mark.parametrize(
    ("number", "instrument"), [(69, "UNCC_2024"), (0, "UNCC_2024"), (49, "BUDAPEST_CETS185")]
)
def test_an_article_that_is_not_in_the_data_is_said_to_be_missing(number: int, instrument: str) -> None:
    with pytest.raises(law.LawFault) as caught:
        law.article(number, instrument)
    assert caught.value.code == "law.article.not-in-data"


def test_a_definition_is_asked_for_by_term_or_reference() -> None:
    assert law.definition("Serious Crime") == law.definition("2(h)")
    with pytest.raises(law.LawFault) as caught:
        law.definition("hacking")
    assert caught.value.code == "law.definition.not-in-data"


def test_preservation_is_sent_by_the_contact_point_and_stored_data_by_the_central_authority_only() -> None:
    for basis in ("UNCC_2024", "BUDAPEST_CETS185"):
        preservation, stored = law.form("preservation", basis, on=DAY), law.form("stored_data", basis, on=DAY)
        assert isinstance(preservation, law.Form)
        assert isinstance(stored, law.Form)
        assert law.Role.CONTACT_POINT in preservation.senders
        assert stored.senders == stored.receivers == (law.Role.CENTRAL_AUTHORITY,)


def test_both_instruments_answer_in_the_same_shape() -> None:
    for kind in FIRST:
        one, two = law.form(kind, "UNCC_2024", on=DAY), law.form(kind, "BUDAPEST_CETS185", on=DAY)
        assert {c.id for c in one.contents} == {c.id for c in two.contents}
        assert one.to_dict().keys() == two.to_dict().keys()


def test_a_basis_without_rules_may_be_named_and_nothing_is_checked() -> None:
    for basis, listed in (
        ("UNTOC", True),
        ("RECIPROCITY", True),
        ("Treaty of 1990", False),
        ("../status", False),
    ):
        form = law.form("stored_data", basis, on=DAY)
        assert isinstance(form, law.UnknownRules)
        assert not form.known
        assert form.listed is listed
        assert form.note == "not in the data"
        assert (form.contents, form.grounds, form.periods, form.duties) == ((), (), (), ())
        assert form.ground("political_offence") is None
        assert form.to_dict()["grounds"] == "not in the data"


def test_an_article_of_a_basis_without_rules_is_refused() -> None:
    for basis in ("MALABO_AU", "status", "earlier", "../UNCC_2024", "."):
        with pytest.raises(law.LawFault) as caught:
            law.article(1, basis)
        listed = basis in {each.code for each in law.instruments()}
        assert caught.value.code == f"law.instrument.{'no-rules' if listed else 'unknown'}"


def test_a_kind_nobody_has_is_refused() -> None:
    for kind in ("rendition", "../assistance", ""):
        with pytest.raises(law.LawFault) as caught:
            law.form(kind, on=DAY)
        assert caught.value.code == "law.form.unknown-kind"


def test_no_form_before_its_text() -> None:
    with pytest.raises(law.LawFault) as caught:
        law.form("preservation", on=date(2024, 12, 23))
    assert caught.value.code == "law.form.not-on-date"
    assert law.form("preservation", on=date(2024, 12, 24)).known


def test_a_reservation_ground_names_its_reservation() -> None:
    for basis, ref in (("UNCC_2024", "42(5)"), ("BUDAPEST_CETS185", "29(4)")):
        ground = law.form("preservation", basis, on=DAY).ground("reserved_dual_criminality")
        assert ground is not None
        assert ground.reservation == ref


def test_the_political_offence_ground_is_of_budapest_only() -> None:
    for kind in FIRST:
        assert law.form(kind, "BUDAPEST_CETS185", on=DAY).ground("political_offence")
        assert not law.form(kind, "UNCC_2024", on=DAY).ground("political_offence")


def test_facts_that_make_no_sense_are_refused() -> None:
    with pytest.raises(law.LawFault) as caught:
        law.OffenceFacts(maximum_penalty_months=-1)
    assert caught.value.code == "law.facts.malformed"
    with pytest.raises(law.LawFault) as caught:
        law.gate(law.OffenceFacts(articles=(7,), ancillary="legal_persons"))
    assert caught.value.code == "law.facts.malformed"


def test_the_digest_can_be_recomputed_with_sha256sum() -> None:
    root = Path(str(ruleset.data_root()))
    files = [*root.glob("[A-Z]*/*.yaml"), root / "instruments.yaml"]
    names = sorted(str(file.relative_to(root)) for file in files)
    listing = "".join(f"{hashlib.sha256((root / n).read_bytes()).hexdigest()}  {n}\n" for n in names)
    assert hashlib.sha256(listing.encode()).hexdigest() == law.digest()


def test_rules_are_found_by_the_digest_an_act_pins() -> None:
    assert law.rules(law.digest()).form("preservation", on=DAY) == law.form("preservation", on=DAY)


@pytest.mark.parametrize("digest", ["0" * 64, "", "../UNCC_2024", "UNCC_2024"])
def test_unknown_rules_are_said_to_be_unknown(digest: str) -> None:
    with pytest.raises(law.LawFault) as caught:
        law.rules(digest)
    assert caught.value.code == "law.rules.unknown"


def test_an_earlier_rule_set_stands_beside_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What acts pinned stays readable; a set that was altered is not taken for it."""
    root = tmp_path / "data"
    shutil.copytree(str(ruleset.data_root()), root)
    old = ruleset.compute_digest(root)
    earlier = root / "earlier" / old
    for folder in root.glob("[A-Z]*"):
        shutil.copytree(folder, earlier / folder.name)
    shutil.copy(root / "instruments.yaml", earlier)
    page = root / "UNCC_2024" / "form.preservation.yaml"
    page.write_text(page.read_text(encoding="utf-8").replace("days: 60", "days: 61"), encoding="utf-8")
    monkeypatch.setattr(ruleset, "data_root", lambda: root)
    ruleset.shipped.cache_clear()
    ruleset.rules.cache_clear()
    try:
        assert law.digest() != old
        for digest, days in ((old, 60), (law.digest(), 61)):
            period = law.rules(digest).form("preservation", on=DAY).period("preservation_minimum")
            assert period is not None
            assert period.days == days
        ruleset.rules.cache_clear()
        (earlier / "instruments.yaml").write_text("instruments: []\n", encoding="utf-8")
        with pytest.raises(law.LawFault):
            law.rules(old)
    finally:
        ruleset.shipped.cache_clear()
        ruleset.rules.cache_clear()


def test_everything_is_plain_data() -> None:
    for kind in law.kinds():
        for basis in ("UNCC_2024", "BUDAPEST_CETS185", "UNTOC"):
            json.dumps(law.form(kind, basis, on=DAY).to_dict())
    json.dumps([each.to_dict() for each in law.instruments()])
    json.dumps([each.to_dict() for each in (*law.articles(), *law.definitions(), *law.offences())])
    json.dumps(law.gate(law.OffenceFacts(articles=(7,))).to_dict())
    json.dumps(law.status(on=DAY).to_dict())


def test_a_cold_answer_loads_little_and_reads_one_form() -> None:
    """How long a command takes from cold is measured in benchmarks/cli.py; here, what it does not do."""
    code = """
import sys
from datetime import date
from corridor import law
from corridor.law import forms
read = []
form = forms.read_form
forms.read_form = lambda *given, **more: read.append(given[2]) or form(*given, **more)
law.form("stored_data", on=date(2026, 1, 1))
heavy = {"pydantic", "jinja2", "cryptography", "click", "django"} & set(sys.modules)
assert read == ["stored_data"], read
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_room_knows_no_state() -> None:
    """No name or code of a State stands in the code of this room."""
    folder = Path(ruleset.__file__).parent
    for file in folder.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not [name for name in ("XAA", "XBB", "XCC", "XDD", "Aurelia", "Borealia") if name in text], (
            file.name
        )
