"""What folds found of the dossiers looked at last: kept in this process alone, so that none is dear to look at twice.

A member may sign acts that all cross, and the first fold of hundreds takes seconds. Every page folds; with what is
kept here a page, or one more act, costs what that act costs. It holds facts and outcomes, never a free text.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

from corridor.dossier import Memory

MOST: Final = 2_000_000  # outcomes kept in all: an act keeps one for each act before it


class Folded:
    """The memory of each dossier, the one not looked at for longest let go first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, Memory] = OrderedDict()
        self._lock = Lock()

    def of(self, dossier: str) -> Memory:
        """The memory to fold a dossier with. Folds in two threads may share it: what both find is the same."""
        with self._lock:
            found = self._kept.setdefault(dossier, {})
            self._kept.move_to_end(dossier)
            weight = sum(len(each) ** 2 for each in self._kept.values())
            while weight > self._most and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                weight -= len(gone) ** 2
            return found
