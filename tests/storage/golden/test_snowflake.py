"""Snowflake's statements, command by command: what no emulator can carry out is at least what was meant."""

import gzip
import re
import traceback
from datetime import datetime
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from understudy.config.models.storage_backends import SnowflakeSettings
from understudy.domain.errors import StorageError
from understudy.providers.storage.connection import ResultColumn, Rows
from understudy.providers.storage.files.access import file_access
from understudy.providers.storage.files.folder import FileEntry, Folder
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.snowflake.backend import SnowflakeBackend
from understudy.providers.storage.snowflake.placing import external_place

SECRET = "wJalrX'Utn\\\\FEMI"  # pragma: allowlist secret
PATH = ["SALES", "in"]
ORDERS = pb.ObjectRef(path=PATH, name="orders")
AT = {"path": PATH, "table_name": "orders"}
COPY = pb.ObjectRef(path=PATH, name="copy")
COLUMN = ("column_name", "data_type", "is_nullable", "column_default", "length", "precision", "scale")
COLUMNS = [
    ("id", "NUMBER", "NO", None, None, 10, 0),
    ("name", "TEXT", "YES", "'none'", 255, None, None),
    ("place", "VARIANT", "YES", None, None, None, None),
    ("_timestamp", "TIMESTAMP_NTZ", "YES", None, None, None, None),
]
SHOWN = (
    ResultColumn("id", "NUMBER(10,0)"),
    ResultColumn("name", "VARCHAR(255)"),
    ResultColumn("place", "VARIANT"),
    ResultColumn("_timestamp", "TIMESTAMP_NTZ"),
)
IDS = {"stack_prefix": "kbc", "project_id": "7"}


def rows(names, *found):
    return Rows(columns=tuple(ResultColumn(name, "VARCHAR") for name in names), rows=list(found))


class World:
    """What is there: the database SALES, in it the schema ``in``, in that the table ``orders``."""

    def __init__(self):
        self.databases = ["SALES"]
        self.schemas = ["in", "12_in", "KBC_7_WORK", "INFORMATION_SCHEMA"]
        self.tables = {"orders": "BASE TABLE"}
        self.answers = {}

    def __call__(self, sql):
        for start, answer in self.answers.items():
            if sql.startswith(start):
                return answer(sql)
        if sql.startswith("SHOW TERSE DATABASES"):
            return rows(["created_on", "name"], *(("", name) for name in self.databases))
        if sql.startswith("SHOW PRIMARY KEYS"):
            return rows(["column_name", "key_sequence"], ("id", 1))
        if "information_schema.schemata" in sql:
            return rows(["schema_name"], *((name,) for name in self.schemas))
        if "SELECT bytes" in sql:
            return rows(["bytes"], (1024,))
        if "information_schema.tables" in sql:
            return rows(["table_name", "table_type"], *self.tables.items())
        if "information_schema.columns" in sql:
            return rows(COLUMN, *COLUMNS)
        if sql.endswith("LIMIT 0"):
            return Rows(columns=SHOWN)
        if sql.startswith("SELECT COUNT(*)"):
            return rows(["n"], (0,))
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            return Rows(affected=2)
        return None


@pytest.fixture
def world():
    return World()


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "it's.csv").write_text("id,name\n1,one\n")
    (folder / "b.csv").write_text("id,name\n2,two\n")
    return folder


@pytest.fixture
def snowflake(golden, world, files):
    settings = SnowflakeSettings(
        account="acme",
        database="SALES",
        warehouse="SMALL",
        workspace_statement_timeout=600,
        storage_integration="buckets",
        file_roots=(str(files),),
    )
    quoted = exp.Literal.string(SECRET).sql("snowflake").strip("'")
    return golden("snowflake", SnowflakeBackend(settings), world, hidden=(quoted, "s3ss10n"))


def by_key(**more):
    return pb.ImportOptions(
        import_type=pb.ImportOptions.INCREMENTAL,
        import_strategy=pb.ImportOptions.USER_DEFINED_TABLE,
        dedup_columns_names=["id"],
        timestamp_column="_timestamp",
        **more,
    )


