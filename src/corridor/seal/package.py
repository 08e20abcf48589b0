"""The evidence package: everything needed to seal, check, open and hand one over (spec/package.md)."""

from __future__ import annotations

from corridor.seal.checking import Finding, Report, Verdict, verify
from corridor.seal.index import IndexRoot, Item
from corridor.seal.layout import BagInfo, bag_info, package_id
from corridor.seal.opening import (
    Index,
    OpenedPackage,
    iter_items,
    open_,
    read_index,
    read_item,
    rewrap,
    rewrap_bytes,
    write_wrap,
)
from corridor.seal.sealer import ItemWriter, SealedPackage, Sealer, seal
from corridor.seal.wraps import Custodian, unwrap, wrap_name, wrap_names

__all__ = [
    "BagInfo",
    "Custodian",
    "Finding",
    "Index",
    "IndexRoot",
    "Item",
    "ItemWriter",
    "OpenedPackage",
    "Report",
    "SealedPackage",
    "Sealer",
    "Verdict",
    "bag_info",
    "iter_items",
    "open_",
    "package_id",
    "read_index",
    "read_item",
    "rewrap",
    "rewrap_bytes",
    "seal",
    "unwrap",
    "verify",
    "wrap_name",
    "wrap_names",
    "write_wrap",
]
