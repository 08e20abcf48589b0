"""How often one address, and everybody together, may ask: counted in this process, in bounded memory.

Signing in counts its tries in the database (`actions.people`); what a stranger asks of a public page leaves no row.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from corridor.casework.fault import CaseworkFault

ADDRESSES = 10_000  # remembered at once; the one heard of longest ago is forgotten first


@dataclass
class Tries:
    """At most `each` tries of one address and `all` of everybody within `window`."""

    each: int
    all: int
    window: timedelta
    _of: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)
    _together: deque[datetime] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, address: str, at: datetime) -> None:
        """Count one try. Raises `casework.check.too-many`; a refused try counts for nobody."""
        with self._lock:
            own = self._of.setdefault(address, deque())
            self._of.move_to_end(address)
            for row in (own, self._together):
                while row and row[0] <= at - self.window:
                    row.popleft()
            if len(own) >= self.each or len(self._together) >= self.all:
                minutes = int(self.window.total_seconds() // 60)
                raise CaseworkFault("casework.check.too-many", minutes=minutes)
            own.append(at)
            self._together.append(at)
            while len(self._of) > ADDRESSES:
                self._of.popitem(last=False)
