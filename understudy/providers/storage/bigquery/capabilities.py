"""What the BigQuery backend can do.

Not among it: projects, service accounts and roles, which are for other interfaces than BigQuery's own (Resource
Manager, IAM), and Analytics Hub's listings.
"""

from __future__ import annotations

from understudy.domain.storage import IdentifierRules, StorageCapabilities

__all__ = ["CAPABILITIES"]

_NOWHERE = '!"$()*,./;?@[\\]^`{}~\t\n\r'
"""What is in no name. The engine takes a dot within backticks for the end of a name: it would lead elsewhere."""

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
            "CreateTable",
            "CreateTableFromTimeTravel",
            "CreateView",
            "CreateWorkspace",
            "DeleteTableRows",
            "DropBucket",
            "DropColumn",
            "DropDevBranch",
            "DropPrimaryKey",
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
    identifiers=IdentifierRules(max_length=1024, max_column_length=300, forbidden=_NOWHERE),
    workspaces=True,
    sharing=True,
    branches=True,
    file_storages=frozenset({"local", "s3", "gcs", "abs"}),
    bulk_formats=frozenset({"csv", "parquet"}),
    unsupported_filter_types=frozenset({"ARRAY", "STRUCT", "BYTES", "GEOGRAPHY", "INTERVAL", "JSON"}),
    create_table_metadata=frozenset({"timePartitioning", "rangePartitioning", "clustering", "requirePartitionFilter"}),
    # Transactions need a session for each and take no DDL. An import is one MERGE instead, which is all or nothing.
    transactions=False,
    ddl_in_transactions=False,
    primary_keys="declared",
    clone=True,
    time_travel=True,
)
