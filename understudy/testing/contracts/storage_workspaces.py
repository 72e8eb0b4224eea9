"""What every storage driver keeps of workspaces, branches, shares and names."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

from typing import Any

import pytest

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage_scene import PREFIX, Scene, StorageContract, needs

__all__ = ["WorkspaceContract"]


def _fill(scene: Scene, path: list[str], *names: str) -> None:
    for name in names:
        columns = [scene.stage.column("id", scene.stage.integer)]
        scene.stage.run(pb.CreateTableCommand(path=path, table_name=name, columns=columns))


def _clear(scene: Scene, name: str = "", **options: Any) -> pb.ClearWorkspaceCommand:
    return pb.ClearWorkspaceCommand(
        workspace_object_name=name or scene.workspace.workspace_object_name,
        database_name=scene.stage.database,
        **options,
    )


class WorkspaceContract(StorageContract):
    """Where a command is not declared, the test is that it fails with 900 and touches nothing."""

    @needs("CreateWorkspace", "DropWorkspace", "ObjectInfo")
    def test_a_workspace_is_made_once_and_dropped_once(self, scene: Scene) -> None:
        """With a login where there are users, without one where there are none; full, only with cascade."""
        stage, create = scene.stage, scene.create_workspace()
        made = stage.run(create)
        login = (made.workspace_user_name, made.workspace_role_name, made.workspace_password)
        assert all(login) if stage.driver.capabilities.users_and_roles else not any(login)
        stage.refused(create, StorageCode.OBJECT_EXISTS)
        path = [*stage.path[:-1], made.workspace_object_name]
        _fill(scene, path, "w")
        stage.refused(scene.drop_workspace(made), StorageCode.NOT_EMPTY)
        assert stage.objects(path) == {"w": pb.TABLE}
        stage.run(scene.drop_workspace(made, is_cascade=True))
        stage.refused(scene.drop_workspace(made), StorageCode.SCHEMA_NOT_FOUND)

    @needs("ClearWorkspace", "CreateWorkspace", "ObjectInfo")
    def test_clearing_leaves_what_is_to_be_preserved(self, scene: Scene) -> None:
        """Cleared again it is as clear; one that is not there is an error, unless errors are ignored."""
        _fill(scene, scene.workspace_path, "drop", "keep")
        scene.stage.run(_clear(scene, objects_to_preserve=["keep"]))
        assert scene.stage.objects(scene.workspace_path) == {"keep": pb.TABLE}
        for _ in range(2):
            scene.stage.run(_clear(scene))
            assert scene.stage.objects(scene.workspace_path) == {}
        scene.stage.refused(_clear(scene, "gone"), StorageCode.SCHEMA_NOT_FOUND)
        scene.stage.run(_clear(scene, "gone", ignore_errors=True))

    @needs("DropWorkspaceObject", "CreateWorkspace", "ObjectInfo")
    def test_one_object_of_a_workspace_is_dropped_once(self, scene: Scene) -> None:
        """Again: 2000, or nothing where that is said to be fine; what stands beside it stays."""
        _fill(scene, scene.workspace_path, "drop", "keep")
        drop = pb.DropWorkspaceObjectCommand(
            workspace_object_name=scene.workspace.workspace_object_name,
            object_to_drop="drop",
            database_name=scene.stage.database,
        )
        scene.stage.run(drop)
        assert scene.stage.objects(scene.workspace_path) == {"keep": pb.TABLE}
        scene.stage.refused(drop, StorageCode.OBJECT_NOT_FOUND)
        drop.ignore_if_not_exists = True
        assert scene.stage.run(drop) is None

    @needs("ResetWorkspacePassword", "CreateWorkspace")
    def test_a_password_is_reset_to_another(self, scene: Scene) -> None:
        """For the same user."""
        user = scene.workspace.workspace_user_name
        reset = pb.ResetWorkspacePasswordCommand(workspace_user_name=user)
        passwords = {scene.workspace.workspace_password, *(self._password(scene, reset) for _ in range(2))}
        assert len(passwords) == 3

    @needs("LoadTableToWorkspace", "CreateWorkspace")
    def test_rows_are_loaded_into_a_workspace(self, scene: Scene) -> None:
        """Those that the filters choose."""
        load = pb.LoadTableToWorkspaceCommand(
            source=scene.table,
            destination=pb.ObjectRef(path=scene.workspace_path, name="loaded"),
            where_filters=[pb.Filter(column="id", values=["1", "2"], data_type=pb.INTEGER)],
            import_options=pb.ImportOptions(import_strategy="USER_DEFINED_TABLE"),
        )
        assert scene.stage.run(load).table_rows == 2

    @needs("CreateProject", "DropProject")
    def test_a_project_is_made_once_and_dropped_once(self, scene: Scene) -> None:
        """Made again: 2006; dropped again: 2002."""
        made = scene.project
        login = (made.user_name, made.role_name, made.read_only_role_name, made.password)
        assert all(login) if scene.stage.driver.capabilities.users_and_roles else not any(login)
        again = pb.CreateProjectCommand(stack_prefix=PREFIX, project_id=scene.project_id)
        scene.stage.refused(again, StorageCode.OBJECT_EXISTS)
        scene.stage.run(scene.drop_project(made))
        scene.stage.refused(scene.drop_project(made), StorageCode.DATABASE_NOT_FOUND)

    @needs("MergeDevBranch", "CreateDevBranch", "CreateProject", "ObjectInfo")
    def test_a_merge_replaces_the_branchs_tables_and_leaves_the_others(self, scene: Scene) -> None:
        """A table that is only in the default branch stays; one of the branch takes the place of its namesake."""
        database = scene.project.database_name
        home = [database, scene.bucket("merged", database=database)]
        _fill(scene, home, "both", "kept")
        merge = scene.merge_branch()
        schemas = scene.stage.run(pb.ListSchemasCommand(database_name=scene.branch.database_name)).schemas
        branch = [scene.branch.database_name, next(name for name in schemas if self._is_branchs(scene, name))]
        columns = [scene.stage.column(name, scene.stage.integer) for name in ("id", "added")]
        for name in ("both", "fresh"):
            scene.stage.run(pb.CreateTableCommand(path=branch, table_name=name, columns=columns))
        assert [ref.name for ref in scene.stage.run(merge).tables] == ["both", "fresh"]
        assert set(scene.stage.objects(home)) == {"both", "fresh", "kept"}
        both = scene.stage.run(pb.ObjectInfoCommand(path=home, name="both")).table
        assert [column.name for column in both.columns] == ["id", "added"]

    @needs("ShareBucket", "LinkBucket", "UnlinkBucket", "UnshareBucket")
    def test_a_share_is_made_again_linked_and_taken_away(self, scene: Scene) -> None:
        """What is shared stays as it is all the while; a link where there are no roles shows the rows."""
        stage, before = scene.stage, len(scene.stage.rows(scene.table.name))
        share = stage.run(scene.share_bucket()).bucket_share_role_name
        if not stage.driver.capabilities.users_and_roles:
            assert stage.run(scene.share_bucket()).bucket_share_role_name == share
        linked = scene.linked
        if not stage.driver.capabilities.users_and_roles:
            path = [*stage.path[:-1], linked]
            assert stage.run(pb.PreviewTableCommand(path=path, table_name="t")).row_count == before
        stage.run(scene.unlink_bucket(linked))
        stage.run(scene.unshare_bucket(share))
        assert len(stage.rows("t")) == before

    @pytest.mark.parametrize("missing", ["stack_prefix", "project_id"])
    @needs("CreateProject")
    def test_a_project_without_a_prefix_or_id_is_refused(self, scene: Scene, missing: str) -> None:
        """Two stacks would share its name."""
        command = pb.CreateProjectCommand(stack_prefix=PREFIX, project_id="p")
        command.ClearField(missing)
        scene.stage.refused(command, StorageCode.VALIDATION)

    @needs("CreateTable")
    def test_names_are_as_long_as_the_capabilities_say(self, scene: Scene) -> None:
        """One character more is refused, of a table and of a column, and nothing is made."""
        stage, rules = scene.stage, scene.stage.driver.capabilities.identifiers
        long, wide = "n" * (rules.max_length + 1), "n" * (rules.max_column_length + 1)
        columns = [stage.column("a", stage.text)]
        stage.refused(pb.CreateTableCommand(path=stage.path, table_name=long, columns=columns), StorageCode.VALIDATION)
        columns = [stage.column(wide, stage.text)]
        stage.refused(pb.CreateTableCommand(path=stage.path, table_name="w", columns=columns), StorageCode.VALIDATION)
        stage.refused(pb.PreviewTableCommand(path=stage.path, table_name="w"), StorageCode.TABLE_NOT_FOUND)

    @needs("CreateTable")
    def test_what_a_table_is_told_beside_columns_is_known(self, scene: Scene) -> None:
        """A word that the capabilities do not have is refused; the stage's own are taken."""
        stage = scene.stage
        create = pb.CreateTableCommand(path=stage.path, table_name="m", columns=[stage.column("id", stage.integer)])
        create.meta["word_of_nobody"] = "x"
        stage.refused(create, StorageCode.VALIDATION)
        create.meta.Clear()
        create.meta.update(stage.table_meta)
        assert stage.run(create).table.name == "m"

    @needs("PreviewTable")
    def test_a_type_that_cannot_be_filtered_by_is_refused(self, scene: Scene) -> None:
        """3000, and an order by it too."""
        stage = scene.stage
        unfit = stage.driver.capabilities.unsupported_filter_types
        assert bool(unfit) == bool(stage.unfilterable), "name a column's type of these as the stage's `unfilterable`"
        if not unfit:
            return
        column = stage.column("odd", stage.unfilterable)
        stage.run(pb.CreateTableCommand(path=stage.path, table_name="f", columns=[column]))
        at: dict[str, Any] = {"path": stage.path, "table_name": "f"}
        chosen = pb.PreviewTableCommand(**at, where_filters=[pb.Filter(column="odd", values=["1"])])
        ordered = pb.PreviewTableCommand(**at, order_by=[pb.OrderBy(column="odd")])
        for command in (chosen, ordered):
            stage.refused(command, StorageCode.VALIDATION)

    @needs("TableExportToFile")
    def test_a_place_for_files_that_is_not_declared_is_refused(self, scene: Scene) -> None:
        """900, as a command that is not declared."""
        names = {"LOCAL": "local", "S3": "s3", "GCS": "gcs", "ABS": "abs"}
        for provider, name in names.items():
            if name not in scene.stage.driver.capabilities.file_storages:
                path = pb.FilePath(root="root", path="in", file_name="a.csv")
                command = pb.TableExportToFileCommand(source=scene.table, file_provider=provider, file_path=path)
                scene.stage.refused(command, StorageCode.NOT_SUPPORTED)

    @staticmethod
    def _password(scene: Scene, reset: pb.ResetWorkspacePasswordCommand) -> str:
        answer = scene.stage.run(reset)
        assert answer.workspace_user_name == reset.workspace_user_name
        return str(answer.workspace_password)

    @staticmethod
    def _is_branchs(scene: Scene, schema: str) -> bool:
        """Whether a schema of the branch's database is the bucket that is merged."""
        apart = scene.branch.database_name != scene.project.database_name
        return schema.endswith("merged") and (apart or schema != "merged")
