"""BigQuery's statements, command by command: what no emulator can carry out is at least what was meant."""

import pytest
from google.cloud.bigquery import Table
from sqlglot import parse_one

from understudy.config.models.storage_backends import BigQuerySettings
from understudy.domain.errors import StorageError
from understudy.providers.storage.bigquery.backend import BigQueryBackend
from understudy.providers.storage.bigquery.catalog import BigQueryCatalog
from understudy.providers.storage.connection import ResultColumn, Rows
from understudy.providers.storage.protocol import storage_pb2 as pb

PATH = ["shop-1", "in_c_main"]
ORDERS = pb.ObjectRef(path=PATH, name="orders")
COPY = pb.ObjectRef(path=PATH, name="copy")
AT = {"path": PATH, "table_name": "orders"}
FIELDS = [
    {"name": "id", "type": "INTEGER", "mode": "REQUIRED"},
    {"name": "name", "type": "STRING", "maxLength": "255", "defaultValueExpression": "'none'"},
    {"name": "price", "type": "NUMERIC", "precision": "10", "scale": "2"},
    {"name": "raw", "type": "BYTES"},
    {"name": "tags", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "tag", "type": "STRING"}]},
    {"name": "_timestamp", "type": "TIMESTAMP"},
]


class Service:
    """What the API tells: of the dataset ``in_c_main`` of ``shop-1``, and of the tables in it."""

    def __init__(self):
        self.names = {"in_c_main": {"orders": "TABLE"}, "12_in_c_main": {"orders": "TABLE", "seen": "VIEW"}, "work": {}}
        self.key = ["id"]

    def datasets(self, project):
        return list(self.names) if self.has_project(project) else []

    def has_project(self, project):
        return project in {None, "shop-1", "shop-2"}

    def has_dataset(self, path):
        return path[-1] in self.names

    def tables(self, path):
        return list(self.names.get(path[-1], {}).items())

    def find_table(self, table):
        kind = self.names.get(table.path[-1], {}).get(table.name)
        if kind is None:
            return None
        key = {"primaryKey": {"columns": self.key}} if self.key else {}
        return Table.from_api_repr(
            {
                "tableReference": {"projectId": "shop-1", "datasetId": table.path[-1], "tableId": table.name},
                "type": kind,
                "numBytes": "1024",
                "schema": {"fields": FIELDS},
                "tableConstraints": key,
            }
        )


class Played:
    """A world, and what was heard in it."""

    def __init__(self, golden, backend, service):
        self.service = service
        self.made = []
        self._golden = golden("bigquery", backend, self._answer)
        self.run, self.check = self._golden.run, self._golden.check

    def _answer(self, sql):
        if sql.startswith("CREATE TABLE"):
            place = sql.split("`")
            self.service.names.setdefault(place[3], {})[place[5]] = "TABLE"
        if sql.startswith("CREATE SCHEMA"):
            self.service.names[sql.split("`")[-2]] = {}
        if sql.startswith("SELECT COUNT(*)"):
            return Rows(columns=(ResultColumn("n", "INT64"),), rows=[(0,)])
        if sql.startswith("SELECT CAST(COUNT"):
            return Rows(rows=[("0",) * len(parse_one(sql, dialect="bigquery").selects)])
        if sql.startswith(("INSERT", "UPDATE", "DELETE", "MERGE")):
            return Rows(affected=2)
        return None


@pytest.fixture
def played(golden):
    service = Service()

    class Catalog(BigQueryCatalog):
        _connection = service

    class Backend(BigQueryBackend):
        catalog = Catalog

    return Played(golden, Backend(BigQuerySettings(project="shop-1")), service)


def column(name, kind, **more):
    return pb.TableColumn(name=name, type=kind, **{"nullable": True, **more})


def table(name, meta=None, key=()):
    columns = [
        column("id", "INT64", nullable=False),
        column("name", "STRING", length="255", has_default=True, default_value="it's\n\\"),
        column("price", "NUMERIC", length="10,2", nullable=False, has_default=True, default_value="-1.50"),
        column("paid", "BOOL", has_default=True, default_value="true"),
        column("day", "DATE", has_default=True, default_value="2024-01-31"),
        column("at", "TIMESTAMP"),
        column("local", "DATETIME"),
        column("tags", "ARRAY<STRUCT<tag STRING>>"),
    ]
    command = pb.CreateTableCommand(path=PATH, table_name=name, columns=columns, primary_key=key)
    command.meta.update(meta or {})
    return command


