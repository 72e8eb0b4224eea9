"""BigQuery's client against the emulator: values, places, files, and a server that is gone."""

import time

import duckdb
import pytest

from understudy.config.models.storage_backends import BigQuerySettings
from understudy.domain.errors import StorageError
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.bigquery.backend import BigQueryBackend
from understudy.providers.storage.protocol import storage_pb2 as pb

TYPES = {
    "id": "INT64",
    "exact": "NUMERIC",
    "wide": "BIGNUMERIC",
    "raw": "BYTES",
    "doc": "JSON",
    "list": "ARRAY<INT64>",
    "both": "STRUCT<a INT64, b STRING>",
    "at": "TIMESTAMP",
    "day": "DATE",
    "flag": "BOOL",
}
ROW = (
    "9007199254740993, NUMERIC '123456789012345.123', BIGNUMERIC '-0.5', b'abc', JSON '{\"a\": [1]}', "
    "[1, 2], STRUCT(7, 'it\\'s'), TIMESTAMP '2024-01-01 01:00:00.5+01:00', DATE '2024-02-29', TRUE"
)


@pytest.fixture
def valued(bench):
    bench.table("t", TYPES)
    bench.query(f"INSERT INTO t SELECT {ROW}")
    return bench


def test_a_preview_shows_every_type_exactly(valued):
    (row,) = valued.rows("t")
    shown = dict(zip(TYPES, row, strict=True))
    assert shown["id"] == "9007199254740993"
    assert shown["exact"] == "123456789012345.123"
    assert shown["raw"] == "616263"
    assert (shown["doc"].replace(" ", ""), shown["list"], shown["both"]) == (
        '{"a":[1]}',
        "[1,2]",
        '{"a":7,"b":"it\'s"}',
    )
    assert shown["at"] == "2024-01-01 00:00:00.5+00"
    assert (shown["day"], shown["flag"]) == ("2024-02-29", "true")


def test_a_query_gives_every_type_exactly(valued):
    done = valued.query("SELECT id, exact, raw, list, both, at, flag FROM t")
    cells = [column.values[0] for column in done.columns]
    assert cells == [
        "9007199254740993",
        "123456789012345.123",
        "616263",
        "[1, 2]",
        '{"a": 7, "b": "it\'s"}',
        "2024-01-01 00:00:00.500000+00:00",
        "true",
    ]
    assert [column.type for column in done.columns][:4] == ["INT64", "NUMERIC", "BYTES", "ARRAY<INT64>"]


def test_points_in_time_are_compared_in_utc(valued):
    for window, found in (({"since": 1_704_067_200}, 1), ({"since": 1_704_067_201}, 0)):
        moment = pb.Filter(
            column="at",
            operator=pb.Filter.GE,
            values=[time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(window["since"]))],
            data_type=pb.TIMESTAMP,
        )
        assert len(valued.rows("t", where_filters=[moment])) == found


def test_what_cannot_be_filtered_by_is_refused(valued):
    wrong = pb.Filter(column="list", values=["x"])
    with pytest.raises(StorageError) as caught:
        valued.rows("t", where_filters=[wrong])
    assert caught.value.code == StorageCode.VALIDATION


def test_what_is_nested_is_exported_as_json(valued):
    done = valued.run(
        pb.TableExportToFileCommand(
            source=valued.ref("t"),
            file_provider=pb.LOCAL,
            file_path=pb.FilePath(root=str(valued.folder), file_name="out.csv"),
            export_options=pb.ExportOptions(columns=["id", "list", "both", "raw"]),
        )
    )
    assert done.rows == 1
    lines = (valued.folder / "out.csv").read_text()
    assert lines == 'id,list,both,raw\n9007199254740993,"[1,2]","{""a"":7,""b"":""it\'s""}",616263\n'


