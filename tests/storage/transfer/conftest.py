"""A driver on DuckDB in memory, with helpers that make tables, import, export and look."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import DriverClient, StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.duckdb.names import HOME
from understudy.providers.storage.protocol import storage_pb2 as pb

TYPED = [("id", "INTEGER", False), ("name", "VARCHAR", True), ("price", "DOUBLE", True)]


@dataclass
class Bench:
    """One driver, one folder of files, one bucket called ``b``."""

    backend: DuckDbBackend
    driver: DriverClient
    folder: Path

    def run(self, command, **options):
        return self.driver.run_command(StorageCredentials(), command, **options).response

    def table(self, name, columns=TYPED, *, key=()):
        """Columns are (name, type, nullable)."""
        made = [pb.TableColumn(name=one, type=kind, nullable=nullable) for one, kind, nullable in columns]
        self.run(pb.CreateTableCommand(path=["b"], table_name=name, columns=made, primary_key=key))
        return pb.ObjectRef(path=["b"], name=name)

    def write(self, name, content):
        """A file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(
        self,
        table,
        file_name,
        *,
        columns=("id", "name", "price"),
        path="",
        csv=None,
        parquet=False,
        provider=pb.LOCAL,
        root=None,
        credentials=None,
        **options,
    ):
        """Import a file; without other words, a typed one with a header line."""
        options = {"import_strategy": pb.ImportOptions.USER_DEFINED_TABLE, "number_of_ignored_lines": 1} | options
        return self.run(
            pb.TableImportFromFileCommand(
                file_provider=provider,
                file_format=pb.PARQUET if parquet else pb.CSV,
                csv_options=pb.CsvOptions(column_names=columns, **(csv or {})),
                file_path=pb.FilePath(root=root or str(self.folder), path=path, file_name=file_name),
                file_credentials=credentials,
                destination=table,
                import_options=pb.ImportOptions(**options),
            )
        )

    def sql(self, statement):
        """What a statement gives, past the driver."""
        connection = self.backend.connect(StorageCredentials())
        try:
            connection.execute(f"USE {HOME}")
            return connection.execute(statement).rows
        finally:
            connection.close()

    def rows(self, table, order="1"):
        """All that is in a table."""
        return self.sql(f'SELECT * FROM "b"."{table.name}" ORDER BY {order}')

    def objects(self):
        """The tables and views that there are, hidden ones too."""
        return {row[0] for row in self.sql("SELECT table_name FROM information_schema.tables")}


@pytest.fixture
def backend(tmp_path):
    """A test file that wants another one overrides this."""
    return DuckDbBackend(DuckDbSettings(database=":memory:", file_roots=(str(tmp_path / "files"),)))


@pytest.fixture
def bench(tmp_path, backend):
    folder = tmp_path / "files"
    folder.mkdir()
    driver = backend.create_driver_client()
    made = Bench(backend, driver, folder)
    made.run(pb.CreateBucketCommand(bucket_id="b", is_default_branch=True))
    yield made
    driver.close()
