"""The one exception this room raises on purpose."""

from __future__ import annotations

from corridor.faults import Fault


class LawFault(Fault):
    """A question the law data cannot answer, or data this room refuses to load. Codes: law/faults.yaml."""
