"""Synapse's statements, command by command: what the fake takes is not all that a pool asks for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import TokenType, parse_one, tokenize

from understudy.config.models.storage_backends import SynapseSettings
from understudy.domain.errors import StorageError
from understudy.providers.storage.connection import ResultColumn, Rows
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName
from understudy.providers.storage.synapse.backend import SynapseBackend
from understudy.providers.storage.synapse.statements import SynapseStatements

SQL = SynapseStatements()
PATH = ["in_c_main"]
ORDERS = pb.ObjectRef(path=PATH, name="Orders")
AT = {"path": PATH, "table_name": "Orders"}
COLUMNS = [
    ("id", "int", None, 10, 0, None, "YES", None),
    ("name", "nvarchar", 255, None, None, None, "YES", "(N'none')"),
    ("long", "nvarchar", -1, None, None, None, "YES", None),
    ("rate", "float", None, 53, None, None, "YES", None),
    ("flag", "bit", None, None, None, None, "YES", None),
    ("_timestamp", "datetime2", None, None, None, 7, "YES", None),
]


def rows(*found):
    return Rows(columns=tuple(ResultColumn("c", "NVARCHAR") for _ in (found[0] if found else ())), rows=list(found))


class World:
    """What there is: the schema ``in_c_main``, in it the table ``Orders`` and the view ``seen``."""

    def __init__(self):
        self.key = True

    def __call__(self, sql):
        if "information_schema.schemata" in sql:
            return rows(("dbo",), ("in_c_main",), ("sys",), ("db_owner",))
        if "information_schema.tables" in sql:
            return rows(("Orders", "BASE TABLE"), ("seen", "VIEW"))
        if "information_schema.columns" in sql:
            return rows(*COLUMNS)
        if "sys.key_constraints" in sql:
            return rows(("PK_or]ders", "id")) if self.key else rows()
        if "sys.default_constraints" in sql:
            return rows(("DF__Orders__name", "name"))
        if sql.startswith("SELECT COUNT"):
            return rows((0,))
        if "CAST(COUNT(" in sql:
            return rows(("1",) * len(parse_one(sql, dialect="tsql").expressions))
        return Rows(affected=2) if sql.startswith(("INSERT", "UPDATE", "DELETE")) else None


@pytest.fixture
def world():
    return World()


@pytest.fixture
def synapse(golden, world):
    return golden("synapse", SynapseBackend(SynapseSettings(host="pool", database="dev")), world)


def column(name, kind, **options):
    return pb.TableColumn(name=name, type=kind, nullable=True, **options)


COMMANDS = {
    "buckets": [
        pb.CreateBucketCommand(bucket_id="new]", is_default_branch=True),
        pb.DropBucketCommand(bucket_object_name="in_c_main", is_cascade=True),
    ],
    "create_table": [
        pb.CreateTableCommand(
            path=PATH,
            table_name="New",
            columns=[
                column("Hos]tile", "DECIMAL", length="38,2"),
                column("name", "NVARCHAR", length="10", has_default=True, default_value="it's \\"),
                column("flag", "BIT", has_default=True, default_value="true"),
            ],
            primary_key=["Hos]tile"],
            meta={"distribution": "hash", "distribution_columns": ["NAME"]},
        ),
    ],
    "create_table_of_long_text": [
        pb.CreateTableCommand(path=PATH, table_name="Long", columns=[column("a", "NVARCHAR", length="MAX")])
    ],
    "create_view": [
        pb.CreateViewCommand(
            path=PATH, view_name="v", source=ORDERS, where_filters=[pb.Filter(column="name", values=["ž'"])]
        )
    ],
    "copy": [pb.CopyTableCommand(source=ORDERS, destination=pb.ObjectRef(path=PATH, name="copy"))],
    "columns": [
        pb.AddColumnCommand(**AT, column=column("More", "DATE")),
        pb.DropColumnCommand(**AT, column_name="NAME"),
        pb.AlterColumnCommand(**AT, desired=column("name", "NVARCHAR", length="500"), attributes_to_update=[1, 3]),
        pb.DropPrimaryKeyCommand(**AT),
        pb.RenameTableCommand(source=ORDERS, new_name="Re]named"),
        pb.DropTableCommand(**AT),
    ],
    "reading": [
        pb.PreviewTableCommand(
            **AT,
            limit=5,
            order_by=[pb.OrderBy(column="id", data_type=pb.BIGINT, order=pb.OrderBy.DESC)],
            where_filters=[
                pb.Filter(column="name", values=["a", "ž"]),
                pb.Filter(column="name", operator=pb.Filter.GT, values=["1.5"], data_type=pb.DECIMAL),
            ],
        ),
        pb.PreviewTableCommand(**AT, columns=["id"], fulltext_search="x"),
        pb.CreateProfileTableCommand(**AT),
    ],
    "delete_rows": [
        pb.DeleteTableRowsCommand(**AT, where_filters=[pb.Filter(column="id", values=["1"], data_type=pb.INTEGER)]),
        pb.DeleteTableRowsCommand(**AT),
    ],
    "import_table_by_key": [
        pb.TableImportFromTableCommand(
            source=pb.ObjectRef(path=PATH, name="seen"),
            destination=ORDERS,
            import_options=pb.ImportOptions(
                import_type=pb.ImportOptions.INCREMENTAL,
                import_strategy=pb.ImportOptions.USER_DEFINED_TABLE,
                dedup_columns_names=["id"],
                timestamp_column="_timestamp",
                convert_empty_values_to_null_on_columns=["name"],
            ),
        )
    ],
    "init_backend": [pb.InitBackendCommand()],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_these_statements(synapse, name):
    synapse.run(*COMMANDS[name])
    synapse.check(name)


def test_a_key_s_columns_refuse_nulls_first(synapse, world):
    world.key = False
    synapse.run(pb.AddPrimaryKeyCommand(**AT, primary_key=["id"]))
    synapse.check("add_primary_key")


@pytest.mark.parametrize(
    "meta",
    [
        {"distribution": "SOMEWHERE"},
        {"distribution": "HASH"},
        {"distribution_columns": ["a"]},
        {"distribution": "HASH", "distribution_columns": ["b) --"]},
        {"index": "BITMAP"},
        {"index": "CLUSTERED"},
    ],
)
def test_a_place_that_is_none_is_refused_and_nothing_is_made(synapse, meta):
    command = pb.CreateTableCommand(path=PATH, table_name="New", columns=[column("a", "INT")], meta=meta)
    with pytest.raises(StorageError) as caught:
        synapse.run(command)
    assert caught.value.code == 3000
    assert not [sql for sql in synapse.recorder.statements if sql.startswith("CREATE")]


@settings(max_examples=60)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), min_size=4, max_size=4
    )
)
def test_hostile_texts_stay_texts(texts):
    """Read again, every name and text of a statement is one token and what it was."""
    schema, name, column, other = texts
    table = TableName((schema,), name)
    found = Column(name=column, type="INT")
    placed = {"distribution": "HASH", "distribution_columns": [column]}
    made = TableDefinition(table=table, columns=(found,), primary_key=(column,), meta=placed)
    for statements, names in (
        (SQL.create_table(made), [schema, name, column, column, column]),
        (SQL.add_primary_key(table, [column]), [schema, name, column]),
        (SQL.set_nullable(table, found), [schema, name, column]),
        ([SQL.drop_constraint(table, other)], [schema, name, other]),
        (SQL.rename_table(table, other), [schema, name, other]),
    ):
        (sql,) = statements
        read = sql.removeprefix("RENAME ")  # which sqlglot reads to its end as one command
        quoted = [token.text for token in tokenize(read, dialect="tsql") if read[token.start] == "["]
        assert quoted == names
    tokens = tokenize(SQL.text_literal(other), dialect="tsql")
    assert "".join(token.text for token in tokens if token.token_type == TokenType.NATIONAL_STRING) == other
