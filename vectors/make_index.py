"""Writes vectors/index: one case a file, one fault a case. See spec/package.md section 4 for how to read a line.

`kind` is `line` (a line of the index; `line` is base64, and where it is good, `leaf` is its leaf hash under the salt
of its number from `secret`), or `proof` (a record with salt, position and path in a tree of `size` leaves). `expect` is
"ok" or the code of the fault. Everything is derived from fixed seeds, so running this again changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corridor.notary import merkle
from corridor.seal import index
from corridor.seal.index import Disclosed, Item, ItemTree

HERE = Path(__file__).parent / "index"
SECRET = hashlib.sha256(b"corridor vectors index").digest()
WHEN = datetime(2026, 3, 1, 21, 15, 1, 234, tzinfo=UTC)
MALFORMED, REFUSED = "seal.index.malformed", "seal.item.name-refused"


def line(item: Item) -> bytes:
    h = hashlib.sha256(f"corridor vectors item {item.number} {item.state}".encode()).hexdigest()
    return index._write(item, f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def case(name: str, expect: str, note: str, **facts: Any) -> None:
    body = {"expect": expect, "note": note, **facts}
    text = json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def good(name: str, note: str, item: Item) -> bytes:
    data = line(item)
    index.parse_record(data)
    salt = ItemTree(SECRET).salt(item.number)
    leaf = merkle.leaf_hash(salt + index.leaf(data)).hex()
    case(f"line-{name}", "ok", note, kind="line", line=b64(data), secret=SECRET.hex(), leaf=leaf)
    return data


def bad(name: str, note: str, data: bytes, expect: str = MALFORMED) -> None:
    case(f"line-{name}", expect, note, kind="line", line=b64(data))


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for old in HERE.glob("*.json"):
        old.unlink()
    whole = Item(7, "mail/a ledger.eml", "whole", 3, "ab" * 32, "pack-0001", "000002", 1, modified=WHEN)
    plain = good("whole", "a small item in a pack", whole)
    good(
        "large",
        "an item of many files",
        Item(1, "d.img", "whole", (1 << 53) - 1, "cd" * 32, "0002", parts=40_000),
    )
    good("changed", "with a reason", replace(whole, number=2, state="changed", reason="size"))
    good("unreadable", "nothing of it", Item(3, "closed", "unreadable", reason="EACCES"))
    good("unreadable-in-part", "up to there", replace(whole, number=4, state="unreadable", reason="EIO"))
    good("folder", "a folder", Item(5, "mail", "folder", modified=WHEN))
    good(
        "link",
        "a link whose target is not UTF-8",
        Item(6, "l", "link", target="../\ufffd", target_bytes=b"../\xfe"),
    )
    good("special", "a pipe", Item(8, "pipe", "special", reason="pipe"))
    cut = Item(9, "na\ufffdme\ufffd\ufffd", "folder", name_bytes=b"na\xe2\x82me\xff\xc0")
    good("name-bytes", "a name that is not UTF-8: one U+FFFD for each maximal subpart", cut)
    odd = 'q"b\\s/\b\t\n\f\r\x01\x1f\x7f\u2028\U0001f4bc'
    good("name-escapes", "every escape RFC 8785 knows, and what it leaves as it is", Item(10, odd, "folder"))
    place = 'x,"corridor:place":{"corridor:item":1}'
    good("name-like-a-place", "the last occurrence is the member", Item(11, place, "folder"))
    tree = ItemTree(SECRET)
    lines = [line(Item(number, f"f/{number}", "folder")) for number in range(1, 6)]
    for number, each in enumerate(lines, 1):
        tree.add(number, each)
    position, salt, path = tree.proof(3, lines[2])
    shown = Disclosed(index.leaf(lines[2]), salt, position, tuple(path))
    marked = replace(
        whole,
        number=12,
        restricted=True,
        restrictions=("uncc/14", "xbb-code/201(a)"),
        conditions=index.conditions_digest(["XBB:use-limited"]),
        provenance={"received": "upload", "by": "an \u201cofficer\u201d"},
        acquisition={"format": "ewf", "md5": "0" * 32},
        disclosed=shown,
    )
    full = good("every-member", "all members that do not always stand, as far as they can together", marked)

    def swap(old: bytes, new: bytes, data: bytes = plain) -> bytes:
        if data.count(old) < 1:
            raise SystemExit(f"nothing to exchange: {old!r}")
        return data.replace(old, new, 1)

    bad("space", "white space between tokens", swap(b'":"', b'": "'))
    bad("escape", "a letter written as an escape", plain.replace(b"ledger", b"\\u006cedger"))
    bad(
        "escape-upper",
        "hex of an escape in capitals",
        swap(b"\\u001f", b"\\u001F", line(Item(10, odd, "folder"))),
    )
    bad("surrogate", "a lone surrogate", plain.replace(b"ledger", b"\\ud800edger"))
    bad("not-utf8", "bytes that are not UTF-8", plain.replace(b"ledger", b"\xffedger"))
    bad(
        "member-twice",
        "a member twice",
        swap(b'"corridor:state":"whole"', b'"corridor:state":"whole",' * 2)[:-1] + b"}",
    )
    bad(
        "member-unknown",
        "a member this page does not know",
        swap(b',"corridor:place"', b',"corridor:x":1,"corridor:place"'),
    )
    bad("member-order", "two members exchanged", swap(
        b'"corridor:state":"whole","corridor:restricted":false', b'"corridor:restricted":false,"corridor:state":"whole"'
    ))  # fmt: skip
    bad("member-missing", "no restriction mark", swap(b',"corridor:restricted":false', b""))
    bad(
        "member-null",
        "null for a member that does not stand",
        swap(b',"corridor:place"', b',"corridor:reason":null,"corridor:place"'),
    )
    bad("number-fraction", "3.0 for 3", plain.replace(b'sizeInBytes":3', b'sizeInBytes":3.0'))
    bad("number-text", "a number as a text", plain.replace(b'sizeInBytes":3', b'sizeInBytes":"3"'))
    bad("number-large", "2^53", plain.replace(b'sizeInBytes":3', b'sizeInBytes":9007199254740992'))
    bad("number-zero", "items count from 1", swap(b'"corridor:item":7', b'"corridor:item":0'))
    bad("sizes-differ", "two sizes", swap(b'sizeInBytes":3', b'sizeInBytes":4'))
    bad("time-offset", "a time with an offset", swap(b"000234Z", b"000234+00:00"))
    bad("time-digits", "a time without its six digits", swap(b"01.000234Z", b"01Z"))
    bad("time-day", "a day no month has", swap(b"2026-03-01", b"2026-02-30"))
    bad("uuid-version", "a UUID of another version", plain.replace(b"-4", b"-1"))
    bad("uuid-differs", "the facet has another UUID", swap(b'"corridor:file/', b'"corridor:file/0'))
    bad("hash-capitals", "a digest in capitals", plain.replace(b"ab" * 32, b"AB" * 32))
    bad("hash-method", "another method", swap(b"SHA256", b"SHA512"))
    bad("state", "a state there is not", swap(b'"whole"', b'"half"'))
    bad(
        "type",
        "a folder that says it is a file",
        swap(b'"corridor:state":"whole"', b'"corridor:state":"folder"'),
    )
    bad(
        "no-content",
        "whole without content",
        plain[: plain.index(b",{")] + plain[plain.index(b'],"corridor:state"') :],
    )
    bad(
        "reason",
        "a reason on a whole item",
        swap(b',"corridor:place"', b',"corridor:reason":"EIO","corridor:place"'),
    )
    bad(
        "no-reason",
        "unreadable without a reason",
        swap(b'"corridor:state":"whole"', b'"corridor:state":"unreadable"'),
    )
    bad(
        "name-bytes-utf8",
        "bytes of a name that is UTF-8",
        swap(b',"corridor:place"', b',"corridor:nameBytes":"YQ==","corridor:place"'),
    )
    bad("name-bytes-other", "bytes of another name", swap(b"na", b"no", line(cut)))
    bad(
        "restriction-unmarked",
        "named restrictions on an item not restricted",
        swap(b'restricted":true', b'restricted":false', full),
    )
    bad(
        "restriction-order",
        "restrictions out of order",
        swap(b'"uncc/14","xbb-code/201(a)"', b'"xbb-code/201(a)","uncc/14"', full),
    )
    bad(
        "facts-order",
        "facts out of order",
        swap(
            b'"format":"ewf","md5":"' + b"0" * 32 + b'"', b'"md5":"' + b"0" * 32 + b'","format":"ewf"', full
        ),
    )
    bad("place-pack", "a member outside a pack", swap(b'"pack-0001"', b'"0001"'))
    bad("place-unit", "a unit that climbs", swap(b'"pack-0001"', b'"../0001"'))
    bad("place-missing", "no place", index.leaf(plain))
    bad("no-json", "no JSON", plain[:-1])
    for name, path_ in (("climbs", b"mail/../../a"), ("absolute", b"/etc/passwd"), ("empty-part", b"mail//a"),
                        ("dot", b"mail/./a"), ("long-part", b"x" * 256), ("nul", b"a\\u0000b")):  # fmt: skip
        bad(f"name-{name}", "a name that is refused", plain.replace(b"mail/a ledger.eml", path_), REFUSED)

    def proof(name: str, expect: str, note: str, **changes: Any) -> None:
        facts: dict[str, Any] = {
            "kind": "proof",
            "record": b64(shown.record),
            "salt": salt.hex(),
            "position": position,
            "size": 5,
            "path": [each.hex() for each in path],
            "root": tree.root(),
        }
        case(f"proof-{name}", expect, note, **(facts | changes))

    outside = "seal.index.not-in-tree"
    proof("good", "ok", "item 3 of 5")
    proof("record", outside, "another record", record=b64(index.leaf(lines[3])))
    proof("with-place", outside, "the line with its place", record=b64(lines[2]))
    proof("salt", outside, "another salt", salt="00" * 32)
    proof("position", outside, "another position", position=(position + 1) % 5)
    proof("size", outside, "another size", size=9)
    proof("path", outside, "a path cut short", path=[each.hex() for each in path[:-1]])
    proof("root", outside, "another root", root="00" * 32)


if __name__ == "__main__":
    main()
