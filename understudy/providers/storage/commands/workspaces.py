"""Workspaces: schemas in which one user works, with a login of its own where the backend has users."""

from __future__ import annotations

from understudy.domain.storage import LogLevel
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import (
    need_name,
    need_schema,
    need_table,
    referred,
    schema_path,
)
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.passwords import generate_password
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import TableName

__all__ = [
    "clear_workspace",
    "create_workspace",
    "create_workspace_user",
    "drop_workspace",
    "drop_workspace_object",
    "drop_workspace_user",
    "grant_workspace_access",
    "reset_workspace_password",
    "revoke_workspace_access",
]


def create_workspace(session: Session, command: pb.CreateWorkspaceCommand) -> pb.CreateWorkspaceResponse:
    """A schema for the workspace. Where there are users, one with a role and a password of its own.

    The role may do all in the workspace, and read the project's buckets and the tables of ``direct_grant_tables``.
    """
    name = session.names.workspace(command.workspace_id)
    path = schema_path(session, command.database_name, name)
    tables = [referred(session, table, "table to grant") for table in command.direct_grant_tables]
    users = session.capabilities.users_and_roles
    made = pb.CreateWorkspaceResponse(workspace_object_name=name)
    if users:
        made.workspace_user_name = session.names.workspace_user(command.stack_prefix, command.workspace_id)
        made.workspace_role_name = session.names.workspace_role(command.stack_prefix, command.workspace_id)
        made.workspace_password = generate_password()
    if session.catalog.schema_exists(path):
        raise CommandFault(StorageCode.OBJECT_EXISTS, f"there is a schema {'.'.join(path)!r} already")
    for table in tables:
        need_table(session, table)
    with session.ddl_transaction():
        session.run(session.sql.create_schema(path))
        if users:
            _create_login(session, command, made, path, tables)
    return made


def drop_workspace(session: Session, command: pb.DropWorkspaceCommand) -> None:
    """Drop the workspace with its login; one that holds anything only where ``is_cascade`` says so (2009)."""
    path = schema_path(session, command.database_name, command.workspace_object_name)
    need_schema(session, path)
    if not command.is_cascade and session.catalog.objects(path):
        raise CommandFault(
            StorageCode.NOT_EMPTY,
            f"the workspace {command.workspace_object_name!r} is not empty",
            hint="Set is_cascade to drop all that is in it.",
        )
    with session.ddl_transaction():
        session.run(session.sql.drop_schema(path, cascade=command.is_cascade))
        if session.capabilities.users_and_roles:
            if command.workspace_user_name:
                session.run(session.sql.drop_user(command.workspace_user_name))
            if command.workspace_role_name:
                session.run(session.sql.drop_role(command.workspace_role_name))


def clear_workspace(session: Session, command: pb.ClearWorkspaceCommand) -> None:
    """Drop all that is in the workspace but ``objects_to_preserve``.

    Views go before tables. With ``ignore_errors`` what cannot be dropped stays, and a missing workspace is clear; both
    are told in messages.
    """
    path = schema_path(session, command.database_name, command.workspace_object_name)
    if command.ignore_errors and not session.catalog.schema_exists(path):
        session.log(LogLevel.NOTICE, f"there is no workspace {command.workspace_object_name!r} to clear")
        return
    need_schema(session, path)
    kept = {session.sql.fold(name) for name in command.objects_to_preserve}
    objects = {name: kind for name, kind in session.catalog.objects(path).items() if session.sql.fold(name) not in kept}
    for name in sorted(objects, key=lambda name: (objects[name] == "table", name)):
        _drop_object(session, TableName(path, name), objects[name], ignore_errors=command.ignore_errors)


def drop_workspace_object(session: Session, command: pb.DropWorkspaceObjectCommand) -> None:
    """Drop one table or view of the workspace."""
    path = schema_path(session, command.database_name, command.workspace_object_name)
    table = TableName(path, need_name(session, command.object_to_drop, "object's name"))
    kind = session.catalog.kind(table)
    if kind is None:
        if command.ignore_if_not_exists:
            return
        need_schema(session, path)
        raise CommandFault(StorageCode.OBJECT_NOT_FOUND, f"there is no table or view {str(table)!r}")
    session.run(session.sql.drop_view(table) if kind == "view" else session.sql.drop_table(table))


