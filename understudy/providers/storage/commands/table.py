"""Which handler carries out which command."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from understudy.providers.storage.commands import (
    backend,
    branches,
    buckets,
    columns,
    deleting,
    exporting,
    importing,
    keys,
    objects,
    preview,
    profile,
    projects,
    queries,
    sharing,
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
        "CreateDevBranch": branches.create_dev_branch,
        "CreateProfileTable": profile.create_profile_table,
        "CreateProject": projects.create_project,
        "CreateTable": tables.create_table,
        "CreateTableFromTimeTravel": tables.create_table_from_time_travel,
        "CreateView": views.create_view,
        "CreateWorkspace": workspaces.create_workspace,
        "CreateWorkspaceUser": workspaces.create_workspace_user,
        "DeleteTableRows": deleting.delete_table_rows,
        "DropBucket": buckets.drop_bucket,
        "DropColumn": columns.drop_column,
        "DropDevBranch": branches.drop_dev_branch,
        "DropPrimaryKey": keys.drop_primary_key,
        "DropProject": projects.drop_project,
        "DropTable": tables.drop_table,
        "DropWorkspace": workspaces.drop_workspace,
        "DropWorkspaceObject": workspaces.drop_workspace_object,
        "DropWorkspaceUser": workspaces.drop_workspace_user,
        "ExecuteQuery": queries.execute_query,
        "GrantBucketAccessToReadOnlyRole": sharing.grant_bucket_access,
        "GrantWorkspaceAccessToProject": workspaces.grant_workspace_access,
        "InitBackend": backend.init_backend,
        "LinkBucket": sharing.link_bucket,
        "ListSchemas": objects.list_schemas,
        "LoadTableToWorkspace": table_importing.import_table,
        "MergeDevBranch": branches.merge_dev_branch,
        "ObjectInfo": objects.object_info,
        "PreviewTable": preview.preview_table,
        "RemoveBackend": backend.remove_backend,
        "RenameTable": tables.rename_table,
        "ResetWorkspacePassword": workspaces.reset_workspace_password,
        "RevokeBucketAccessFromReadOnlyRole": sharing.revoke_bucket_access,
        "RevokeWorkspaceAccessToProject": workspaces.revoke_workspace_access,
        "ShareBucket": sharing.share_bucket,
        "TableExportToFile": exporting.export_table,
        "TableImportFromFile": importing.import_file,
        "TableImportFromTable": table_importing.import_table,
        "UnlinkBucket": sharing.unlink_bucket,
        "UnshareBucket": sharing.unshare_bucket,
        "UpdateProject": projects.update_project,
    }
)
