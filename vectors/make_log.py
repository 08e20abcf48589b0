"""Writes vectors/log: one case a file, one fault a case. See spec/log.md for how to run them in any language.

Everything is derived from fixed seeds, so running this again changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey

from corridor.notary import merkle
from corridor.notary.checkpoint import note_key_id, sign_checkpoint, write_proof
from corridor.notary.keys import KeyUse, SigningKey

HERE = Path(__file__).parent / "log"
ORIGIN = "aurelia.example/log"
SIZES = (0, 1, 2, 3, 5, 8, 255, 256, 257, 300)


def key(name: str) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(
        hashlib.sha256(f"corridor vectors {name}".encode()).digest()
    )
    return SigningKey(KeyUse.LOG, CryptoSigner(private, SSlibKey.from_crypto(private.public_key())))


LOG_KEY, OTHER_KEY = key("log"), key("other")
ENTRIES = [hashlib.sha256(f"corridor vectors entry {number}".encode()).digest() for number in range(300)]
TREE = merkle.Tree(merkle.leaf_hash(entry) for entry in ENTRIES)


def checkpoint(size: int, *, origin: str = ORIGIN, signer: SigningKey = LOG_KEY) -> str:
    return sign_checkpoint(origin, size, TREE.root(size), signer).decode()


def signed(text: str, *, name: str = ORIGIN, signer: SigningKey = LOG_KEY) -> str:
    """A note over any text, well formed or not, whose signature holds."""
    signature = note_key_id(name, signer.public) + signer.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(signature).decode()}\n"


def proof(index: int, size: int) -> str:
    return write_proof(index, TREE.inclusion(index, size), checkpoint(size).encode()).decode()


def write(name: str, kind: str, expect: str, note: str, **case: Any) -> None:
    body = {"kind": kind, "note": note, "expect": expect, **case}
    text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def checkpoints() -> None:
    def case(name: str, expect: str, note: str, text: str) -> None:
        body = {"origin": ORIGIN, "public_key": LOG_KEY.public.raw.hex(), "checkpoint": text}
        write(f"checkpoint-{name}", "checkpoint", expect, note, **body)

    good, root = checkpoint(5), base64.b64encode(TREE.root(5)).decode()
    text, _, signature = good.partition("\n\n")
    mark = "notary.checkpoint.malformed"
    case("empty-log", "ok", "size 0 has the root of nothing", checkpoint(0))
    case("good", "ok", "one signature by the log", good)
    case(
        "extension-line", "ok", "a line after the root is signed and not read", signed(f"{text}\nextension\n")
    )
    witnessed = good + signed(text + "\n", name="witness.example", signer=OTHER_KEY).partition("\n\n")[2]
    case("unknown-signature", "ok", "another key's signature is passed over", witnessed)
    stranger = checkpoint(5, signer=OTHER_KEY)
    case("other-key", "notary.checkpoint.not-signed", "signed by another key only", stranger)
    case(
        "other-name",
        "notary.checkpoint.not-signed",
        "the log's key under another name",
        signed(text + "\n", name="x"),
    )
    other = signed(f"borealia.example/log\n5\n{root}\n")
    case(
        "other-origin",
        "notary.checkpoint.wrong-origin",
        "signed under our name, speaks of another log",
        other,
    )
    case("size-changed", "notary.signature.invalid", "6 for 5", good.replace("\n5\n", "\n6\n"))
    flipped = base64.b64encode(bytes([TREE.root(5)[0] ^ 1]) + TREE.root(5)[1:]).decode()
    case("root-changed", "notary.signature.invalid", "one bit of the root", good.replace(root, flipped))
    case("signature-twice", mark, "one key signs twice", good + signature)
    case("no-signature", mark, "a text and nothing else", text + "\n")
    case("leading-zero", mark, "size 05", signed(f"{ORIGIN}\n05\n{root}\n"))
    case(
        "short-root",
        mark,
        "a root of 31 bytes",
        signed(f"{ORIGIN}\n5\n{base64.b64encode(bytes(31)).decode()}\n"),
    )
    case("two-lines", mark, "no root", signed(f"{ORIGIN}\n5\n"))
    case("empty-line", mark, "an empty line in the text", signed(f"{ORIGIN}\n5\n{root}\n\nmore\n"))
    case("empty-log-with-root", mark, "size 0 with a root of something", signed(f"{ORIGIN}\n0\n{root}\n"))
    case("carriage-return", mark, "CRLF line ends", good.replace("\n", "\r\n"))
    case("no-last-newline", mark, "the last line end is missing", good[:-1])
    case("hyphen", mark, "a hyphen for the em dash", good.replace("—", "-"))


def proofs() -> None:
    def case(name: str, expect: str, note: str, text: str, entry: bytes) -> None:
        body = {"origin": ORIGIN, "public_key": LOG_KEY.public.raw.hex(), "proof": text, "entry": entry.hex()}
        write(f"proof-{name}", "proof", expect, note, **body)

    for index, size in ((0, 1), (0, 2), (2, 3), (4, 5), (255, 256), (256, 257), (77, 300)):
        case(f"good-{index}-of-{size}", "ok", f"entry {index} of {size}", proof(index, size), ENTRIES[index])
    good = proof(2, 5)
    lines = good.split("\n")
    malformed, invalid = "notary.proof.malformed", "notary.proof.invalid"
    extra = good.replace("\nindex", "\nextra AAAA\nindex")
    case("extra", "ok", "an extra line is allowed and not believed", extra, ENTRIES[2])
    case("other-entry", invalid, "the proof of another entry", good, ENTRIES[3])
    case("entry-hash", invalid, "the entry's hash given for the entry", good, merkle.leaf_hash(ENTRIES[2]))
    case("other-index", invalid, "3 for 2", good.replace("index 2", "index 3"), ENTRIES[2])
    beyond = good.replace("index 2", "index 5")
    case("index-beyond", "notary.proof.out-of-range", "index 5 of 5", beyond, ENTRIES[2])
    case("index-leading-zero", malformed, "index 02", good.replace("index 2", "index 02"), ENTRIES[2])
    case("index-missing", malformed, "no index line", good.replace("index 2\n", ""), ENTRIES[2])
    case("other-version", malformed, "v2", good.replace("@v1", "@v2", 1), ENTRIES[2])
    case(
        "no-empty-line", malformed, "path and checkpoint run together", good.replace("\n\n", "\n"), ENTRIES[2]
    )
    case("path-short", invalid, "the last hash is missing", "\n".join(lines[:4] + lines[5:]), ENTRIES[2])
    longer = "\n".join([*lines[:5], lines[4], *lines[5:]])
    case("path-long", invalid, "one hash too many", longer, ENTRIES[2])
    swapped = "\n".join([*lines[:2], lines[3], lines[2], *lines[4:]])
    case("path-swapped", invalid, "two hashes exchanged", swapped, ENTRIES[2])
    case(
        "path-base64",
        malformed,
        "a path line is not base64",
        good.replace(lines[2], lines[2][:-1]),
        ENTRIES[2],
    )
    unsigned = good.replace("— aurelia", "— another")
    case(
        "checkpoint-not-signed",
        "notary.checkpoint.not-signed",
        "no signature by the log",
        unsigned,
        ENTRIES[2],
    )


def consistency() -> None:
    def case(name: str, expect: str, note: str, old: str, new: str, path: list[bytes]) -> None:
        hashes = [base64.b64encode(item).decode() for item in path]
        body = {
            "origin": ORIGIN,
            "public_key": LOG_KEY.public.raw.hex(),
            "old": old,
            "new": new,
            "path": hashes,
        }
        write(f"consistency-{name}", "consistency", expect, note, **body)

    for old, new in ((0, 5), (1, 2), (3, 8), (5, 5), (8, 255), (256, 300), (257, 300)):
        path = TREE.consistency(old, new)
        case(f"good-{old}-{new}", "ok", f"{old} entries, then {new}", checkpoint(old), checkpoint(new), path)
    invalid, path = "notary.proof.invalid", TREE.consistency(3, 8)
    rewritten = merkle.Tree([merkle.leaf_hash(b"another history"), *map(merkle.leaf_hash, ENTRIES[1:8])])
    other = [sign_checkpoint(ORIGIN, size, rewritten.root(size), LOG_KEY).decode() for size in (3, 8)]
    fork = "notary.log.forked"
    case("fork", fork, "two roots of one size, both signed", checkpoint(8), other[1], [])
    case(
        "rewritten",
        invalid,
        "an old entry was exchanged",
        checkpoint(3),
        other[1],
        rewritten.consistency(3, 8),
    )
    case("path-short", invalid, "the last hash is missing", checkpoint(3), checkpoint(8), path[:-1])
    case("path-long", invalid, "one hash too many", checkpoint(3), checkpoint(8), [*path, path[0]])
    case("path-empty", invalid, "no path", checkpoint(3), checkpoint(8), [])
    case("path-for-equal", invalid, "a path between equal sizes", checkpoint(8), checkpoint(8), path)
    case("shrunk", "notary.proof.out-of-range", "the newer is smaller", checkpoint(8), checkpoint(3), path)


def trees() -> None:
    for size in SIZES:
        tiles = {}
        level = 0
        while size >> (8 * level):
            count = size >> (8 * level)
            for tile in range(-(-count // 256)):
                width = min(256, count - tile * 256)
                # A hash at this level is that of 256^level entries, taken here straight from the entries.
                span = 256**level
                data = b"".join(
                    merkle.Tree(map(merkle.leaf_hash, ENTRIES[at * span : (at + 1) * span])).root()
                    for at in range(tile * 256, tile * 256 + width)
                )
                name = f"tile/{level}/{tile:03d}" + (f".p/{width}" if width < 256 else "")
                tiles[name] = hashlib.sha256(data).hexdigest()
            level += 1
        entries = [entry.hex() for entry in ENTRIES[:size]]
        root = TREE.root(size).hex()
        write(f"tree-{size}", "tree", "ok", f"{size} entries", entries=entries, root=root, tiles_sha256=tiles)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for old in HERE.glob("*.json"):
        old.unlink()
    for write_cases in (checkpoints, proofs, consistency, trees):
        write_cases()
    print(f"{len(list(HERE.glob('*.json')))} cases in {HERE.name}/")


if __name__ == "__main__":
    main()
