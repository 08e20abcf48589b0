"""Papers: one flipped byte is never genuine, the code says nothing and catches slips, every text is set as it is."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dossier.cast import OFFICERS, T0, Table, officer, state_keys, words

from corridor import dossier
from corridor.dossier import Text, VerifiedAct
from corridor.dossier.act import ActFault
from corridor.dossier.paper import content, genuine, readback, reading, setting, signature
from corridor.dossier.paper import words as sentences
from corridor.dossier.paper.genuine import Answer, Verdict
from corridor.notary import Envelope, KeyRecord, KeyUse, credentials, dsse, keys

LATER = T0 + timedelta(days=2)
NAMES = content.Names(
    content.Party("XAA", "Aurelia", "XAA-CP", "Contact point"),
    (content.Party("XDD", "Dorsania", "XDD-MOJ", "Ministry of Justice", ("12 Harbour Street\nPort Dors",)),),
    {"XAA": "Aurelia", "XDD": "Dorsania"},
)
BODY = {
    "authority": {"state": "XAA", "authority": "XAA-CP"},
    "offence_and_facts": {"articles": ["13", "7"], "instrument": "UNCC_2024"},
    "data_and_link": {
        "data": [
            {
                "category": "content",
                "account": {"type": "email", "value": "mailbox@example.test"},
                "period": {"start": "2026-03-01T00:00:00Z", "end": "2026-04-01T00:00:00Z"},
            }
        ]
    },
    "urgent": True,
}


@dataclass
class Held:
    """A directory on a card: what is known of each State, and since when."""

    ended: dict[str, datetime] = field(default_factory=dict)
    since: datetime | None = None
    confirmed: datetime | None = T0 + timedelta(days=1)
    doubt: bool = False
    others: tuple[keys.PublicKey, ...] = ()

    def keys(self, state: str, use: KeyUse) -> Iterable[KeyRecord]:
        held = self.others or state_keys(state)
        return [KeyRecord(key, self.since, self.ended.get(state)) for key in held]

    def as_of(self, state: str) -> datetime | None:
        return self.confirmed

    def in_doubt(self, state: str) -> bool:
        return self.doubt


def _paper(act: VerifiedAct, key: keys.SigningKey | None = None, **more: object) -> bytes:
    said = content.content(
        act, NAMES, basis=("UNCC_2024", "42"), on=act.act.header.time, reference="XAA/2026/118"
    )
    return signature.sign(setting.pdf(said), act, key or OFFICERS["XAA"].key)


@pytest.fixture(scope="module")
def act() -> VerifiedAct:
    return Table(signing=True).open(body=BODY, texts=words(offence_and_facts="Demands for payment."))


@pytest.fixture(scope="module")
def paper(act: VerifiedAct) -> bytes:
    return _paper(act)


def _check(data: bytes, book: Held | None = None, **more: datetime) -> Answer:
    return genuine.check_paper(data, book or Held(), now=LATER, **more)


# --- genuine, not genuine, unknown -----------------------------------------------------------------------------


def test_a_paper_tells_who_signed_it_when_and_nothing_of_the_case(act: VerifiedAct, paper: bytes) -> None:
    found = _check(paper)
    assert (found.verdict, found.reason) == (Verdict.GENUINE, "genuine")
    assert (found.state, found.authority, found.officer) == ("XAA", "XAA-CP", "7K2M")
    assert found.at == act.act.header.time
    assert found.code == readback.code(act.id)
    assert "Demands" not in repr(found)
    assert "mailbox" not in repr(found)


def test_one_flipped_bit_anywhere_is_never_genuine(paper: bytes) -> None:
    """Every byte of the signature's own place, where a reader is easily lenient, and a sample of all others."""
    start, end = paper.index(b"/Contents <") + 10, paper.rindex(b"/ByteRange") + 60
    places = [*range(start, end)]
    rest = random.Random(7).sample([*range(start), *range(end, len(paper))], 400)
    for place in places + rest:
        bit = 1 << (place % 8)
        changed = paper[:place] + bytes([paper[place] ^ bit]) + paper[place + 1 :]
        assert _check(changed).verdict is not Verdict.GENUINE, (place, bit)


@given(st.data())
def test_bytes_put_in_taken_out_or_exchanged_are_never_genuine(paper: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(paper)))
    length = data.draw(st.integers(0, 300))
    new = data.draw(st.binary(max_size=40))
    changed = paper[:place] + new + paper[place + length :]
    if changed != paper:
        assert _check(changed).verdict is not Verdict.GENUINE


