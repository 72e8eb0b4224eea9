"""Buckets and containers: S3 against moto's server; what can be known of the others without a network."""

import json

import boto3
import pytest

from understudy.domain.secrets import Secret
from understudy.domain.storage_errors import StorageCode, TransferFailedError
from understudy.providers.storage.files.access import FileAccess, open_folder
from understudy.providers.storage.protocol import storage_pb2 as pb

ROWS = "".join(f"{number},name {number},{number}\n" for number in range(20_000))


@pytest.fixture
def bucket(s3_server, request):
    """A bucket of the test's own: its name, and a client that looks past us."""
    client = boto3.client(
        "s3",
        endpoint_url=s3_server.url,
        region_name="us-east-1",
        aws_access_key_id=s3_server.user,
        aws_secret_access_key=s3_server.password,
    )
    name = f"bucket-{abs(hash(request.node.nodeid))}"
    client.create_bucket(Bucket=name)
    yield name, client
    client.close()


@pytest.fixture
def place(s3_server, bucket):
    credentials = pb.FileCredentials(key=s3_server.user, secret=s3_server.password, endpoint=s3_server.url)
    return {"provider": pb.S3, "root": bucket[0], "credentials": credentials}


def put(bucket, key, content):
    bucket[1].put_object(Bucket=bucket[0], Key=key, Body=content)


def test_import_of_a_file_a_manifest_and_a_prefix(bench, bucket, place):
    table = bench.table("t")
    put(bucket, "in/1.csv", "id,name,price\n1,a,1\n")
    put(bucket, "in/2.csv", "id,name,price\n2,b,2\n")
    put(bucket, "index/3.csv", "id,name,price\n3,c,3\n")
    put(bucket, "in/", b"")
    urls = [{"url": f"s3://{bucket[0]}/in/{number}.csv"} for number in (1, 2)]
    put(bucket, "all.manifest", json.dumps({"entries": urls}))
    assert bench.load(table, "1.csv", path="in", **place).imported_rows == 1
    sliced = {"source_type": pb.CsvOptions.SLICED_FILE}
    assert bench.load(table, "all.manifest", csv=sliced, **place).imported_rows == 2
    folder = {"source_type": pb.CsvOptions.DIRECTORY}
    assert bench.load(table, "", path="in", csv=folder, **place).imported_rows == 2
    assert [row[0] for row in bench.rows(table)] == [1, 2]


@pytest.mark.parametrize(("parquet", "slices"), [(False, 0), (False, 300_000), (True, 0), (True, 300_000)])
def test_what_was_exported_comes_back(bench, bucket, place, parquet, slices):
    table = bench.table("t")
    bench.write("in.csv", ROWS)
    bench.load(table, "in.csv", number_of_ignored_lines=0)
    done = bench.run(
        pb.TableExportToFileCommand(
            source=table,
            file_provider=pb.S3,
            file_format=pb.PARQUET if parquet else pb.CSV,
            file_path=pb.FilePath(root=bucket[0], path="out/deep", file_name="t"),
            file_credentials=place["credentials"],
            export_options=pb.ExportOptions(slice_bytes=slices),
        )
    )
    listed = bucket[1].list_objects_v2(Bucket=bucket[0])["Contents"]
    assert sorted(one["Key"] for one in listed) == sorted(done.files)
    other = bench.table("other")
    bench.load(
        other,
        done.files[-1].rpartition("/")[2],
        path="out/deep",
        columns=[],
        parquet=parquet,
        csv={"source_type": pb.CsvOptions.SLICED_FILE if slices else pb.CsvOptions.SINGLE_FILE},
        **place,
    )
    assert bench.rows(other) == bench.rows(table)


def test_what_is_not_there_or_not_ours(bench, bucket, place):
    table = bench.table("t")
    put(bucket, "in.manifest", json.dumps({"entries": [{"url": "s3://another/in.csv"}]}))
    with pytest.raises(TransferFailedError) as caught:
        bench.load(table, "in.manifest", csv={"source_type": pb.CsvOptions.SLICED_FILE}, **place)
    assert caught.value.code == StorageCode.FILE_PARAMETERS
    for change in ({"file_name": "gone.csv"}, {"file_name": "", "csv": {"source_type": pb.CsvOptions.DIRECTORY}}):
        options = {**place, "path": "gone", **change}
        with pytest.raises(TransferFailedError) as caught:
            bench.load(table, options.pop("file_name"), **options)
        assert caught.value.code == StorageCode.FILE_NOT_FOUND


def test_an_object_that_changes_while_it_is_read_is_refused(s3_server, bucket):
    access = file_access_of(s3_server)
    folder = open_folder("s3", bucket[0], access, file_roots=())
    put(bucket, "a.csv", "1,a,1\n")
    entry = folder.entry("a.csv")
    put(bucket, "a.csv", "2,b,2\n")
    with pytest.raises(Exception, match="was changed while it was read"):
        folder.open(entry).read_at(0, entry.size)


def test_an_upload_that_is_discarded_is_no_object(s3_server, bucket):
    folder = open_folder("s3", bucket[0], file_access_of(s3_server), file_roots=())
    writer = folder.create("big")
    for _ in range(5):
        writer.write(bytes(8 * 1024 * 1024))
    writer.discard()
    assert "Contents" not in bucket[1].list_objects_v2(Bucket=bucket[0])
    kept = folder.create("small")
    kept.write(b"x")
    kept.commit()
    assert [entry.key for entry in folder.list("")] == ["small"]
    folder.delete(["small", "gone"])
    assert not folder.list("")


def file_access_of(server):
    return FileAccess(key=server.user, secret=Secret(server.password), endpoint=server.url)
