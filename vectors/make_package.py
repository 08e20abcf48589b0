"""Writes vectors/package: one case a file, one fault a case. See spec/package.md for how to run them in any language.

Sealing is random, so `good.json` and `good-hybrid.json` are made once and kept, and so is each case with something
sealed anew in it; every other case is derived from them and comes out the same each time. `--new` seals all again.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey

from corridor.notary import KeyUse, SigningKey, canonical, credentials, dsse, merkle
from corridor.notary.checkpoint import sign_checkpoint, write_proof
from corridor.seal import age, custody, package
from corridor.seal.index import IndexRoot, ItemTree, context_line
from corridor.seal.layout import parse_bag_info
from corridor.seal.wraps import wrap_name

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


def drop_from(files: Files, *prefixes: str) -> None:
    for name in [name for name in files if name.startswith(prefixes)]:
        del files[name]


# With the package's own key, which the identity of each case opens: what is wrong inside.


def sealed_to(recipient: age.AnyRecipient, data: bytes) -> bytes:
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(data), sink, [recipient])
    return sink.getvalue()


def opened(key: age.AnyIdentity, data: bytes) -> bytes:
    sink = io.BytesIO()
    age.decrypt(io.BytesIO(data), sink, [key])
    return sink.getvalue()


def wrap_of(files: Files) -> str:
    return next(name for name in files if name.startswith("package-key/"))


def package_key(files: Files) -> age.Identity:
    (key,) = age.parse_identity_file(opened(identity(age.CLASSIC), files[wrap_of(files)]).decode())
    assert isinstance(key, age.Identity)
    return key


def agree(files: Files) -> None:
    """Lists, numbers and a new statement `sealed` that agree with what is there now."""
    payload = [name for name in files if name.startswith("data/")]
    oxum = f"Payload-Oxum: {sum(len(files[name]) for name in payload)}.{len(payload)}"
    lines = files["bag-info.txt"].decode().splitlines()
    files["bag-info.txt"] = "".join(
        f"{oxum if line.startswith('Payload-Oxum') else line}\n" for line in lines
    ).encode()
    for name in payload:
        relist(files, "manifest-sha256.txt", name)
    for name in [name for name in files if name.startswith(("index/", "bag"))]:
        relist(files, "tagmanifest-sha256.txt", name)
    drop_from(files, "custody/")
    custodian = package.Custodian("Borealia evidence unit", identity(age.CLASSIC).recipient.text)
    made = custody.sealed_statement(
        SIGNER, digest(files["tagmanifest-sha256.txt"]), parse_bag_info(files["bag-info.txt"]), [custodian],
        collected=[], at=NOW, facts=None, private=None,
    )  # fmt: skip
    files[custody.file_name(made.envelope, "sealed")] = made.envelope.to_json()


def reseal(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], None]:
    """Change the plaintext of one sealed file."""

    def spoil(files: Files) -> None:
        key = package_key(files)
        files[name] = sealed_to(key.recipient, change(opened(key, files[name])))
        agree(files)

    return spoil


def reindex(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Files], None]:
    """Change the records, with a root, a tree and a number of items that agree with them."""

    def spoil(files: Files) -> None:
        key = package_key(files)
        lines = change(opened(key, files["index/0001.age"]).split(b"\n")[1:-1])
        root = IndexRoot.decode(opened(key, files["index/root.age"]))
        tree = ItemTree(root.secret)
        for number, line in enumerate(lines, 1):
            tree.add(number, line)
        plain = b"".join(line + b"\n" for line in [context_line(), *lines])
        files["index/0001.age"] = sealed_to(key.recipient, plain)
        body = json.loads(root.encode()) | {"items": len(lines)}
        body["tree"] = {"root": tree.root(), "secret": root.secret.hex()}
        files["index/root.age"] = sealed_to(key.recipient, canonical.dumps(body))
        kept = parse_bag_info(files["bag-info.txt"])
        text = files["bag-info.txt"].decode().replace(kept.tree, tree.root())
        files["bag-info.txt"] = text.replace(f"Items: {kept.items}", f"Items: {len(lines)}").encode()
        agree(files)

    return spoil


def in_root(**members: Any) -> Callable[[Files], None]:
    return reseal("index/root.age", lambda data: canonical.dumps(json.loads(data) | members))


def rewrapped(change: Callable[[str], str]) -> Callable[[Files], None]:
    """Change what the wrap says."""

    def spoil(files: Files) -> None:
        own = identity(age.CLASSIC)
        text = opened(own, files[wrap_of(files)]).decode()
        files[wrap_name(own.recipient)] = sealed_to(own.recipient, change(text).encode())

    return spoil


def in_place(line: bytes, old: bytes, new: bytes) -> bytes:
    assert old in line
    return line.replace(old, new)


# Logged: nine leaves, the statement `sealed` the last.

LOG = key(KeyUse.LOG, "log")
ORIGIN = "log.borealia.example/2026"


def proof_of(entry: bytes) -> bytes:
    tree = merkle.Tree(
        merkle.leaf_hash(leaf) for leaf in [*(bytes([number]) * 32 for number in range(8)), entry]
    )
    return write_proof(8, tree.inclusion(8), sign_checkpoint(ORIGIN, 9, tree.root(), LOG))


def logged(*, known: bool = True, entry: bytes | None = None) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        name = statement(files, "sealed")
        own = bytes.fromhex(dsse.Envelope.from_json(files[name]).id)
        files[name.replace(".dsse.json", ".tlog-proof")] = proof_of(entry or own)
        if known:
            body = json.loads(files["trust/XBB.json"])
            body["logs"] = [{"origin": ORIGIN, "key": LOG.public.to_dict()}]
            files["trust/XBB.json"] = canonical.dumps(body)

    return change


PART = "data/pack-0001/00000.age"


Case = tuple[str, str, list[str], list[str], Files]


def cases(good: Files, hybrid: Files) -> dict[str, Case]:
    """Case -> what it is, verdict, codes among the findings, codes met with the key, files."""
    out: dict[str, Case] = {
        "good": ("a classic package, sent once", "unchanged", [], [], good),
        "good-hybrid": ("a hybrid package, sent once", "unchanged", [], [], hybrid),
    }

    def case(name: str, about: str, verdict: str, code: str, change: Any) -> None:
        files = dict(good)
        change(files)
        out[name] = (about, verdict, [code] if code else [], [], dict(sorted(files.items())))

    def inside(name: str, about: str, code: str, change: Callable[[Files], None]) -> None:
        """A fault only the key shows: everything outside agrees, the statement `sealed` included."""
        files = None if "--new" in sys.argv else stored(name)
        if files is None or files["README.txt"] != good["README.txt"] or wrap_of(files) != wrap_of(good):
            files = dict(good)
            change(files)
        out[name] = (about, "unchanged", [], [code], dict(sorted(files.items())))

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
    case("declaration", "BagIt of another version", "changed", "seal.bag.declaration",
         lambda files: (files.__setitem__("bagit.txt", files["bagit.txt"].replace(b"1.0", b"0.97")),
                        relist(files, "tagmanifest-sha256.txt", "bagit.txt")))  # fmt: skip
    case("label-missing", "bag-info.txt without the number of items", "changed", "seal.bag.info-malformed",
         info("Corridor-Items", "Corridor-Things"))  # fmt: skip
    case("part-gap", "a unit that begins with its second part", "changed", "seal.bag.part-gap",
         lambda files: (files.__setitem__(PART.replace("00000", "00001"), files.pop(PART)),
                        relist(files, "manifest-sha256.txt", PART),
                        relist(files, "manifest-sha256.txt", PART.replace("00000", "00001"))))  # fmt: skip
    case("read-me-unlisted", "the tag manifest leaves README.txt out", "changed", "seal.manifest.unlisted",
         lambda files: files.__setitem__("tagmanifest-sha256.txt", b"".join(
             line for line in files["tagmanifest-sha256.txt"].splitlines(keepends=True)
             if not line.endswith(b"README.txt\n"))))  # fmt: skip
    case("wrap-is-none", "a wrap that is no age file", "changed", "seal.age.file-malformed",
         put("package-key/" + "0" * 64 + ".age", b"age?\n"))  # fmt: skip
    case("statement-malformed", "a statement that is no envelope", "changed", "seal.custody.malformed",
         put("custody/" + "0" * 16 + "-sent.dsse.json", b"{}"))  # fmt: skip
    case("two-roots", "two statements say who sealed it", "changed", "seal.custody.two-roots", second_root)
    case("received-by-other", "received by a State it was not sent to", "changed", "seal.custody.received-by-other",
         lambda files: add_statement(
             "received", follows=[dsse.Envelope.from_json(files[statement(files, "sent")]).id])(files))  # fmt: skip
    case("private-stray", "a private part of no statement", "changed", "seal.custody.private-stray",
         lambda files: files.__setitem__("custody/" + "0" * 16 + "-sent.private.age", next(
             data for name, data in files.items() if name.endswith(".private.age"))))  # fmt: skip
    case("facts-prose", "a sentence among the facts", "changed", "seal.custody.facts-not-codes", prose)
    case("trust-malformed", "State keys that are none", "changed", "seal.trust.malformed",
         put("trust/XBB.json", b"{}"))  # fmt: skip
    case("authority-malformed", "an authority's certificate that is none", "changed",
         "seal.trust.authority-malformed", put("trust/tsa/00000000.pem", b"-----BEGIN"))  # fmt: skip
    case("logged", "the statement of sealing is in a log", "unchanged", "", logged())
    case(
        "log-unknown",
        "logged where no key is known",
        "unchanged",
        "",
        logged(known=False),
    )
    case("proof-of-another", "a log proof of another entry", "changed", "seal.anchor.proof-invalid",
         logged(entry=b"x" * 32))  # fmt: skip
    case("proof-stray", "a log proof of no statement", "changed", "seal.anchor.stray",
         put("custody/" + "0" * 16 + "-sent.tlog-proof", proof_of(b"x" * 32)))  # fmt: skip
    case("token-misnamed", "a time token under another digest's name", "changed", "seal.anchor.misnamed",
         lambda files: files.__setitem__(
             statement(files, "sealed").replace(".dsse.json", ".00000000.tsr"), b"0"))  # fmt: skip

    inside("payload-reencrypted", "other content under lists that agree", "seal.item.digest-mismatch",
           reseal(PART, lambda data: data.replace(b"new account", b"old account")))  # fmt: skip
    inside("pack-link", "a link in a pack", "seal.pack.malformed",
           reseal(PART, lambda data: data[:156] + b"2" + data[157:]))  # fmt: skip
    inside("pack-member-gone", "a pack without a member the index names", "seal.pack.member-missing",
           reseal(PART, lambda data: data[1024:]))  # fmt: skip
    inside("record-climbs", "a name that climbs out", "seal.item.name-refused",
           reindex(lambda lines: [line.replace(b"mail/1.eml", b"../../1.eml") for line in lines]))  # fmt: skip
    inside("record-respelt", "a record in another spelling", "seal.index.malformed",
           reindex(lambda lines: [in_place(lines[0], b'"corridor:restricted":', b'"corridor:restricted": '),
                                  *lines[1:]]))  # fmt: skip
    inside("record-member-unknown", "a record with a member of no profile", "seal.index.malformed",
           reindex(lambda lines: [in_place(lines[0], b'"corridor:state"', b'"corridor:mine":1,"corridor:state"'),
                                  *lines[1:]]))  # fmt: skip
    inside("record-gone", "a record less than the tree has", "seal.index.tree-mismatch",
           reseal("index/0001.age", lambda data: b"\n".join(data.split(b"\n")[:-2]) + b"\n"))  # fmt: skip
    inside("record-twice", "a record twice", "seal.index.tree-mismatch",
           reseal("index/0001.age", lambda data: data + data.split(b"\n")[1] + b"\n"))  # fmt: skip
    inside("index-unended", "the index without its last line feed", "seal.index.malformed",
           reseal("index/0001.age", lambda data: data[:-1]))  # fmt: skip
    inside("root-of-another", "the index root of another package", "seal.index.other-package",
           in_root(package="urn:uuid:00000000-0000-4000-8000-000000000000"))  # fmt: skip
    inside(
        "root-restricted",
        "another number of restricted items",
        "seal.index.root-differs",
        in_root(restricted=1),
    )
    inside("root-parts", "more parts than there are", "seal.index.parts-differ", in_root(parts=2))
    inside("root-later", "an index of version 2", "seal.package.unknown-version", in_root(corridor="index/2"))
    inside("sealed-cut", "a sealed file cut inside a chunk", "seal.age.payload", resealed_cut)
    inside("sealed-header", "a sealed file whose header was altered", "seal.age.hmac", resealed_header)
    inside("sealed-to-another", "a sealed file for another key", "seal.age.no-match",
           lambda files: (files.__setitem__(PART, sealed_to(identity(age.CLASSIC).recipient, b"x")),
                          agree(files)))  # fmt: skip
    inside("wrap-of-another", "a wrap that names another package", "seal.wrap.other-package",
           rewrapped(lambda text: text.replace("# package: urn:uuid:", "# package: urn:uuid:0")))  # fmt: skip
    inside("wrap-other-key", "a wrap with another key", "seal.wrap.other-package",
           rewrapped(lambda text: text.replace(text.split("\n")[-2], age.generate(age.CLASSIC).text)))  # fmt: skip
    inside("wrap-malformed", "a wrap without its first line", "seal.wrap.malformed",
           rewrapped(lambda text: text.partition("\n")[2]))  # fmt: skip
    inside("private-of-another", "a private part that was never signed", "seal.custody.private-mismatch",
           private_of_another)  # fmt: skip
    return out


def second_root(files: Files) -> None:
    custodian = package.Custodian("Borealia evidence unit", identity(age.CLASSIC).recipient.text)
    made = custody.sealed_statement(
        SIGNER, digest(files["tagmanifest-sha256.txt"]), parse_bag_info(files["bag-info.txt"]), [custodian],
        collected=[], at=NOW + timedelta(minutes=1), facts=None, private=None,
    )  # fmt: skip
    files[custody.file_name(made.envelope, "sealed")] = made.envelope.to_json()


def prose(files: Files) -> None:
    """The statement `sent`, signed again with a sentence in it."""
    name = statement(files, "sent")
    body = json.loads(dsse.Envelope.from_json(files.pop(name)).payload)
    body["predicate"]["facts"]["to"] = "the officer with the red car"
    body["predicate"].pop("private", None)
    made = dsse.sign("application/vnd.in-toto+json", canonical.dumps(body), OFFICER)
    files[f"custody/{made.id[:16]}-sent.dsse.json"] = made.to_json()


def resealed_cut(files: Files) -> None:
    files[PART] = files[PART][:-40]
    agree(files)


def resealed_header(files: Files) -> None:
    place = files[PART].index(b"\n--- ") + 5
    files[PART] = (
        files[PART][:place]
        + (b"B" if files[PART][place : place + 1] == b"A" else b"A")
        + files[PART][place + 1 :]
    )
    agree(files)


def private_of_another(files: Files) -> None:
    name = next(name for name in files if name.endswith("-sealed.private.age"))
    plain = canonical.dumps({"salt": "0" * 64, "private": {"officer": "somebody else"}})
    files[name] = sealed_to(package_key(files).recipient, plain)


def stored(name: str) -> Files | None:
    file = HERE / f"{name}.json"
    if not file.exists():
        return None
    return {path: base64.b64decode(data) for path, data in json.loads(file.read_text())["files"].items()}


def kept(name: str, cls: str) -> Files:
    return (None if "--new" in sys.argv else stored(name)) or seal(cls)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    made = cases(kept("good", age.CLASSIC), kept("good-hybrid", age.HYBRID))
    for old in HERE.glob("*.json"):
        if old.stem not in made:
            old.unlink()
    for name, (about, verdict, codes, inside, files) in made.items():
        cls = age.HYBRID if name == "good-hybrid" else age.CLASSIC
        case = {
            "case": name,
            "about": about,
            "expect": {"verdict": verdict, "codes": codes, "inside": inside},
            "identity": identity(cls).text,
            "files": {path: base64.b64encode(data).decode() for path, data in files.items()},
        }
        (HERE / f"{name}.json").write_text(json.dumps(case, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