def test_what_is_added_after_the_signature_shows(paper: bytes) -> None:
    for tail in (b"\n", b"%%EOF\n", b"\n1 0 obj\n<<>>\nendobj\n", paper):
        assert _check(paper + tail).verdict is Verdict.NOT_GENUINE


def test_a_genuine_act_under_another_face_is_not_genuine(act: VerifiedAct) -> None:
    """Another officer signs a PDF that carries the first one's act: the act alone does not make the paper."""
    other = officer("XAA", "9Z9Z")
    with pytest.raises(ActFault, match="other-key"):
        _paper(act, other.key)
    theirs = credentials.verify(other.credential, state="XAA", keys=state_keys("XAA"), at=T0)
    forged = _paper(VerifiedAct(act.id, act.act, theirs, act.envelope), other.key)
    assert _check(forged).verdict is Verdict.NOT_GENUINE
    assert _check(forged).reason == "changed"


def test_a_key_the_state_never_had(paper: bytes) -> None:
    """The directory was confirmed after the paper's date, so it would list the key; an older one cannot know."""
    stranger = Held(others=(keys.generate(KeyUse.STATE).public,))
    assert (_check(paper, stranger).verdict, _check(paper, stranger).reason) == (
        Verdict.NOT_GENUINE,
        "not-their-key",
    )
    stranger.confirmed = T0 - timedelta(days=30)
    assert (_check(paper, stranger).verdict, _check(paper, stranger).reason) == (
        Verdict.UNKNOWN,
        "key-not-held",
    )


def test_a_state_nobody_has_listed_is_unknown(paper: bytes) -> None:
    class Empty(Held):
        def keys(self, state: str, use: KeyUse) -> Iterable[KeyRecord]:
            return []

    assert (_check(paper, Empty()).verdict, _check(paper, Empty()).reason) == (
        Verdict.UNKNOWN,
        "state-not-held",
    )


def test_a_key_that_ended_is_believed_only_for_what_was_in_hand_before(paper: bytes) -> None:
    """The thief of a key can write any date. What the asker received before the end is older than the theft."""
    ended = T0 + timedelta(days=1)
    book = Held(ended={"XAA": ended})
    assert (_check(paper, book).verdict, _check(paper, book).reason) == (Verdict.UNKNOWN, "key-ended")
    found = _check(paper, book, received=ended - timedelta(hours=1))
    assert (found.verdict, found.key_ended) == (Verdict.GENUINE, ended)
    assert _check(paper, book, received=ended).verdict is Verdict.UNKNOWN
    before = Held(ended={"XAA": T0 - timedelta(hours=1)})
    assert (_check(paper, before).verdict, _check(paper, before).reason) == (Verdict.NOT_GENUINE, "after-key")
    young = Held(since=T0 + timedelta(days=1))
    assert _check(paper, young).reason == "before-key"


def test_an_alarm_about_a_state_makes_everything_of_it_unknown(paper: bytes) -> None:
    assert _check(paper, Held(doubt=True)).reason == "state-in-doubt"


def test_a_paper_of_tomorrow(paper: bytes) -> None:
    found = genuine.check_paper(paper, Held(), now=T0 - timedelta(days=3))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "from-the-future")


def test_an_act_by_itself(act: VerifiedAct) -> None:
    found, verified = genuine.check_act(act.envelope, Held(), now=LATER)
    assert found.verdict is Verdict.GENUINE
    assert verified is not None
    assert verified.id == act.id
    payload = act.envelope.payload.replace(b"mailbox@", b"mailbax@")
    changed = Envelope(act.envelope.payload_type, payload, act.envelope.signatures)
    assert genuine.check_act(changed, Held(), now=LATER)[0].verdict is Verdict.NOT_GENUINE
    newer = act.envelope.payload.replace(b'"act/1"', b'"act/2"')
    assert (
        genuine.check_act(
            Envelope(act.envelope.payload_type, newer, act.envelope.signatures), Held(), now=LATER
        )[0].reason
        == "newer"
    )


