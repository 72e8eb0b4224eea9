"""What the Redshift backend can do."""

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
    identifiers=IdentifierRules(fold="lower", case_sensitive=False, max_length=127, max_column_length=127),
    workspaces=True,
    sharing=True,
    branches=True,
    users_and_roles=True,
    file_storages=frozenset({"s3"}),
    bulk_formats=frozenset({"csv"}),
    unsupported_filter_types=frozenset({"GEOGRAPHY", "GEOMETRY", "HLLSKETCH", "SUPER", "VARBYTE"}),
    create_table_metadata=frozenset({"diststyle", "distkey", "sortkey"}),
    primary_keys="declared",
)
