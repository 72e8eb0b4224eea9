"""Projects, branches and shares on a backend without users."""

import pytest

from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import (
    ObjectExistsError,
    ObjectNotFoundError,
    StorageValidationError,
    UnsupportedCommandError,
)
from understudy.providers.storage.protocol import storage_pb2 as pb


@pytest.fixture
def project(run):
    return run(pb.CreateProjectCommand(stack_prefix="p", project_id="1")).database_name


@pytest.fixture
def sql(run):
    def ask(query, *path):
        told = run(pb.ExecuteQueryCommand(query=query, path_restriction=path))
        assert told.status == pb.ExecuteQueryResponse.SUCCESS, told.message
        return [list(column.values) for column in told.columns]

    return ask


def bucket(run, database, name="b"):
    return run(pb.CreateBucketCommand(bucket_id=name, is_default_branch=True, database_name=database)).path


def test_the_backend_is_tried_and_nothing_is_left_behind(run):
    before = list(run(pb.ListSchemasCommand()).schemas)
    command = pb.InitBackendCommand()
    command.meta["k"] = "v"
    assert run(command).meta["k"] == "v"
    assert run(pb.RemoveBackendCommand()) is None
    assert list(run(pb.ListSchemasCommand()).schemas) == before


def test_a_project_has_a_database_of_its_own_and_no_login_where_there_are_no_users(run):
    made = run(pb.CreateProjectCommand(stack_prefix="p", project_id="1"))
    assert (made.database_name, made.user_name, made.role_name, made.password) == ("P1", "", "", "")
    path = bucket(run, "P1")
    assert list(path) == ["P1", "b"]
    assert "b" in run(pb.ListSchemasCommand(database_name="P1")).schemas
    assert "b" not in run(pb.ListSchemasCommand()).schemas
    with pytest.raises(ObjectExistsError) as caught:
        run(pb.CreateProjectCommand(stack_prefix="P", project_id="1"))
    assert caught.value.code == 2006


def test_a_dropped_project_is_gone_with_all_that_was_in_it(run, project):
    bucket(run, project)
    run(pb.DropProjectCommand(database_name=project))
    with pytest.raises(ObjectNotFoundError) as caught:
        run(pb.DropProjectCommand(database_name=project))
    assert caught.value.code == 2002
    run(pb.CreateProjectCommand(stack_prefix="p", project_id="1"))
    assert "b" not in run(pb.ListSchemasCommand(database_name=project)).schemas


@pytest.mark.parametrize("name", ["understudy", "UNDERSTUDY"])
def test_the_database_of_the_settings_is_no_project(run, name):
    with pytest.raises(StorageValidationError) as caught:
        run(pb.DropProjectCommand(database_name=name))
    assert caught.value.code == 3000