def test_a_credential_by_itself() -> None:
    envelope = OFFICERS["XAA"].credential
    assert genuine.check_credential(envelope, Held(), now=LATER).reason == "genuine"
    over = genuine.check_credential(envelope, Held(confirmed=LATER), now=T0 + timedelta(days=81))
    assert over.reason == "credential-over"
    forged = dsse.sign(envelope.payload_type, envelope.payload, keys.generate(KeyUse.STATE))
    assert genuine.check_credential(forged, Held(), now=LATER).verdict is Verdict.NOT_GENUINE


def test_a_p256_key_signs_papers_and_a_scheme_no_reader_knows_is_said_so() -> None:
    for scheme in ("ecdsa-sha2-nistp256", "ml-dsa-65"):
        key = keys.generate(KeyUse.OFFICER, scheme)
        own = OFFICERS["XAA"]
        credential = credentials.issue(
            own.state_key,
            state="XAA",
            authority="XAA-CP",
            number="P256",
            key=key.public,
            powers=["sign:preservation"],
            not_before=T0 - timedelta(days=1),
            not_after=T0 + timedelta(days=80),
        )
        opening = dossier.opening(
            "preservation",
            basis=dossier.Basis("UNCC_2024", "42"),
            members=(
                dossier.Member("XAA", "XAA-CP", "requesting"),
                dossier.Member("XDD", "XDD-MOJ", "requested"),
            ),
            sender=own.party,
            credential=credential,
            time=T0,
            body=BODY,
        )
        verified = dossier.verify_act(dossier.sign(opening, key), state_keys)
        if scheme == "ml-dsa-65":
            with pytest.raises(ActFault, match=r"dossier\.paper\.key"):
                _paper(verified, key)
        else:
            assert _check(_paper(verified, key)).verdict is Verdict.GENUINE


def test_every_reason_has_its_sentence() -> None:
    source = inspect.getsource(genuine)
    named = set(re.findall(r'(?:unknown|not_genuine)\("([a-z-]+)"', source)) | {"genuine", "nothing"}
    assert len(named) > 8
    for reason in named:
        assert sentences.say("reason", reason)
    for verdict in Verdict:
        assert sentences.say("verdict", verdict)


# --- the code read out by telephone ----------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32), st.data())
def test_one_slip_of_ear_or_tongue_is_noticed(seed: bytes, data: st.DataObject) -> None:
    plain = readback.code(seed.hex()).replace("-", "")
    place = data.draw(st.integers(0, len(plain) - 1))
    other = data.draw(st.sampled_from([each for each in readback.ALPHABET if each != plain[place]]))
    with pytest.raises(ActFault, match="code-slip"):
        readback.heard(plain[:place] + other + plain[place + 1 :])
    second = data.draw(st.integers(0, len(plain) - 1))
    if plain[place] != plain[second]:
        exchanged = list(plain)
        exchanged[place], exchanged[second] = exchanged[second], exchanged[place]
        with pytest.raises(ActFault, match="code-slip"):
            readback.heard("".join(exchanged))


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_heard_however_it_is_typed(seed: bytes) -> None:
    code = readback.code(seed.hex())
    assert readback.heard(code) == code
    assert readback.heard(f" {code.lower().replace('-', ' ')} ") == code
    assert readback.heard(code.replace("0", "O").replace("1", "l")) == code


@pytest.mark.parametrize("text", ["", "7K2M", "7K2M-9QX4-TDCU", "7K2M-9QX4-T!C", "９" * 11, "1" * 5000])
def test_what_is_no_code_is_said_so(text: str) -> None:
    with pytest.raises(ActFault, match=r"dossier\.paper\.code"):
        readback.heard(text)


def test_codes_spread_over_fifty_bits() -> None:
    assert len({readback.code(f"{n:064x}")[:12] for n in range(20_000)}) == 20_000
    firsts = {readback.code(f"{n:064x}")[0] for n in range(2000)}
    assert firsts == set(readback.ALPHABET)


# --- what stands on it -----------------------------------------------------------------------------------------


def _text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_the_paper_says_what_the_act_says(act: VerifiedAct, paper: bytes) -> None:
    text = _text_of(paper)
    for said in (
        "Aurelia", "Ministry of Justice", "12 Harbour Street", "Port Dors", "Request to preserve data", "URGENT",
        "UN Convention against Cybercrime", "XAA/2026/118", "mailbox@example.test", "13, 7", "Demands for payment.",
        readback.code(act.id), "7K2M", "2026-03-01 00:00:00 UTC",
    ):  # fmt: skip
        assert said in text, said
    assert text.index("2026-03-01") < text.index("2026-04-01")  # start before end, as the form has them
    # What the instrument asks for and the request does not say stands there too.
    assert "Why preservation is needed." in text[text.index("Not stated") :]


