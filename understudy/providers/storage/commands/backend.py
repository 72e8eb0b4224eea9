"""The backend itself: whether the driver's user may do what commands need."""

from __future__ import annotations

import secrets

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.reading import meta_of
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session

__all__ = ["init_backend", "remove_backend"]

_NOT_PERMISSIONS = range(1000, 1005)
"""No connection, no login, no time: nothing is known of permissions then."""


def init_backend(session: Session, command: pb.InitBackendCommand) -> pb.InitBackendResponse:
    """Try all that the driver's user must be allowed, and tell everything that is missing in one error (2007).

    What is tried is undone. Done again, it does the same.
    """
    missing: list[str] = []
    checks = session.sql.permission_checks(f"understudy_{secrets.token_hex(8)}")
    for words, (tried, undone) in checks.items():
        try:
            session.run(tried)
            session.run(undone)
        except Exception as error:
            fault = error if isinstance(error, CommandFault) else session.backend.translate(error)
            if fault.code in _NOT_PERMISSIONS:
                raise
            missing.append(f"{words} ({fault.message})")
    if missing:
        raise CommandFault(
            StorageCode.PERMISSION_DENIED,
            f"the driver's user may not: {'; '.join(missing)}",
            hint="Grant all of these, then run InitBackend again.",
        )
    response = pb.InitBackendResponse()
    response.meta.update(meta_of(command.meta))
    return response


def remove_backend(session: Session, command: pb.RemoveBackendCommand) -> None:
    """Give the backend up. InitBackend leaves nothing behind, so that there is nothing to drop; projects stay."""
    _ = command
    session.run(session.sql.remove_backend())
