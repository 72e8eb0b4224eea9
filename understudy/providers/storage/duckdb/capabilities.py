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
            "CreateProfileTable",
            "CreateTable",
            "CreateView",
            "CreateWorkspace",
            "DeleteTableRows",
            "DropBucket",
            "DropColumn",
            "DropPrimaryKey",
            "DropTable",
            "DropWorkspace",
            "DropWorkspaceObject",
            "ExecuteQuery",
            "ListSchemas",
            "LoadTableToWorkspace",
            "ObjectInfo",
            "PreviewTable",
            "RenameTable",
            "TableExportToFile",
            "TableImportFromFile",
            "TableImportFromTable",
        }
    ),
    # The engine keeps the case of a name and ignores it when it looks one up, quoted or not.
    identifiers=IdentifierRules(case_sensitive=False, max_length=65_536, max_column_length=65_536),
    workspaces=True,
    file_storages=frozenset({"local", "s3", "gcs", "abs"}),
    bulk_formats=frozenset({"csv", "parquet"}),
    unsupported_filter_types=frozenset({"BLOB", "JSON", "ARRAY", "STRUCT", "MAP"}),
    primary_keys="enforced",
)
