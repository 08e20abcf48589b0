"""Turns the JSON schema of an act's coded body into fields a page can show, and what a page posts back into a body.

Nothing is judged here: a field left empty is left out, and whether the body is of its form is said by the action.
Names are dotted paths from `body`; repeated things carry their number: `body.data_and_link.data.0.address.port`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corridor.dossier.identifiers import local_time, zone_names

Choices = Mapping[str, Sequence[tuple[str, str]]]  # code of a field, or its path -> (value, label) rows
LEAVE_OUT = object()
#: JSON schema formats as pydantic writes them.
_FORMATS = {"date": "day", "date-time": "moment"}
_LINE = 1000  # what may be longer than this is several lines of words


@dataclass
class Field:
    """One thing to fill in. `kind` names the fragment that shows it; groups and rows have children."""

    path: str
    code: str
    kind: str
    required: bool = False
    value: Any = None
    zone: str = "+00:00"
    options: tuple[tuple[str, str], ...] = ()
    children: list[Field] = field(default_factory=list)  # of a group
    rows: list[Field] = field(default_factory=list)  # of repeated groups, each a group
    blank: Field | None = None  # the row a press on "add" makes, number `__n__`
    low: int | None = None
    high: int | None = None
    wrong: bool = False
    text: Any = None  # the box for the words of the same name, where the page has one

    @property
    def filled(self) -> bool:
        """Whether anything stands in it, a flag that is off aside."""
        if self.children or self.rows:
            return any(each.filled for each in (*self.children, *self.rows))
        written = bool(self.text and self.text.get("text"))
        return written or self.value not in (None, "", False, [], ())

    @property
    def wide(self) -> bool:
        return self.kind in ("group", "rows", "many", "lines", "prose")

    @property
    def id(self) -> str:
        return "f-" + re.sub(r"[^a-z0-9_]+", "-", self.path.lower())


@dataclass(frozen=True)
class _Shape:
    kind: str
    schema: dict[str, Any]
    optional: bool = False


class Reader:
    """Reads one body's schema. `choices` gives options that the schema cannot know: States, grounds, acts."""

    def __init__(
        self, schema: Mapping[str, Any], choices: Choices | None = None, skip: Sequence[str] = ()
    ) -> None:
        self._schema = dict(schema)
        self._defs: dict[str, Any] = dict(self._schema.get("$defs", {}))
        self._choices = dict(choices or {})
        self._skip = frozenset(skip)

    # -- schema to fields ---------------------------------------------------------------------------------------

    def fields(self, body: Mapping[str, Any] | None = None, wrong: str = "") -> list[Field]:
        """The fields of the body, filled with `body`; the one at path `wrong` is marked."""
        return list(self._children("body", self._schema, body or {}, wrong))

    def _children(
        self, path: str, schema: Mapping[str, Any], value: Mapping[str, Any], wrong: str
    ) -> Iterator[Field]:
        required = set(schema.get("required", ()))
        for code, part in schema.get("properties", {}).items():
            if code in self._skip or self._with_time(code, schema):
                continue
            made = self._field(f"{path}.{code}", code, part, code in required, value.get(code), wrong)
            if made.kind == "moment" and _zoned(schema) and value.get("zone"):
                made.zone = str(value["zone"])
            yield made

    def _with_time(self, code: str, schema: Mapping[str, Any]) -> bool:
        """The zone of a clock is typed beside its time, in one place."""
        return code == "zone" and _zoned(schema)

    def _field(
        self, path: str, code: str, part: Mapping[str, Any], required: bool, value: Any, wrong: str
    ) -> Field:
        shape = self._shape(code, part)
        if value is None and shape.kind == "choice":
            value = part.get("default")
        made = Field(
            path=path, code=code, kind=shape.kind, required=required and not shape.optional, value=value
        )
        made.wrong = bool(wrong) and f"body.{wrong}" == path
        made.options = self._options(path, code, shape)
        made.low, made.high = shape.schema.get("minimum"), shape.schema.get("maximum")
        if shape.kind == "flag" and made.required:
            made.kind = "yesno"
        if shape.kind == "moment" and isinstance(value, str):
            made.value, made.zone = split_moment(value)
        if shape.kind == "group":
            inside = value if isinstance(value, Mapping) else {}
            made.children = list(self._children(path, shape.schema, inside, wrong))
            if not made.required:
                _loosen(made.children)
        if shape.kind == "rows":
            given = list(value) if isinstance(value, list | tuple) else []
            made.rows = [self._row(path, code, n, shape, each, wrong) for n, each in enumerate(given or [{}])]
            made.blank = self._row(path, code, "__n__", shape, {}, "")
        if shape.kind in ("lines", "many"):
            made.value = list(value) if isinstance(value, list | tuple) else []
        if shape.kind in ("choice", "many"):
            made.options = _with_given(made.options, made.value)
        return made

    def _row(self, path: str, code: str, number: int | str, shape: _Shape, value: Any, wrong: str) -> Field:
        inside = f"{path}.{number}"
        row = Field(path=inside, code=code, kind="group")
        row.children = list(
            self._children(inside, shape.schema, value if isinstance(value, Mapping) else {}, wrong)
        )
        return row

    def _resolve(self, part: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        """Follow references and `X or nothing`; True when nothing is allowed."""
        optional = False
        schema = dict(part)
        for _ in range(20):
            if "$ref" in schema:
                schema = dict(self._defs[str(schema["$ref"]).rsplit("/", 1)[-1]])
            elif "allOf" in schema and len(schema["allOf"]) == 1:
                schema = dict(schema["allOf"][0])
            elif "anyOf" in schema:
                real = [each for each in schema["anyOf"] if each.get("type") != "null"]
                optional = optional or len(real) < len(schema["anyOf"])
                schema = dict(real[0])
            else:
                break
        return schema, optional

    def _shape(self, code: str, part: Mapping[str, Any]) -> _Shape:
        schema, optional = self._resolve(part)
        kind = str(schema.get("type", "string"))
        if kind == "array":
            return self._list(code, schema, optional)
        if kind == "object":
            return _Shape("group", schema, optional)
        if "enum" in schema or "const" in schema or self._chosen(code):
            return _Shape("choice", schema, optional)
        if kind == "boolean":
            return _Shape("yesno" if optional else "flag", schema, optional)
        if kind == "integer":
            return _Shape("number", schema, optional)
        if schema.get("maxLength", 0) > _LINE:
            return _Shape("prose", schema, optional)
        return _Shape(_FORMATS.get(str(schema.get("format", "")), "line"), schema, optional)

    def _list(self, code: str, schema: Mapping[str, Any], optional: bool) -> _Shape:
        items, _ = self._resolve(schema.get("items", {}))
        if items.get("type") == "object":
            return _Shape("rows", items, optional)
        if "enum" in items or self._chosen(code):
            return _Shape("many", items, optional)
        return _Shape("lines", items, optional)

    def _chosen(self, code: str) -> bool:
        return code in self._choices or any(path.endswith(f".{code}") for path in self._choices)

    def _options(self, path: str, code: str, shape: _Shape) -> tuple[tuple[str, str], ...]:
        if shape.kind not in ("choice", "many"):
            return ()
        plain = re.sub(r"\.(\d+|__n__)(?=\.|$)", "", path)
        for key in (plain, plain.removeprefix("body."), code):
            if key in self._choices:
                return tuple((str(value), str(label)) for value, label in self._choices[key])
        values = shape.schema.get("enum") or ([shape.schema["const"]] if "const" in shape.schema else [])
        return tuple((str(each), "") for each in values)  # no label: the page says it by code

    # -- what was posted to a body --------------------------------------------------------------------------------

    def body(self, posted: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The coded body out of posted values (name -> list of values). Empty things are left out."""
        return self._read_group("body", self._schema, posted)

    def _read_group(
        self, path: str, schema: Mapping[str, Any], posted: Mapping[str, Sequence[str]]
    ) -> dict[str, Any]:
        found = {}
        for code, part in schema.get("properties", {}).items():
            if code in self._skip:
                continue
            if self._with_time(code, schema):
                zone = _first(posted, f"{path}.time.zone")
                if "/" in zone and _first(posted, f"{path}.time"):
                    found[code] = zone
                continue
            value = self._read(f"{path}.{code}", code, part, posted)
            if value is not LEAVE_OUT:
                found[code] = value
        return found

    def _read(
        self, path: str, code: str, part: Mapping[str, Any], posted: Mapping[str, Sequence[str]]
    ) -> Any:
        shape = self._shape(code, part)
        values = [each.strip() for each in posted.get(path, ())]
        first = values[0] if values else ""
        if shape.kind == "group":
            inside = self._read_group(path, shape.schema, posted)
            return LEAVE_OUT if _nothing(inside, shape.schema) else inside
        if shape.kind == "rows":
            rows = [self._read_group(f"{path}.{n}", shape.schema, posted) for n in _numbers(path, posted)]
            return [row for row in rows if not _nothing(row, shape.schema)] or LEAVE_OUT
        if shape.kind == "many":
            return [each for each in values if each] or LEAVE_OUT
        if shape.kind == "lines":
            return [line.strip() for line in first.splitlines() if line.strip()] or LEAVE_OUT
        if shape.kind in ("flag", "yesno"):
            return {"yes": True, "no": False}.get(first, LEAVE_OUT)
        if not first:
            return LEAVE_OUT
        if shape.kind == "number":
            # What is not a number goes on as it was typed: the action says which field is wrong.
            return int(first) if re.fullmatch(r"-?\d{1,9}", first) else first
        if shape.kind == "prose":
            return first.replace("\r\n", "\n")
        if shape.kind == "moment":
            zones = posted.get(f"{path}.zone", ())
            return join_moment(first, zones[0] if zones else "+00:00")
        return first


def _with_given(options: tuple[tuple[str, str], ...], value: Any) -> tuple[tuple[str, str], ...]:
    """The options, and what stands in the body though none of them says it: opening a form must not lose it."""
    known = {each for each, _ in options}
    given = value if isinstance(value, list | tuple) else [value]
    return (
        *options,
        *((str(each), "") for each in given if each not in (None, "") and str(each) not in known),
    )


def _nothing(found: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    """Nobody filled it in: what it holds is what the page itself had chosen beforehand."""
    parts = schema.get("properties", {})
    return all(
        code in parts and value == parts[code].get("default", LEAVE_OUT) for code, value in found.items()
    )


def _zoned(schema: Mapping[str, Any]) -> bool:
    return {"time", "zone"} <= set(schema.get("properties", {}))


def _first(posted: Mapping[str, Sequence[str]], name: str) -> str:
    values = posted.get(name, ())
    return values[0].strip() if values else ""


def _loosen(children: list[Field]) -> None:
    """Inside a group that may be left out nothing is required; a choice of yes or no stays one."""
    for child in children:
        child.required = False
        _loosen(child.children)


def _numbers(path: str, posted: Mapping[str, Sequence[str]]) -> list[int]:
    pattern = re.compile(re.escape(path) + r"\.(\d{1,4})\.")
    return sorted({int(match[1]) for name in posted if (match := pattern.match(name))})


def split_moment(value: str) -> tuple[str, str]:
    """`2026-10-05T07:12:44+02:00` -> what the two inputs show."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:\d\d|.*)", value)
    if match is None:
        return value, "+00:00"
    local = match[1] if match[1].count(":") == 2 else match[1] + ":00"
    return local, "+00:00" if match[2] in ("", "Z") else match[2]


def join_moment(local: str, zone: str) -> str:
    """The reverse of `split_moment`; a browser leaves seconds out when they are zero.

    A zone by name becomes the offset its clocks had then. One nobody knows stays as typed: the action says where.
    """
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", local):
        local += ":00"
    zone = zone.strip()
    if "/" in zone:
        found = local_time(local, zone)
        return local + zone if found.code == "identifier.time.unknown-zone" else found.normal
    return local + ("Z" if zone in ("", "+00:00", "UTC", "Z") else zone)


def zones() -> tuple[str, ...]:
    """What is offered for a time: offsets in use, then zones by name."""
    return (*ZONES, *zone_names())


#: Offsets in use in the world, as the second input offers them.
ZONES: tuple[str, ...] = tuple(
    f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    for minutes in sorted(
        {*range(-720, 841, 60), -570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765}
    )
)