TABLES = {
    "create_table": pb.CreateTableCommand(
        path=PATH,
        table_name="new",
        columns=[
            pb.TableColumn(name='hos"tile', type="NUMBER", length="38,2"),
            pb.TableColumn(
                name="name", type="VARCHAR", length="10", nullable=True, has_default=True, default_value="it's"
            ),
        ],
        primary_key=['hos"tile'],
    ),
    "create_view": pb.CreateViewCommand(
        path=PATH, view_name="v", source=ORDERS, columns=["id"], where_filters=[pb.Filter(column="name", values=["x"])]
    ),
    "time_travel": pb.CreateTableFromTimeTravelCommand(source=ORDERS, destination=COPY, timestamp=1_700_000_000),
    "clone": pb.CopyTableCommand(source=ORDERS, destination=COPY, clone=True),
    "copy": pb.CopyTableCommand(source=ORDERS, destination=COPY),
    "rename": pb.RenameTableCommand(source=ORDERS, new_name="renamed"),
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
    "search": pb.PreviewTableCommand(**AT, fulltext_search="50%"),
    "profile": pb.CreateProfileTableCommand(**AT),
    "delete_rows": pb.DeleteTableRowsCommand(**AT, where_filters=[pb.Filter(column="name", values=["x"])]),
    "add_column": pb.AddColumnCommand(**AT, column=pb.TableColumn(name="more", type="DATE", nullable=True)),
    "drop_column": pb.DropColumnCommand(**AT, column_name="name"),
    "alter_column": pb.AlterColumnCommand(
        **AT,
        desired=pb.TableColumn(name="name", type="VARCHAR", length="500", nullable=True),
        attributes_to_update=[0, 1, 2, 3],
    ),
    "drop_primary_key": pb.DropPrimaryKeyCommand(**AT),
    "table_info": pb.ObjectInfoCommand(path=PATH, name="orders", expected_kind=pb.TABLE),
    "query": pb.ExecuteQueryCommand(path_restriction=PATH, query='SELECT * FROM "orders"'),
}


def test_every_command_of_tables(snowflake, world):
    """Each in a file of its own."""
    world.answers["SELECT CAST(COUNT"] = lambda sql: rows(["n"], ("0",) * len(parse_one(sql, "snowflake").expressions))
    for name, command in TABLES.items():
        snowflake.recorder.statements.clear()
        world.tables = {"orders": "BASE TABLE"}
        world.answers["CREATE TABLE"] = lambda _: world.tables.update(new="BASE TABLE", copy="BASE TABLE")
        snowflake.run(command)
        snowflake.check(name)


def test_a_primary_key_is_added_when_its_values_are_known_to_be_one(snowflake, world):
    world.answers["SHOW PRIMARY KEYS"] = lambda _: rows(["column_name", "key_sequence"])
    snowflake.run(pb.AddPrimaryKeyCommand(**AT, primary_key=["id"]))
    snowflake.check("add_primary_key")


def test_a_default_of_a_column_that_is_there_stays_and_is_told(snowflake):
    desired = pb.TableColumn(name="name", type="VARCHAR", nullable=True, has_default=True, default_value="x")
    attribute = pb.AlterColumnCommand.Attribute
    command = pb.AlterColumnCommand(**AT, desired=desired, attributes_to_update=[attribute.NULLABLE, attribute.DEFAULT])
    outcomes = snowflake.run(command).outcomes
    assert [(one.attribute, one.done) for one in outcomes] == [(attribute.NULLABLE, True), (attribute.DEFAULT, False)]
    assert "no default" in outcomes[1].reason
    assert not [sql for sql in snowflake.recorder.statements if "DEFAULT" in sql]


def test_backend_and_projects(snowflake, world):
    snowflake.run(pb.InitBackendCommand())
    snowflake.check("init_backend")
    snowflake.recorder.statements.clear()
    made = snowflake.run(pb.CreateProjectCommand(**IDS, data_retention_days=7))
    assert (made.database_name, made.role_name, made.read_only_role_name) == ("KBC7", "KBC7_ROLE", "KBC_7_RO")
    snowflake.check("create_project")
    snowflake.recorder.statements.clear()
    world.databases.append("KBC7")
    snowflake.run(
        pb.DropProjectCommand(
            database_name="KBC7", user_name="KBC7_USER", role_name="KBC7_ROLE", read_only_role_name="KBC_7_RO"
        )
    )
    snowflake.check("drop_project")


def test_a_project_that_cannot_be_finished_is_taken_back(snowflake, world):
    def refused(_):
        raise PermissionError("no")

    world.answers["GRANT ALL PRIVILEGES ON DATABASE"] = refused
    with pytest.raises(StorageError):
        snowflake.run(pb.CreateProjectCommand(**IDS))
    snowflake.check("create_project_taken_back")


