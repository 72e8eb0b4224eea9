"""For every command of storage.proto, the least that is valid: on a table ``t`` that is there and holds rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage_scene import PREFIX, Scene, unique

__all__ = ["COMMANDS", "MINIMAL", "minimal"]

_Make: TypeAlias = Callable[[Scene], Any]


def minimal(scene: Scene, name: str) -> Any:
    """The command of this short name. What it needs is there afterwards, where the backend can make it."""
    _ = scene.table
    return MINIMAL[name](scene)


def _at(scene: Scene, **fields: Any) -> dict[str, Any]:
    return {"path": scene.stage.path, "table_name": "t", **fields}


def _column(scene: Scene, column: str) -> pb.TableColumn:
    return scene.stage.column(column, scene.stage.text)


def _alter(scene: Scene) -> Any:
    attribute = scene.stage.alterable
    default = "x" if attribute == "DEFAULT" else None
    length = "50" if attribute == "LENGTH" else ""
    desired = scene.stage.column("name", scene.stage.text, default=default, length=length)
    if attribute == "NULLABLE":
        scene.stage.run(
            pb.CreateTableCommand(path=scene.stage.path, table_name="empty", columns=[_column(scene, "name")])
        )
        desired.nullable = False
    return pb.AlterColumnCommand(
        path=scene.stage.path,
        table_name="empty" if attribute == "NULLABLE" else "t",
        desired=desired,
        attributes_to_update=[attribute],
    )


def _file(scene: Scene, name: str) -> dict[str, Any]:
    files = scene.stage.files
    if files is None:
        return {"file_provider": "LOCAL", "file_path": pb.FilePath(root="nowhere", file_name=name)}
    return {
        "file_provider": files.provider,
        "file_path": pb.FilePath(root=files.root, path="in", file_name=name),
        "file_credentials": files.credentials,
    }


def _import_file(scene: Scene) -> Any:
    if scene.stage.files is not None:
        scene.stage.files.put("in/minimal.csv", b"id,name,price\n7,seven,7.00\n")
    return pb.TableImportFromFileCommand(
        **_file(scene, "minimal.csv"),
        csv_options=pb.CsvOptions(column_names=["id", "name", "price"]),
        destination=scene.table,
        import_options=pb.ImportOptions(number_of_ignored_lines=1, import_strategy="USER_DEFINED_TABLE"),
    )


def _import_table(scene: Scene) -> Any:
    scene.stage.create("source", (7, "seven", 7))
    return pb.TableImportFromTableCommand(
        source=scene.stage.ref("source"),
        destination=scene.table,
        import_options=pb.ImportOptions(import_strategy="USER_DEFINED_TABLE"),
    )


def _load_workspace(scene: Scene) -> Any:
    return pb.LoadTableToWorkspaceCommand(
        source=scene.table,
        destination=pb.ObjectRef(path=scene.workspace_path, name="loaded"),
        import_options=pb.ImportOptions(import_strategy="USER_DEFINED_TABLE"),
    )


def _drop_workspace_object(scene: Scene) -> Any:
    columns = [_column(scene, "a")]
    if scene.stage.supports("DropWorkspaceObject"):
        scene.stage.run(pb.CreateTableCommand(path=scene.workspace_path, table_name="w", columns=columns))
    return pb.DropWorkspaceObjectCommand(
        workspace_object_name=scene.workspace.workspace_object_name,
        object_to_drop="w",
        database_name=scene.stage.database,
    )


def _drop_key(scene: Scene) -> Any:
    if scene.stage.supports("DropPrimaryKey"):
        scene.stage.create("keyed", key=["id"])
    return pb.DropPrimaryKeyCommand(path=scene.stage.path, table_name="keyed")


def _workspace_user(scene: Scene) -> Any:
    return pb.CreateWorkspaceUserCommand(
        stack_prefix=PREFIX,
        workspace_id=unique(),
        workspace_object_name=scene.workspace.workspace_object_name,
        workspace_role_name=scene.workspace.workspace_role_name,
    )


def _drop_workspace_user(scene: Scene) -> Any:
    create = _workspace_user(scene)
    made = scene.stage.run(create) if scene.stage.supports("CreateWorkspaceUser") else scene.workspace
    return pb.DropWorkspaceUserCommand(workspace_user_name=made.workspace_user_name)


def _workspace_access(make: type[Any]) -> _Make:
    return lambda scene: make(
        workspace_object_name=scene.workspace.workspace_object_name,
        project_user_name=scene.project.user_name,
        project_role_name=scene.project.role_name,
    )


def _time_travel(scene: Scene) -> Any:
    moment = scene.moment() if scene.stage.driver.capabilities.time_travel else 1
    return pb.CreateTableFromTimeTravelCommand(source=scene.table, destination=scene.stage.ref("u"), timestamp=moment)


def _role_of(scene: Scene) -> str:
    return scene.project.read_only_role_name


MINIMAL: Mapping[str, _Make] = MappingProxyType(
    {
        "AddColumn": lambda scene: pb.AddColumnCommand(**_at(scene, column=_column(scene, "extra"))),
        "AddPrimaryKey": lambda scene: pb.AddPrimaryKeyCommand(**_at(scene, primary_key=["id"])),
        "AlterColumn": _alter,
        "ClearWorkspace": lambda scene: pb.ClearWorkspaceCommand(
            workspace_object_name=scene.workspace.workspace_object_name, database_name=scene.stage.database
        ),
        "CopyTable": lambda scene: pb.CopyTableCommand(source=scene.table, destination=scene.stage.ref("u")),
        "CreateBucket": lambda scene: scene.create_bucket(),
        "CreateDevBranch": lambda scene: scene.create_branch(),
        "CreateProfileTable": lambda scene: pb.CreateProfileTableCommand(**_at(scene)),
        "CreateProject": lambda _: pb.CreateProjectCommand(stack_prefix=PREFIX, project_id=unique()),
        "CreateTable": lambda scene: pb.CreateTableCommand(
            path=scene.stage.path, table_name="u", columns=[_column(scene, "a")]
        ),
        "CreateTableFromTimeTravel": _time_travel,
        "CreateView": lambda scene: pb.CreateViewCommand(path=scene.stage.path, view_name="v", source=scene.table),
        "CreateWorkspace": lambda scene: scene.create_workspace(),
        "CreateWorkspaceUser": _workspace_user,
        "DeleteTableRows": lambda scene: pb.DeleteTableRowsCommand(**_at(scene)),
        "DropBucket": lambda scene: pb.DropBucketCommand(
            bucket_object_name=scene.bucket(), database_name=scene.stage.database
        ),
        "DropColumn": lambda scene: pb.DropColumnCommand(**_at(scene, column_name="name")),
        "DropDevBranch": lambda scene: pb.DropDevBranchCommand(
            database_name=scene.branch.database_name, read_only_role_name=scene.branch.read_only_role_name
        ),
        "DropPrimaryKey": _drop_key,
        "DropProject": lambda scene: scene.drop_project(scene.project),
        "DropTable": lambda scene: pb.DropTableCommand(**_at(scene)),
        "DropWorkspace": lambda scene: scene.drop_workspace(scene.workspace),
        "DropWorkspaceObject": _drop_workspace_object,
        "DropWorkspaceUser": _drop_workspace_user,
        "ExecuteQuery": lambda scene: pb.ExecuteQueryCommand(query="SELECT 1", path_restriction=scene.stage.path),
        "ExternalBucketSharingStatus": lambda scene: pb.ExternalBucketSharingStatusCommand(
            bucket_share_role_name=scene.share
        ),
        "GrantBucketAccessToReadOnlyRole": lambda scene: pb.GrantBucketAccessToReadOnlyRoleCommand(
            path=scene.stage.path, project_read_only_role_name=_role_of(scene), stack_prefix=PREFIX
        ),
        "GrantExternalBucketSubscriber": lambda scene: pb.GrantExternalBucketSubscriberCommand(
            bucket_share_role_name=scene.share, subscriber="user:someone@example.com"
        ),
        "GrantWorkspaceAccessToProject": _workspace_access(pb.GrantWorkspaceAccessToProjectCommand),
        "InitBackend": lambda _: pb.InitBackendCommand(),
        "LinkBucket": lambda scene: scene.link_bucket(),
        "ListSchemas": lambda scene: pb.ListSchemasCommand(database_name=scene.stage.database),
        "LoadTableToWorkspace": _load_workspace,
        "MergeDevBranch": lambda scene: scene.merge_branch(),
        "ObjectInfo": lambda scene: pb.ObjectInfoCommand(path=scene.stage.path, name="t"),
        "PreviewTable": lambda scene: pb.PreviewTableCommand(**_at(scene)),
        "RemoveBackend": lambda _: pb.RemoveBackendCommand(),
        "RenameTable": lambda scene: pb.RenameTableCommand(source=scene.table, new_name="u"),
        "ResetWorkspacePassword": lambda scene: pb.ResetWorkspacePasswordCommand(
            workspace_user_name=scene.workspace.workspace_user_name
        ),
        "RevokeBucketAccessFromReadOnlyRole": lambda scene: pb.RevokeBucketAccessFromReadOnlyRoleCommand(
            path=scene.stage.path, project_read_only_role_name=_role_of(scene)
        ),
        "RevokeExternalBucketSubscriber": lambda scene: pb.RevokeExternalBucketSubscriberCommand(
            bucket_share_role_name=scene.share, subscriber="user:someone@example.com"
        ),
        "RevokeWorkspaceAccessToProject": _workspace_access(pb.RevokeWorkspaceAccessToProjectCommand),
        "ShareBucket": lambda scene: scene.share_bucket(),
        "TableExportToFile": lambda scene: pb.TableExportToFileCommand(source=scene.table, **_file(scene, "out.csv")),
        "TableImportFromFile": _import_file,
        "TableImportFromTable": _import_table,
        "UnlinkBucket": lambda scene: scene.unlink_bucket(scene.linked),
        "UnshareBucket": lambda scene: scene.unshare_bucket(scene.share),
        "UpdateProject": lambda scene: pb.UpdateProjectCommand(
            project_id=scene.project.database_name, region="us", timezone="UTC"
        ),
    }
)
"""What makes each of them."""

COMMANDS: tuple[str, ...] = tuple(
    sorted(name.removesuffix("Command") for name in pb.DESCRIPTOR.message_types_by_name if name.endswith("Command"))
)
"""Every command of storage.proto, by its short name."""
