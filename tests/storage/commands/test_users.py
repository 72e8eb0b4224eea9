"""What commands do where the backend has users and roles, seen in the statements that they run."""

import dataclasses
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.secrets import MASK
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageError
from understudy.providers.storage.connection import Connection, Rows
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.passwords import generate_password
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.statements import Statements

COMMANDS = {"CreateProject", "CreateWorkspace", "ResetWorkspacePassword", "DropWorkspace"}


class Postgres(Statements):
    dialect = "postgres"


class Recorder(Connection):
    """Writes statements down; every catalog is empty, and the statement with ``breaks`` in it fails."""

    def __init__(self, statements, breaks):
        self.statements = statements
        self.breaks = breaks

    def execute(self, sql, parameters=(), *, limit=None):
        self.statements.append(sql)
        if self.breaks and self.breaks in sql:
            raise ValueError(f"syntax error in {sql}")
        return Rows()

    def begin(self): ...

    def commit(self): ...

    def rollback(self): ...

    def interrupt(self): ...

    def close(self): ...


class Backend(DuckDbBackend):
    statements = Postgres()
    capabilities = dataclasses.replace(DuckDbBackend.capabilities, commands=frozenset(COMMANDS), users_and_roles=True)

    def __init__(self, breaks=""):
        super().__init__(DuckDbSettings(database=":memory:"))
        self.ran = []
        self.breaks = breaks

    def connect(self, credentials):
        return Recorder(self.ran, self.breaks)

    def create_database(self, session, name, *, retention_days):
        session.run(session.sql.create_database(name))

    def drop_database(self, session, name):
        session.run(session.sql.drop_database(name))


def run(backend, command):
    driver = backend.create_driver_client()
    try:
        return driver.run_command(StorageCredentials(), command).response
    finally:
        driver.close()


def changes(backend):
    return [sql for sql in backend.ran if not sql.startswith("SELECT")]


def test_a_project_gets_a_user_with_a_password_and_two_roles():
    backend = Backend()
    made = run(backend, pb.CreateProjectCommand(stack_prefix="p", project_id="1"))
    assert (made.user_name, made.role_name, made.read_only_role_name) == ("P1_USER", "P1_ROLE", "P1_RO")
    assert changes(backend) == [
        'CREATE DATABASE "P1"',
        'CREATE ROLE "P1_ROLE"',
        'CREATE ROLE "P1_RO"',
        f"CREATE USER \"P1_USER\" PASSWORD '{made.password}'",
        'GRANT "P1_ROLE" TO "P1_USER"',
        'GRANT "P1_RO" TO "P1_ROLE"',
        'GRANT ALL ON DATABASE "P1" TO "P1_ROLE"',
    ]


def test_what_was_made_is_taken_back_where_a_later_step_fails_and_the_password_is_not_told():
    backend = Backend(breaks="CREATE USER")
    with pytest.raises(StorageError) as caught:
        run(backend, pb.CreateProjectCommand(stack_prefix="p", project_id="1"))
    assert changes(backend)[-3:] == ['DROP ROLE "P1_RO"', 'DROP ROLE "P1_ROLE"', 'DROP DATABASE "P1"']
    assert MASK in str(caught.value)
    created = next(sql for sql in backend.ran if "CREATE USER" in sql)
    password = created.split("'")[1]
    error = caught.value
    while error is not None:
        assert password not in str(error)
        error = error.__cause__


def test_a_new_password_is_another_one():
    backend = Backend()
    first, second = (run(backend, pb.ResetWorkspacePasswordCommand(workspace_user_name='a"b')) for _ in range(2))
    assert first.workspace_password != second.workspace_password
    assert changes(backend)[0] == f'ALTER USER "a""b" PASSWORD \'{first.workspace_password}\''


def test_a_workspace_gets_a_login_that_reads_the_project():
    backend = Backend()
    command = pb.CreateWorkspaceCommand(stack_prefix="p", workspace_id="7", project_read_only_role_name="P1_RO")
    made = run(backend, command)
    assert made.workspace_user_name == "P_WORKSPACE_7_USER"
    assert 'GRANT "P1_RO" TO "P_WORKSPACE_7_ROLE"' in changes(backend)
    assert changes(backend)[0] == 'CREATE SCHEMA "WORKSPACE_7"'


@given(st.integers(12, 100))
def test_a_password_has_all_that_engines_ask_for(length):
    password = generate_password(length)
    assert len(password) == length
    assert password[0] in string.ascii_letters
    for kind in (string.ascii_uppercase, string.ascii_lowercase, string.digits, "-_.~"):
        assert set(password) & set(kind)


def test_a_short_password_is_refused():
    with pytest.raises(ValueError, match="too short"):
        generate_password(8)
