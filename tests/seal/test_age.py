"""Encryption: what we write, we and stock age can read; what is altered is never released."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.seal import age
from corridor.seal.age import bech32
from corridor.seal.age.stream import CHUNK, sealed_size

CLASSIC, HYBRID = age.generate("classic"), age.generate("hybrid")
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 16 * CHUNK - 1, 16 * CHUNK, 16 * CHUNK + 1, 33 * CHUNK]


def seal(data: bytes, *recipients: age.AnyRecipient) -> bytes:
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(data), sink, recipients)
    return sink.getvalue()


def open_(data: bytes, *identities: age.AnyIdentity) -> bytes:
    sink = io.BytesIO()
    age.decrypt(io.BytesIO(data), sink, identities)
    return sink.getvalue()


class OneAtATime(io.RawIOBase):
    """A file that gives and takes less than it is asked, as pipes and sockets may."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = io.BytesIO(data)
        self.taken = bytearray()

    def read(self, size: int = -1) -> bytes:
        return self.data.read(min(size, 999))

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data)[:1001])  # type: ignore[arg-type]
        self.taken += piece
        return len(piece)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("identity", [CLASSIC, HYBRID], ids=["classic", "hybrid"])
def test_what_is_encrypted_is_decrypted_whole(size: int, identity: age.Identity) -> None:
    data = os.urandom(size)
    sealed = seal(data, identity.recipient.text)
    assert open_(sealed, identity.text) == data
    header = sealed.index(b"\n--- ") + 49
    assert len(sealed) == header + 16 + sealed_size(size)


def test_files_that_read_and_write_short_are_handled() -> None:
    class Reader:
        def __init__(self, data: bytes) -> None:
            self.data = io.BytesIO(data)

        def read(self, size: int) -> bytes:
            return self.data.read(min(size, 999))

    data = os.urandom(3 * CHUNK + 7)
    out = OneAtATime()
    age.encrypt(Reader(data), out, [CLASSIC.recipient])
    plain = OneAtATime()
    age.decrypt(Reader(bytes(out.taken)), plain, [CLASSIC])
    assert bytes(plain.taken) == data


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_byte_is_noticed_and_only_authentic_chunks_are_released(data: st.DataObject) -> None:
    plain = data.draw(st.binary(max_size=200)) + bytes(data.draw(st.sampled_from([0, CHUNK, 17 * CHUNK])))
    sealed = bytearray(seal(plain, CLASSIC.recipient))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    sink = io.BytesIO()
    with pytest.raises(age.AgeFault):
        age.decrypt(io.BytesIO(bytes(sealed)), sink, [CLASSIC])
    assert plain.startswith(sink.getvalue())
    assert len(sink.getvalue()) % CHUNK == 0


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_file_cut_anywhere_is_noticed(data: st.DataObject) -> None:
    plain = bytes(2 * CHUNK + 5)
    sealed = seal(plain, CLASSIC.recipient)
    cut = data.draw(st.integers(0, len(sealed) - 1))
    sink = io.BytesIO()
    with pytest.raises(age.AgeFault):
        age.decrypt(io.BytesIO(sealed[:cut]), sink, [CLASSIC])
    assert plain.startswith(sink.getvalue())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_noise_raises_documented_errors_only(noise: bytes) -> None:
    for start in (b"", b"age-encryption.org/v1\n", b"age-encryption.org/v1\n-> X25519 "):
        with pytest.raises(age.AgeFault):
            age.decrypt(io.BytesIO(start + noise), io.BytesIO(), [CLASSIC, HYBRID])


def test_each_of_several_recipients_opens_and_a_stranger_does_not() -> None:
    other = age.generate("classic")
    sealed = seal(b"data", CLASSIC.recipient, other.recipient)
    assert open_(sealed, CLASSIC) == open_(sealed, HYBRID, other) == b"data"
    with pytest.raises(age.NoMatchError):
        open_(sealed, age.generate("classic"), HYBRID)


@pytest.mark.parametrize(
    ("recipients", "code"),
    [
        ([], "seal.age.no-recipients"),
        ([CLASSIC.recipient, HYBRID.recipient], "seal.age.mixed-classes"),
        ([age.Passphrase("a", 2), age.Passphrase("b", 2)], "seal.age.passphrase-alone"),
        (["age1nonsense"], "seal.age.recipient-malformed"),
        ([CLASSIC.recipient.text.upper()], "seal.age.recipient-malformed"),
        ([CLASSIC.text], "seal.age.recipient-malformed"),
        ([bech32.encode("age1pq", b"\xff" * 1216)], "seal.age.recipient-malformed"),
    ],
)
def test_recipients_that_cannot_be_used_together_are_refused(
    recipients: list[age.AnyRecipient], code: str
) -> None:
    with pytest.raises(age.KeyTextError) as caught:
        seal(b"", *recipients)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text",
    ["", "AGE-SECRET-KEY-1QQ", CLASSIC.text.lower(), CLASSIC.recipient.text, "1"],
    ids=["empty", "short", "lower case", "a recipient", "one letter"],
)
def test_an_identity_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(age.KeyTextError):
        age.parse_identity(text)


def test_an_unknown_class_of_key_is_refused() -> None:
    with pytest.raises(age.KeyTextError, match=r"seal\.age\.unknown-class"):
        age.generate("quantum")


def test_a_passphrase_opens_what_it_sealed() -> None:
    sink = io.BytesIO()
    age.encrypt_passphrase(io.BytesIO(b"data"), sink, "correct horse", work=4)
    assert open_(sink.getvalue(), age.Passphrase("correct horse")) == b"data"
    with pytest.raises(age.NoMatchError):
        open_(sink.getvalue(), age.Passphrase("wrong"))
    with pytest.raises(age.HeaderError):
        open_(sink.getvalue(), age.Passphrase("correct horse", limit=3))


def test_secrets_do_not_show_in_repr() -> None:
    assert CLASSIC.text not in repr(CLASSIC)
    assert CLASSIC.seed.hex() not in repr(CLASSIC)
    assert "horse" not in repr(age.Passphrase("horse"))


def test_the_example_keys_of_the_specification() -> None:
    identity = age.parse_identity(
        "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    )
    assert isinstance(identity, age.Identity)
    assert identity.seed == b"\x42" * 32
    assert identity.recipient.text == "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    assert HYBRID.recipient.text.startswith("age1pq1")
    assert age.parse_identity(HYBRID.text) == HYBRID
    assert age.parse_recipient(HYBRID.recipient.text) == HYBRID.recipient


def test_an_identity_file_is_read_past_its_comments() -> None:
    text = f"# created: then\n\n{CLASSIC.text}\n# end\n{HYBRID.text}\n"
    assert age.parse_identity_file(text) == [CLASSIC, HYBRID]


@pytest.mark.skipif(not shutil.which("age"), reason="Debian's age is not installed")
@pytest.mark.parametrize("size", SIZES)
def test_stock_age_reads_what_we_write_and_we_read_what_it_writes(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "key").write_text(CLASSIC.text + "\n")
    sealed = seal(data, CLASSIC.recipient)
    command = ["age", "-d", "-i", str(tmp_path / "key")]
    assert subprocess.run(command, input=sealed, capture_output=True, check=True).stdout == data
    theirs = subprocess.run(
        ["age", "-r", CLASSIC.recipient.text], input=data, capture_output=True, check=True
    )
    assert open_(theirs.stdout, CLASSIC) == data
