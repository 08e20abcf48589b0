"""An officer at a desk, by way of the node's JSON API: exactly what a browser could do, nothing more."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corridor.cli.demo.processes import DemoFault

PART = 8 * 1024 * 1024
Json = dict[str, Any]


@dataclass(frozen=True)
class Login:
    """Who signs in where. `secret` unlocks the officer's key for one act; the password alone signs nothing."""

    state: str
    authority: str
    role: str
    name: str
    username: str
    password: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass
class Officer:
    """One signed-in person. `step` names what is being done, for the fault when it fails."""

    desk: str
    login: Login
    logs: Path
    step: str = "sign in"
    token: str = ""

    def sign_in(self) -> Officer:
        given = {"username": self.login.username, "password": self.login.password}
        self.token = self.call("POST", "login", given)["token"]
        return self

    def call(self, method: str, path: str, body: Json | bytes | None = None) -> Json:
        """One request to the API. Raises DemoFault with the node's own coded answer when it refuses."""
        with self._open(method, path, body) as answer:
            found: Json = json.load(answer)
            return found

    def read(self, path: str, body: Json) -> bytes:
        """The raw bytes an endpoint answers with."""
        with self._open("POST", path, body) as answer:
            found: bytes = answer.read()
            return found

    def _open(self, method: str, path: str, body: Json | bytes | None) -> Any:
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        headers = {"Content-Type": kind, "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(  # noqa: S310  a loopback address the demo chose itself
            f"{self.desk}/api/v1/{path}", data=raw, method=method, headers=headers
        )
        try:
            return urllib.request.urlopen(request, timeout=60)  # noqa: S310
        except urllib.error.HTTPError as error:
            answer = error.read().decode("utf-8", "replace")
            try:
                answer = f"{json.loads(answer)['code']}: {json.loads(answer)['message']}"
            except (ValueError, KeyError, TypeError):
                answer = answer[:200]
            raise DemoFault(
                "cli.demo.step-failed", step=self.step, status=error.code, answer=answer, logs=self.logs
            ) from error

    def with_secret(self, **fields: Any) -> Json:
        return {"secret": self.login.secret, **fields}

    def page(self, dossier: str) -> Json:
        return self.call("GET", f"dossiers/{dossier}")

    def dossiers(self) -> set[str]:
        """The dossiers on the desk."""
        desk = self.call("GET", "desk")
        return {row["dossier"] for part in ("needs_me", "waits_on_them", "closed") for row in desk[part]}

    def draft(self, **content: Any) -> Json:
        return self.call("POST", "drafts", content)

    def sign_draft(self, draft: str, *, override_reason: str | None = None) -> str:
        """Sign an opening act from its draft; the new dossier's id. An incomplete one goes with a reason."""
        content = self.call("GET", f"drafts/{draft}")
        fields = {**content["content"], "kind": content["kind"], "act": content["act"], "draft": draft}
        if override_reason is not None:
            fields["override_reason"] = override_reason
        signed = self.call("POST", "acts", self.with_secret(**fields))
        return str(signed["dossier"])

    def act(self, dossier: str, name: str, **fields: Any) -> str:
        """Sign an act from the page as it stands now; the act's id."""
        seen = self.page(dossier)["heads"]
        given = self.with_secret(act=name, dossier=dossier, seen=seen, **fields)
        return str(self.call("POST", "acts", given)["act"])

    def last(self, dossier: str, act: str) -> str:
        """The id of the latest act of that name."""
        return str([row["id"] for row in self.page(dossier)["timeline"] if row["act"] == act][-1])

    def upload(self, dossier: str, folder: Path) -> str:
        """Send a file or folder in raw parts, as the browser does, and seal it; the package's id."""
        upload = self.call("POST", f"dossiers/{dossier}/uploads", {})
        size = min(PART, int(upload["part_size"]))
        files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
        base = folder.parent if folder.is_file() else folder
        for path in files:
            self._send(upload["id"], path, path.relative_to(base).as_posix(), size)
        sealed = self.call("POST", f"uploads/{upload['id']}/seal", self.with_secret())
        return str(sealed["package"])

    def _send(self, upload: str, path: Path, name: str, size: int) -> None:
        offset, total = 0, path.stat().st_size
        item = urllib.parse.quote(name, safe="")
        with path.open("rb") as source:
            while True:
                part = source.read(size)
                last = offset + len(part) >= total
                query = f"item={item}&offset={offset}&last={str(last).lower()}"
                self.call("PUT", f"uploads/{upload}/parts?{query}", part)
                offset += len(part)
                if last:
                    return


def until(what: str, ready: Callable[[], Any], *, logs: Path, seconds: float = 60) -> Any:
    """Ask again until something is answered. Raises DemoFault when time runs out."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = ready()
        if found:
            return found
        time.sleep(0.15)
    raise DemoFault("cli.demo.not-delivered", what=what, seconds=seconds, logs=logs)