LAYOUTS = [
    {"timePartitioning": {"type": "DAY", "field": "day"}, "clustering": {"fields": ["id", "name"]}},
    {"timePartitioning": {"type": "MONTH", "field": "day"}},
    {"timePartitioning": {"type": "HOUR", "field": "at", "expirationMs": "86400000"}, "requirePartitionFilter": True},
    {"timePartitioning": {"type": "YEAR", "field": "local"}},
    {"timePartitioning": {"type": "DAY"}},
    {"timePartitioning": {"type": "HOUR"}},
    {"rangePartitioning": {"field": "id", "range": {"start": "0", "end": "100", "interval": "10"}}},
]


def test_tables_with_keys_defaults_partitions_and_clusters(played):
    played.run(table("plain", key=["id"]), *(table(f"t{n}", meta) for n, meta in enumerate(LAYOUTS)))
    played.check("create_table")


@pytest.mark.parametrize(
    "meta",
    [
        {"timePartitioning": "day"},
        {"timePartitioning": {"type": "WEEK", "field": "day"}},
        {"timePartitioning": {"field": "gone"}},
        {"timePartitioning": {"field": "name"}},
        {"timePartitioning": {"type": "HOUR", "field": "day"}},
        {"timePartitioning": {"field": "day", "expirationMs": "soon"}},
        {"rangePartitioning": {"field": "id"}},
        {"rangePartitioning": {"field": "id", "range": {"start": 5, "end": 1, "interval": 1}}},
        {"timePartitioning": {"field": "day"}, "rangePartitioning": {"field": "id"}},
        {"clustering": {"fields": []}},
        {"clustering": {"fields": ["id", "name", "price", "paid", "day"]}},
        {"clustering": {"fields": ["`id`"]}},
        {"requirePartitionFilter": "yes"},
        {"diststyle": "even"},
    ],
    ids=str,
)
def test_a_layout_that_is_none_touches_nothing(played, meta):
    with pytest.raises(StorageError, match="nothing was touched") as caught:
        played.run(table("t", meta))
    assert caught.value.code == 3000
    assert "t" not in played.service.names["in_c_main"]


def test_copies_clones_and_the_past(played):
    played.run(
        pb.CopyTableCommand(source=ORDERS, destination=COPY),
        pb.CopyTableCommand(source=ORDERS, destination=pb.ObjectRef(path=PATH, name="clone"), clone=True),
        pb.CreateTableFromTimeTravelCommand(
            source=ORDERS, destination=pb.ObjectRef(path=PATH, name="then"), timestamp=1_700_000_000
        ),
        pb.RenameTableCommand(source=COPY, new_name="renamed"),
        pb.DropTableCommand(**AT),
    )
    played.check("copies")


def test_columns_and_keys(played):
    attribute = pb.AlterColumnCommand.Attribute
    played.run(
        pb.AddColumnCommand(**AT, column=column("plain", "STRING")),
        pb.AddColumnCommand(**AT, column=column("count", "INT64", has_default=True, default_value="7")),
        pb.DropColumnCommand(**AT, column_name="name"),
        pb.AlterColumnCommand(
            **AT,
            desired=column("price", "BIGNUMERIC", has_default=True, default_value="0.5"),
            attributes_to_update=[attribute.TYPE, attribute.NULLABLE, attribute.DEFAULT],
        ),
        pb.AlterColumnCommand(**AT, desired=column("name", "STRING"), attributes_to_update=[attribute.DEFAULT]),
        pb.DropPrimaryKeyCommand(**AT),
    )
    played.service.key = []
    played.run(pb.AddPrimaryKeyCommand(**AT, primary_key=["id", "name"]))
    played.check("columns_and_keys")


def test_a_column_that_takes_no_nulls_is_not_added_to_a_table(played):
    given = column("must", "INT64", nullable=False, has_default=True, default_value="1")
    with pytest.raises(StorageError) as caught:
        played.run(pb.AddColumnCommand(**AT, column=given))
    assert caught.value.code == 900


