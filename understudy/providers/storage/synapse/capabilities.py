"""What the Synapse backend can do."""

from __future__ import annotations

from understudy.domain.storage import IdentifierRules, StorageCapabilities

__all__ = ["CAPABILITIES"]

CAPABILITIES = StorageCapabilities(
    commands=frozenset(
        {
            "AddColumn",
            "AddPrimaryKey",
            "AlterColumn",
            "CopyTable",
            "CreateBucket",
            "CreateProfileTable",
            "CreateTable",
            "CreateView",
            "DeleteTableRows",
            "DropBucket",
            "DropColumn",
            "DropPrimaryKey",
            "DropTable",
            "ExecuteQuery",
            "InitBackend",
            "ListSchemas",
            "ObjectInfo",
            "PreviewTable",
            "RemoveBackend",
            "RenameTable",
            "TableImportFromTable",
        }
    ),
    # The default collation of a pool keeps the case of a name and ignores it when it looks one up.
    identifiers=IdentifierRules(case_sensitive=False, max_length=128, max_column_length=128),
    bulk_formats=frozenset(),
    unsupported_filter_types=frozenset({"BINARY", "VARBINARY"}),
    create_table_metadata=frozenset({"distribution", "distribution_columns", "index", "index_columns"}),
    ddl_in_transactions=False,
    primary_keys="declared",
    path_depth=(1, 1),
)
