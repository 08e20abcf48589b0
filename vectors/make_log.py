"""Writes vectors/log: one case a file, one fault a case. See spec/log.md for how to run them in any language.

Everything is derived from fixed seeds, so running this again changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID
from securesystemslib.signer import CryptoSigner, SSlibKey
from time_authority import STAMPING, Holder, Stamp, certify, refusal, with_status

from corridor.notary import merkle
from corridor.notary.checkpoint import note_key_id, sign_checkpoint, verify_checkpoint, write_proof
from corridor.notary.keys import KeyUse, SigningKey
from corridor.notary.succession import succession_entry
from corridor.notary.witness import cosign, majority, write_request

HERE = Path(__file__).parent / "log"
ORIGIN = "aurelia.example/log"
SIZES = (0, 1, 2, 3, 5, 8, 255, 256, 257, 300)


def key(name: str, use: KeyUse = KeyUse.LOG) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(
        hashlib.sha256(f"corridor vectors {name}".encode()).digest()
    )
    return SigningKey(use, CryptoSigner(private, SSlibKey.from_crypto(private.public_key())))


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


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAMES = ("borealia.example/w", "cyrenia.example/w", "dorsania.example/w")
WITNESSES = {name: key(f"witness {name}", KeyUse.WITNESS) for name in NAMES}


def cosigned(size: int, *names: str, at: datetime = NOON) -> str:
    note = checkpoint(size)
    return note + "".join(cosign(note.encode(), name, WITNESSES[name], at).decode() for name in names)


def cosignatures() -> None:
    known = {name: signer.public.raw.hex() for name, signer in WITNESSES.items()}
    one, two, _ = NAMES

    def case(
        name: str,
        expect: str,
        note: str,
        text: str,
        said: list[tuple[str, datetime]] | None = None,
        **more: Any,
    ) -> None:
        body: dict[str, Any] = {"origin": ORIGIN, "public_key": LOG_KEY.public.raw.hex(), "checkpoint": text}
        body |= {"witnesses": known} | more
        if said is not None:
            body["cosigned"] = [{"name": who, "time": int(at.timestamp())} for who, at in said]
            body["standing"] = (
                "witnessed" if len(said) >= majority(len(body["witnesses"])) else "self-asserted"
            )
        write(f"cosignature-{name}", "cosignature", expect, note, **body)

    later = NOON + timedelta(seconds=1)
    good = cosigned(5, one)
    data = base64.b64decode(good.split()[-1])

    def with_data(changed: bytes) -> str:
        return checkpoint(5) + f"— {one} {base64.b64encode(changed).decode()}\n"

    case("majority", "ok", "two of three", cosigned(5, one, two), [(one, NOON), (two, NOON)])
    case("all", "ok", "three of three", cosigned(5, *NAMES), [(name, NOON) for name in NAMES])
    case("minority", "ok", "one of three is self-asserted", good, [(one, NOON)])
    case("none", "ok", "no cosignature", checkpoint(5), [])
    case("no-witness-known", "ok", "cosignatures by unknown keys are passed over", good, [], witnesses={})
    before = checkpoint(5).partition("\n\n")
    first = f"{before[0]}\n\n{good.rpartition('— ')[1]}{good.rpartition('— ')[2]}{before[2]}"
    case("before-the-log", "ok", "the order of the lines says nothing", first, [(one, NOON)])
    case("epoch", "ok", "time 0", cosigned(5, one, at=datetime.fromtimestamp(0, UTC)),
         [(one, datetime.fromtimestamp(0, UTC))])  # fmt: skip
    stranger = cosign(checkpoint(5).encode(), one, key("witness other", KeyUse.WITNESS), NOON).decode()
    case("other-key", "ok", "a known name with another key is another witness", checkpoint(5) + stranger, [])
    renamed = good.replace(f"— {one}", "— nobody.example/w")
    case("other-name", "ok", "a known key under another name is passed over", renamed, [])
    plain = note_key_id(one, WITNESSES[one].public) + WITNESSES[one].sign(before[0].encode() + b"\n")
    case(
        "type-1",
        "ok",
        "a plain signature (type 1) by a witness's key is no cosignature",
        with_data(plain),
        [],
    )
    text = before[0].encode() + b"\n"
    bare = data[:12] + WITNESSES[one].sign(text)
    invalid, malformed = "notary.signature.invalid", "notary.cosignature.malformed"
    case("plain-text", invalid, "signed without the two lines before the text", with_data(bare))
    case("altered", invalid, "one bit of the signature", with_data(data[:-1] + bytes([data[-1] ^ 1])))
    stamped = int(later.timestamp()).to_bytes(8, "big")
    case("other-time", invalid, "a second later than was signed", with_data(data[:4] + stamped + data[12:]))
    case(
        "other-text",
        invalid,
        "cosigned size 6, stands under size 5",
        checkpoint(5) + cosigned(6, one)[len(checkpoint(6)) :],
    )
    case("one-false-of-two", invalid, "a false one spoils the note",
         cosigned(5, two) + with_data(data[:-1] + bytes([data[-1] ^ 1]))[len(checkpoint(5)):])  # fmt: skip
    case("short", malformed, "a signature of 63 bytes", with_data(data[:-1]))
    case("long", malformed, "a signature of 65 bytes", with_data(data + b"\0"))
    case("no-time", malformed, "a signature without a time", with_data(data[:4] + data[12:]))
    case("time-too-large", malformed, "after the year 9999", with_data(data[:4] + b"\xff" * 8 + data[12:]))
    case(
        "twice",
        "notary.checkpoint.malformed",
        "one witness, two lines",
        good + cosigned(5, one, at=later)[len(checkpoint(5)) :],
    )
    case("log-not-signed", "notary.checkpoint.not-signed", "cosigned, but not signed by the log",
         f"{before[0]}\n\n{good[len(checkpoint(5)):]}")  # fmt: skip
    same = {one: known[one], two: known[one]}
    case("one-key-two-names", "notary.key.twice", "one key listed as two witnesses", good, witnesses=same)
    itself = {one: LOG_KEY.public.raw.hex()}
    case(
        "log-as-witness",
        "notary.key.twice",
        "the log's own key listed as a witness",
        checkpoint(5),
        witnesses=itself,
    )


def witnesses() -> None:
    """A request to a witness that holds a checkpoint, and its answer."""
    name = NAMES[0]

    def case(
        name_: str,
        expect: str,
        status: int,
        note: str,
        held: str | None,
        request: bytes,
        says: str | None = None,
    ) -> None:
        body: dict[str, Any] = {
            "origin": ORIGIN, "public_key": LOG_KEY.public.raw.hex(), "witness": name, "time": int(NOON.timestamp()),
            "witness_public_key": WITNESSES[name].public.raw.hex(), "held": held, "status": status,
            "request": request.decode(),
        }  # fmt: skip
        if says is not None:
            body["answer"] = says
        write(f"witness-{name_}", "witness", expect, note, **body)

    def ask(old: int, new: str | int, path: list[bytes] | None = None) -> bytes:
        text = checkpoint(new) if isinstance(new, int) else new
        if path is None:
            path = TREE.consistency(old, new) if isinstance(new, int) and old <= new else []
        return write_request(old, path, text.encode())

    def line(size: int) -> str:
        return cosign(checkpoint(size).encode(), name, WITNESSES[name], NOON).decode()

    case("first", "ok", 200, "a log never seen before", None, ask(0, 5), line(5))
    case("extends", "ok", 200, "5 entries, then 8", checkpoint(5), ask(5, 8), line(8))
    case("again", "ok", 200, "the same once more", checkpoint(5), ask(5, 5), line(5))
    case("empty-log", "ok", 200, "size 0", None, ask(0, 0), line(0))
    unknown = signed(
        f"borealia.example/log\n5\n{base64.b64encode(TREE.root(5)).decode()}\n", name="borealia.example/log"
    )
    case("unknown-log", "notary.witness.unknown-log", 404, "another origin", None, ask(0, unknown))
    other = checkpoint(5, signer=OTHER_KEY)
    case("not-signed", "notary.checkpoint.not-signed", 403, "signed by another key", None, ask(0, other))
    changed = checkpoint(8).replace("\n8\n", "\n9\n")
    case(
        "altered",
        "notary.signature.invalid",
        403,
        "9 for 8",
        checkpoint(5),
        ask(5, changed, TREE.consistency(5, 8)),
    )
    case("old-larger", "notary.witness.old-size", 400, "old 8, checkpoint 5", checkpoint(8), ask(8, 5))
    case("conflict", "notary.witness.conflict", 409, "old 3, held 5", checkpoint(5), ask(3, 8), "5\n")
    case(
        "conflict-zero",
        "notary.witness.conflict",
        409,
        "old 0 to learn the size held",
        checkpoint(5),
        ask(0, 8),
        "5\n",
    )
    case(
        "rollback", "notary.witness.rollback", 409, "3 entries where 5 were", checkpoint(5), ask(3, 3), "5\n"
    )
    rewritten = merkle.Tree([merkle.leaf_hash(b"another history"), *map(merkle.leaf_hash, ENTRIES[1:8])])
    forks = {size: sign_checkpoint(ORIGIN, size, rewritten.root(size), LOG_KEY).decode() for size in (5, 8)}
    case("fork", "notary.log.forked", 409, "another root of the same size", checkpoint(5), ask(5, forks[5]))
    invalid = "notary.proof.invalid"
    path = rewritten.consistency(5, 8)
    case("rewritten", invalid, 422, "an entry exchanged, its own path", checkpoint(5), ask(5, forks[8], path))
    case(
        "path-short",
        invalid,
        422,
        "the last hash is missing",
        checkpoint(5),
        ask(5, 8, TREE.consistency(5, 8)[:-1]),
    )
    case("path-empty", invalid, 422, "no path", checkpoint(5), ask(5, 8, []))
    case("path-from-nothing", invalid, 422, "a path where none is needed", None, ask(0, 5, [bytes(32)]))
    good = ask(5, 8)
    malformed = "notary.witness.malformed"
    case("old-leading-zero", malformed, 400, "old 05", checkpoint(5), good.replace(b"old 5", b"old 05"))
    case("no-old", malformed, 400, "no old size", checkpoint(5), good.partition(b"\n")[2])
    long = write_request(5, [bytes(32)] * 64, checkpoint(8).encode())
    case("path-too-long", malformed, 400, "64 hashes", checkpoint(5), long)
    case(
        "path-base64",
        malformed,
        400,
        "a path line is not base64",
        checkpoint(5),
        good.replace(b"=\n", b"\n", 1),
    )
    case("no-checkpoint", malformed, 400, "no checkpoint", checkpoint(5), b"old 5\n")


def times() -> None:
    digest = hashlib.sha256(b"corridor vectors statement").digest()
    root, other = certify("root", "Root", authority=True), certify("other root", "Other Root", authority=True)
    middle = certify("middle", "Middle", root, authority=True)
    signer = certify("signer", "Aurelia Time", root, usage=STAMPING)
    below = certify("below", "Aurelia Time", middle, usage=STAMPING)

    def case(
        name: str, expect: str, note: str, response: bytes, roots: list[Holder] | None = None, **more: Any
    ) -> None:
        body: dict[str, Any] = {
            "response": base64.b64encode(response).decode(), "digest": digest.hex(),
            "roots": [holder.pem for holder in ([root] if roots is None else roots)],
        }  # fmt: skip
        write(f"time-{name}", "time", expect, note, **(body | more))

    def stamp(**more: Any) -> Stamp:
        return Stamp(**({"signer": signer, "digest": digest, "at": NOON, "others": [root]} | more))

    at = {"time": int(NOON.timestamp()), "authority": "Aurelia Time", "serial": 1}
    good = stamp().response()
    case("good", "ok", "one authority, its root in the token too", good, **at)
    case("nonce", "ok", "the nonce of the request came back", stamp(nonce=5).response(), nonce=5, **at)
    case("nonce-not-asked", "ok", "a nonce that nobody asks about", stamp(nonce=5).response(), **at)
    case(
        "no-root-inside",
        "ok",
        "only the signer's certificate in the token",
        stamp(others=[]).response(),
        **at,
    )
    backwards = sorted([root, middle], key=lambda holder: holder.der, reverse=True)
    unsorted = stamp(others=backwards, sort=False).response()
    case("unsorted", "ok", "certificates in another order than DER has them", unsorted, **at)
    case("old-ess", "ok", "the first form of ESSCertID, with SHA-1", stamp(ess="v1").response(), **at)
    chain = stamp(signer=below, others=[middle]).response()
    case("chain", "ok", "a certificate between, in the token", chain, **at)
    alone = stamp(signer=below, others=[]).response()
    case("chain-given", "ok", "a certificate between, given with the root", alone, [middle, root], **at)
    case("two-roots", "ok", "one of two roots", good, [other, root], **at)
    first, last = (
        certify("first", "First", root, usage=STAMPING, begin=NOON),
        certify("last", "Last", root, usage=STAMPING, end=NOON + timedelta(seconds=1)),
    )
    case(
        "first-second",
        "ok",
        "valid from that very second",
        stamp(signer=first).response(),
        **(at | {"authority": "First"}),
    )
    case(
        "last-second",
        "ok",
        "valid for one second more",
        stamp(signer=last).response(),
        **(at | {"authority": "Last"}),
    )

    case("refused", "notary.time.refused", "status 2 and no token", refusal(2))
    case("granted-with-mods", "notary.time.refused", "status 1: not what was asked for", with_status(good, 1))
    case("imprint", "notary.time.wrong-imprint", "of something else", stamp(digest=bytes(32)).response())
    case("imprint-algorithm", "notary.time.wrong-imprint", "the right 32 bytes, said to be SHA-512/256",
         stamp(algorithm="sha512_256").response())  # fmt: skip
    case("other-nonce", "notary.time.nonce", "6 for 5", stamp(nonce=6).response(), nonce=5)
    case("no-nonce", "notary.time.nonce", "none for 5", good, nonce=5)
    untrusted = "notary.time.untrusted"
    case("untrusted", untrusted, "another root", good, [other])
    case("no-roots", untrusted, "no root at all", good, [])
    case("signer-as-root", untrusted, "its own certificate is no root", good, [signer])
    case("middle-as-root", untrusted, "a certificate that does not sign itself is no root", alone, [middle])
    case("chain-broken", untrusted, "a certificate between is missing", alone)
    impostor = certify("impostor", "Root", authority=True)
    forged = certify("forged", "Aurelia Time", impostor, usage=STAMPING)
    case(
        "same-name",
        untrusted,
        "a root of the same name with another key",
        stamp(signer=forged, others=[impostor]).response(),
    )
    end = datetime(2026, 3, 1, tzinfo=UTC)
    expired = certify("expired", "Aurelia Time", root, usage=STAMPING, end=end)
    coming = certify("coming", "Aurelia Time", root, usage=STAMPING, begin=datetime(2026, 3, 3, tzinfo=UTC))
    case("expired", "notary.time.expired", "had run out the day before", stamp(signer=expired).response())
    case("not-yet-valid", "notary.time.expired", "begins the day after", stamp(signer=coming).response())
    old = certify("old middle", "Old Middle", root, authority=True, end=end)
    under = certify("under", "Aurelia Time", old, usage=STAMPING)
    case(
        "chain-expired",
        "notary.time.expired",
        "a certificate between had run out",
        stamp(signer=under, others=[old]).response(),
    )
    purpose = "notary.time.wrong-purpose"
    loose = certify("loose", "Aurelia Time", root, usage=STAMPING, critical=False)
    case("purpose-not-critical", purpose, "time-stamping, not critical", stamp(signer=loose).response())
    both = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING])
    case("purpose-two", purpose, "time-stamping and something else",
         stamp(signer=certify("two", "Aurelia Time", root, usage=both)).response())  # fmt: skip
    code = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
    case(
        "purpose-other",
        purpose,
        "something else",
        stamp(signer=certify("code", "Aurelia Time", root, usage=code)).response(),
    )
    case(
        "purpose-none", purpose, "no purpose", stamp(signer=certify("none", "Aurelia Time", root)).response()
    )
    wrong = "notary.time.wrong-signer"
    twin = certify("signer", "Aurelia Time Twin", root, usage=STAMPING)
    case("signer-exchanged", wrong, "another certificate of the same key than was signed for",
         stamp(signer=twin, named=signer).response())  # fmt: skip
    case("no-ess", wrong, "the signed attributes name no certificate", stamp(ess=None).response())
    moved = good.replace(b"20260302120000Z", b"20260302110000Z")
    case("altered-time", "notary.time.altered", "an hour earlier than was signed", moved)
    case("altered-signature", "notary.time.altered", "the last bit", good[:-1] + bytes([good[-1] ^ 1]))
    malformed = "notary.time.token-malformed"
    case("two-signers", malformed, "two signers", stamp(signers=2).response())
    case("no-signer", malformed, "no signer", stamp(signers=0).response())
    case(
        "critical-extension", malformed, "a critical extension nobody knows", stamp(critical=True).response()
    )
    case("granted-without-token", malformed, "status 0 and no token", refusal(0))
    case("unknown-status", malformed, "status 9", refusal(9))
    case("trailing", malformed, "a byte more", good + b"\0")
    case("truncated", malformed, "a byte less", good[:-1])
    case("empty", malformed, "nothing", b"")


def successions() -> None:
    new_origin, new_key = "aurelia.example/log-2027", key("log 2027")
    final = verify_checkpoint(checkpoint(5).encode(), LOG_KEY.public, ORIGIN)
    earlier = verify_checkpoint(checkpoint(3).encode(), LOG_KEY.public, ORIGIN)
    entries = [succession_entry(final), *ENTRIES[10:13], succession_entry(final)]
    tree = merkle.Tree(map(merkle.leaf_hash, entries))
    note = sign_checkpoint(new_origin, 5, tree.root(), new_key)

    def case(name: str, expect: str, text: str, final_note: bytes, index: int) -> None:
        body = {
            "origin": ORIGIN, "public_key": LOG_KEY.public.raw.hex(), "final": final_note.decode(),
            "new_origin": new_origin, "new_public_key": new_key.public.raw.hex(),
            "proof": write_proof(index, tree.inclusion(index), note).decode(),
        }  # fmt: skip
        write(f"succession-{name}", "succession", expect, text, **body)

    case("good", "ok", "the new log begins with the last checkpoint of the old", final.text, 0)
    case(
        "cosigned",
        "ok",
        "cosignatures on the last checkpoint change nothing",
        cosigned(5, *NAMES).encode(),
        0,
    )
    case("later", "notary.log.not-successor", "it stands further on in the new log", final.text, 4)
    case("other-checkpoint", "notary.proof.invalid", "the new log begins with another", earlier.text, 0)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for old in HERE.glob("*.json"):
        old.unlink()
    for write_cases in (
        checkpoints, proofs, consistency, trees, cosignatures, witnesses, times, successions
    ):  # fmt: skip
        write_cases()
    print(f"{len(list(HERE.glob('*.json')))} cases in {HERE.name}/")


if __name__ == "__main__":
    main()