def test_buckets_and_sharing(snowflake):
    roles = {"project_role_name": "KBC7_ROLE", "project_read_only_role_name": "KBC_7_RO"}
    made = snowflake.run(
        pb.CreateBucketCommand(**IDS, bucket_id="in.c-new", database_name="SALES", is_default_branch=True, **roles)
    )
    assert made.bucket_object_name == "in.c-new"
    snowflake.run(
        pb.ShareBucketCommand(
            stack_prefix="kbc",
            source_project_id="7",
            source_bucket_id="in",
            source_bucket_object_name="in",
            source_database_name="SALES",
        ),
        pb.LinkBucketCommand(
            source_bucket_object_name="in",
            source_share_role_name="KBC7_in_SHARE",
            target_project_read_only_role_name="KBC_8_RO",
        ),
        pb.UnlinkBucketCommand(
            bucket_object_name="in", source_share_role_name="KBC7_in_SHARE", project_read_only_role_name="KBC_8_RO"
        ),
        pb.UnshareBucketCommand(
            bucket_object_name="in", bucket_share_role_name="KBC7_in_SHARE", source_database_name="SALES"
        ),
        pb.GrantBucketAccessToReadOnlyRoleCommand(path=PATH, project_read_only_role_name="KBC_7_RO"),
        pb.RevokeBucketAccessFromReadOnlyRoleCommand(path=PATH, project_read_only_role_name="KBC_7_RO"),
        pb.DropBucketCommand(bucket_object_name="in", database_name="SALES", is_cascade=True),
    )
    snowflake.check("buckets_and_sharing")


def test_development_branches(snowflake, world):
    branch = {"branch_id": "12", "project_database_name": "SALES"}
    made = snowflake.run(
        pb.CreateDevBranchCommand(
            **IDS, **branch, project_role_name="KBC7_ROLE", project_read_only_role_name="KBC_7_RO"
        )
    )
    assert (made.database_name, made.read_only_role_name) == ("SALES", "KBC_7_12_RO")
    snowflake.check("create_dev_branch")
    snowflake.recorder.statements.clear()
    snowflake.run(pb.MergeDevBranchCommand(**IDS, **branch))
    snowflake.check("merge_dev_branch")
    snowflake.recorder.statements.clear()
    snowflake.run(pb.DropDevBranchCommand(database_name="SALES", read_only_role_name="KBC_7_12_RO"))
    snowflake.check("drop_dev_branch")


def test_workspaces(snowflake, world):
    made = snowflake.run(
        pb.CreateWorkspaceCommand(
            **IDS,
            workspace_id="5",
            database_name="SALES",
            project_read_only_role_name="KBC_7_RO",
            direct_grant_tables=[ORDERS],
        )
    )
    snowflake.check("create_workspace")
    snowflake.recorder.statements.clear()
    world.schemas.append(made.workspace_object_name)
    names = {"workspace_object_name": made.workspace_object_name, "database_name": "SALES"}
    user = {"workspace_user_name": made.workspace_user_name}
    snowflake.run(
        pb.ResetWorkspacePasswordCommand(**user),
        pb.ClearWorkspaceCommand(**names, objects_to_preserve=["kept"]),
        pb.DropWorkspaceObjectCommand(**names, object_to_drop="orders"),
        pb.GrantWorkspaceAccessToProjectCommand(
            workspace_object_name=made.workspace_object_name, project_role_name="KBC7_ROLE"
        ),
        pb.RevokeWorkspaceAccessToProjectCommand(
            workspace_object_name=made.workspace_object_name, project_role_name="KBC7_ROLE"
        ),
        pb.DropWorkspaceCommand(**names, **user, workspace_role_name=made.workspace_role_name, is_cascade=True),
    )
    snowflake.check("workspaces")


def import_of(**changes):
    given = {
        "csv_options": pb.CsvOptions(column_names=["id", "name"]),
        "destination": ORDERS,
        "import_options": by_key(number_of_ignored_lines=1),
    }
    return pb.TableImportFromFileCommand(**(given | changes))


def test_files_of_this_machine_go_through_a_stage_under_numbers(snowflake, files):
    path = pb.FilePath(root=str(files), file_name="it's.csv")
    snowflake.run(import_of(file_path=path))
    snowflake.check("import_local")
    assert "it's" not in "".join(snowflake.recorder.statements)


