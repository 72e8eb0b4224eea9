"""What the Delta Lake backend can do."""

from __future__ import annotations

from understudy.domain.storage import IdentifierRules, StorageCapabilities

__all__ = ["CAPABILITIES"]

CAPABILITIES = StorageCapabilities(
    commands=frozenset(
        {
            "AddColumn",
            "CopyTable",
            "CreateBucket",
            "CreateProfileTable",
            "CreateTable",
            "CreateTableFromTimeTravel",
            "DeleteTableRows",
            "DropBucket",
            "DropTable",
            "ExecuteQuery",
            "InitBackend",
            "ListSchemas",
            "ObjectInfo",
            "PreviewTable",
            "RemoveBackend",
            "TableExportToFile",
            "TableImportFromFile",
            "TableImportFromTable",
        }
    ),
    # Names become folders, which most file systems keep to 255 bytes; the encoding takes three for one.
    identifiers=IdentifierRules(case_sensitive=True, max_length=80, max_column_length=255),
    file_storages=frozenset({"local", "s3", "gcs", "abs"}),
    bulk_formats=frozenset({"csv", "parquet"}),
    unsupported_filter_types=frozenset({"BLOB", "ARRAY", "STRUCT", "MAP"}),
    create_table_metadata=frozenset({"partition_by"}),
    # Each statement is one commit to one table's log; none holds two together.
    transactions=False,
    ddl_in_transactions=False,
    primary_keys="declared",
    time_travel=True,
    path_depth=(1, 1),
)
