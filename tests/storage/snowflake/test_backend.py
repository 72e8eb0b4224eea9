"""What programs are told of an instance and of its workspaces, and how names are made."""

import subprocess
import sys

import pytest

from understudy.config.models.storage_backends import SnowflakeSettings
from understudy.domain.errors import MissingDependencyError
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.snowflake.backend import SnowflakeBackend


@pytest.fixture
def backend():
    return SnowflakeBackend(
        SnowflakeSettings(
            account="acme-prod",
            user="loader",
            password=Secret("hunter-22"),  # pragma: allowlist secret
            warehouse="SMALL",
            database="SALES",
        )
    )


def test_an_instance_is_described_without_its_secrets(backend):
    told = backend.create_config()
    assert told == {"account": "acme-prod", "warehouse": "SMALL", "database": "SALES"}


def test_a_workspace_is_connected_to_by_what_its_command_answered(backend):
    made = pb.CreateWorkspaceResponse(
        workspace_object_name="WORKSPACE_5",
        workspace_user_name="KBC_WORKSPACE_5_USER",
        workspace_role_name="KBC_WORKSPACE_5_ROLE",
        workspace_password="hunter-22",  # pragma: allowlist secret
    )
    told = backend.create_workspace_configuration(made)
    assert (told["user"], told["role"], told["schema"]) == (
        "KBC_WORKSPACE_5_USER",
        "KBC_WORKSPACE_5_ROLE",
        "WORKSPACE_5",
    )
    assert told["password"] == Secret("hunter-22")  # pragma: allowlist secret
    assert "hunter-22" not in repr(told)


def test_roles_have_names_of_their_own_and_buckets_keep_theirs(backend):
    names = backend.create_name_generator()
    assert names.project_read_only_role("kbc", "7") == "KBC_7_RO"
    assert names.branch_read_only_role("kbc", "7", "b12") == "KBC_7_B12_RO"
    assert names.bucket("in.c-main", "12", is_default_branch=True) == "in.c-main"
    assert names.bucket("in.c-main", "12", is_default_branch=False) == "12_in.c-main"
    for prefix, project in (("", "7"), ("kbc", "")):
        with pytest.raises(CommandFault, match="is empty"):
            names.project_read_only_role(prefix, project)


def test_the_connector_is_imported_when_a_command_needs_it():
    """Not when the backend is made: its capabilities and names are asked without."""
    code = (
        "import sys; from understudy.providers.storage.snowflake.backend import SnowflakeBackend as B; "
        "from understudy.config.models.storage_backends import SnowflakeSettings as S; "
        "B(S(account='a')).create_driver_client().close(); print('snowflake.connector' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_the_connector_the_extra_is_named(backend, monkeypatch):
    monkeypatch.setitem(sys.modules, "snowflake.connector", None)
    driver = backend.create_driver_client()
    with pytest.raises(MissingDependencyError, match=r"understudy\[snowflake\]"):
        driver.run_command(StorageCredentials(principal="u"), pb.ListSchemasCommand())
    driver.close()
