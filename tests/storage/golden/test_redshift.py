"""Redshift's statements, command by command: what no emulator can carry out is at least what was meant."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import parse_one, tokenize

from understudy.config.models.storage_backends import RedshiftSettings
from understudy.domain.errors import StorageError
from understudy.domain.secrets import Secret
from understudy.providers.storage.connection import ResultColumn, Rows
from understudy.providers.storage.files.access import FileAccess
from understudy.providers.storage.files.csv_format import CsvFormat
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.redshift.backend import RedshiftBackend
from understudy.providers.storage.redshift.bulk import Authorization, check_csv, copy_csv, unload_csv
from understudy.providers.storage.redshift.statements import RedshiftStatements
from understudy.providers.storage.sql.tables import TableName

SQL = RedshiftStatements()
PATH = ["dev", "in"]
ORDERS = pb.ObjectRef(path=PATH, name="Orders")
AT = {"path": PATH, "table_name": "Orders"}
IDS = {"stack_prefix": "KBC", "project_id": "7"}
COLUMNS = [
    ("id", "integer", True, None),
    ("name", "character varying(255)", False, "'none'::character varying"),
    ("flag", "boolean", False, None),
    ("doc", "super", False, None),
    ("_timestamp", "timestamp without time zone", False, None),
]
SECRET = "wJal'rX\\UtnFEMI"  # pragma: allowlist secret


def rows(*found):
    return Rows(columns=tuple(ResultColumn("c", "VARCHAR") for _ in (found[0] if found else ())), rows=list(found))


class World:
    """What there is: the schemas ``in`` and ``12_in``, in each the table ``orders``."""

    schemas = ("in", "12_in", "workspace_5")

    def __call__(self, sql):
        if "FROM pg_database" in sql:
            return rows(("dev",))
        if sql.startswith("SELECT nspname"):
            return rows(*((name,) for name in self.schemas))
        if "c.relkind FROM" in sql:
            return rows(("orders", "r"))
        if "pg_constraint" in sql:
            return rows(("orders_pkey", [1], 1, "id"), ("orders_pkey", [1], 2, "name"))
        if "format_type" in sql:
            return rows(*COLUMNS)
        if "CAST(COUNT(" in sql:
            return rows(("1",) * len(parse_one(sql, dialect="redshift").expressions))
        if sql.startswith("SELECT COUNT(*)"):
            return rows((0,))
        return Rows(affected=2) if sql.startswith(("INSERT", "UPDATE", "DELETE")) else None


@pytest.fixture
def redshift(golden):
    backend = RedshiftBackend(RedshiftSettings(host="cluster", database="dev"))
    return golden("redshift", backend, World())


def by_key():
    return pb.ImportOptions(
        import_type=pb.ImportOptions.INCREMENTAL,
        import_strategy=pb.ImportOptions.USER_DEFINED_TABLE,
        dedup_columns_names=["id"],
        timestamp_column="_timestamp",
        convert_empty_values_to_null_on_columns=["name"],
    )


LOGIN = {"workspace_user_name": "kbc_workspace_5_user", "workspace_role_name": "kbc_workspace_5_role"}
COMMANDS = {
    "create_table": [
        pb.CreateTableCommand(
            path=PATH,
            table_name="New",
            columns=[
                pb.TableColumn(name='Hos"tile', type="NUMERIC", length="38,2"),
                pb.TableColumn(name="name", type="VARCHAR", length="10", has_default=True, default_value="it's \\"),
            ],
            primary_key=['Hos"tile'],
            meta={"diststyle": "key", "distkey": "NAME", "sortkey": ["name", 'hos"tile']},
        )
    ],
    "create_view": [
        pb.CreateViewCommand(
            path=PATH, view_name="v", source=ORDERS, where_filters=[pb.Filter(column="NAME", values=["x"])]
        )
    ],
    "copy": [pb.CopyTableCommand(source=ORDERS, destination=pb.ObjectRef(path=PATH, name="copy"))],
    "columns": [
        pb.AddColumnCommand(**AT, column=pb.TableColumn(name="More", type="DATE", nullable=True)),
        pb.DropColumnCommand(**AT, column_name="name"),
        pb.AlterColumnCommand(
            **AT,
            desired=pb.TableColumn(name="name", type="VARCHAR", length="500", nullable=True),
            attributes_to_update=[0, 1, 2, 3],
        ),
        pb.DropPrimaryKeyCommand(**AT),
        pb.RenameTableCommand(source=ORDERS, new_name="Renamed"),
    ],
    "reading": [
        pb.PreviewTableCommand(
            **AT,
            where_filters=[pb.Filter(column="name", operator=pb.Filter.GT, values=["5"], data_type=pb.DECIMAL)],
            order_by=[pb.OrderBy(column="id", order=pb.OrderBy.DESC)],
        ),
        pb.PreviewTableCommand(**AT, columns=["name"], fulltext_search="50%"),
        pb.CreateProfileTableCommand(**AT),
        pb.DeleteTableRowsCommand(**AT, where_filters=[pb.Filter(column="name", values=["it's"])]),
        pb.ExecuteQueryCommand(query="SELECT 1", path_restriction=PATH),
    ],
    "import_table_by_key": [
        pb.TableImportFromTableCommand(
            source=ORDERS, destination=pb.ObjectRef(path=["12_in"], name="orders"), import_options=by_key()
        )
    ],
    "projects": [
        pb.InitBackendCommand(),
        pb.CreateProjectCommand(**IDS),
        pb.CreateDevBranchCommand(
            **IDS,
            branch_id="12",
            project_database_name="dev",
            project_role_name="kbc7_role",
            project_read_only_role_name="kbc7_ro",
        ),
        pb.DropDevBranchCommand(read_only_role_name="kbc7_12_ro"),
        pb.MergeDevBranchCommand(**IDS, branch_id="12", project_database_name="dev"),
        pb.DropProjectCommand(
            database_name="dev", user_name="kbc7_user", role_name="kbc7_role", read_only_role_name="kbc7_ro"
        ),
    ],
    "buckets_and_sharing": [
        pb.CreateBucketCommand(
            bucket_id="Out",
            is_default_branch=True,
            project_role_name="kbc7_role",
            project_read_only_role_name="kbc7_ro",
        ),
        pb.ShareBucketCommand(
            stack_prefix="KBC", source_project_id="7", source_bucket_id="in", source_bucket_object_name="in"
        ),
        pb.LinkBucketCommand(
            source_share_role_name="kbc7_in_share",
            target_project_read_only_role_name="kbc8_ro",
            source_bucket_object_name="in",
        ),
        pb.UnlinkBucketCommand(source_share_role_name="kbc7_in_share", project_read_only_role_name="kbc8_ro"),
        pb.UnshareBucketCommand(bucket_share_role_name="kbc7_in_share", bucket_object_name="in"),
        pb.DropBucketCommand(bucket_object_name="in", is_cascade=True),
    ],
    "workspaces": [
        pb.CreateWorkspaceCommand(
            stack_prefix="KBC", workspace_id="9", project_read_only_role_name="kbc7_ro", direct_grant_tables=[ORDERS]
        ),
        pb.ResetWorkspacePasswordCommand(workspace_user_name="kbc_workspace_5_user"),
        pb.GrantWorkspaceAccessToProjectCommand(workspace_object_name="workspace_5", project_role_name="kbc7_role"),
        pb.RevokeWorkspaceAccessToProjectCommand(workspace_object_name="workspace_5", project_role_name="kbc7_role"),
        pb.ClearWorkspaceCommand(workspace_object_name="workspace_5"),
        pb.DropWorkspaceCommand(workspace_object_name="workspace_5", is_cascade=True, **LOGIN),
    ],
}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_said(redshift, name):
    """Statement by statement, in their order."""
    redshift.run(*COMMANDS[name])
    redshift.check(name)


@pytest.mark.parametrize(
    "meta",
    [{"diststyle": "ODD"}, {"diststyle": "KEY"}, {"distkey": "gone"}, {"sortkey": []}, {"sortkey": [1]}],
    ids=str,
)
def test_what_tables_cannot_be_told_is_refused(redshift, meta):
    """Before anything is made."""
    column = pb.TableColumn(name="id", type="INTEGER")
    with pytest.raises(StorageError) as caught:
        redshift.run(pb.CreateTableCommand(path=PATH, table_name="new", columns=[column], meta=meta))
    assert caught.value.code == 3000
    assert not [sql for sql in redshift.recorder.statements if sql.startswith("CREATE TABLE")]


def test_copy_and_unload_say_who_may_and_how():
    """Keys of the command, or a role of the settings, or the cluster's own."""
    keys = Authorization(access=FileAccess(key="AKIA", secret=Secret(SECRET), token=Secret("t")), region="eu-west-1")
    role = Authorization(access=FileAccess(), iam_role="arn:aws:iam::1:role/copy")
    csv = CsvFormat(delimiter="\t", ignored_lines=1, gzip=True)
    copied = copy_csv(SQL, TableName(("in",), "s"), ["a", 'B"c'], "s3://b/m", csv, role, null="n")
    assert copied == (
        'COPY "in"."s" ("a", "b""c") FROM \'s3://b/m\' IAM_ROLE \'arn:aws:iam::1:role/copy\' MANIFEST '
        "CSV QUOTE AS '\"' DELIMITER AS '\\t' NULL AS 'n' IGNOREHEADER AS 1 GZIP COMPUPDATE OFF STATUPDATE OFF"
    )
    unloaded = unload_csv(SQL, "SELECT 'x'", "s3://b/p", CsvFormat(), keys, slice_bytes=0)
    assert unloaded == (
        "UNLOAD ('SELECT \\'x\\'') TO 's3://b/p' ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY 'wJal\\'rX\\\\UtnFEMI' "
        "SESSION_TOKEN 't' REGION AS 'eu-west-1' CSV DELIMITER AS ',' PARALLEL OFF"
    )
    sliced = unload_csv(SQL, "q", "p", CsvFormat(), Authorization(access=FileAccess()), slice_bytes=1)
    assert sliced.endswith("IAM_ROLE default CSV DELIMITER AS ',' HEADER MAXFILESIZE AS 5 MB")
    assert SECRET not in repr(keys)


