"""What the Snowflake backend can do."""

from __future__ import annotations

from understudy.domain.storage import IdentifierRules, StorageCapabilities

__all__ = ["CAPABILITIES"]

CAPABILITIES = StorageCapabilities(
    commands=frozenset(
        {
            "AddColumn",
            "AddPrimaryKey",
            "AlterColumn",
            "ClearWorkspace",
            "CopyTable",
            "CreateBucket",
            "CreateDevBranch",
            "CreateProfileTable",
            "CreateProject",
            "CreateTable",
            "CreateTableFromTimeTravel",
            "CreateView",
            "CreateWorkspace",
            "CreateWorkspaceUser",
            "DeleteTableRows",
            "DropBucket",
            "DropColumn",
            "DropDevBranch",
            "DropPrimaryKey",
            "DropProject",
            "DropTable",
            "DropWorkspace",
            "DropWorkspaceObject",
            "DropWorkspaceUser",
            "ExecuteQuery",
            "GrantBucketAccessToReadOnlyRole",
            "GrantWorkspaceAccessToProject",
            "InitBackend",
            "LinkBucket",
            "ListSchemas",
            "LoadTableToWorkspace",
            "MergeDevBranch",
            "ObjectInfo",
            "PreviewTable",
            "RemoveBackend",
            "RenameTable",
            "ResetWorkspacePassword",
            "RevokeBucketAccessFromReadOnlyRole",
            "RevokeWorkspaceAccessToProject",
            "ShareBucket",
            "TableExportToFile",
            "TableImportFromFile",
            "TableImportFromTable",
            "UnlinkBucket",
            "UnshareBucket",
        }
    ),
    identifiers=IdentifierRules(fold="upper", case_sensitive=True, max_length=255, max_column_length=255),
    workspaces=True,
    sharing=True,
    branches=True,
    users_and_roles=True,
    file_storages=frozenset({"local", "s3", "gcs", "abs"}),
    bulk_formats=frozenset({"csv", "parquet"}),
    unsupported_filter_types=frozenset({"ARRAY", "GEOGRAPHY", "GEOMETRY", "OBJECT", "VARIANT", "VECTOR"}),
    ddl_in_transactions=False,  # every DDL statement commits what is open, and itself
    primary_keys="declared",
    clone=True,
    time_travel=True,
)
