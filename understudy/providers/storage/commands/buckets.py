"""Buckets: schemas that belong to a project."""

from __future__ import annotations

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import need_database, need_schema, schema_path
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session

__all__ = ["create_bucket", "drop_bucket"]


def create_bucket(session: Session, command: pb.CreateBucketCommand) -> pb.CreateBucketResponse:
    """A schema for the bucket. Made again, it is there already (2006)."""
    name = session.names.bucket(command.bucket_id, command.branch_id, is_default_branch=command.is_default_branch)
    path = schema_path(session, command.database_name, name)
    if command.database_name:
        need_database(session, command.database_name)
    if session.catalog.schema_exists(path):
        raise CommandFault(StorageCode.OBJECT_EXISTS, f"there is a schema {'.'.join(path)!r} already")
    with session.ddl_transaction():
        session.run(session.sql.create_schema(path))
        if session.capabilities.users_and_roles:
            if command.project_role_name:
                session.run(session.sql.grant_schema(path, command.project_role_name))
            if command.project_read_only_role_name:
                session.run(session.sql.grant_schema_reading(path, command.project_read_only_role_name))
    return pb.CreateBucketResponse(path=path, bucket_object_name=name)


def drop_bucket(session: Session, command: pb.DropBucketCommand) -> None:
    """Drop the bucket; one that holds anything only where ``is_cascade`` says so (2009)."""
    given = command.bucket_object_name
    path = schema_path(session, command.database_name, given)
    if command.ignore_if_not_exists and not session.catalog.schema_exists(path):
        return
    need_schema(session, path)
    if not command.is_cascade and session.catalog.objects(path):
        raise CommandFault(
            StorageCode.NOT_EMPTY,
            f"the bucket {given!r} is not empty",
            hint="Set is_cascade to drop all that is in it.",
        )
    session.run(session.sql.drop_schema(path, cascade=command.is_cascade))
