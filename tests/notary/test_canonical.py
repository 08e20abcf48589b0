"""One value has one spelling; what two readers could understand differently is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.notary import NotaryFault, canonical, instant

SAFE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(SAFE)
def test_what_is_written_is_read_back_and_written_the_same(value: Any) -> None:
    data = canonical.dumps(value)
    assert canonical.loads(data) == value
    assert canonical.dumps(canonical.loads(data)) == data


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 9)))
def test_order_of_insertion_does_not_matter(value: dict[str, int]) -> None:
    assert canonical.dumps(dict(reversed(value.items()))) == canonical.dumps(value)


def test_bytes_of_rfc_8785() -> None:
    """Section 3.2.3's example of key order, and the escapes of section 3.2.2.2."""
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert [json.loads(json.dumps(key)) for key in canonical.loads(canonical.dumps(value))] == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]
    assert canonical.dumps('\b\f\n\r\t\x0f"\\/\x7f€') == b'"\\b\\f\\n\\r\\t\\u000f\\"\\\\/\x7f\xe2\x82\xac"'
    assert canonical.dumps({"b": [1, True, None], "a": ()}) == b'{"a":[],"b":[1,true,null]}'


class Colour(StrEnum):
    RED = "red"


def test_an_enumeration_is_its_text() -> None:
    assert canonical.dumps({Colour.RED: Colour.RED}) == b'{"red":"red"}'


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), 2**53, {1: 2}, b"x", {1, 2}, "\ud800", {"\ud800": 1}, object()]
)
def test_unrepresentable(value: object) -> None:
    with pytest.raises(NotaryFault) as caught:
        canonical.dumps(value)
    assert caught.value.code == "notary.json.unrepresentable"


def test_a_value_inside_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotaryFault):
        canonical.dumps(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"nul",
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b"1.0",
        b"1e3",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"9007199254740992",
        b"-9007199254740992",
        b"-0",
        b"1" * 5000,
        b'"\xff"',
        b"\xef\xbb\xbf1",
        b'"\\ud800"',
        b'{"\\ud800":1}',
        b"[1,]",
        b"'a'",
        b"1 2",
        b'"\n"',
        b"[" * 33 + b"]" * 33,
        b"[" * 200_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
    ],
)
def test_malformed(data: bytes) -> None:
    with pytest.raises(NotaryFault) as caught:
        canonical.loads(data)
    assert caught.value.code == "notary.json.malformed"


def test_a_fault_repeats_nothing_of_what_was_read() -> None:
    with pytest.raises(NotaryFault) as caught:
        canonical.loads(b'{"account":"DE00 secret", oops}')
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_too_large() -> None:
    with pytest.raises(NotaryFault) as caught:
        canonical.loads(b'"' + b"a" * 100 + b'"', limit=101)
    assert caught.value.code == "notary.json.too-large"


def test_a_moment_has_one_spelling() -> None:
    moment = datetime(2026, 3, 1, 22, 15, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert instant.to_text(moment) == "2026-03-01T21:15:00Z"
    assert instant.from_text("2026-03-01T21:15:00Z") == datetime(2026, 3, 1, 21, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T21:15:00+00:00",
        "2026-03-01 21:15:00Z",
        "2026-03-01T21:15:00.0Z",
        "2026-02-30T00:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T21:15:00Z\n",
        "٢٠٢٦-03-01T21:15:00Z",
        "",
        None,
        5,
    ],
)
def test_other_spellings_of_a_moment(text: object) -> None:
    with pytest.raises(NotaryFault) as caught:
        instant.from_text(text)
    assert caught.value.code == "notary.time.malformed"


def test_a_moment_without_a_zone() -> None:
    with pytest.raises(NotaryFault) as caught:
        instant.to_text(datetime(2026, 3, 1))
    assert caught.value.code == "notary.time.no-zone"
