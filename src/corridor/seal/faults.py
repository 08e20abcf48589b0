"""The exceptions of the seal room: every one a `Fault` with a code in faults.yaml."""

from __future__ import annotations

from corridor.faults import Fault


class SealFault(Fault):
    """Anything that can go wrong while sealing, checking or opening."""


class AgeFault(SealFault):
    """Something about one age file, or about a key for one."""


class KeyTextError(AgeFault):
    """A recipient or an identity that cannot be used: not an age string, or not for this use."""


class HeaderError(AgeFault):
    """The header of an age file does not follow the format."""


class NoMatchError(AgeFault):
    """None of the identities given opens the file."""


class HmacError(AgeFault):
    """The header of an age file was altered."""


class PayloadError(AgeFault):
    """The payload of an age file was altered or cut short. What was written before is authentic."""


class PackageError(SealFault):
    """A package cannot be made, read, changed or believed."""


class CustodyError(SealFault):
    """A custody statement cannot be made or believed."""


class TransferError(SealFault):
    """A file offered as part of a package in transit is refused."""
