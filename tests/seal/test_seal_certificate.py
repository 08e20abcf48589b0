"""The custody certificate: what it says, that others' words stay words, and that it is the same each time."""

from __future__ import annotations

import hashlib
import io
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdfium2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from seal_cast import NOW, Cast, Sealed

from corridor.seal import age, custody, package
from corridor.seal.certificate import paper
from corridor.seal.certificate.content import content, plain
from corridor.seal.certificate.figure import timeline
from corridor.seal.certificate.signature import sign
from corridor.seal.checking import Report
from corridor.seal.faults import PackageError
from corridor.seal.inside import Inside, check_inside


def text_of(pdf: bytes) -> str:
    """The words of all pages, line ends and breaks inside words taken out."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(pages).replace("\u200b", "").split())


@pytest.fixture
def handed(sealed: Sealed, cast: Cast) -> Path:
    """Sealed in Borealia, sent to Aurelia, received there."""
    path = sealed().path
    custody.record(path, cast.borealia.signer, "sent", at=NOW + timedelta(hours=1), facts={"to": "XAA"})
    custody.record(path, cast.aurelia.signer, "received", at=NOW + timedelta(hours=9))
    custody.add_trust(path, "XAA", [cast.aurelia.key.public])
    return path


@pytest.fixture
def opened(handed: Path, identities: dict[str, age.Identity]) -> tuple[Report, Inside]:
    return package.verify(handed), check_inside(handed, [identities[age.HYBRID]], deep=True)


def test_it_says_first_what_it_does_not_prove(opened: tuple[Report, Inside]) -> None:
    said = text_of(paper.pdf(content(*opened, at=NOW)))
    order = [
        "does not prove",
        "Unchanged since sealing",
        "What was checked",
        "The hands it passed through",
        "Digests",
    ]
    assert [said.index(each) for each in order] == sorted(said.index(each) for each in order)
    report = opened[0]
    assert all(each in said for each in report.does_not_prove)
    assert report.custody is not None
    for hand in report.custody.statements:
        assert hand.id in said
        assert f"{hand.state}, {hand.authority}" in said
        assert f"{hand.at:%Y-%m-%d %H:%M:%S} UTC" in said


def test_every_page_has_the_package_number_and_its_place(opened: tuple[Report, Inside]) -> None:
    document = pypdfium2.PdfDocument(paper.pdf(content(*opened, at=NOW)))
    assert len(document) > 1
    for number, page in enumerate(document, 1):
        words = page.get_textpage().get_text_range()
        assert opened[0].package in words
        assert f"page {number} of {len(document)}" in words


def test_the_same_report_and_clock_give_the_same_bytes(opened: tuple[Report, Inside]) -> None:
    made = [paper.pdf(content(*opened, at=NOW)) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0] != paper.pdf(content(*opened, at=NOW + timedelta(seconds=1)))


def test_persons_and_places_stand_on_it_only_with_a_key(opened: tuple[Report, Inside]) -> None:
    report, inside = opened
    assert "somebody by name" in text_of(paper.pdf(content(report, inside, at=NOW)))
    closed = text_of(paper.pdf(content(report, None, at=NOW)))
    assert "somebody by name" not in closed
    assert "no custodian's key was given" in closed


def test_what_was_not_checked_is_said_with_the_reason(opened: tuple[Report, Inside]) -> None:
    report, inside = opened
    closed = content(report, None, at=NOW)["not_checked"]
    assert all(note.text in closed for note in report.not_checked)
    deep = content(report, inside, at=NOW)["not_checked"]
    assert len(deep) == len(closed) - 2, "the content and the private parts"


def test_a_changed_package_is_called_changed(handed: Path) -> None:
    payload = next(handed.glob("data/*/*.age"))
    raw = bytearray(payload.read_bytes())
    raw[-3] ^= 1
    payload.write_bytes(raw)
    report = package.verify(handed)
    said = text_of(paper.pdf(content(report, None, at=NOW)))
    assert "At least one finding speaks against" in said
    assert "seal.bag.digest-mismatch" in said
    assert "Unchanged" not in said


HOSTILE = (
    '#panic("out")',
    '#eval("1 + 1")',
    "*bold* _it_ `raw` $ x^2 $ <label> @ref // no comment /* nor this */ \\ ~ --- ...",
    '"] } #image("/etc/passwd")',
    "#set page(width: 1pt)\n= Heading",
    "</text><script>alert(1)</script>",
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_others_wrote_is_never_markup(opened: tuple[Report, Inside], hostile: str) -> None:
    report, inside = opened
    root = report.custody.root.id if report.custody else ""
    inside.private = {root: {"person": hostile}}
    inside.conditions = (hostile,)
    said = text_of(paper.pdf(content(report, inside, at=NOW, trust=hostile)))
    assert said.count(" ".join(hostile.split())) == 3


def test_writing_from_right_to_left_and_long_names_stay_on_the_page(opened: tuple[Report, Inside]) -> None:
    report, inside = opened
    root = report.custody.root.id if report.custody else ""
    place = "غرفة المحكمة"
    inside.private = {
        root: {"place": place, "person": "שלום", "reason": "w" * 600, "case": "Tiếng Việt Жизнь Ωμέγα"}
    }
    made = content(report, inside, at=NOW)
    assert paper.drawable(made)
    pdf = paper.pdf(made)
    said = text_of(pdf)
    assert "w" * 600 in said.replace(" ", "")  # broken over lines, nothing lost
    assert "Tiếng Việt Жизнь Ωμέγα" in said
    assert all(word in said for word in (*place.split(), "שלום"))
    for page in pypdfium2.PdfDocument(pdf):
        words = page.get_textpage()
        boxes = [words.get_charbox(number) for number in range(words.count_chars())]
        assert max(box[2] for box in boxes) < page.get_width() - 40
        assert min(box[0] for box in boxes) > 40


def test_what_reverses_reading_or_controls_a_terminal_is_taken_out() -> None:
    assert plain("a\u202eb\x1b[31m\u2066c\nd") == "a\ufffdb\ufffd[31m\ufffdc d"


def test_a_character_without_a_glyph_is_noticed(opened: tuple[Report, Inside]) -> None:
    report, inside = opened
    inside.conditions = ("\U00013080",)
    assert not paper.drawable(content(report, inside, at=NOW))


def test_the_figure_has_a_line_for_each_state_and_tells_claimed_from_anchored() -> None:
    hands: list[dict[str, Any]] = [
        {"place": 1, "kind": "sealed", "state": "XBB", "seconds": 0, "follows": [], "anchored": None},
        {
            "place": 2,
            "kind": "sent",
            "state": "XBB",
            "seconds": 60,
            "follows": [1],
            "anchored": 90,
        },
        {"place": 3, "kind": "received", "state": "<X&", "seconds": 120, "follows": [2], "anchored": None},
    ]
    tree = ElementTree.fromstring(timeline(hands))
    name = "{http://www.w3.org/2000/svg}"
    words = [each.text for each in tree.iter(f"{name}text")]
    assert words.count("XBB") == words.count("<X&") == 1
    filled = [each.get("fill") != "#ffffff" for each in tree.iter(f"{name}circle")][:3]
    assert filled == [False, True, False]
    assert "by 1970-01-01 00:01" in words
    assert len(list(tree.iter(f"{name}line"))) == 2 + 2


def test_hundreds_of_hands_are_drawn_and_set(opened: tuple[Report, Inside]) -> None:
    made = content(*opened, at=NOW)
    first = made["hands"][0]
    made["hands"] = [{**first, "place": n, "follows": [n - 1] if n > 1 else []} for n in range(1, 301)]
    made["figure"] = timeline(made["hands"])
    assert "300. Evidence was sealed" in text_of(paper.pdf(made))


def test_pdf_a_is_claimed_only_on_the_word_of_the_validator(tmp_path: Path) -> None:
    """The command stands in for veraPDF here; what is tested is which of its answers are taken for a yes."""
    file = tmp_path / "certificate.pdf"
    file.write_bytes(b"%PDF-1.7")
    for answer, status, yes in (("PASS", 0, True), ("FAIL", 1, False), ("PASS", 1, False), ("", 0, False)):
        command = tmp_path / "verapdf"
        command.write_text(f'#!/bin/sh\nfor last; do :; done\necho "{answer} $last 2b"\nexit {status}\n')
        command.chmod(command.stat().st_mode | stat.S_IXUSR)
        assert paper.validated(file, command) is yes


def test_without_being_asked_the_paper_claims_no_pdf_a(opened: tuple[Report, Inside]) -> None:
    made = content(*opened, at=NOW)
    assert b"pdfaid" not in paper.pdf(made)
    assert b"pdfaid" in paper.pdf(made, pdf_a=True)


# ---- signature


def _pair(name: str) -> tuple[bytes, bytes, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=4000))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem, certificate.public_bytes(serialization.Encoding.PEM), certificate


def test_a_signature_holds_and_a_changed_byte_breaks_it(opened: tuple[Report, Inside]) -> None:
    pdf = paper.pdf(content(*opened, at=NOW))
    key, pem, _ = _pair("Borealia evidence unit")
    signed = sign(pdf, key, pem)
    assert signed.startswith(pdf), "an incremental update leaves what was there"
    trusted = ValidationContext(trust_roots=[_asn1(pem)], allow_fetching=False)
    status = _status(signed, trusted)
    assert status.intact
    assert status.valid
    assert status.trusted
    changed = signed.replace(b"/Title", b"/Tiele", 1)
    assert changed != signed
    assert not _status(changed, trusted).intact


def _asn1(pem: bytes) -> Any:
    from pyhanko.keys import load_certs_from_pemder_data

    return next(iter(load_certs_from_pemder_data(pem)))


def _status(pdf: bytes, trusted: ValidationContext) -> Any:
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    return validate_pdf_signature(signature, trusted)


def test_a_key_that_is_not_the_certificates_is_refused(opened: tuple[Report, Inside]) -> None:
    pdf = paper.pdf(content(*opened, at=NOW))
    key, pem, _ = _pair("one")
    other, _, _ = _pair("two")
    for bad in ((other, pem), (b"no key", pem), (key, b"no certificate"), (key, b"")):
        with pytest.raises(PackageError) as caught:
            sign(pdf, *bad)
        assert caught.value.code == "seal.certificate.key"
    assert hashlib.sha256(sign(pdf, key, pem)).digest()