def reset_workspace_password(
    session: Session, command: pb.ResetWorkspacePasswordCommand
) -> pb.ResetWorkspacePasswordResponse:
    """Another password for the workspace's user; the old one is good for nothing any more."""
    user = need_name(session, command.workspace_user_name, "workspace's user")
    password = generate_password()
    session.run_private(session.sql.reset_password(user, password), password)
    return pb.ResetWorkspacePasswordResponse(workspace_user_name=user, workspace_password=password)


def create_workspace_user(session: Session, command: pb.CreateWorkspaceUserCommand) -> pb.CreateWorkspaceUserResponse:
    """One more user of a workspace, with its role."""
    role = need_name(session, command.workspace_role_name, "workspace's role")
    path = schema_path(session, "", command.workspace_object_name)
    user = session.names.workspace_user(command.stack_prefix, command.workspace_id)
    need_schema(session, path)
    password = generate_password()
    with session.ddl_transaction():
        session.run_private(session.sql.create_user(user, password), password)
        session.run(session.sql.grant_role_to_user(role, user))
        session.backend.prepare_workspace_login(session, user=user, role=role)
    return pb.CreateWorkspaceUserResponse(workspace_user_name=user, workspace_password=password)


def drop_workspace_user(session: Session, command: pb.DropWorkspaceUserCommand) -> None:
    """Drop a user of a workspace."""
    session.run(session.sql.drop_user(need_name(session, command.workspace_user_name, "workspace's user")))


def grant_workspace_access(session: Session, command: pb.GrantWorkspaceAccessToProjectCommand) -> None:
    """Let the project's role read the workspace."""
    path, role = _access(session, command)
    session.run(session.sql.grant_schema_reading(path, role))


def revoke_workspace_access(session: Session, command: pb.RevokeWorkspaceAccessToProjectCommand) -> None:
    """Take from the project's role what ``grant_workspace_access`` gave it."""
    path, role = _access(session, command)
    session.run(session.sql.revoke_schema_reading(path, role))


def _access(
    session: Session, command: pb.GrantWorkspaceAccessToProjectCommand | pb.RevokeWorkspaceAccessToProjectCommand
) -> tuple[tuple[str, ...], str]:
    path = schema_path(session, "", command.workspace_object_name)
    role = need_name(session, command.project_role_name, "project's role")
    need_schema(session, path)
    return path, role


def _create_login(
    session: Session,
    command: pb.CreateWorkspaceCommand,
    made: pb.CreateWorkspaceResponse,
    path: tuple[str, ...],
    tables: list[TableName],
) -> None:
    sql, role, user, password = (
        session.sql,
        made.workspace_role_name,
        made.workspace_user_name,
        made.workspace_password,
    )
    session.run(sql.create_role(role))
    session.run_private(sql.create_user(user, password), password)
    session.run(sql.grant_role_to_user(role, user))
    session.backend.prepare_workspace_login(session, user=user, role=role)
    session.run(sql.grant_schema(path, role))
    if command.database_name:
        session.run(sql.grant_database_use(command.database_name, role))
    if command.project_read_only_role_name:
        session.run(sql.grant_role_to_role(command.project_read_only_role_name, role))
    for table in tables:
        session.run(sql.grant_table_reading(table, role))


def _drop_object(session: Session, table: TableName, kind: str, *, ignore_errors: bool) -> None:
    try:
        session.run(session.sql.drop_view(table) if kind == "view" else session.sql.drop_table(table))
    except CommandFault:
        raise  # the command is to stop
    except Exception as error:
        if not ignore_errors:
            raise
        session.log(LogLevel.WARNING, f"{table.name!r} was not dropped: {session.backend.translate(error).message}")