def test_other_formats_of_csv(snowflake, files):
    (files / "c.csv").write_bytes(gzip.compress(b"1|one\n"))
    csv = pb.CsvOptions(
        column_names=["id", "name"], delimiter="|", enclosure="'", escaped_by="\\", compression=pb.CsvOptions.GZIP
    )
    options = pb.ImportOptions(
        import_strategy=pb.ImportOptions.USER_DEFINED_TABLE,
        convert_empty_values_to_null_on_columns=["name"],
        import_as_null=["NA"],
    )
    path = pb.FilePath(root=str(files), file_name="c.csv")
    snowflake.run(import_of(file_path=path, csv_options=csv, import_options=options))
    snowflake.check("import_local_gzip")


def test_parquet_columns_are_taken_by_their_names(snowflake, files):
    path = pb.FilePath(root=str(files), file_name="b.csv")
    snowflake.run(import_of(file_path=path, file_format=pb.PARQUET))
    snowflake.check("import_parquet")


def test_a_table_into_another(snowflake, world):
    world.tables["copy"] = "BASE TABLE"
    world.answers["SELECT 1 FROM"] = lambda _: rows(["1"], (1,))
    snowflake.run(pb.TableImportFromTableCommand(source=ORDERS, destination=COPY, import_options=by_key()))
    snowflake.check("import_table_by_key")
    snowflake.recorder.statements.clear()
    options = pb.ImportOptions(import_type=pb.ImportOptions.CLONE, create_mode=pb.ImportOptions.REPLACE)
    snowflake.run(pb.LoadTableToWorkspaceCommand(source=ORDERS, destination=COPY, import_options=options))
    snowflake.check("load_clone")


class Bucket(Folder):
    """A bucket that has what it is told to have."""

    def __init__(self, provider, root, *keys):
        self.provider, self.root = provider, root
        self.content = dict.fromkeys(keys, b"")

    def entry(self, key):
        return FileEntry(key=key, size=len(self.content[key]), modified=datetime(2026, 1, 1))

    def list(self, prefix):
        return [self.entry(key) for key in sorted(self.content) if key.startswith(prefix)]

    def open(self, entry):
        raise AssertionError("the engine reads it itself")

    def create(self, key):
        return Writer(self, key)

    def delete(self, keys):
        for key in keys:
            del self.content[key]

    def url(self, key):
        return f"s3://{self.root}/{key}"


class Writer:
    def __init__(self, folder, key):
        self.folder, self.key, self.data = folder, key, b""

    def write(self, data):
        self.data += data
        return len(data)

    def commit(self):
        self.folder.content[self.key] = self.data

    def discard(self):
        self.data = b""


@pytest.fixture
def bucket(monkeypatch):
    """Makes the bucket that every command finds."""

    def make(provider, root, *keys):
        made = Bucket(provider, root, *keys)
        for module in ("importing", "exporting"):
            monkeypatch.setattr(f"understudy.providers.storage.commands.{module}.open_folder", lambda *_, **__: made)
        return made

    return make


KEYS = {
    "S3": pb.FileCredentials(key="AKIA", secret=SECRET, token="s3ss10n"),  # pragma: allowlist secret
    "ABS": pb.FileCredentials(key="account", secret=f"?sv=1&sig={SECRET}"),
    "GCS": pb.FileCredentials(),
}


@pytest.mark.parametrize("provider", sorted(KEYS))
def test_buckets_are_read_by_the_engine_itself(snowflake, bucket, provider):
    bucket(provider.lower(), "my-bucket", "in/it's.csv")
    path = pb.FilePath(root="my-bucket", path="in", file_name="it's.csv")
    snowflake.run(import_of(file_provider=provider, file_path=path, file_credentials=KEYS[provider]))
    snowflake.check(f"import_{provider.lower()}")


@pytest.mark.parametrize("provider", sorted(KEYS))
def test_and_written_by_it(snowflake, world, bucket, provider):
    made = bucket(provider.lower(), "my-bucket")

    def unload(sql):
        if "SINGLE = FALSE" in sql:
            made.content |= {re.search(r"out/rows-[0-9a-f]{8}-", sql)[0] + f"_0_{n}_0.csv": b"" for n in range(2)}
        return rows(["FILE_NAME", "FILE_SIZE", "ROW_COUNT"], ("a", 1, 2), ("b", 1, 3))

    world.answers["COPY INTO @"] = unload
    command = pb.TableExportToFileCommand(
        source=ORDERS,
        file_provider=provider,
        file_path=pb.FilePath(root="my-bucket", path="out", file_name="rows.csv"),
        file_credentials=KEYS[provider],
        export_options=pb.ExportOptions(columns=["id"], where_filters=[pb.Filter(column="name", values=["it's"])]),
    )
    answer = snowflake.run(command)
    assert (list(answer.files), answer.rows) == (["out/rows.csv"], 5)
    snowflake.check(f"export_{provider.lower()}")
    command.export_options.slice_bytes = 1000
    answer = snowflake.run(command)
    assert [key[-9:] for key in answer.files] == ["0_0_0.csv", "0_1_0.csv", ".manifest"]


