"""BigQuery's driver on the emulator, in a dataset of its own."""

import secrets

import pytest

from understudy.config.models.storage_backends import BigQuerySettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.bigquery.backend import BigQueryBackend
from understudy.providers.storage.protocol import storage_pb2 as pb


class Bench:
    """A driver, a dataset, and files of this machine."""

    def __init__(self, server, folder):
        settings = {"project": server.database, "connect_timeout": 10, "file_roots": (str(folder),)}
        self.driver = BigQueryBackend(BigQuerySettings(endpoint=server.url, **settings)).create_driver_client()
        self.project, self.folder = server.database, folder
        self.path = list(self.run(self.bucket()).path)

    def bucket(self, **options):
        return pb.CreateBucketCommand(
            bucket_id=f"in.c-{secrets.token_hex(4)}",
            database_name=self.project,
            **({"is_default_branch": True} | options),
        )

    def run(self, command, **options):
        return self.driver.run_command(StorageCredentials(), command, **options).response

    def ref(self, name):
        return pb.ObjectRef(path=self.path, name=name)

    def query(self, sql, **options):
        done = self.run(pb.ExecuteQueryCommand(query=sql, path_restriction=self.path, **options))
        assert done.status == pb.ExecuteQueryResponse.SUCCESS, done.message
        return done

    def table(self, name, columns):
        made = [pb.TableColumn(name=column, type=kind, nullable=True) for column, kind in columns.items()]
        return self.run(pb.CreateTableCommand(path=self.path, table_name=name, columns=made))

    def rows(self, name, path=None, **options):
        shown = self.run(pb.PreviewTableCommand(path=path or self.path, table_name=name, **options))
        cells = [
            [
                None if column.nulls and column.nulls[n // 8] >> n % 8 & 1 else value
                for n, value in enumerate(column.values)
            ]
            for column in shown.columns
        ]
        return list(zip(*cells, strict=True)) if shown.row_count else []


@pytest.fixture
def bench(bigquery_server, tmp_path):
    made = Bench(bigquery_server, tmp_path)
    yield made
    made.driver.close()
