"""What goes wrong in a storage command: one class per kind, one stable number per cause.

The numbers are the same for every backend and over every transport; source: the error codes of the public storage
drivers' protocol. New causes get new numbers; none is given away again.
"""

from __future__ import annotations

from enum import IntEnum

from understudy.domain.errors import StorageError

__all__ = [
    "ObjectExistsError",
    "ObjectNotFoundError",
    "QueryFailedError",
    "StorageCode",
    "StorageConnectionError",
    "StoragePermissionError",
    "StorageValidationError",
    "TransferFailedError",
    "UnsupportedCommandError",
    "storage_error",
]


class StorageCode(IntEnum):
    """The stable numbers."""

    UNKNOWN = 0
    NOT_SUPPORTED = 900
    TIMEOUT = 1000
    CONNECTION = 1001
    AUTHENTICATION = 1002
    DATABASE_MISMATCH = 1003
    CANCELLED = 1004
    OBJECT_NOT_FOUND = 2000
    DATABASE_NOT_FOUND = 2002
    SCHEMA_NOT_FOUND = 2003
    TABLE_NOT_FOUND = 2004
    COLUMN_NOT_FOUND = 2005
    OBJECT_EXISTS = 2006
    PERMISSION_DENIED = 2007
    VIEW_NOT_FOUND = 2008
    NOT_EMPTY = 2009
    DEPENDENT_OBJECTS = 2010
    VALIDATION = 3000
    MESSAGE_TOO_LARGE = 3001
    IMPORT_FAILED = 4000
    COLUMNS_MISSING = 4100
    COLUMNS_DUPLICATE = 4101
    COLUMNS_MISMATCH = 4102
    PRIMARY_KEY_MISMATCH = 4103
    SOURCE_INVALID = 4200
    FILE_NOT_FOUND = 4201
    TYPE_MISMATCH = 4202
    FILE_PARAMETERS = 4203
    EXPORT_FAILED = 5000
    QUERY_FAILED = 6000
    QUERY_INVALID = 6001
    QUERY_TIMEOUT = 6002
    ROW_TOO_LARGE = 6003
    CONVERSION = 6004


class UnsupportedCommandError(StorageError):
    """The backend does not declare this command or this way of doing it; nothing was touched (900)."""


class StorageConnectionError(StorageError):
    """No connection, no login, or no answer in time, or none wanted any more (1000 to 1004)."""


class ObjectNotFoundError(StorageError):
    """What the command names is not there (2000 to 2005, 2008)."""


class ObjectExistsError(StorageError):
    """What the command would make is there, or what it would drop is not empty or still needed (2006, 2009, 2010)."""


class StoragePermissionError(StorageError):
    """The backend's user may not do this (2007)."""


class StorageValidationError(StorageError):
    """The command itself is wrong; nothing was touched (3000); or too large to be sent (3001)."""


class TransferFailedError(StorageError):
    """An import or export failed and left nothing half done (4000 to 5000)."""


class QueryFailedError(StorageError):
    """The engine refused or stopped a statement (6000 to 6004)."""


_KINDS: tuple[tuple[range, type[StorageError]], ...] = (
    (range(900, 901), UnsupportedCommandError),
    (range(1000, 1005), StorageConnectionError),
    (range(2006, 2007), ObjectExistsError),
    (range(2009, 2011), ObjectExistsError),
    (range(2007, 2008), StoragePermissionError),
    (range(2000, 2009), ObjectNotFoundError),
    (range(3000, 3002), StorageValidationError),
    (range(4000, 5001), TransferFailedError),
    (range(6000, 6005), QueryFailedError),
)


def storage_error(
    code: int, message: str, *, backend: str, command: str, hint: str | None = None, retryable: bool = False
) -> StorageError:
    """The error of the class that ``code`` belongs to."""
    kind = next((kind for codes, kind in _KINDS if code in codes), StorageError)
    return kind(message, backend=backend, command=command, code=code, hint=hint, retryable=retryable)
