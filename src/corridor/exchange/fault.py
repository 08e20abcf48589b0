"""The post's coded errors; their sentences are in faults.yaml beside this file."""

from __future__ import annotations

from corridor.faults import Fault


class ExchangeFault(Fault):
    """An error of this room. Facts name States, sizes and codes; never an act, a dossier or a word of one."""