@pytest.mark.parametrize(
    "command",
    [
        pb.CreateProjectCommand(project_id="1"),
        pb.CreateProjectCommand(stack_prefix="p"),
        pb.CreateProjectCommand(stack_prefix="p", project_id="1", data_retention_days=-1),
        pb.DropProjectCommand(),
        pb.CreateDevBranchCommand(stack_prefix="p", project_id="1"),
        pb.DropDevBranchCommand(),
        pb.ShareBucketCommand(stack_prefix="p", source_project_id="1"),
        pb.UnshareBucketCommand(),
        pb.LinkBucketCommand(),
        pb.UnlinkBucketCommand(),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_lacks_a_name_is_refused(run, command):
    with pytest.raises(StorageValidationError) as caught:
        run(command)
    assert caught.value.code == 3000


def test_a_project_cannot_move_where_nothing_has_a_region(run):
    with pytest.raises(UnsupportedCommandError):
        run(pb.UpdateProjectCommand(project_id="P1", region="eu"))


# ------------------------------------------------------------------------------------------------------- branches


@pytest.fixture
def branch(run, project):
    return run(pb.CreateDevBranchCommand(stack_prefix="p", project_id="1", branch_id="7")).database_name


def test_a_branch_stands_beside_its_project(run, project, branch):
    assert branch == "P1_branch_7"
    with pytest.raises(ObjectExistsError):
        run(pb.CreateDevBranchCommand(stack_prefix="p", project_id="1", branch_id="7"))
    with pytest.raises(ObjectNotFoundError) as caught:
        run(pb.CreateDevBranchCommand(stack_prefix="p", project_id="2", branch_id="7"))
    assert caught.value.code == 2002
    run(pb.DropDevBranchCommand(database_name=branch))
    with pytest.raises(ObjectNotFoundError):
        run(pb.DropDevBranchCommand(database_name=branch))


def test_a_project_is_not_dropped_as_a_branch(run, project):
    with pytest.raises(StorageValidationError):
        run(pb.DropDevBranchCommand(database_name=project))
    assert run(pb.ListSchemasCommand(database_name=project)).schemas


def test_a_merge_puts_the_branchs_tables_in_place_and_leaves_the_others(run, sql, project, branch):
    bucket(run, project)
    sql("CREATE TABLE twice AS SELECT 1 AS old", project, "b")
    sql("CREATE TABLE kept AS SELECT 2 AS a", project, "b")
    for name in ("b", "fresh"):
        bucket(run, branch, name)
        sql("CREATE TABLE twice (id INTEGER PRIMARY KEY, note VARCHAR DEFAULT 'x')", branch, name)
        sql("INSERT INTO twice (id) VALUES (5)", branch, name)
    merged = run(pb.MergeDevBranchCommand(stack_prefix="p", project_id="1", branch_id="7")).tables
    assert [(list(table.path), table.name) for table in merged] == [
        ([project, "b"], "twice"),
        ([project, "fresh"], "twice"),
    ]
    assert sql("SELECT id, note FROM twice", project, "b") == [["5"], ["x"]]
    assert sql("SELECT a FROM kept", project, "b") == [["2"]]
    info = run(pb.ObjectInfoCommand(path=[project, "b"], name="twice")).table
    assert list(info.primary_key) == ["id"]


def test_a_merge_of_named_buckets_leaves_the_others_of_the_branch(run, sql, project, branch):
    for name in ("one", "two"):
        bucket(run, branch, name)
        sql("CREATE TABLE t AS SELECT 1 AS a", branch, name)
    run(pb.MergeDevBranchCommand(stack_prefix="p", project_id="1", branch_id="7", bucket_ids=["one"]))
    assert "two" not in run(pb.ListSchemasCommand(database_name=project)).schemas
    with pytest.raises(ObjectNotFoundError):
        run(pb.MergeDevBranchCommand(stack_prefix="p", project_id="1", branch_id="7", bucket_ids=["three"]))


def test_a_merge_that_fails_changes_nothing(run, sql, project, branch):
    bucket(run, project)
    sql("CREATE TABLE a AS SELECT 'old' AS x", project, "b")
    sql("CREATE VIEW z AS SELECT 1 AS x", project, "b")
    bucket(run, branch)
    for name in ("a", "z"):
        sql(f"CREATE TABLE {name} AS SELECT 'new' AS x", branch, "b")
    with pytest.raises(ObjectExistsError, match="a view"):
        run(pb.MergeDevBranchCommand(stack_prefix="p", project_id="1", branch_id="7"))
    assert sql("SELECT x FROM a", project, "b") == [["old"]]


# -------------------------------------------------------------------------------------------------------- sharing


@pytest.fixture
def shared(run, sql, project):
    bucket(run, project)
    sql("CREATE TABLE t AS SELECT 1 AS a", project, "b")
    run(pb.CreateProjectCommand(stack_prefix="p", project_id="2"))
    return run(share()).bucket_share_role_name


def share():
    return pb.ShareBucketCommand(
        stack_prefix="p",
        source_project_id="1",
        source_bucket_id="b",
        source_bucket_object_name="b",
        source_database_name="P1",
    )


def link(name):
    return pb.LinkBucketCommand(
        stack_prefix="p",
        target_project_id="2",
        target_bucket_id="linked",
        source_bucket_object_name="b",
        source_share_role_name=name,
        source_database_name="P1",
        target_database_name="P2",
    )


def test_a_linked_bucket_shows_what_its_source_holds_now(run, sql, shared):
    assert run(link(shared)).linked_bucket_object_name == "linked"
    sql("INSERT INTO t VALUES (2)", "P1", "b")
    assert sql("SELECT a FROM t ORDER BY a", "P2", "linked") == [["1", "2"]]
    told = run(pb.ExecuteQueryCommand(query="INSERT INTO t VALUES (3)", path_restriction=["P2", "linked"]))
    assert told.status == pb.ExecuteQueryResponse.ERROR
    with pytest.raises(ObjectExistsError):
        run(link(shared))


def test_what_is_no_longer_shared_is_no_longer_read(run, sql, shared):
    run(link(shared))
    run(pb.UnshareBucketCommand(bucket_object_name="b", bucket_share_role_name=shared, source_database_name="P1"))
    told = run(pb.ExecuteQueryCommand(query="SELECT a FROM t", path_restriction=["P2", "linked"]))
    assert told.status == pb.ExecuteQueryResponse.ERROR
    assert sql("SELECT a FROM t", "P1", "b") == [["1"]]
    with pytest.raises(ObjectNotFoundError):
        run(link(shared))


def test_tables_that_come_later_are_seen_once_the_bucket_is_shared_again(run, sql, driver, shared):
    sql("CREATE TABLE later AS SELECT 9 AS a", "P1", "b")
    run(share())
    result = driver.run_command(StorageCredentials(), link(shared))
    assert "later" in result.messages[0].message
    assert sql("SELECT a FROM later", "P2", "linked") == [["9"]]


def test_unlinking_drops_the_link_and_never_a_bucket(run, sql, shared):
    run(link(shared))
    run(pb.UnlinkBucketCommand(bucket_object_name="linked", database_name="P2"))
    assert "linked" not in run(pb.ListSchemasCommand(database_name="P2")).schemas
    with pytest.raises(StorageValidationError, match="tables in it"):
        run(pb.UnlinkBucketCommand(bucket_object_name="b", database_name="P1"))
    assert sql("SELECT a FROM t", "P1", "b") == [["1"]]
