"""Which handler carries out which command."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from understudy.providers.storage.commands import buckets, columns, deleting, keys, preview, profile, tables, views

if TYPE_CHECKING:
    from understudy.providers.storage.driver import Handler

__all__ = ["HANDLERS"]

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "AddColumn": columns.add_column,
        "AddPrimaryKey": keys.add_primary_key,
        "AlterColumn": columns.alter_column,
        "CopyTable": tables.copy_table,
        "CreateBucket": buckets.create_bucket,
        "CreateProfileTable": profile.create_profile_table,
        "CreateTable": tables.create_table,
        "CreateTableFromTimeTravel": tables.create_table_from_time_travel,
        "CreateView": views.create_view,
        "DeleteTableRows": deleting.delete_table_rows,
        "DropBucket": buckets.drop_bucket,
        "DropColumn": columns.drop_column,
        "DropPrimaryKey": keys.drop_primary_key,
        "DropTable": tables.drop_table,
        "PreviewTable": preview.preview_table,
        "RenameTable": tables.rename_table,
    }
)
