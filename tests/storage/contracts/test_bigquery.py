"""The storage contracts on BigQuery's client against bqemulator: not against BigQuery."""

import secrets

import pytest

from understudy.config.models.storage_backends import BigQuerySettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.bigquery.backend import BigQueryBackend
from understudy.providers.storage.commands import exporting, importing
from understudy.providers.storage.files.local import LocalFolder
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import TableName
from understudy.testing.contracts.storage import (
    CommandContract,
    FileStage,
    FileTransferContract,
    PlaceContract,
    StorageStage,
    TableContract,
    TableTransferContract,
    WorkspaceContract,
)

NOBODY = StorageCredentials()
KEYS = "bqemulator: no keys, enforced or not; their SQL is golden"
DEFAULTS = "bqemulator: its tables.get tells no defaultValueExpression; what is read of one is tested on its own"
UNSEEN = "bqemulator: its tables.get does not see what ALTER TABLE has done; the SQL is golden"
UNPROVEN = {
    "AddColumn": UNSEEN,
    "AddPrimaryKey": KEYS,
    "AlterColumn": UNSEEN,
    "CopyTable": "bqemulator: no CREATE TABLE COPY; its SQL is golden",
    "CreateTableFromTimeTravel": "bqemulator: no CLONE of the past; its SQL is golden",
    "DropColumn": UNSEEN,
    "DropPrimaryKey": KEYS,
    "RenameTable": UNSEEN,
}
"""Commands that the emulator cannot do, or does and does not tell. Each must fail."""
LACKS = {
    "test_a_key_is_checked_added_and_dropped": KEYS,
    "test_a_table_tells_its_columns_and_is_made_once": "bqemulator: its tables.get tells no precision and scale",
    "test_names_differ_by_case_as_the_capabilities_say": "bqemulator: the DuckDB below it ignores the case of names",
    **{f"test_a_default_comes_back_as_its_text[{text}]": DEFAULTS for text in ("it's", "7", "")},
}
"""What the emulator cannot do, by test. Each must fail, so that the list ends with what the emulator lacks."""


@pytest.fixture
def bigquery_stage(bigquery_server, tmp_path):
    backend = BigQueryBackend(
        BigQuerySettings(
            endpoint=bigquery_server.url,
            project=bigquery_server.database,
            connect_timeout=10,
            file_roots=(str(tmp_path),),
        )
    )
    driver = backend.create_driver_client()
    bucket = pb.CreateBucketCommand(bucket_id=f"in.c-{secrets.token_hex(4)}", is_default_branch=True)
    path = list(driver.run_command(NOBODY, bucket).response.path)

    def insert(name, rows):
        connection = backend.connect(NOBODY)
        table = backend.statements.render(backend.statements.table(TableName(tuple(path), name)))
        for number, text, price in rows:
            values = (None if value is None else str(value) for value in (number, text, price))
            connection.execute(
                f"INSERT INTO {table} SELECT CAST(? AS INT64), CAST(? AS STRING), CAST(? AS NUMERIC)", list(values)
            )
        connection.close()

    yield StorageStage(
        driver=driver,
        path=path,
        insert=insert,
        text="STRING",
        integer="INT64",
        decimal="NUMERIC",
        credentials=NOBODY,
        files=kept_in(tmp_path, provider="LOCAL", root=str(tmp_path)),
        unfilterable="BYTES",
        unproven=UNPROVEN,
    )
    driver.close()


class TestCommands(CommandContract):
    """Every command there is."""

    @pytest.fixture
    def stage(self, bigquery_stage):
        return bigquery_stage


class TestWorkspaces(WorkspaceContract):
    """Workspaces, branches, shares, names."""

    @pytest.fixture
    def stage(self, bigquery_stage):
        return bigquery_stage


class TestTables(TableContract):
    """Tables, columns, keys and rows."""

    @pytest.fixture
    def stage(self, bigquery_stage):
        return bigquery_stage

    @pytest.fixture(autouse=True)
    def known(self, request):
        if request.node.name in LACKS:
            request.applymarker(pytest.mark.xfail(strict=True, reason=LACKS[request.node.name]))


class TestTableTransfer(TableTransferContract):
    """Imports from tables."""

    @pytest.fixture
    def stage(self, bigquery_stage):
        return bigquery_stage


class TestPlaces(PlaceContract):
    """Buckets, objects, queries."""

    @pytest.fixture
    def stage(self, bigquery_stage):
        return bigquery_stage


class EmulatedBucket(LocalFolder):
    """bqemulator finds gs://BUCKET/KEY as BUCKET/KEY below a folder; Google's own store cannot be had here."""

    provider = "gcs"

    def __init__(self, folder, bucket):
        super().__init__(str(folder / bucket), allowed=(str(folder),))
        self.root = bucket

    def url(self, key):
        return f"gs://{self.root}/{key}"


def kept_in(folder, *, provider, root):
    """Files of a folder, written and read without the driver."""

    def put(key, content):
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(content)

    return FileStage(provider=provider, root=root, put=put, get=lambda key: (folder / key).read_bytes())


class TestFiles(FileTransferContract):
    """Imports of files of this machine by upload, and exports that are written here."""

    @pytest.fixture
    def stage(self, bigquery_stage):
        return bigquery_stage

    @pytest.fixture
    def files(self, tmp_path):
        return kept_in(tmp_path, provider="LOCAL", root=str(tmp_path))


class TestBuckets(FileTransferContract):
    """Load and extract jobs that name gs:// files."""

    @pytest.fixture
    def stage(self, bigquery_stage):
        return bigquery_stage

    @pytest.fixture
    def files(self, bigquery_server, monkeypatch):
        bucket = f"bucket-{secrets.token_hex(4)}"
        (bigquery_server.folder / bucket / "in").mkdir(parents=True)
        for module in (importing, exporting):
            monkeypatch.setattr(
                module, "open_folder", lambda _, root, *__, **___: EmulatedBucket(bigquery_server.folder, root)
            )
        return kept_in(bigquery_server.folder / bucket, provider="GCS", root=bucket)
