"""registry: the directory of Parties, their authorities, contact points and keys (TUF).

Two sides. `repository` and `submission` make it: the secretariat keeps a python-tuf repository in which
each State has one terminating role over `<State>/*`, signed by the State itself, offline. `directory` reads
it: a node keeps what it verified as its own dated directory, and accepts a State's new keys only by
continuity. No sockets here: a `fetch` callable is an argument. Contract: spec/registry.md.
"""

from __future__ import annotations

from corridor.registry.directory import Alarm, Directory, Refreshed, Standing
from corridor.registry.entry import Entry
from corridor.registry.fault import RegistryFault
from corridor.registry.fetch import Fetch, from_folder
from corridor.registry.repository import Repository, Terms, init
from corridor.registry.submission import Submission, sign_entry, submit

__all__ = [
    "Alarm",
    "Directory",
    "Entry",
    "Fetch",
    "Refreshed",
    "RegistryFault",
    "Repository",
    "Standing",
    "Submission",
    "Terms",
    "from_folder",
    "init",
    "sign_entry",
    "submit",
]
