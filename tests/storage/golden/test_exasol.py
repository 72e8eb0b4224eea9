"""Exasol's statements, command by command: the fake runs most of them, and Exasol was asked none."""

import pytest
from sqlglot import parse_one

from understudy.config.models.storage_backends import ExasolSettings
from understudy.domain.errors import StorageError
from understudy.providers.storage.connection import ResultColumn, Rows
from understudy.providers.storage.exasol.backend import ExasolBackend
from understudy.providers.storage.exasol.errors import translate
from understudy.providers.storage.protocol import storage_pb2 as pb

PATH = ["in"]
AT = {"path": PATH, "table_name": "orders"}
ORDERS = pb.ObjectRef(path=PATH, name="orders")
COPY = pb.ObjectRef(path=PATH, name="copy")
COLUMNS = [
    ("id", "DECIMAL(10,0)", False, None),
    ("name", "VARCHAR(255) UTF8", True, "'none'"),
    ("_timestamp", "TIMESTAMP(3)", True, None),
]


def rows(count, *found):
    return Rows(columns=tuple(ResultColumn(f"c{number}", "VARCHAR") for number in range(count)), rows=list(found))


class World:
    """What is there: the schemas ``in`` and ``WORKSPACE_9``, in the first the table ``orders``."""

    def __init__(self):
        self.schemas = ["in"]
        self.tables = ["orders", "news"]
        self.key = [("id",)]

    def __call__(self, sql):
        if "EXA_ALL_SCHEMAS" in sql:
            return rows(1, *((name,) for name in self.schemas))
        if "EXA_ALL_TABLES" in sql:
            return rows(1, *((name,) for name in self.tables))
        if "EXA_ALL_COLUMNS" in sql:
            return rows(4, *COLUMNS)
        if "EXA_ALL_CONSTRAINT_COLUMNS" in sql:
            return rows(1, *self.key)
        if "EXA_ALL_OBJECT_SIZES" in sql:
            return rows(1, ("1024",))
        if sql.startswith("SELECT COUNT(*)"):
            return rows(1, (0,))
        if sql.startswith("SELECT CAST(COUNT"):
            count = len(parse_one(sql, "exasol").expressions)
            return rows(count, ("0",) * count)
        if sql.startswith("CREATE TABLE"):
            self.tables += ["new", "copy"]
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            return Rows(affected=2)
        return None


@pytest.fixture
def world():
    return World()


@pytest.fixture
def exasol(golden, world):
    return golden("exasol", ExasolBackend(ExasolSettings(host="exa.example.com")), world)


