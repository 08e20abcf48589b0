"""Identifiers as typed: what can be known of one without asking anybody, and no verdict where nothing can be."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.dossier.identifiers import CHAINS, TYPES, check, local_time

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
SEEN = "2026-10-07T21:14:09+02:00"
P2PKH = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"

GOOD = [
    ("iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    ("iban", "gb29-nwbk-6016-1331-9268-19", "GB29NWBK60161331926819"),
    ("bic", "deutdeff", "DEUTDEFF"),
    ("phone", "+43 1 58858-0", "+431588580"),
    ("phone", "0043 1 588580", "+431588580"),
    ("email", "Billing@Posteo.DE", "Billing@posteo.de"),
    ("domain", "BÜCHER.de.", "xn--bcher-kva.de"),
    ("wallet", {"value": P2PKH, "chain": "bitcoin"}, P2PKH),
    (
        "wallet",
        {"value": "BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ", "chain": "bitcoin"},
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    ),
    # The taproot address of BIP 350's test vectors: the checksum differs from that of version 0.
    (
        "wallet",
        {"value": "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "chain": "bitcoin"},
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ),
    ("wallet", {"value": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "chain": "tron"}, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    ("imei", "35-417803-685978-9", "354178036859789"),
    ("mac", "D0-50-99-84-A2-A0", "d0:50:99:84:a2:a0"),
    ("card", "4111 1111 1111 1111", "4111111111111111"),
    ("username", "@night_owl", "night_owl"),
    ("url", "https://WWW.Un.org/a?b=1", "https://www.un.org/a?b=1"),
    ("ip", {"ip": "8.8.8.8", "port": 51544, "time": SEEN}, "8.8.8.8|51544|2026-10-07T19:14:09Z"),
    (
        "ip",
        {"ip": "2A00:1450:0:0:0:0:0:1", "port": "443", "time": SEEN, "zone": "Europe/Vienna"},
        "2a00:1450::1|443|2026-10-07T19:14:09Z",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("type", "value", "normal"), GOOD)
def test_the_same_thing_typed_in_two_ways_has_one_form(type, value, normal):
    found = check(type, value, at=AT)
    assert (found.verdict, found.code, found.normal) == ("good", "", normal)


NOT_GOOD = [
    ("iban", "DE88370400440532013000", "wrong", "identifier.iban.checksum"),
    ("iban", "XX89370400440532013000", "wrong", "identifier.iban.country"),
    ("iban", "DE8937040044", "wrong", "identifier.iban.length"),
    ("bic", "DEUTDEFFX", "wrong", "identifier.bic.form"),
    ("phone", "01 588580", "doubtful", "identifier.phone.no-country"),
    ("phone", "+43", "wrong", "identifier.phone.form"),
    ("phone", "+12 34", "wrong", "identifier.phone.length"),
    ("email", "a@b@c.org", "wrong", "identifier.email.form"),
    ("email", "accounts@orvik.example", "doubtful", "identifier.domain.reserved"),
    ("domain", "pаypal.com", "doubtful", "identifier.mixed-scripts"),  # a Cyrillic letter among Latin ones
    ("domain", "localhost", "doubtful", "identifier.domain.one-label"),
    ("domain", "not a domain", "wrong", "identifier.domain.form"),
    ("domain", "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wia.onion", "wrong", "identifier.domain.checksum"),
    ("wallet", P2PKH, "doubtful", "identifier.wallet.chain-not-named"),
    ("wallet", {"value": P2PKH[:-1] + "3", "chain": "bitcoin"}, "wrong", "identifier.wallet.checksum"),
    (
        "wallet",
        {"value": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp", "chain": "bitcoin"},
        "wrong",
        "identifier.wallet.checksum",
    ),
    ("wallet", {"value": "0x" + "ab" * 20, "chain": "ethereum"}, "doubtful", "identifier.wallet.no-checksum"),
    ("wallet", {"value": "anything", "chain": "dash"}, "doubtful", "identifier.wallet.not-checked"),
    ("imei", "354178036859781", "wrong", "identifier.imei.checksum"),
    ("imei", "35417803685978", "doubtful", "identifier.imei.no-check-digit"),
    ("mac", "02:00:00:00:00:01", "doubtful", "identifier.mac.changing"),
    ("card", "4111 1111 1111 1112", "wrong", "identifier.card.checksum"),
    ("ip", {"ip": "10.0.0.7", "port": 1, "time": SEEN}, "doubtful", "identifier.ip.private"),
    ("ip", {"ip": "100.64.3.3", "port": 1, "time": SEEN}, "doubtful", "identifier.ip.shared"),
    ("ip", {"ip": "203.0.113.77", "port": 1, "time": SEEN}, "doubtful", "identifier.ip.reserved-for-examples"),
    ("ip", {"ip": "fe80::1%eth0", "port": 1, "time": SEEN}, "wrong", "identifier.ip.one-link"),
    ("ip", {"ip": "8.8.8.8", "port": 70000, "time": SEEN}, "wrong", "identifier.ip.port"),
    ("ip", {"ip": "8.8.8.8", "port": 1, "time": "2031-01-01T00:00:00Z"}, "doubtful", "identifier.time.future"),
    ("ip", {"ip": "8.8.8.8", "port": 1, "time": "1969-01-01T00:00:00Z"}, "doubtful", "identifier.time.too-early"),
    ("ip", {"ip": "8.8.8.8", "port": 1, "time": "2026-10-07T21:14:09"}, "doubtful", "identifier.time.no-zone"),
    (
        "ip",
        {"ip": "8.8.8.8", "port": 1, "time": "2026-10-07T21:14:09+05:00", "zone": "Europe/Vienna"},
        "doubtful",
        "identifier.time.other-offset",
    ),
    (
        "ip",
        {"ip": "8.8.8.8", "port": 1, "time": "2026-03-29T02:30:00+01:00", "zone": "Europe/Vienna"},
        "doubtful",
        "identifier.time.does-not-exist",
    ),
    ("day", "2026-02-30", "wrong", "identifier.day.does-not-exist"),
    ("day", {"day": "2011-12-30", "zone": "Pacific/Apia"}, "doubtful", "identifier.day.left-out"),
    ("day", "2026-11-26", "doubtful", "identifier.day.past"),
    ("username", "аdmin_pay", "doubtful", "identifier.mixed-scripts"),
    ("email", "a\u202eb@un.org", "doubtful", "identifier.invisible-character"),
    ("username", "a\x00b", "wrong", "identifier.control-character"),
    ("other", "", "wrong", "identifier.other.empty"),
]  # fmt: skip


@pytest.mark.parametrize(("type", "value", "verdict", "code"), NOT_GOOD)
def test_what_is_not_good_says_why(type, value, verdict, code):
    found = check(type, value, at=AT)
    assert (found.verdict, found.code) == (verdict, code)


def test_an_address_says_what_a_provider_would_still_need():
    assert check("ip", "8.8.8.8").missing == ("port", "time", "zone")
    assert check("ip", {"ip": "8.8.8.8", "time": SEEN}).missing == ("port",)
    assert check("ip", {"ip": "8.8.8.8", "port": 1, "time": "2026-10-07T21:14:09"}).missing == ("zone",)
    assert check("phone", "01 588580").missing == ("country",)
    assert check("wallet", "0x" + "ab" * 20).missing == ("chain",)


def test_an_account_number_tells_its_country():
    assert ("country", "DE") in check("iban", "DE89370400440532013000").about


@pytest.mark.parametrize(
    ("local", "zone", "code", "normal"),
    [
        (
            "2026-03-29T02:30:00",
            "Europe/Vienna",
            "identifier.time.does-not-exist",
            "2026-03-29T02:30:00+01:00",
        ),
        ("2026-10-25T02:30:00", "Europe/Vienna", "identifier.time.twice", "2026-10-25T02:30:00+02:00"),
        ("2026-07-01T02:30:00", "Asia/Kathmandu", "", "2026-07-01T02:30:00+05:45"),
        ("2026-07-01T02:30:00", "Nowhere/City", "identifier.time.unknown-zone", "2026-07-01T02:30:00"),
        ("half past two", "Europe/Vienna", "identifier.time.form", "half past two"),
    ],
)
def test_a_clock_that_was_put_forward_or_back(local, zone, code, normal):
    found = local_time(local, zone)
    assert (found.code, found.normal) == (code, normal)


TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=string.digits + "+-. :/abcdefxXT@", max_size=60),
    st.sampled_from([value for _, value, _ in GOOD if isinstance(value, str)]),
)


@given(type=st.sampled_from([*TYPES, "no such type"]), value=TEXTS)
def test_whatever_is_typed_has_a_verdict_and_a_reason(type, value):
    found = check(type, value, at=AT)
    assert found.verdict in ("good", "doubtful", "wrong")
    assert (found.verdict == "good") == (found.code == "")


@given(
    ip=st.one_of(st.ip_addresses().map(str), TEXTS),
    port=st.one_of(st.integers(-10, 70000), TEXTS),
    time=st.one_of(st.datetimes().map(lambda each: each.isoformat()), TEXTS),
    zone=st.sampled_from(["", "Europe/Vienna", "Pacific/Apia", "UTC", "x"]),
)
def test_an_address_in_parts_has_a_verdict_whatever_the_parts_are(ip, port, time, zone):
    found = check("ip", {"ip": ip, "port": port, "time": time, "zone": zone}, at=AT)
    assert (found.verdict == "good") == (found.code == "")


@given(type=st.sampled_from([each for each in TYPES if each not in ("ip", "wallet", "moment")]), value=TEXTS)
def test_a_normal_form_is_its_own_normal_form(type, value):
    found = check(type, value)
    if found.verdict != "wrong":
        again = check(type, found.normal)
        assert again.normal == found.normal


@given(chain=st.sampled_from(CHAINS), value=TEXTS)
def test_an_address_of_any_chain_has_a_verdict(chain, value):
    assert check("wallet", {"value": value, "chain": chain}).verdict in ("good", "doubtful", "wrong")


@given(number=st.sampled_from(["DE89370400440532013000", "GB29NWBK60161331926819"]), data=st.data())
def test_one_digit_typed_wrongly_is_noticed(number, data):
    place = data.draw(st.integers(2, len(number) - 1))
    if number[place].isdigit():
        other = data.draw(st.sampled_from([each for each in string.digits if each != number[place]]))
        assert check("iban", number[:place] + other + number[place + 1 :]).verdict == "wrong"
