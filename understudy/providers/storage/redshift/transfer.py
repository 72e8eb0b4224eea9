"""What importing and exporting share: who may reach the bucket, statements with secrets in them, and their failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from understudy.domain.secrets import MASK
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.access import FileAccess
from understudy.providers.storage.redshift.bulk import Authorization

if TYPE_CHECKING:
    from understudy.config.models.storage_backends import RedshiftSettings
    from understudy.providers.storage.session import Session

__all__ = ["authorization", "run_transfer"]

_ENGINES = frozenset({StorageCode.QUERY_FAILED, StorageCode.ROW_TOO_LARGE, StorageCode.UNKNOWN})


def authorization(session: Session, access: FileAccess) -> Authorization:
    """The command's keys, or what the settings say."""
    settings = cast("RedshiftSettings", session.backend.settings)
    return Authorization(access=access, iam_role=settings.iam_role, region=settings.region)


def run_transfer(session: Session, sql: str, allowed: Authorization, code: StorageCode) -> None:
    """Run a COPY or UNLOAD. What the engine refuses is ``code``, and the secrets are in no error."""
    try:
        session.execute(sql)
    except Exception as error:  # noqa: BLE001 - whatever the driver raises, it is raised again, masked
        fault = error if isinstance(error, CommandFault) else session.backend.translate(error)
    else:
        return
    message = fault.message
    for secret in allowed.secrets(session.sql):
        message = message.replace(secret, MASK)
    kind = code if fault.code in _ENGINES else fault.code
    # Outside of the handler, so that the engine's own error, which may quote the statement, does not go with this one.
    raise CommandFault(kind, message, hint=fault.hint, retryable=fault.retryable)
