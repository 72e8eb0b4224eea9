"""Where files wait: in a stage of the bucket that the engine reaches itself, else in one within the engine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from understudy.domain.storage import LogLevel
from understudy.providers.storage.snowflake.stages import ExternalPlace, StageStatements
from understudy.providers.storage.sql.tables import TableName

if TYPE_CHECKING:
    from understudy.providers.storage.files.access import FileAccess
    from understudy.providers.storage.files.folder import Folder
    from understudy.providers.storage.session import Session

__all__ = ["external_place", "staged_in"]


def external_place(folder: Folder, access: FileAccess, *, integration: str) -> ExternalPlace | None:
    """How the engine reaches a bucket by itself; None where it cannot, and files go through this machine.

    It takes keys for S3 and a shared access signature for Azure; a storage integration opens all three. It reaches no
    endpoint but the providers' own.
    """
    if folder.provider == "local" or access.endpoint:
        return None
    secret = access.secret.reveal()
    if folder.provider == "s3":
        url = f"s3://{folder.root}/"
        if access.key:
            token = access.token.reveal()
            keys = {"AWS_KEY_ID": access.key, "AWS_SECRET_KEY": secret} | ({"AWS_TOKEN": token} if token else {})
            return ExternalPlace(url=url, credentials=keys)
    elif folder.provider == "abs":
        url = f"azure://{access.key}.blob.core.windows.net/{folder.root}/"
        if "sig=" in secret:
            return ExternalPlace(url=url, credentials={"AZURE_SAS_TOKEN": secret})
    else:
        url = f"gcs://{folder.root}/"
    if not integration or secret or access.token:
        return None
    return ExternalPlace(url=url, credentials={}, integration=integration)


@contextmanager
def staged_in(session: Session, path: Sequence[str], place: ExternalPlace | None) -> Iterator[TableName]:
    """A stage in this schema, dropped when the block ends, however it ends; at the latest with the session."""
    stage = TableName(tuple(path), f"__understudy_{secrets.token_hex(8)}")
    statements = StageStatements(session.sql)
    hidden = () if place is None else tuple(place.credentials.values())
    session.run_private([statements.create(stage, place)], *hidden, *map(statements.literal, hidden))
    try:
        yield stage
    finally:
        try:
            session.run([statements.drop(stage)])
        except Exception as error:  # noqa: BLE001 - the connector raises what it likes; it is told to the user
            reason = session.backend.translate(error).message
            session.log(LogLevel.WARNING, f"the stage {str(stage)!r} is there until the session ends: {reason}")