COMMANDS = {
    "create_bucket": pb.CreateBucketCommand(bucket_id="in.c-main", is_default_branch=True),
    "drop_bucket": pb.DropBucketCommand(bucket_object_name="in", is_cascade=True),
    "create_table": pb.CreateTableCommand(
        path=PATH,
        table_name="new",
        columns=[
            pb.TableColumn(name='hos"tile', type="DECIMAL", length="18,2"),
            pb.TableColumn(name="any", type="VARCHAR", nullable=True, has_default=True, default_value="it's"),
            pb.TableColumn(name="flag", type="BOOLEAN", nullable=True, has_default=True, default_value="true"),
        ],
        primary_key=['hos"tile'],
    ),
    "create_view": pb.CreateViewCommand(
        path=PATH, view_name="v", source=ORDERS, columns=["id"], where_filters=[pb.Filter(column="name", values=["x"])]
    ),
    "copy": pb.CopyTableCommand(source=ORDERS, destination=COPY),
    "rename": pb.RenameTableCommand(source=ORDERS, new_name='re"named'),
    "drop_table": pb.DropTableCommand(**AT),
    "preview": pb.PreviewTableCommand(
        **AT,
        where_filters=[
            pb.Filter(column="name", operator=pb.Filter.GT, values=["5"], data_type=pb.DECIMAL),
            pb.Filter(column="id", values=["1", "2"], data_type=pb.STRING),
        ],
        changes=pb.ChangeWindow(since=1_700_000_000),
        order_by=[pb.OrderBy(column="id", order=pb.OrderBy.DESC)],
    ),
    "search": pb.PreviewTableCommand(**AT, fulltext_search="50%'"),
    "profile": pb.CreateProfileTableCommand(**AT),
    "delete_rows": pb.DeleteTableRowsCommand(**AT, where_filters=[pb.Filter(column="name", values=["x"])]),
    "add_column": pb.AddColumnCommand(**AT, column=pb.TableColumn(name="more", type="DATE", nullable=True)),
    "drop_column": pb.DropColumnCommand(**AT, column_name="name"),
    "alter_column": pb.AlterColumnCommand(
        **AT,
        desired=pb.TableColumn(name="name", type="VARCHAR", length="500", has_default=True, default_value="x"),
        attributes_to_update=[0, 1, 2, 3],
    ),
    "drop_primary_key": pb.DropPrimaryKeyCommand(**AT),
    "query": pb.ExecuteQueryCommand(path_restriction=PATH, query='SELECT * FROM "orders"'),
    "import_table_by_key": pb.TableImportFromTableCommand(
        source=pb.ObjectRef(path=PATH, name="news"),
        destination=ORDERS,
        column_mappings=[
            pb.TableImportFromTableCommand.ColumnMapping(source=name, destination=name) for name in ("id", "name")
        ],
        import_options=pb.ImportOptions(
            import_type=pb.ImportOptions.INCREMENTAL,
            import_strategy=pb.ImportOptions.USER_DEFINED_TABLE,
            dedup_columns_names=["id"],
            timestamp_column="_timestamp",
        ),
    ),
    "create_workspace": pb.CreateWorkspaceCommand(
        stack_prefix="kbc", project_id="7", workspace_id="8", is_default_branch=True, direct_grant_tables=[ORDERS]
    ),
    "reset_workspace_password": pb.ResetWorkspacePasswordCommand(workspace_user_name="KBC_WORKSPACE_8_USER"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command(exasol, name):
    exasol.run(COMMANDS[name])
    exasol.check(name)


def test_a_workspace_is_dropped_with_its_login(exasol, world):
    world.schemas.append("WORKSPACE_8")
    exasol.run(
        pb.DropWorkspaceCommand(
            workspace_object_name="WORKSPACE_8",
            workspace_user_name="KBC_WORKSPACE_8_USER",
            workspace_role_name="KBC_WORKSPACE_8_ROLE",
            is_cascade=True,
        )
    )
    exasol.check("drop_workspace")


def test_a_primary_key_is_added_when_its_values_are_known_to_be_one(exasol, world):
    world.key = []
    exasol.run(pb.AddPrimaryKeyCommand(**AT, primary_key=["id"]))
    exasol.check("add_primary_key")


@pytest.mark.parametrize(
    "command",
    [
        pb.CreateProjectCommand(stack_prefix="kbc", project_id="7"),
        pb.CreateTableFromTimeTravelCommand(source=ORDERS, destination=COPY, timestamp=1),
    ],
)
def test_what_is_not_declared_is_refused_and_nothing_asked(exasol, command):
    with pytest.raises(StorageError) as caught:
        exasol.run(command)
    assert caught.value.code == 900
    assert exasol.recorder.statements == []


class ExaQueryError(Exception):
    """As the driver's: the server's code and words."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


@pytest.mark.parametrize(
    ("state", "words", "code", "retryable"),
    [
        ("42500", "insufficient privileges for creating table", 2007, False),
        ("42500", "object T already exists", 2006, False),
        ("42000", "schema NOWHERE not found [line 1, column 1]", 2003, False),
        ("42000", "object NOPE not found [line 1, column 8]", 2000, False),
        ("42000", "syntax error, unexpected IDENTIFIER_LIST_", 6001, False),
        ("22018", "data exception - invalid character value for cast", 6004, False),
        ("40001", "GlobalTransactionRollback msg: Transaction collision", 6000, True),
        ("27002", "constraint violation - not null", 6000, False),
        ("R0001", "Query terminated because timeout has been reached.", 1000, False),
        ("08004", "Connection exception - authentication failed.", 1002, False),
        ("XX000", "something new", 0, False),
    ],
)
def test_the_server_s_errors_have_stable_codes(state, words, code, retryable):
    fault = translate(ExaQueryError(state, words))
    assert (int(fault.code), fault.retryable) == (code, retryable)
    assert fault.message == words
