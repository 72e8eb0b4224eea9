"""Buckets on the reference backend."""

import pytest

from understudy.domain.storage_errors import ObjectExistsError, ObjectNotFoundError, StorageValidationError
from understudy.providers.storage.protocol import storage_pb2 as pb


def bucket(name="in.c-main", **fields):
    return pb.CreateBucketCommand(bucket_id=name, is_default_branch=True, **fields)


def table(path, name="t"):
    return pb.CreateTableCommand(path=path, table_name=name, columns=[pb.TableColumn(name="a", type="INTEGER")])


def test_a_bucket_is_a_schema_and_is_made_once(run):
    made = run(bucket('in".c-main'))
    assert list(made.path) == ['in"_c_main']
    assert made.bucket_object_name == 'in"_c_main'
    with pytest.raises(ObjectExistsError) as caught:
        run(bucket('IN".c-main'))
    assert caught.value.code == 2006
    assert 'in"_c_main' in run(pb.ListSchemasCommand()).schemas


def test_a_bucket_goes_only_into_a_database_that_is_there(run):
    with pytest.raises(ObjectNotFoundError) as caught:
        run(bucket(database_name="nowhere"))
    assert caught.value.code == 2002


def test_a_bucket_that_holds_something_is_dropped_only_with_cascade(run):
    path = list(run(bucket()).path)
    run(table(path))
    with pytest.raises(ObjectExistsError, match="not empty") as caught:
        run(pb.DropBucketCommand(bucket_object_name=path[0]))
    assert caught.value.code == 2009
    run(pb.DropBucketCommand(bucket_object_name=path[0], is_cascade=True))
    assert path[0] not in run(pb.ListSchemasCommand()).schemas


def test_a_bucket_that_is_not_there_is_dropped_only_where_that_is_said_to_be_fine(run):
    run(pb.DropBucketCommand(bucket_object_name="gone", ignore_if_not_exists=True))
    with pytest.raises(ObjectNotFoundError) as caught:
        run(pb.DropBucketCommand(bucket_object_name="gone"))
    assert caught.value.code == 2003


def test_a_bucket_without_an_id_is_refused(run):
    with pytest.raises(StorageValidationError) as caught:
        run(bucket(""))
    assert caught.value.code == 3000