def test_a_bucket_is_shared_linked_and_unshared(bench):
    bench.table("t", {"id": "INT64"})
    bench.query("INSERT INTO t SELECT 7")
    ids = {"stack_prefix": "kbc", "source_project_id": bench.path[1][-8:], "source_bucket_id": "in.c-main"}
    share = bench.run(
        pb.ShareBucketCommand(**ids, source_database_name=bench.project, source_bucket_object_name=bench.path[1])
    ).bucket_share_role_name
    linked = bench.run(
        pb.LinkBucketCommand(
            source_database_name=bench.project,
            source_share_role_name=share,
            target_database_name=bench.project,
            target_bucket_id=f"in.c-linked-{share[3:11]}",
        )
    ).linked_bucket_object_name
    assert bench.rows("t", path=[bench.project, linked]) == [("7",)]
    bench.run(pb.UnlinkBucketCommand(database_name=bench.project, bucket_object_name=linked))
    bench.run(
        pb.UnshareBucketCommand(
            source_database_name=bench.project, bucket_share_role_name=share, bucket_object_name=bench.path[1]
        )
    )
    schemas = bench.run(pb.ListSchemasCommand(database_name=bench.project)).schemas
    assert share not in schemas
    assert linked not in schemas
    assert bench.path[1] in schemas


def test_a_workspace_is_made_loaded_cleared_and_dropped(bench):
    bench.table("t", {"id": "INT64"})
    bench.query("INSERT INTO t SELECT 7")
    number = bench.path[1][-8:]
    made = bench.run(pb.CreateWorkspaceCommand(stack_prefix="kbc", workspace_id=number, database_name=bench.project))
    assert (made.workspace_object_name, made.workspace_user_name) == (f"WORKSPACE_{number}", "")
    path = [bench.project, made.workspace_object_name]
    load = pb.LoadTableToWorkspaceCommand(
        source=bench.ref("t"),
        destination=pb.ObjectRef(path=path, name="copy"),
        import_options=pb.ImportOptions(import_strategy=pb.ImportOptions.USER_DEFINED_TABLE),
    )
    assert bench.run(load).table_rows == 1
    place = {"database_name": bench.project, "workspace_object_name": made.workspace_object_name}
    bench.run(pb.ClearWorkspaceCommand(**place))
    assert not bench.run(pb.ObjectInfoCommand(path=path, expected_kind=pb.SCHEMA)).objects
    bench.run(pb.DropWorkspaceCommand(**place))
    with pytest.raises(StorageError) as caught:
        bench.run(pb.ObjectInfoCommand(path=path, expected_kind=pb.SCHEMA))
    assert caught.value.code == StorageCode.SCHEMA_NOT_FOUND


def test_parquet_comes_by_its_columns_names(bench):
    bench.table("t", {"id": "INT64", "name": "STRING"})
    duckdb.sql("SELECT 7::BIGINT AS id, 'seven' AS name").write_parquet(str(bench.folder / "in.parquet"))
    done = bench.run(
        pb.TableImportFromFileCommand(
            file_provider=pb.LOCAL,
            file_format=pb.PARQUET,
            csv_options=pb.CsvOptions(column_names=["id", "name"]),
            file_path=pb.FilePath(root=str(bench.folder), file_name="in.parquet"),
            destination=bench.ref("t"),
            import_options=pb.ImportOptions(import_strategy=pb.ImportOptions.USER_DEFINED_TABLE),
        )
    )
    assert done.imported_rows == 1
    assert bench.rows("t") == [("7", "seven")]


def test_a_server_that_is_gone_is_a_connection_error_in_good_time():
    driver = BigQueryBackend(
        BigQuerySettings(endpoint="http://127.0.0.1:9", project="p", connect_timeout=0.5)
    ).create_driver_client()
    with pytest.raises(StorageError) as caught:
        driver.run_command(StorageCredentials(), pb.ListSchemasCommand())
    driver.close()
    assert caught.value.code == StorageCode.CONNECTION
    assert caught.value.retryable
