"""The one exception of this room; its codes and sentences are in faults.yaml."""

from __future__ import annotations

from corridor.faults import Fault


class RegistryFault(Fault):
    """Something about the directory is not as it must be. Codes begin with `registry.`."""
