"""What an operator decides about a node: DIR/node.toml, read once at start; a line nobody reads is refused."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from corridor.casework import calendars, service
from corridor.node.fault import NodeFault

ENVIRONMENT = "CORRIDOR_DIR"

_KNOWN: dict[str, frozenset[str]] = {
    "": frozenset(
        {"state", "names", "pages", "exchange", "registry", "evidence", "rules", "log", "time", "calendar"}
        | {"service_levels"}
    ),
    "pages": frozenset({"host", "port", "url", "certificate", "key", "law_public", "check_public"}),
    "exchange": frozenset({"host", "port", "url", "delivery", "allow_private"}),
    "registry": frozenset({"url", "refresh_seconds"}),
    "evidence": frozenset({"folders"}),
    "log": frozenset({"witnesses"}),
    "time": frozenset({"authorities"}),
    "calendar": frozenset({"time_zone", "weekend", "holidays"}),
    "rules": frozenset({"four_eyes", "directory_fresh_days", "officer_days", "secret_work"}),
}


@dataclass(frozen=True)
class Authority:
    """A time-stamping authority (RFC 3161) as node.toml names it."""

    name: str
    url: str
    certificate: Path  # PEM: its root, and what leads to it


@dataclass(frozen=True)
class Config:
    """One node's decisions. Paths are absolute."""

    folder: Path
    state: str
    names: dict[str, str]
    pages_host: str = "127.0.0.1"
    pages_port: int = 8000
    pages_url: str = ""
    pages_certificate: Path | None = None
    pages_key: Path | None = None
    law_public: bool = True
    check_public: bool = True
    exchange_host: str = "127.0.0.1"
    exchange_port: int = 8443
    exchange_url: str = ""
    delivery: str = "post"
    allow_private: bool = False
    registry_url: str = ""
    refresh: timedelta = timedelta(minutes=15)
    evidence_folders: tuple[Path, ...] = field(default=())
    four_eyes: str = "auto"
    directory_fresh_for: timedelta = timedelta(days=7)
    officer_days: int = 365
    secret_work: int = 17
    witnesses: tuple[str, ...] = ()  # the States that witness this State's log; published in the entry
    time_authorities: tuple[Authority, ...] = ()
    time_zone: str = ""  # with the next three: when our offices work, and how soon they answer
    weekend: tuple[str, ...] | None = None
    holidays: tuple[date, ...] = ()
    service_levels: tuple[service.Target, ...] = ()

    @property
    def keys(self) -> Path:
        return self.folder / "keys"


def folder_from_environment() -> Path:
    """The node's folder: CORRIDOR_DIR. Raises NodeFault when it is not set."""
    value = os.environ.get(ENVIRONMENT, "")
    if not value:
        raise NodeFault("node.config.no-folder")
    return Path(value).resolve()


