"""Which handler carries out which command."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from understudy.providers.storage.commands import buckets, tables

if TYPE_CHECKING:
    from understudy.providers.storage.driver import Handler

__all__ = ["HANDLERS"]

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "CreateBucket": buckets.create_bucket,
        "CreateTable": tables.create_table,
        "DropBucket": buckets.drop_bucket,
        "DropTable": tables.drop_table,
    }
)
