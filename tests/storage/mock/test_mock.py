"""The stand-in of a backend: its rules and its words over DuckDB in memory."""

import pytest

from understudy.config.models.storage import BackendSettings
from understudy.domain.errors import StorageError
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import (
    ObjectExistsError,
    ObjectNotFoundError,
    StorageConnectionError,
    StorageValidationError,
    UnsupportedCommandError,
)
from understudy.providers.storage.mock.backend import stand_in_of
from understudy.providers.storage.protocol import storage_pb2 as pb

COLUMN = pb.TableColumn(name="id", type="INTEGER")


def bucket(name):
    return pb.CreateBucketCommand(bucket_id=name, is_default_branch=True)


def table(path, name, *columns):
    return pb.CreateTableCommand(path=[path], table_name=name, columns=columns or [COLUMN])


def test_it_is_called_as_the_backend_and_can_do_what_the_backend_can(acme):
    driver = acme()
    assert driver.backend == "acme"
    assert driver.capabilities.custom == {"acme.snapshots": True}
    assert "DropTable" not in driver.capabilities.commands
    with pytest.raises(UnsupportedCommandError, match="Acme Warehouse does not do this"):
        driver.run_command(StorageCredentials(), pb.DropTableCommand(path=["b"], table_name="t"))


def test_what_it_makes_is_there(acme, run):
    driver = acme()
    run(driver, bucket("sales"))
    made = run(driver, table("sales", "orders"))
    assert (list(made.path), made.table.name, made.table.rows) == (["sales"], "orders", 0)
    with pytest.raises(ObjectExistsError):
        run(driver, table("sales", "orders"))


def test_names_that_differ_only_in_case_are_two_objects(acme, run):
    driver = acme()
    for name in ("Sales", "sales", "SALES"):
        assert list(run(driver, bucket(name)).path) == [name]
    for name in ("Orders", "orders", "oRDERS"):
        columns = [pb.TableColumn(name=each, type="INTEGER") for each in ("Id", "id", "ID")]
        made = run(driver, table("Sales", name, *columns))
        assert made.table.name == name
        assert [column.name for column in made.table.columns] == ["Id", "id", "ID"]
    with pytest.raises(ObjectExistsError, match=r"Sales\.orders"):
        run(driver, table("Sales", "orders"))
    with pytest.raises(ObjectNotFoundError):
        run(driver, table("sALES", "orders"))


@pytest.mark.parametrize("name", ["a'B", 'a"B', "A--b", "/*A*/", "A.b", "ÄÖ ß", "a\ue0003", "Drop table x; --"])
def test_hostile_names_are_names(acme, run, name):
    driver = acme()
    run(driver, bucket(name))
    made = run(driver, table(name, name, pb.TableColumn(name=name, type="INTEGER")))
    assert (list(made.path), made.table.name, made.table.columns[0].name) == ([name], name, name)


def test_its_limits_are_the_backends(acme, run):
    driver = acme()
    with pytest.raises(StorageValidationError, match="Acme Warehouse takes 255"):
        run(driver, bucket("x" * 256))


def test_a_workspace_is_called_as_the_backend_calls_it(acme_backend):
    assert stand_in_of(acme_backend, BackendSettings()).create_name_generator().workspace("7") == "ACME_7"


def test_a_scripted_fault_fails_the_nth_command_and_touches_nothing(acme, run):
    driver = acme(faults=[{"command": "CreateBucket", "code": 1001, "nth": 2, "times": 1, "retryable": True}])
    run(driver, bucket("one"))
    with pytest.raises(StorageConnectionError) as caught:
        run(driver, bucket("two"))
    assert (caught.value.backend, caught.value.command, caught.value.code) == ("acme", "CreateBucket", 1001)
    assert caught.value.retryable
    run(driver, bucket("two"))


def test_a_test_adds_faults_and_takes_them_away(acme, run):
    driver = acme()
    driver.fail(code=2007, message="no role")
    with pytest.raises(StorageError, match="no role"):
        run(driver, bucket("one"))
    driver.reset()
    assert not driver.calls
    run(driver, bucket("one"))
    with pytest.raises(ValueError, match="is not a valid StorageCode"):
        driver.fail("CreateTable", code=77)


def test_commands_are_remembered_with_how_they_ended(acme, run):
    driver = acme()
    who = StorageCredentials(principal="ada", secret=Secret("pw"))
    driver.run_command(who, bucket("one"), features=("fast",))
    with pytest.raises(ObjectExistsError) as caught:
        run(driver, bucket("one"))
    first, second = driver.calls
    assert (first.command, first.principal, first.features) == ("CreateBucket", "ada", ("fast",))
    assert first.message == bucket("one")
    assert list(first.response.path) == ["one"]
    assert second.error is caught.value
    assert driver.assert_called("CreateBucket", times=2) is second
    driver.assert_not_called("CreateTable")
    with pytest.raises(AssertionError, match="CreateTable was never run; there were: CreateBucket, CreateBucket"):
        driver.assert_called("CreateTable")
    with pytest.raises(AssertionError, match="was run 2 times, not 3"):
        driver.assert_called("CreateBucket", times=3)
    with pytest.raises(AssertionError, match="CreateBucket was run"):
        driver.assert_not_called("CreateBucket")


def test_no_secret_is_remembered(acme):
    driver = acme()
    secrets = pb.FileCredentials(key="AKIA", secret="s3cr3t", token="t0k3n")  # pragma: allowlist secret
    command = pb.TableImportFromFileCommand(file_credentials=secrets)
    with pytest.raises(StorageError):
        driver.run_command(StorageCredentials(secret=Secret("pw")), command)
    shown = repr(driver.calls)
    assert "AKIA" in shown
    assert "s3cr3t" not in shown
    assert "t0k3n" not in shown
    assert command.file_credentials.secret == "s3cr3t"  # pragma: allowlist secret


def test_types_are_called_as_the_backend_calls_them(acme, run):
    driver = acme()
    run(driver, bucket("sales"))
    asked = [("a", "NUMBER(10,2)"), ("b", "VARIANT"), ("c", "TIMESTAMP_NTZ"), ("d", "STRING")]
    made = run(driver, table("sales", "t", *(pb.TableColumn(name=name, type=kind) for name, kind in asked)))
    types = [f"{column.type}({column.length})" if column.length else column.type for column in made.table.columns]
    assert types == ["DECIMAL(10,2)", "VARIANT", "TIMESTAMPNTZ", "VARCHAR"]
    with pytest.raises(StorageValidationError, match="which is none"):
        run(driver, table("sales", "u", pb.TableColumn(name="a", type="NO SUCH TYPE((")))


def test_a_users_query_speaks_the_backends_dialect(acme, run):
    driver = acme()
    run(driver, bucket("SALES"))
    run(driver, table("SALES", "ORDERS", pb.TableColumn(name="ID", type="NUMBER(10,0)")))
    run(driver, table("SALES", "orders", pb.TableColumn(name="id", type="NUMBER(10,0)")))
    for query in ("insert into sales.orders (id) values (7)", 'insert into "SALES"."orders" ("id") values (8)'):
        assert run(driver, pb.ExecuteQueryCommand(query=query)).affected_rows == 1
    asked = pb.ExecuteQueryCommand(query="select iff(id > 5, id, 0) as n from sales.orders")
    answer = run(driver, asked)
    assert (answer.columns[0].name, list(answer.columns[0].values)) == ("N", ["7"])
    assert asked == driver.calls[-1].message
    wrong = run(driver, pb.ExecuteQueryCommand(query="selec 1"))
    assert wrong.status == pb.ExecuteQueryResponse.ERROR
