"""What is told of databases, schemas, tables and views."""

import pytest

from understudy.domain.storage_errors import ObjectNotFoundError, StorageValidationError, UnsupportedCommandError
from understudy.providers.storage.protocol import storage_pb2 as pb


@pytest.fixture
def bucket(run):
    path = list(run(pb.CreateBucketCommand(bucket_id="main_bucket", is_default_branch=True)).path)
    columns = [pb.TableColumn(name="a", type="INTEGER"), pb.TableColumn(name="b", type="VARCHAR", nullable=True)]
    run(pb.CreateTableCommand(path=path, table_name="t", columns=columns, primary_key=["a"]))
    run(pb.ExecuteQueryCommand(path_restriction=path, query="CREATE VIEW v AS SELECT b FROM t"))
    return path


def test_a_schema_tells_its_tables_and_views(run, bucket):
    told = run(pb.ObjectInfoCommand(path=bucket, expected_kind=pb.SCHEMA))
    assert told.kind == pb.SCHEMA
    assert [(one.name, one.kind) for one in told.objects] == [("t", pb.TABLE), ("v", pb.VIEW)]


def test_a_database_tells_its_schemas(run, bucket):
    told = run(pb.ObjectInfoCommand(path=["understudy"], expected_kind=pb.DATABASE))
    assert told.kind == pb.DATABASE
    assert "main_bucket" in [one.name for one in told.objects]


def test_a_table_tells_its_columns_key_and_rows(run, bucket):
    run(pb.ExecuteQueryCommand(path_restriction=bucket, query="INSERT INTO t VALUES (1, 'x'), (2, NULL)"))
    told = run(pb.ObjectInfoCommand(path=bucket, name="t", expected_kind=pb.TABLE)).table
    assert [column.name for column in told.columns] == ["a", "b"]
    assert list(told.primary_key) == ["a"]
    assert told.rows == 2


def test_a_view_tells_its_columns(run, bucket):
    told = run(pb.ObjectInfoCommand(path=bucket, name="v"))
    assert told.kind == pb.VIEW
    assert [column.name for column in told.view.columns] == ["b"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"path": ["nowhere"]}, 2003),
        ({"path": ["nowhere", "main_bucket"]}, 2002),
        ({"path": ["nowhere"], "expected_kind": pb.DATABASE}, 2002),
        ({"path": ["nowhere"], "name": "t"}, 2003),
        ({"path": ["main_bucket"], "name": "x"}, 2000),
        ({"path": ["main_bucket"], "name": "x", "expected_kind": pb.TABLE}, 2004),
        ({"path": ["main_bucket"], "name": "v", "expected_kind": pb.TABLE}, 2004),
        ({"path": ["main_bucket"], "name": "t", "expected_kind": pb.VIEW}, 2008),
    ],
)
def test_what_is_not_there_has_the_code_of_what_was_expected(run, bucket, fields, code):
    with pytest.raises(ObjectNotFoundError) as caught:
        run(pb.ObjectInfoCommand(**fields))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "fields",
    [
        {"path": []},
        {"path": [""]},
        {"path": ["a", "b", "c"]},
        {"path": ["a"], "expected_kind": pb.TABLE},
        {"path": ["a"], "name": "t", "expected_kind": pb.SCHEMA},
        {"path": ["a", "b"], "expected_kind": pb.DATABASE},
        {"path": ["a\0"]},
    ],
)
def test_what_names_no_object_is_refused(run, fields):
    with pytest.raises(StorageValidationError) as caught:
        run(pb.ObjectInfoCommand(**fields))
    assert caught.value.code == 3000


def test_schemas_are_listed_for_a_database_that_is_there(run, bucket):
    assert "main_bucket" in run(pb.ListSchemasCommand(database_name="understudy")).schemas
    with pytest.raises(ObjectNotFoundError) as caught:
        run(pb.ListSchemasCommand(database_name="nowhere"))
    assert caught.value.code == 2002


def test_what_is_no_command_is_refused_with_a_stable_code(run):
    with pytest.raises(UnsupportedCommandError) as caught:
        run(pb.FilePath())
    assert caught.value.code == 900
