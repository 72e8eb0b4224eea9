"""Workspaces on a backend without users."""

import pytest

from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import ObjectExistsError, ObjectNotFoundError, UnsupportedCommandError
from understudy.providers.storage.protocol import storage_pb2 as pb


@pytest.fixture
def workspace(run):
    name = run(pb.CreateWorkspaceCommand(stack_prefix="P", workspace_id="7")).workspace_object_name
    for table in ("keep", "drop"):
        run(pb.ExecuteQueryCommand(path_restriction=[name], query=f"CREATE TABLE {table} AS SELECT 1 AS a"))
    run(pb.ExecuteQueryCommand(path_restriction=[name], query="CREATE VIEW seen AS SELECT a FROM keep"))
    return name


def objects(run, name):
    return [one.name for one in run(pb.ObjectInfoCommand(path=[name])).objects]


def test_a_workspace_has_no_login_where_there_are_no_users(run):
    made = run(pb.CreateWorkspaceCommand(stack_prefix="P", workspace_id="7"))
    assert (made.workspace_object_name, made.workspace_user_name, made.workspace_password) == ("WORKSPACE_7", "", "")
    with pytest.raises(ObjectExistsError) as caught:
        run(pb.CreateWorkspaceCommand(stack_prefix="P", workspace_id="7"))
    assert caught.value.code == 2006


def test_a_table_to_grant_must_be_there_and_nothing_is_made_where_it_is_not(run):
    granted = [pb.ObjectRef(path=["nowhere"], name="t")]
    with pytest.raises(ObjectNotFoundError) as caught:
        run(pb.CreateWorkspaceCommand(stack_prefix="P", workspace_id="7", direct_grant_tables=granted))
    assert caught.value.code == 2003
    assert "WORKSPACE_7" not in run(pb.ListSchemasCommand()).schemas


def test_a_workspace_with_something_in_it_is_dropped_only_with_cascade(run, workspace):
    with pytest.raises(ObjectExistsError) as caught:
        run(pb.DropWorkspaceCommand(workspace_object_name=workspace))
    assert caught.value.code == 2009
    run(pb.DropWorkspaceCommand(workspace_object_name=workspace, is_cascade=True))
    with pytest.raises(ObjectNotFoundError) as gone:
        run(pb.DropWorkspaceCommand(workspace_object_name=workspace))
    assert gone.value.code == 2003


def test_clearing_leaves_what_is_to_be_preserved(run, workspace):
    run(pb.ClearWorkspaceCommand(workspace_object_name=workspace, objects_to_preserve=["KEEP"]))
    assert objects(run, workspace) == ["keep"]
    run(pb.ClearWorkspaceCommand(workspace_object_name=workspace))
    assert objects(run, workspace) == []


def test_clearing_what_is_not_there_is_an_error_unless_errors_are_ignored(run, driver):
    with pytest.raises(ObjectNotFoundError):
        run(pb.ClearWorkspaceCommand(workspace_object_name="gone"))
    result = driver.run_command(
        StorageCredentials(), pb.ClearWorkspaceCommand(workspace_object_name="gone", ignore_errors=True)
    )
    assert "no workspace" in result.messages[0].message


def test_one_object_is_dropped_whatever_its_kind(run, workspace):
    for name in ("seen", "drop"):
        run(pb.DropWorkspaceObjectCommand(workspace_object_name=workspace, object_to_drop=name))
    assert objects(run, workspace) == ["keep"]
    run(
        pb.DropWorkspaceObjectCommand(workspace_object_name=workspace, object_to_drop="seen", ignore_if_not_exists=True)
    )
    with pytest.raises(ObjectNotFoundError) as caught:
        run(pb.DropWorkspaceObjectCommand(workspace_object_name=workspace, object_to_drop="seen"))
    assert caught.value.code == 2000


def test_passwords_are_for_backends_with_users(run):
    with pytest.raises(UnsupportedCommandError) as caught:
        run(pb.ResetWorkspacePasswordCommand(workspace_user_name="someone"))
    assert caught.value.code == 900
