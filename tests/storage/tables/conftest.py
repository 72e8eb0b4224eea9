"""A driver over an embedded database in memory, and short ways to ask it."""

from collections.abc import Iterator, Sequence

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.errors import StorageError
from understudy.domain.storage import DriverClient, StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import TableName

BUCKET = "in.c-main"


class Tables:
    """Runs commands on the tables of one bucket."""

    def __init__(self, driver: DriverClient, path: Sequence[str]) -> None:
        self.driver = driver
        self.path = list(path)

    def run(self, command):
        return self.driver.run_command(StorageCredentials(), command).response

    def fails(self, command, code: int) -> StorageError:
        with pytest.raises(StorageError) as caught:
            self.run(command)
        assert caught.value.code == code, caught.value
        return caught.value

    def ref(self, name: str) -> pb.ObjectRef:
        return pb.ObjectRef(path=self.path, name=name)

    def create(self, name: str, *columns: pb.TableColumn | tuple[str, str], key: Sequence[str] = ()) -> pb.TableInfo:
        made = [
            pb.TableColumn(name=column[0], type=column[1], nullable=True) if isinstance(column, tuple) else column
            for column in columns
        ]
        command = pb.CreateTableCommand(path=self.path, table_name=name, columns=made, primary_key=key)
        return self.run(command).table

    def fill(self, name: str, *rows: Sequence[object]) -> None:
        """Put rows in behind the driver's back."""
        for row in rows:
            self.behind(f"INSERT INTO {{}} VALUES ({', '.join('?' * len(row))})", name, row)

    def behind(self, sql: str, name: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement on a table, whose name it has a place for, without the driver."""
        backend = self.driver._backend
        connection = backend.connect(StorageCredentials())
        table = backend.statements.render(backend.statements.table(TableName(tuple(self.path), name)))
        connection.execute(sql.format(table), list(parameters))
        connection.close()

    def preview(self, name: str, **options: object) -> pb.PreviewTableResponse:
        return self.run(pb.PreviewTableCommand(path=self.path, table_name=name, **options))

    def rows(self, name: str, **options: object) -> list[tuple[str | None, ...]]:
        """The rows of a preview, nulls as None."""
        shown = self.preview(name, **options)
        cells = [
            [None if _bit(column.nulls, row) else value for row, value in enumerate(column.values)]
            for column in shown.columns
        ]
        return list(zip(*cells, strict=True)) if shown.row_count else []


def _bit(bits: bytes, place: int) -> bool:
    return bool(bits) and bool(bits[place // 8] >> place % 8 & 1)


@pytest.fixture
def driver() -> Iterator[DriverClient]:
    client = DuckDbBackend(DuckDbSettings(database=":memory:")).create_driver_client()
    yield client
    client.close()


@pytest.fixture
def tables(driver) -> Tables:
    command = pb.CreateBucketCommand(bucket_id=BUCKET, is_default_branch=True)
    made = driver.run_command(StorageCredentials(), command).response
    return Tables(driver, made.path)