def load(folder: Path) -> Config:
    """Read DIR/node.toml. Raises NodeFault for a missing file, an unknown line or a value that cannot be."""
    path = folder / "node.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NodeFault("node.config.missing", path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NodeFault("node.config.malformed", path=path, place="toml") from error
    for section, known in _KNOWN.items():
        table = data if section == "" else data.get(section, {})
        for name in table:
            if name not in known:
                raise NodeFault("node.config.unknown-line", path=path, place=f"{section}.{name}".strip("."))
    try:
        return _config(folder, data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NodeFault("node.config.malformed", path=path, place=str(error)) from error


def _config(folder: Path, data: dict[str, Any]) -> Config:
    pages, exchange = data.get("pages", {}), data.get("exchange", {})
    registry, rules = data.get("registry", {}), data.get("rules", {})
    host, port = str(pages.get("host", "127.0.0.1")), int(pages.get("port", 8000))
    four_eyes = rules.get("four_eyes", "auto")
    delivery = exchange.get("delivery", "post")
    if four_eyes not in ("auto", "on", "off"):
        raise ValueError("rules.four_eyes")
    if delivery not in ("post", "fetch"):
        raise ValueError("exchange.delivery")
    certificate, key = pages.get("certificate"), pages.get("key")
    loopback = host in ("127.0.0.1", "::1", "localhost")
    if not loopback and not (certificate and key):
        raise NodeFault("node.config.pages-need-tls", path=folder / "node.toml")
    scheme = "https" if certificate else "http"
    ehost, eport = str(exchange.get("host", "127.0.0.1")), int(exchange.get("port", 8443))
    return Config(
        folder=folder,
        state=str(data["state"]),
        names={str(lang): str(name) for lang, name in data["names"].items()},
        pages_host=host,
        pages_port=port,
        pages_url=str(pages.get("url") or f"{scheme}://{host}:{port}"),
        pages_certificate=folder / certificate if certificate else None,
        pages_key=folder / key if key else None,
        law_public=_flag(pages, "law_public", True),
        check_public=_flag(pages, "check_public", True),
        exchange_host=ehost,
        exchange_port=eport,
        exchange_url=str(exchange.get("url") or f"https://{ehost}:{eport}"),
        delivery=delivery,
        allow_private=bool(exchange.get("allow_private", False)),
        registry_url=str(registry.get("url", "")),
        refresh=timedelta(seconds=int(registry.get("refresh_seconds", 900))),
        evidence_folders=tuple(
            (folder / one).resolve() for one in data.get("evidence", {}).get("folders", [])
        ),
        four_eyes=four_eyes,
        directory_fresh_for=timedelta(days=int(rules.get("directory_fresh_days", 7))),
        officer_days=int(rules.get("officer_days", 365)),
        secret_work=int(rules.get("secret_work", 17)),
        witnesses=tuple(str(one) for one in data.get("log", {}).get("witnesses", [])),
        time_authorities=tuple(
            Authority(str(one["name"]), str(one["url"]), (folder / str(one["certificate"])).resolve())
            for one in data.get("time", {}).get("authorities", [])
        ),
        **_working(data.get("calendar", {})),
        service_levels=tuple(service.read_target(row) for row in data.get("service_levels", [])),
    )


def _working(table: dict[str, Any]) -> dict[str, Any]:
    """The [calendar] of node.toml. Raises ValueError for a zone or a day that is none."""
    zone, weekend = str(table.get("time_zone", "")), table.get("weekend")
    if zone and calendars.zone_named(zone) is None:
        raise ValueError("calendar.time_zone")
    if weekend is not None and (len(set(weekend)) > 6 or not set(weekend) <= set(calendars.DAYS)):
        raise ValueError("calendar.weekend")
    days = [one if isinstance(one, date) else date.fromisoformat(one) for one in table.get("holidays", [])]
    return {
        "time_zone": zone,
        "weekend": None if weekend is None else tuple(str(day) for day in weekend),
        "holidays": tuple(days),
    }


def _flag(table: dict[str, Any], name: str, default: bool) -> bool:
    value = table.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    return value


def write(config: Config) -> None:
    """Write node.toml as `load` reads it; used once, by `corridor node init`."""
    lines = [
        f"state = {_toml(config.state)}",
        "",
        "[names]",
        *(f"{lang} = {_toml(name)}" for lang, name in config.names.items()),
        "",
        "[pages]  # loopback only, unless certificate and key are given",
        f"host = {_toml(config.pages_host)}",
        f"port = {config.pages_port}",
        f"law_public = {str(config.law_public).lower()}  # may anybody who reaches this listener read /law/?",
        f"check_public = {str(config.check_public).lower()}  # and check papers and codes at /check/?",
        "",
        "[exchange]  # always TLS with keys/tls.pem, which the directory pins",
        f"host = {_toml(config.exchange_host)}",
        f"port = {config.exchange_port}",
        f"url = {_toml(config.exchange_url)}",
        f"delivery = {_toml(config.delivery)}  # post: others call us; fetch: we call out only",
        f"allow_private = {str(config.allow_private).lower()}  # may peers have private or loopback addresses?",
        "",
        "[registry]  # an address or a folder",
        f"url = {_toml(config.registry_url)}",
        f"refresh_seconds = {int(config.refresh.total_seconds())}",
        "",
        "[evidence]  # folders on this machine that evidence may be sealed from",
        f"folders = [{', '.join(_toml(str(one)) for one in config.evidence_folders)}]",
        "",
        "[log]",
        f"witnesses = [{', '.join(_toml(one) for one in config.witnesses)}]  # States whose nodes cosign our log",
        "",
        "[time]  # authorities (RFC 3161), each with the PEM file of its root",
        "authorities = [",
        *(
            f"  {{name = {_toml(one.name)}, url = {_toml(one.url)}, certificate = {_toml(str(one.certificate))}}},"
            for one in config.time_authorities
        ),
        "]",
        "",
        "[calendar]  # published in the directory: when our authorities are at work. Left out: what is generally known",
        f"# time_zone = {_toml('Europe/Vienna')}",
        '# weekend = ["sat", "sun"]',
        '# holidays = ["2027-01-01"]',
        "",
        "[rules]",
        f"four_eyes = {_toml(config.four_eyes)}  # auto: where an authority has two signatories or more",
        f"directory_fresh_days = {config.directory_fresh_for.days}",
        f"officer_days = {config.officer_days}  # how long an officer's credential is good",
        f"secret_work = {config.secret_work}",
        "",
    ]
    (config.folder / "node.toml").write_text("\n".join(lines), encoding="utf-8")


def _toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
