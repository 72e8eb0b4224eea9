"""Projects: a database for each, with a user and roles where the backend has them."""

from __future__ import annotations

from functools import partial

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid, need_database, need_name
from understudy.providers.storage.commands.undoing import Undo, undoing
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.passwords import generate_password
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session

__all__ = ["create_project", "drop_project", "update_project"]


def create_project(session: Session, command: pb.CreateProjectCommand) -> pb.CreateProjectResponse:
    """A database for the project, its user with a password, the role that may do all and the one that may read.

    Where a step fails, what the others made is dropped again.
    """
    if command.data_retention_days < 0:
        raise invalid(f"data_retention_days is {command.data_retention_days}")
    names, ids = session.names, (command.stack_prefix, command.project_id)
    made = pb.CreateProjectResponse(
        database_name=need_name(session, names.project_database(*ids), "project's database")
    )
    if session.capabilities.users_and_roles:
        made.user_name = need_name(session, names.project_user(*ids), "project's user")
        made.role_name = need_name(session, names.project_role(*ids), "project's role")
        made.read_only_role_name = need_name(session, names.project_read_only_role(*ids), "project's read-only role")
        made.password = generate_password()
    if session.catalog.database_exists(made.database_name):
        raise CommandFault(StorageCode.OBJECT_EXISTS, f"there is a database {made.database_name!r} already")
    with undoing(session) as undo:
        session.backend.create_database(session, made.database_name, retention_days=command.data_retention_days)
        undo.append(
            (
                f"the database {made.database_name!r}",
                lambda: session.backend.drop_database(session, made.database_name),
            )
        )
        if session.capabilities.users_and_roles:
            _create_login(session, made, undo)
    return made


def update_project(session: Session, command: pb.UpdateProjectCommand) -> None:
    """Tell the project's database, whose name is ``project_id``, of another region or time zone."""
    name = need_name(session, command.project_id, "project id")
    if not command.region and not command.timezone:
        raise invalid("neither a region nor a time zone is named")
    need_database(session, name)
    session.run(session.sql.update_database(name, region=command.region, timezone=command.timezone))


def drop_project(session: Session, command: pb.DropProjectCommand) -> None:
    """Drop the project's database with all that is in it, then its user and its roles."""
    name = need_name(session, command.database_name, "project's database")
    need_database(session, name)
    session.backend.drop_database(session, name)
    if session.capabilities.users_and_roles:
        if command.user_name:
            session.run(session.sql.drop_user(command.user_name))
        for role in (command.read_only_role_name, command.role_name):
            if role:
                session.run(session.sql.drop_role(role))


def _create_login(session: Session, made: pb.CreateProjectResponse, undo: Undo) -> None:
    sql = session.sql
    for role in (made.role_name, made.read_only_role_name):
        session.run(sql.create_role(role))
        undo.append((f"the role {role!r}", partial(session.run, sql.drop_role(role))))
    session.run_private(sql.create_user(made.user_name, made.password), made.password)
    undo.append((f"the user {made.user_name!r}", lambda: session.run(sql.drop_user(made.user_name))))
    session.run(sql.grant_role_to_user(made.role_name, made.user_name))
    session.backend.prepare_project_login(session, user=made.user_name, role=made.role_name)
    session.run(sql.grant_role_to_role(made.read_only_role_name, made.role_name))
    session.run(sql.grant_database(made.database_name, made.role_name))
    session.run(sql.grant_database_use(made.database_name, made.read_only_role_name))