def test_reading(played):
    filters = [
        pb.Filter(column="name", values=["it's", "x"]),
        pb.Filter(column="price", operator=pb.Filter.GT, values=["0.10"], data_type=pb.DECIMAL),
        pb.Filter(column="price", operator=pb.Filter.LT, values=["1" * 35], data_type=pb.DECIMAL),
        pb.Filter(column="name", operator=pb.Filter.GE, values=["5"], data_type=pb.INTEGER),
    ]
    changes = pb.ChangeWindow(since=1_700_000_000, until=1_700_003_600)
    order = [pb.OrderBy(column="id", data_type=pb.BIGINT, order=pb.OrderBy.DESC)]
    played.run(
        pb.PreviewTableCommand(**AT),
        pb.PreviewTableCommand(**AT, columns=["id"], where_filters=filters, changes=changes, order_by=order, limit=5),
        pb.PreviewTableCommand(**AT, columns=["id"], fulltext_search="50%"),
        pb.CreateProfileTableCommand(**AT),
        pb.CreateViewCommand(path=PATH, view_name="v", source=ORDERS, columns=["id"], where_filters=filters[:1]),
        pb.DeleteTableRowsCommand(**AT, where_filters=filters[:1]),
        pb.DeleteTableRowsCommand(**AT),
    )
    played.check("reading")


@pytest.mark.parametrize("name", ["raw", "tags"])
def test_what_cannot_be_compared_is_no_filter(played, name):
    wrong = pb.Filter(column=name, values=["x"])
    with pytest.raises(StorageError) as caught:
        played.run(pb.PreviewTableCommand(**AT, where_filters=[wrong]))
    assert caught.value.code == 3000


@pytest.mark.parametrize("duplicates", ["UPDATE", "INSERT", "FAIL_ON"])
def test_imports_from_tables(played, duplicates):
    options = pb.ImportOptions(
        import_strategy=pb.ImportOptions.USER_DEFINED_TABLE,
        timestamp_column="_timestamp",
        convert_empty_values_to_null_on_columns=["name"],
        import_as_null=["NA", "it's"],
    )
    mappings = [
        pb.TableImportFromTableCommand.ColumnMapping(source=name, destination=name) for name in ("id", "name", "price")
    ]
    command = pb.TableImportFromTableCommand(
        source=pb.ObjectRef(path=["shop-1", "12_in_c_main"], name="orders"),
        destination=ORDERS,
        import_options=options,
        column_mappings=mappings,
    )
    by_key = pb.TableImportFromTableCommand()
    by_key.CopyFrom(command)
    by_key.import_options.import_type = pb.ImportOptions.INCREMENTAL
    by_key.import_options.dedup_columns_names.append("id")
    by_key.import_options.dedup_type = pb.ImportOptions.DedupType.Value(f"{duplicates}_DUPLICATES")
    played.run(command, by_key)
    played.check(f"import_{duplicates.lower()}")


def test_places(played):
    share = pb.ShareBucketCommand(
        stack_prefix="kbc-eu",
        source_project_id="7",
        source_bucket_id="in.c-main",
        source_database_name="shop-1",
        source_bucket_object_name="in_c_main",
    )
    shared = played.run(share).bucket_share_role_name
    assert "." not in shared
    assert "-" not in shared
    link = pb.LinkBucketCommand(
        source_database_name="shop-1",
        source_share_role_name=shared,
        target_database_name="shop-2",
        target_bucket_id="in.c-linked",
    )
    played.run(
        link,
        pb.CreateBucketCommand(bucket_id="out.c-new", branch_id="12", database_name="shop-1"),
        pb.CreateWorkspaceCommand(stack_prefix="kbc-eu", workspace_id="9", database_name="shop-1"),
        pb.InitBackendCommand(),
        pb.DropBucketCommand(bucket_object_name="in_c_main", database_name="shop-1", is_cascade=True),
    )
    played.check("places")


def test_a_branch_takes_the_place_of_what_was_there(played):
    played.run(
        pb.MergeDevBranchCommand(stack_prefix="k", project_id="1", branch_id="12", project_database_name="shop-1")
    )
    played.check("branch")
