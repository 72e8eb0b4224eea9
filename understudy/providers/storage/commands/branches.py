"""Development branches: a place beside a project's own buckets, merged or thrown away."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from understudy.domain.storage import LogLevel
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid, need_database, need_name, need_schema, schema_path
from understudy.providers.storage.commands.undoing import undoing
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import TableDefinition, TableName

__all__ = ["create_dev_branch", "drop_dev_branch", "merge_dev_branch"]


def create_dev_branch(session: Session, command: pb.CreateDevBranchCommand) -> pb.CreateDevBranchResponse:
    """A database for the branch, where the backend keeps branches apart, and a role that may read it."""
    names, ids = session.names, (command.stack_prefix, command.project_id, command.branch_id)
    project = _project_database(session, command.project_database_name, command.stack_prefix, command.project_id)
    made = pb.CreateDevBranchResponse(database_name=project)
    if names.branches_apart:
        made.database_name = need_name(session, names.branch_database(*ids), "branch's database")
    if session.capabilities.users_and_roles:
        made.read_only_role_name = need_name(session, names.branch_read_only_role(*ids), "branch's read-only role")
    need_database(session, project)
    if names.branches_apart and session.catalog.database_exists(made.database_name):
        raise CommandFault(StorageCode.OBJECT_EXISTS, f"there is a database {made.database_name!r} already")
    with undoing(session) as undo:
        if names.branches_apart:
            session.backend.create_database(session, made.database_name, retention_days=0)
            undo.append(
                (
                    f"the database {made.database_name!r}",
                    lambda: session.backend.drop_database(session, made.database_name),
                )
            )
        if session.capabilities.users_and_roles:
            session.run(session.sql.create_role(made.read_only_role_name))
            undo.append(
                (
                    f"the role {made.read_only_role_name!r}",
                    lambda: session.run(session.sql.drop_role(made.read_only_role_name)),
                )
            )
            if command.project_read_only_role_name:
                session.run(
                    session.sql.grant_role_to_role(command.project_read_only_role_name, made.read_only_role_name)
                )
            if command.project_role_name:
                session.run(session.sql.grant_role_to_role(made.read_only_role_name, command.project_role_name))
    return made


def drop_dev_branch(session: Session, command: pb.DropDevBranchCommand) -> None:
    """Drop the branch's database, where branches are kept apart, and its role.

    Elsewhere a branch's buckets are dropped one by one, for its database is the project's own.
    """
    if session.names.branches_apart:
        name = need_name(session, command.database_name, "branch's database")
        if not session.names.is_branch_database(name):
            raise invalid(f"the database {name!r} is no branch's")
        need_database(session, name)
        session.backend.drop_database(session, name)
    if session.capabilities.users_and_roles:
        role = need_name(session, command.read_only_role_name, "branch's read-only role")
        session.run(session.sql.drop_role(role))


def merge_dev_branch(session: Session, command: pb.MergeDevBranchCommand) -> pb.MergeDevBranchResponse:
    """Put the branch's tables in the place of the default branch's, all or none where DDL can be rolled back.

    A table that is only in the default branch is left alone, and so are views; a bucket that is only in the branch
    comes along.
    """
    names = session.names
    project = _project_database(session, command.project_database_name, command.stack_prefix, command.project_id)
    branch = project
    if names.branches_apart:
        branch = names.branch_database(command.stack_prefix, command.project_id, command.branch_id)
    need_database(session, project)
    need_database(session, branch)
    merged: list[TableName] = []
    with session.ddl_transaction():
        for source, target in _buckets(session, command, branch, project):
            if not session.catalog.schema_exists(target):
                session.run(session.sql.create_schema(target))
            merged += _merge(session, source, target)
    return pb.MergeDevBranchResponse(tables=[pb.ObjectRef(path=table.path, name=table.name) for table in merged])


def _project_database(session: Session, given: str, prefix: str, project_id: str) -> str:
    name = given or session.names.project_database(prefix, project_id)
    return need_name(session, name, "project's database")


def _buckets(
    session: Session, command: pb.MergeDevBranchCommand, branch: str, project: str
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The schemas to merge: the branch's, and the default branch's in whose place it comes."""
    names = session.names
    if not command.bucket_ids:
        for schema in session.catalog.schemas((branch,)):
            default = names.default_bucket(schema, command.branch_id)
            if default is not None:
                yield schema_path(session, branch, schema), schema_path(session, project, default)
    for bucket in command.bucket_ids:
        source = schema_path(session, branch, names.bucket(bucket, command.branch_id, is_default_branch=False))
        need_schema(session, source)
        yield source, schema_path(session, project, names.bucket(bucket, "", is_default_branch=True))


def _merge(session: Session, source: tuple[str, ...], target: tuple[str, ...]) -> Iterator[TableName]:
    objects = session.catalog.objects(source)
    for name in sorted(objects):
        table = TableName(target, name)
        if objects[name] == "view":
            session.log(LogLevel.NOTICE, f"the view {name!r} of the branch was not merged")
            continue
        _replace(session, TableName(source, name), table)
        yield table


def _replace(session: Session, source: TableName, target: TableName) -> None:
    """Make a table as another is, then put it in the place of what is there.

    Where DDL cannot be rolled back, the copy is made under another name first: readers see the old table or the new.
    """
    sql, catalog = session.sql, session.catalog
    there = catalog.kind(target)
    if there == "view":
        raise CommandFault(StorageCode.OBJECT_EXISTS, f"there is a view {str(target)!r} in the table's place")
    safe = session.capabilities.ddl_in_transactions
    columns = catalog.columns(source)
    made = target if safe or there is None else TableName(target.path, f"merge_{secrets.token_hex(8)}")
    definition = TableDefinition(table=made, columns=columns, primary_key=catalog.primary_key(source))
    if safe and there is not None:
        session.run(sql.drop_table(target))
    making, *filling = sql.copy_table(source, definition)
    with undoing(session) as undo:
        session.run([making])
        if not safe:
            undo.append((f"the table {str(made)!r}", lambda: session.run(sql.drop_table(made))))
        session.run(filling)
    if made != target:
        session.run([*sql.drop_table(target), *sql.rename_table(made, target.name)])
