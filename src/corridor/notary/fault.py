"""The one exception of this room; its sentences are in faults.yaml."""

from __future__ import annotations

from corridor.faults import Fault


class NotaryFault(Fault):
    """Something signed, sealed or logged is not what it claims to be, or could not be made."""
