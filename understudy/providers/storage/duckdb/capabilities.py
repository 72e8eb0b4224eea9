"""What the DuckDB backend can do."""

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
            "DeleteTableRows",
            "DropBucket",
            "DropColumn",
            "DropDevBranch",
            "DropPrimaryKey",
            "DropProject",
            "DropTable",
            "DropWorkspace",
            "DropWorkspaceObject",
            "ExecuteQuery",
            "InitBackend",
            "LinkBucket",
            "ListSchemas",
            "LoadTableToWorkspace",
            "MergeDevBranch",
            "ObjectInfo",
            "PreviewTable",
            "RemoveBackend",
            "RenameTable",
            "ShareBucket",
            "TableExportToFile",
            "TableImportFromFile",
            "TableImportFromTable",
            "UnlinkBucket",
            "UnshareBucket",
        }
    ),
    # The engine keeps the case of a name and ignores it when it looks one up, quoted or not.
    identifiers=IdentifierRules(case_sensitive=False, max_length=65_536, max_column_length=65_536),
    workspaces=True,
    sharing=True,
    branches=True,
    file_storages=frozenset({"local", "s3", "gcs", "abs"}),
    bulk_formats=frozenset({"csv", "parquet"}),
    unsupported_filter_types=frozenset({"BLOB", "JSON", "ARRAY", "STRUCT", "MAP"}),
    primary_keys="enforced",
)