def test_items_stand_in_the_order_of_the_laws_form(act: VerifiedAct) -> None:
    said = content.content(act, NAMES, basis=("UNCC_2024", "42"), on=T0)
    assert [item["id"] for item in said["items"]] == ["authority", "offence_and_facts", "data_and_link"]
    assert all(item["cite"] == "article 42" for item in said["items"])  # no paragraph nobody has seen
    unlisted = content.content(act, NAMES, basis=("reciprocity", ""), on=T0)
    assert unlisted["items"] == []
    assert any("mailbox" in line["value"] for line in unlisted["rest"])  # nothing is lost for want of a form


HOSTILE = "#panic() $x$ @a <b>*x*</b> =1+1 \\u{7} \u202egnirts\u202c \x07 " + "x" * 300
SCRIPTS = "Nguyễn, счёт Ивана, Λογαριασμός, حساب باسم أحمد محمود رقم 12345"


def test_no_text_is_markup_and_four_scripts_stand_in_one_field() -> None:
    texts = (
        Text("necessity", "ar", SCRIPTS),
        Text("offence_and_facts", "en", HOSTILE),
        Text("x", "zh", "账户"),
    )
    act = Table(signing=True).open(body=BODY, texts=texts)
    said = content.content(act, NAMES, basis=("UNCC_2024", "42"), on=T0, boxes=["x"])
    assert setting.drawable(SCRIPTS)
    assert not setting.drawable("\U0001f9ff\ue000")
    pdf = signature.sign(setting.pdf(said), act, OFFICERS["XAA"].key)
    text = _text_of(pdf)
    assert "#panic() $x$ @a <b>*x*</b> =1+1" in text
    assert "Ивана" in text
    assert "\u202e" not in text
    assert "show as" in text  # boxes are confessed
    assert _check(pdf).verdict is Verdict.GENUINE


def test_what_is_copied_from_a_paper_is_what_was_written() -> None:
    """A long identifier may be broken on paper, and nothing invisible stands where it was."""
    wallet = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdqxyz0123456789" * 3
    item = {"category": "content", "account": {"type": "wallet", "value": wallet}}
    act = Table(signing=True).open(body={"data_and_link": {"data": [item]}}, texts=words(necessity="y" * 300))
    text = _text_of(_paper(act))
    assert "\u200b" not in text
    assert wallet in text.replace("\r\n", "")
    assert "y" * 300 in text.replace("\r\n", "")


def test_a_long_text_is_set_whole_and_signed_whole() -> None:
    long = "\n\n".join(f"Paragraph {n}. " + "The account was used again. " * 40 for n in range(130))
    act = Table(signing=True).open(body=BODY, texts=words(offence_and_facts=long))
    pdf = _paper(act)
    assert len(pypdfium2.PdfDocument(pdf)) >= 30
    assert "Paragraph 129." in _text_of(pdf)
    assert _check(pdf).verdict is Verdict.GENUINE


def test_other_readers_find_the_signature_and_the_file_in_it(act: VerifiedAct, paper: bytes) -> None:
    """pyHanko, which is not what our check is made of, sees one signature over the whole file."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature

    reader = PdfFileReader(io.BytesIO(paper))
    (found,) = reader.embedded_signatures
    status = validate_pdf_signature(found)
    assert status.intact
    assert status.valid
    assert str(status.coverage).endswith("ENTIRE_FILE")
    start = paper.index(signature.MARK) + len(signature.MARK)
    line = paper[start : paper.index(b"\n", start)]
    assert Envelope.from_dict(json.loads(line)["act"]).id == act.id


def test_a_paper_is_signed_also_where_an_event_loop_runs(act: VerifiedAct) -> None:
    async def within() -> bytes:
        return _paper(act)

    assert _check(asyncio.run(within())).verdict is Verdict.GENUINE


def test_what_is_no_paper() -> None:
    for data in (b"", b"%PDF-1.7\n", b"%PDF-1.7\n" + signature.MARK, b"hello"):
        with pytest.raises(ActFault):
            reading.take_apart(data)
    assert not reading.is_paper(b"%PDF-1.7\nan ordinary letter")
