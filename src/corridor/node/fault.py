"""The node's coded errors."""

from __future__ import annotations

from corridor.faults import Fault


class NodeFault(Fault):
    """Something about this node that its operator can mend."""
