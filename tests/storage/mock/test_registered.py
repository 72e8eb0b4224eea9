"""The stand-in of every registered backend keeps the storage contracts behind that backend's name."""

import pytest

from understudy.config.models.storage import StorageSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.facade import Storage
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.registry import BUILT_IN
from understudy.providers.storage.sql.tables import TableName
from understudy.testing.contracts.storage import (
    CommandContract,
    FileStage,
    PlaceContract,
    StorageStage,
    TableContract,
    TableTransferContract,
    WorkspaceContract,
)

BRANCHES = ("CreateDevBranch", "DropDevBranch", "MergeDevBranch")
WORDS = {
    "bigquery": {
        "text": "STRING",
        "integer": "INT64",
        "decimal": "NUMERIC",
        "unfilterable": "BYTES",
        "unproven": dict.fromkeys(BRANCHES, "no command makes a project, so that the stand-in has none to branch"),
    },
    "delta": {"unfilterable": "BLOB"},
    "exasol": {"unfilterable": "GEOMETRY"},
    "redshift": {"unfilterable": "VARBYTE"},
    "snowflake": {"decimal": "NUMBER", "alterable": "NULLABLE", "unfilterable": "VARIANT"},
    "synapse": {"text": "NVARCHAR", "unfilterable": "VARBINARY"},
}
"""What a backend calls its types, and which attribute of a column it can alter, where that is not the stage's own."""


@pytest.fixture(params=[name for name, _, _ in BUILT_IN if name != "duckdb"])
def stage(request, tmp_path):
    section = {"file_roots": (str(tmp_path),)}
    storage = Storage(StorageSettings.model_validate({"use": "mock", request.param: section}))
    driver = storage.driver(request.param)
    bucket = pb.CreateBucketCommand(bucket_id="in_main", is_default_branch=True, stack_prefix="kbc", project_id="7")
    path = tuple(driver.run_command(StorageCredentials(), bucket).response.path)
    backend = storage.backend(request.param)

    def insert(name, rows):
        connection = backend.connect(StorageCredentials())
        table = backend.statements.render(backend.statements.table(TableName(path, name)))
        for row in rows:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.close()

    (tmp_path / "in").mkdir()
    files = FileStage(
        provider="LOCAL",
        root=str(tmp_path),
        put=lambda key, content: (tmp_path / key).write_bytes(content),
        get=lambda key: (tmp_path / key).read_bytes(),
    )
    unfit = sorted(driver.capabilities.unsupported_filter_types)
    words = {"unfilterable": unfit[0] if unfit else ""} | WORDS.get(request.param, {})
    if "local" not in driver.capabilities.file_storages:
        far = dict.fromkeys(
            {"TableExportToFile", "TableImportFromFile"} & driver.capabilities.commands,
            "no object store beside the stand-in",
        )
        words["unproven"] = {**words.get("unproven", {}), **far}
    yield StorageStage(driver=driver, path=path, insert=insert, files=files, **words)
    storage.close()


class TestTables(TableContract):
    """Tables, columns, keys and rows."""

    @pytest.fixture
    def stage(self, stage):
        return stage


class TestPlaces(PlaceContract):
    """Buckets, objects, queries."""

    @pytest.fixture
    def stage(self, stage):
        return stage


class TestTableTransfer(TableTransferContract):
    """Imports from tables."""

    @pytest.fixture
    def stage(self, stage):
        return stage


class TestCommands(CommandContract):
    """Every command there is."""

    @pytest.fixture
    def stage(self, stage):
        return stage


class TestWorkspaces(WorkspaceContract):
    """Workspaces, branches, shares, names."""

    @pytest.fixture
    def stage(self, stage):
        return stage
