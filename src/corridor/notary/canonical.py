"""JSON with one spelling: what is signed is written once and read strictly.

`dumps` is RFC 8785 (JCS) over a smaller world: objects, arrays, strings, booleans, null, and integers within
±(2^53 - 1). Floating-point numbers are refused, so nothing here depends on how a language prints one.
`loads` refuses what two readers could understand differently: duplicate keys, floats, NaN, lone surrogates, a
byte-order mark, deep nesting, anything over the limit.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from corridor.notary.fault import NotaryFault

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
DEFAULT_LIMIT = 4 * 1024 * 1024


def dumps(obj: Any) -> bytes:
    """The canonical bytes of `obj` (dicts with string keys, lists or tuples, str, int, bool, None).

    Raises `notary.json.unrepresentable` for anything else.
    """
    ordered = _ordered(obj, 0)
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _ordered(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise NotaryFault("notary.json.unrepresentable", what="nesting")
    if isinstance(value, str):
        _check_text(value, "notary.json.unrepresentable")
        return value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotaryFault("notary.json.unrepresentable", what="large integer")
        return int(value)
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise NotaryFault("notary.json.unrepresentable", what="key that is not text")
        for key in value:
            _check_text(key, "notary.json.unrepresentable")
        # RFC 8785 3.2.3: keys are ordered by UTF-16 code units, which differs from code points above U+FFFF.
        return {key: _ordered(value[key], depth + 1) for key in sorted(value, key=_utf16)}
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    raise NotaryFault("notary.json.unrepresentable", what=type(value).__name__)


def loads(data: bytes, *, limit: int = DEFAULT_LIMIT, depth: int = MAX_DEPTH) -> Any:
    """Read JSON from a stranger: at most `limit` bytes, nested at most `depth`.

    Raises `notary.json.too-large` or `notary.json.malformed` (fact `what` says which rule, never the
    content).
    """
    if len(data) > limit:
        raise NotaryFault("notary.json.too-large", size=len(data), limit=limit)
    try:
        value = json.loads(
            bytes(data).decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_integer,
        )
    except RecursionError:
        _malformed("nesting")
    except UnicodeDecodeError:
        _malformed("not UTF-8")
    except json.JSONDecodeError:
        _malformed("not JSON")
    _check_tree(value, depth)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _malformed("duplicate key")
    return found


def _no_float(text: str) -> NoReturn:
    _malformed("number that is not an integer")


def _integer(text: str) -> int:
    # Length first: reading a very long number costs time that grows with its square.
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER or text == "-0":
        _malformed("large integer")
    return int(text)


def _check_tree(value: Any, depth: int) -> None:
    waiting = [(value, 0)]
    while waiting:
        item, level = waiting.pop()
        if isinstance(item, str):
            _check_text(item, "notary.json.malformed")
        elif isinstance(item, dict | list):
            if level >= depth:
                _malformed("nesting")
            if isinstance(item, dict):
                for key in item:
                    _check_text(key, "notary.json.malformed")
                item = list(item.values())
            waiting.extend((inner, level + 1) for inner in item)


def _check_text(text: str, code: str) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotaryFault(code, what="lone surrogate") from None


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be")


def _malformed(what: str) -> NoReturn:
    raise NotaryFault("notary.json.malformed", what=what) from None
