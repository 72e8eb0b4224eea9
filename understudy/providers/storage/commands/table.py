"""Which handler carries out which command."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from understudy.providers.storage.commands import (
    buckets,
    columns,
    deleting,
    exporting,
    importing,
    keys,
    objects,
    preview,
    profile,
    queries,
    table_importing,
    tables,
    views,
    workspaces,
)

if TYPE_CHECKING:
    from understudy.providers.storage.driver import Handler

__all__ = ["HANDLERS"]

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "AddColumn": columns.add_column,
        "AddPrimaryKey": keys.add_primary_key,
        "AlterColumn": columns.alter_column,
        "ClearWorkspace": workspaces.clear_workspace,
        "CopyTable": tables.copy_table,
        "CreateBucket": buckets.create_bucket,
        "CreateProfileTable": profile.create_profile_table,
        "CreateTable": tables.create_table,
        "CreateTableFromTimeTravel": tables.create_table_from_time_travel,
        "CreateView": views.create_view,
        "CreateWorkspace": workspaces.create_workspace,
        "CreateWorkspaceUser": workspaces.create_workspace_user,
        "DeleteTableRows": deleting.delete_table_rows,
        "DropBucket": buckets.drop_bucket,
        "DropColumn": columns.drop_column,
        "DropPrimaryKey": keys.drop_primary_key,
        "DropTable": tables.drop_table,
        "DropWorkspace": workspaces.drop_workspace,
        "DropWorkspaceObject": workspaces.drop_workspace_object,
        "DropWorkspaceUser": workspaces.drop_workspace_user,
        "ExecuteQuery": queries.execute_query,
        "GrantWorkspaceAccessToProject": workspaces.grant_workspace_access,
        "ListSchemas": objects.list_schemas,
        "LoadTableToWorkspace": table_importing.import_table,
        "ObjectInfo": objects.object_info,
        "PreviewTable": preview.preview_table,
        "RenameTable": tables.rename_table,
        "ResetWorkspacePassword": workspaces.reset_workspace_password,
        "RevokeWorkspaceAccessToProject": workspaces.revoke_workspace_access,
        "TableExportToFile": exporting.export_table,
        "TableImportFromFile": importing.import_file,
        "TableImportFromTable": table_importing.import_table,
    }
)
