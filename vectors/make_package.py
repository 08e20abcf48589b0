"""Writes vectors/package: one case a file, one fault a case. See spec/package.md for how to run them in any language.

Sealing is random, so `good.json` and `good-hybrid.json` are made once and kept; every other case is derived from
them and comes out the same each time. `--new` seals the two again.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey

from corridor.notary import KeyUse, SigningKey, credentials, dsse
from corridor.seal import age, custody, package

HERE = Path(__file__).parent / "package"
NOW = datetime(2026, 3, 1, 21, 15, tzinfo=UTC)
Files = dict[str, bytes]


def key(use: KeyUse, name: str) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(
        hashlib.sha256(f"corridor vectors {name}".encode()).digest()
    )
    return SigningKey(use, CryptoSigner(private, SSlibKey.from_crypto(private.public_key())))


STATE, OFFICER, STRANGER = (
    key(KeyUse.STATE, "state"),
    key(KeyUse.OFFICER, "officer"),
    key(KeyUse.OFFICER, "stranger"),
)
CREDENTIAL = credentials.issue(
    STATE,
    state="XBB",
    authority="XBB-EV",
    number="0007",
    key=OFFICER.public,
    powers=["custody"],
    not_before=NOW - timedelta(days=1),
    not_after=NOW + timedelta(days=30),
)
SIGNER = custody.Signer(CREDENTIAL, OFFICER, "XBB")


def identity(cls: str) -> age.Identity:
    return age.Identity(cls, hashlib.sha256(f"corridor vectors {cls}".encode()).digest())


def files_of(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def seal(cls: str) -> Files:
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "package"
        custodian = package.Custodian("Borealia evidence unit", identity(cls).recipient.text)
        with package.Sealer(
            out, [custodian], cls, SIGNER, clock=lambda: NOW, conditions=["XBB:use"]
        ) as sealer:
            for name, data in (
                ("mail/1.eml", b"Subject: invoice\n\nnew account\n"),
                ("mail/2.eml", b""),
                ("ä.txt", b"x" * 700),
            ):
                with sealer.item(name, modified=NOW) as writer:
                    writer.write(data)
            sealer.finish(private={"officer": "N. N."})
        custody.record(out, SIGNER, "sent", at=NOW + timedelta(hours=1), facts={"to": "XAA"})
        custody.add_trust(out, "XBB", [STATE.public])
        return files_of(out)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def relist(files: Files, manifest: str, name: str) -> None:
    lines = [line for line in files[manifest].decode().splitlines() if not line.endswith(f"  {name}")]
    if name in files:
        lines.append(f"{digest(files[name])}  {name}")
    files[manifest] = "".join(f"{line}\n" for line in sorted(lines, key=lambda line: line[66:])).encode()
    if manifest == "manifest-sha256.txt":
        relist(files, "tagmanifest-sha256.txt", manifest)


def flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def statement(files: Files, kind: str) -> str:
    return next(name for name in files if name.endswith(f"-{kind}.dsse.json"))


PART = "data/pack-0001/00000.age"


def cases(good: Files, hybrid: Files) -> dict[str, tuple[str, str, list[str], Files]]:
    """Case -> what it is, verdict, codes that must be among the findings, files."""
    out: dict[str, tuple[str, str, list[str], Files]] = {
        "good": ("a classic package, sent once", "unchanged", [], good),
        "good-hybrid": ("a hybrid package, sent once", "unchanged", [], hybrid),
    }

    def case(name: str, about: str, verdict: str, code: str, change: Any) -> None:
        files = dict(good)
        change(files)
        out[name] = (about, verdict, [code], dict(sorted(files.items())))

    def put(name: str, data: bytes) -> Any:
        return lambda files: files.__setitem__(name, data)

    def drop(*prefixes: str) -> Any:
        def change(files: Files) -> None:
            for name in [name for name in files if name.startswith(prefixes)]:
                del files[name]

        return change

    def manifest_line(old: str, new: str) -> Any:
        def change(files: Files) -> None:
            name = "manifest-sha256.txt"
            files[name] = files[name].replace(old.encode(), new.encode())
            relist(files, "tagmanifest-sha256.txt", name)

        return change

    def info(old: str, new: str) -> Any:
        def change(files: Files) -> None:
            files["bag-info.txt"] = files["bag-info.txt"].replace(old.encode(), new.encode())
            relist(files, "tagmanifest-sha256.txt", "bag-info.txt")

        return change

    def add_statement(kind: str, signer: SigningKey = OFFICER, **options: Any) -> Any:
        def change(files: Files) -> None:
            number = options.pop("package", digest(files["tagmanifest-sha256.txt"]))
            made = custody.statement(
                custody.Signer(CREDENTIAL, signer, "XBB"), kind, number, at=NOW, **options
            )
            files[custody.file_name(made.envelope, kind)] = made.envelope.to_json()

        return change

    def resign(files: Files) -> None:
        name = statement(files, "sent")
        envelope = dsse.Envelope.from_json(files.pop(name))
        files[name] = dsse.sign(envelope.payload_type, envelope.payload, STRANGER).to_json()

    def climb(line: str) -> Any:
        return manifest_line(PART, line)

    root = dsse.Envelope.from_json(good[statement(good, "sealed")]).id
    case("payload-byte", "one bit of a payload file changed", "changed", "seal.bag.digest-mismatch",
         put(PART, flip(good[PART], 500)))  # fmt: skip
    case("payload-cut", "a payload file without its last byte", "changed", "seal.bag.digest-mismatch",
         put(PART, good[PART][:-1]))  # fmt: skip
    case("payload-missing", "a payload file gone", "changed", "seal.bag.missing-file", drop(PART))
    case("payload-added", "a payload file no manifest lists", "changed", "seal.bag.extra-file",
         put("data/0009/00000.age", good[PART]))  # fmt: skip
    case(
        "file-added", "a file beside the bag's own", "changed", "seal.bag.extra-file", put("notes.txt", b"x")
    )
    case("index-missing", "an index file gone", "changed", "seal.bag.missing-file", drop("index/0001.age"))
    case("index-byte", "one bit of the index root changed", "changed", "seal.bag.digest-mismatch",
         put("index/root.age", flip(good["index/root.age"], 250)))  # fmt: skip
    case("tag-manifest-missing", "no tag manifest", "changed", "seal.bag.missing-file", drop("tagmanifest"))
    case("path-climbs", "the manifest names a file outside", "changed", "seal.manifest.path-refused",
         climb("data/../../outside.age"))  # fmt: skip
    case("path-absolute", "the manifest names an absolute path", "changed", "seal.manifest.path-refused",
         climb("/outside.age"))  # fmt: skip
    case("manifest-line-twice", "one manifest line twice", "changed", "seal.manifest.malformed",
         lambda files: (files.__setitem__("manifest-sha256.txt", files["manifest-sha256.txt"] * 2),
                        relist(files, "tagmanifest-sha256.txt", "manifest-sha256.txt")))  # fmt: skip
    case("relisted", "a file and the tag manifest changed together", "changed", "seal.custody.other-package",
         lambda files: (files.__setitem__("README.txt", b"x\n"),
                        relist(files, "tagmanifest-sha256.txt", "README.txt")))  # fmt: skip
    case(
        "oxum", "Payload-Oxum does not agree", "changed", "seal.bag.oxum-mismatch", info("Oxum: ", "Oxum: 9")
    )
    case("later-version", "a package of version 2", "changed", "seal.package.unknown-version",
         info("Corridor-Package: 1", "Corridor-Package: 2"))  # fmt: skip
    case("class-mixed", "a hybrid wrap in a classic package", "changed", "seal.package.class-mixed",
         put("package-key/" + "0" * 64 + ".age", next(
             data for name, data in hybrid.items() if name.startswith("package-key/"))))  # fmt: skip
    case("no-wrap", "no wrap at all", "unchanged", "seal.wrap.absent", drop("package-key/"))
    case("no-custody", "no statement at all", "cannot_tell", "seal.custody.no-root", drop("custody/"))
    case("no-trust", "no State keys inside", "cannot_tell", "notary.credential.unknown-key", drop("trust/"))
    case("no-private", "the private part of a statement gone", "unchanged", "seal.custody.private-missing",
         lambda files: drop(next(name for name in files if name.endswith(".private.age")))(files))  # fmt: skip
    case("statement-gap", "a statement follows one that is not here", "changed", "seal.custody.gap",
         add_statement("sent", follows=["0" * 64]))  # fmt: skip
    case("statement-out-of-order", "received without being sent", "changed", "seal.custody.out-of-order",
         add_statement("received", follows=[root]))  # fmt: skip
    case("statement-of-another", "a statement about another package", "changed", "seal.custody.other-package",
         add_statement("sent", follows=[root], package="0" * 64))  # fmt: skip
    case("statement-resigned", "a statement signed by a stranger", "changed", "notary.envelope.not-signed-by",
         resign)  # fmt: skip
    case("statement-misnamed", "a statement under another name", "changed", "seal.custody.misnamed",
         lambda files: files.__setitem__("custody/" + "0" * 16 + "-sent.dsse.json",
                                         files.pop(statement(files, "sent"))))  # fmt: skip
    return out


def kept(name: str, cls: str) -> Files:
    file = HERE / f"{name}.json"
    if file.exists() and "--new" not in sys.argv:
        return {path: base64.b64decode(data) for path, data in json.loads(file.read_text())["files"].items()}
    return seal(cls)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    made = cases(kept("good", age.CLASSIC), kept("good-hybrid", age.HYBRID))
    for old in HERE.glob("*.json"):
        if old.stem not in made:
            old.unlink()
    for name, (about, verdict, codes, files) in made.items():
        cls = age.HYBRID if name == "good-hybrid" else age.CLASSIC
        case = {
            "case": name,
            "about": about,
            "expect": {"verdict": verdict, "codes": codes},
            "identity": identity(cls).text,
            "files": {path: base64.b64encode(data).decode() for path, data in files.items()},
        }
        (HERE / f"{name}.json").write_text(json.dumps(case, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
