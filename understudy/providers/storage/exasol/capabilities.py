"""What the Exasol backend can do."""

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
            "CreateProfileTable",
            "CreateTable",
            "CreateView",
            "CreateWorkspace",
            "CreateWorkspaceUser",
            "DeleteTableRows",
            "DropBucket",
            "DropColumn",
            "DropPrimaryKey",
            "DropTable",
            "DropWorkspace",
            "DropWorkspaceObject",
            "DropWorkspaceUser",
            "ExecuteQuery",
            "InitBackend",
            "ListSchemas",
            "LoadTableToWorkspace",
            "ObjectInfo",
            "PreviewTable",
            "RemoveBackend",
            "RenameTable",
            "ResetWorkspacePassword",
            "TableExportToFile",
            "TableImportFromFile",
            "TableImportFromTable",
        }
    ),
    identifiers=IdentifierRules(fold="upper", case_sensitive=True, max_length=128, max_column_length=128),
    workspaces=True,
    users_and_roles=True,
    file_storages=frozenset({"local", "s3", "gcs", "abs"}),
    bulk_formats=frozenset({"csv"}),
    unsupported_filter_types=frozenset({"GEOMETRY", "HASHTYPE", "INTERVAL"}),
    primary_keys="declared",
    path_depth=(1, 1),
)
"""A database of Exasol's is a whole server: there are schemas in it and no other databases, so no projects either."""
