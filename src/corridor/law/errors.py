"""The one exception this room raises on purpose."""

from __future__ import annotations

from typing import Any

from corridor.faults import Fault


class LawFault(Fault):
    """A question the law data cannot answer, or data this room refuses to load. Codes: law/faults.yaml.

    `near` is a sentence that offers what may have been meant, "" where nothing is near: many `next` texts end with it.
    """

    def __init__(self, code: str, *, near: str = "", **facts: Any) -> None:
        super().__init__(code, near=near, **facts)

    @property
    def next_step(self) -> str:
        return super().next_step.strip()