@pytest.mark.parametrize("csv", [CsvFormat(delimiter="||"), CsvFormat(delimiter="§"), CsvFormat(escape="\\")], ids=str)
def test_csv_that_the_engine_does_not_read_is_refused(csv):
    """4203, before anything is copied."""
    with pytest.raises(Exception, match="Redshift") as caught:
        check_csv(csv)
    assert caught.value.code == 4203


@settings(max_examples=60)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), min_size=5, max_size=5
    )
)
def test_hostile_texts_stay_texts(texts):
    """Read again, every name and text of a COPY is one token and what it was."""
    schema, table, column, url, key = texts
    access = Authorization(access=FileAccess(key=key, secret=Secret(key)))
    sql = copy_csv(SQL, TableName((schema,), table), [column], url, CsvFormat(), access, null="n")
    tokens = [token.text for token in tokenize(sql, dialect="redshift")]
    folded = [SQL.fold(name) for name in (schema, table, column)]
    assert [tokens[1], tokens[3], tokens[5], tokens[8], tokens[10], tokens[12]] == [*folded, url, key, key]


def test_secrets_are_masked_in_what_the_engine_says(golden):
    """Also as the statement has them, and nothing of the driver's own error goes along."""
    from understudy.providers.storage.redshift.transfer import run_transfer

    allowed = Authorization(access=FileAccess(key="AKIA", secret=Secret(SECRET)))

    class Refusing:
        """A session whose engine quotes the statement."""

        sql = SQL
        backend = RedshiftBackend(RedshiftSettings(host="cluster"))

        def execute(self, sql):
            raise RuntimeError({"C": "XX000", "M": f"cannot do {sql}"})

    with pytest.raises(Exception, match="cannot do") as caught:
        run_transfer(Refusing(), f"COPY {allowed.sql(SQL)}", allowed, 4000)
    assert "rX" not in str(caught.value)
    assert (caught.value.code, caught.value.__context__) == (4000, None)