def test_what_the_engine_has_written_is_deleted_when_it_fails(snowflake, world, bucket):
    made = bucket("s3", "my-bucket", "out/rows-other.csv")

    def unload(sql):
        made.content[re.search(r"out/rows-[0-9a-f]{8}-", sql)[0] + "_0_0_0.csv"] = b""
        raise TimeoutError("canceled")

    world.answers["COPY INTO @"] = unload
    command = pb.TableExportToFileCommand(
        source=ORDERS,
        file_provider="S3",
        file_path=pb.FilePath(root="my-bucket", path="out", file_name="rows.csv"),
        file_credentials=KEYS["S3"],
        export_options=pb.ExportOptions(slice_bytes=1000),
    )
    with pytest.raises(StorageError):
        snowflake.run(command)
    assert list(made.content) == ["out/rows-other.csv"]


def test_files_of_this_machine_are_fetched_and_written_on(snowflake, world, files):
    fetched = [b"id,name\n1,one\n", b"id,name\n2,two\n"]

    def get(sql):
        folder = re.search(r"'file://(.+)/'", sql)[1]
        for number, content in enumerate(fetched):
            (Path(folder) / f"rows_0_{number}_0.csv").write_bytes(content)

    world.answers["COPY INTO @"] = lambda _: rows(["ROW_COUNT"], (1,), (1,))
    world.answers["GET "] = get
    command = pb.TableExportToFileCommand(
        source=ORDERS,
        file_path=pb.FilePath(root=str(files), file_name="out.csv"),
        export_options=pb.ExportOptions(slice_bytes=1000),
    )
    answer = snowflake.run(command)
    assert list(answer.files) == ["out-00000.csv", "out-00001.csv", "out.csv.manifest"]
    assert [(files / name).read_bytes() for name in answer.files[:2]] == fetched


@pytest.mark.parametrize("compressed", [False, True])
def test_no_rows_are_a_header(snowflake, world, files, compressed):
    world.answers["COPY INTO @"] = lambda _: rows(["ROW_COUNT"])
    command = pb.TableExportToFileCommand(
        source=ORDERS,
        file_path=pb.FilePath(root=str(files), file_name="none.csv"),
        export_options=pb.ExportOptions(columns=["id", "name"], compressed=compressed),
    )
    answer = snowflake.run(command)
    content = (files / "none.csv").read_bytes()
    assert (gzip.decompress(content) if compressed else content) == b"id,name\n"
    assert (list(answer.files), answer.rows) == (["none.csv"], 0)


@pytest.mark.parametrize("provider", ["S3", "ABS"])
def test_no_credential_of_a_bucket_is_in_an_error(snowflake, world, bucket, provider, caplog):
    """Also where the engine quotes the statement that it refuses."""

    def refused(sql):
        raise RuntimeError(f"syntax error in: {sql}")

    world.answers["CREATE TEMPORARY STAGE"] = refused
    bucket(provider.lower(), "my-bucket", "in.csv")
    path = pb.FilePath(root="my-bucket", file_name="in.csv")
    with pytest.raises(StorageError) as caught:
        snowflake.run(import_of(file_provider=provider, file_path=path, file_credentials=KEYS[provider]))
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(caught.value.log)
    assert "syntax error" in shown
    assert "my-bucket" in shown
    for secret in (SECRET, "s3ss10n"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("provider", "given"),
    [
        ("S3", {"key": "AKIA", "secret": SECRET, "endpoint": "http://localhost:1"}),
        ("ABS", {"key": "account", "secret": "YWNjb3VudA=="}),
        ("GCS", {"secret": "{}"}),
    ],
)
def test_what_the_engine_cannot_reach_goes_through_this_machine(provider, given):
    """Another endpoint, an account's key, a service account's key."""
    access = file_access(pb.FileCredentials(**given))
    assert external_place(Bucket(provider.lower(), "b"), access, integration="buckets") is None
