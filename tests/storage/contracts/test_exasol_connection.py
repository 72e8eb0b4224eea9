"""Logging in to Exasol and failing there, through its driver against a fake of its protocol."""

import pytest

from understudy.config.models.storage_backends import ExasolSettings
from understudy.domain.errors import StorageError
from understudy.domain.secrets import Secret
from understudy.domain.storage import RuntimeOptions, StorageCredentials
from understudy.providers.storage.exasol.backend import ExasolBackend
from understudy.providers.storage.protocol import storage_pb2 as pb


@pytest.fixture
def driver(exasol_server):
    settings = ExasolSettings(host=exasol_server.host, port=exasol_server.port, tls=False, connect_timeout=10)
    client = ExasolBackend(settings).create_driver_client()
    yield client
    client.close()


@pytest.fixture
def credentials(exasol_server):
    return StorageCredentials(principal=exasol_server.user, secret=Secret(exasol_server.password))


def code_of(driver, credentials, command, **options):
    with pytest.raises(StorageError) as caught:
        driver.run_command(credentials, command, **options)
    return caught.value.code


def test_a_wrong_password_is_1002(driver, exasol_server):
    """And it is not in the error."""
    wrong = StorageCredentials(principal=exasol_server.user, secret=Secret("wr0ng"))  # pragma: allowlist secret
    with pytest.raises(StorageError) as caught:
        driver.run_command(wrong, pb.ListSchemasCommand())
    assert caught.value.code == 1002
    assert "wr0ng" not in str(caught.value)


def test_a_limit_of_the_command_is_the_server_s_too(driver, credentials):
    """And it is taken back for the next command of the same session."""
    for options in (RuntimeOptions(timeout=600), RuntimeOptions()):
        asked = pb.ObjectInfoCommand(path=["NOTHING"])
        assert code_of(driver, credentials, asked, runtime_options=options) == 2003


def test_a_server_that_is_not_there_is_1001():
    """And worth another try."""
    driver = ExasolBackend(ExasolSettings(host="127.0.0.1", port=9, tls=False)).create_driver_client()
    with pytest.raises(StorageError) as caught:
        driver.run_command(StorageCredentials(principal="u", secret=Secret("p")), pb.ListSchemasCommand())
    assert (caught.value.code, caught.value.retryable) == (1001, True)
    driver.close()


def test_nothing_goes_over_a_network_in_the_clear():
    """Without TLS only to this machine."""
    driver = ExasolBackend(ExasolSettings(host="exasol.example.com", tls=False)).create_driver_client()
    assert code_of(driver, StorageCredentials(principal="u", secret=Secret("p")), pb.ListSchemasCommand()) == 3000
    driver.close()


def test_a_boolean_is_shown_as_everywhere(driver, credentials):
    """Not in upper case, as the engine's own cast has it."""
    driver.run_command(credentials, pb.CreateBucketCommand(bucket_id="flags", is_default_branch=True))
    column = pb.TableColumn(name="flag", type="BOOLEAN", nullable=True)
    driver.run_command(credentials, pb.CreateTableCommand(path=["flags"], table_name="t", columns=[column]))
    insert = pb.ExecuteQueryCommand(query='INSERT INTO "flags"."t" VALUES (TRUE), (FALSE), (NULL)')
    assert driver.run_command(credentials, insert).response.status == pb.ExecuteQueryResponse.SUCCESS
    shown = driver.run_command(credentials, pb.PreviewTableCommand(path=["flags"], table_name="t")).response
    assert sorted(shown.columns[0].values) == ["", "false", "true"]
    driver.run_command(credentials, pb.DropBucketCommand(bucket_object_name="flags", is_cascade=True))


def test_what_the_driver_s_user_may_do_is_tried_and_undone(driver, credentials):
    """All of it, here."""
    before = list(driver.run_command(credentials, pb.ListSchemasCommand()).response.schemas)
    driver.run_command(credentials, pb.InitBackendCommand())
    assert list(driver.run_command(credentials, pb.ListSchemasCommand()).response.schemas) == before


@pytest.mark.parametrize("name", ["CreateProject", "CreateDevBranch", "CreateTableFromTimeTravel"])
def test_what_is_not_declared_is_900(driver, credentials, name):
    """Nothing is touched."""
    assert code_of(driver, credentials, getattr(pb, f"{name}Command")()) == 900
