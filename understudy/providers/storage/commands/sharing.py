"""Sharing: a bucket of one project read in another.

Where there are roles, a share is a role that may read the bucket, and a link gives it to the target's readers. Where
there are none, a share is a schema of views beside the bucket and a link one of views of those: when the share goes,
its links show nothing any more.
"""

from __future__ import annotations

from understudy.domain.storage import LogLevel
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import (
    invalid,
    need_database,
    need_name,
    need_path,
    need_schema,
    schema_path,
)
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import TableName

__all__ = [
    "grant_bucket_access",
    "link_bucket",
    "revoke_bucket_access",
    "share_bucket",
    "unlink_bucket",
    "unshare_bucket",
]


def share_bucket(session: Session, command: pb.ShareBucketCommand) -> pb.ShareBucketResponse:
    """Let the bucket be linked. Shared again, what came since is in the share as well."""
    ids = (command.stack_prefix, command.source_project_id, command.source_bucket_id)
    share = need_name(session, session.names.share_role(*ids), "share's name")
    path = schema_path(session, command.source_database_name, command.source_bucket_object_name)
    need_schema(session, path)
    with session.ddl_transaction():
        if session.capabilities.users_and_roles:
            session.run(session.sql.create_role(share))
            session.run(session.sql.grant_schema_reading(path, share))
        else:
            shared = (*path[:-1], share)
            if session.catalog.schema_exists(shared):
                session.run(session.sql.drop_schema(shared, cascade=True))
            _mirror(session, path, shared)
    return pb.ShareBucketResponse(bucket_share_role_name=share)


def unshare_bucket(session: Session, command: pb.UnshareBucketCommand) -> None:
    """Take the share away; what is linked to it shows nothing any more."""
    share = need_name(session, command.bucket_share_role_name, "share's name")
    if session.capabilities.users_and_roles:
        path = schema_path(session, command.source_database_name, command.bucket_object_name)
        need_schema(session, path)
        with session.ddl_transaction():
            session.run(session.sql.revoke_schema_reading(path, share))
            session.run(session.sql.drop_role(share))
        return
    _drop_views(session, schema_path(session, command.source_database_name, share), "share")


def link_bucket(session: Session, command: pb.LinkBucketCommand) -> pb.LinkBucketResponse:
    """Let the target's readers read the shared bucket."""
    share = need_name(session, command.source_share_role_name, "share's name")
    if session.capabilities.users_and_roles:
        reader = need_name(session, command.target_project_read_only_role_name, "target's read-only role")
        session.run(session.sql.grant_role_to_role(share, reader))
        return pb.LinkBucketResponse(linked_bucket_object_name=command.source_bucket_object_name)
    source = schema_path(session, command.source_database_name, share)
    name = session.names.bucket(command.target_bucket_id, "", is_default_branch=True)
    target = schema_path(session, command.target_database_name, name)
    need_schema(session, source)
    if command.target_database_name:
        need_database(session, command.target_database_name)
    if session.catalog.schema_exists(target):
        raise CommandFault(StorageCode.OBJECT_EXISTS, f"there is a schema {'.'.join(target)!r} already")
    with session.ddl_transaction():
        _mirror(session, source, target)
    session.log(LogLevel.NOTICE, "tables that come into the bucket later are seen once it is shared and linked again")
    return pb.LinkBucketResponse(linked_bucket_object_name=name)


def unlink_bucket(session: Session, command: pb.UnlinkBucketCommand) -> None:
    """Take the link away; the bucket itself stays as it is."""
    if session.capabilities.users_and_roles:
        share = need_name(session, command.source_share_role_name, "share's name")
        reader = need_name(session, command.project_read_only_role_name, "target's read-only role")
        session.run(session.sql.revoke_role_from_role(share, reader))
        return
    _drop_views(session, schema_path(session, command.database_name, command.bucket_object_name), "linked bucket")


def grant_bucket_access(
    session: Session, command: pb.GrantBucketAccessToReadOnlyRoleCommand
) -> pb.GrantBucketAccessToReadOnlyRoleResponse:
    """Let the project's readers read a bucket that other means than a driver's made."""
    path = need_path(session, command.path)
    role = need_name(session, command.project_read_only_role_name, "project's read-only role")
    need_schema(session, path)
    session.run(session.sql.grant_schema_reading(path, role))
    return pb.GrantBucketAccessToReadOnlyRoleResponse(object_name=path[-1], sharing_allowed=True)


def revoke_bucket_access(session: Session, command: pb.RevokeBucketAccessFromReadOnlyRoleCommand) -> None:
    """Take from the project's readers what ``grant_bucket_access`` gave them."""
    path = need_path(session, command.path or [command.bucket_object_name])
    role = need_name(session, command.project_read_only_role_name, "project's read-only role")
    need_schema(session, path)
    session.run(session.sql.revoke_schema_reading(path, role))


def _mirror(session: Session, source: tuple[str, ...], target: tuple[str, ...]) -> None:
    session.run(session.sql.create_schema(target))
    for name in sorted(session.catalog.objects(source)):
        session.run(session.sql.mirror(TableName(target, name), TableName(source, name)))


def _drop_views(session: Session, path: tuple[str, ...], what: str) -> None:
    """Drop a schema of views. One with a table in it is somebody's own, and holds what could not be made again."""
    need_schema(session, path)
    if "table" in session.catalog.objects(path).values():
        raise invalid(f"the schema {'.'.join(path)!r} has tables in it, so that it is no {what}")
    session.run(session.sql.drop_schema(path, cascade=True))
