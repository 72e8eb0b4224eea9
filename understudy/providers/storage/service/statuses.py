"""What a storage error is called by gRPC and by HTTP: one table for both."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from understudy.domain.storage_errors import StorageCode

__all__ = ["STATUSES", "Statuses", "statuses_of"]


class Statuses(NamedTuple):
    """The name of a gRPC status, and an HTTP status."""

    grpc: str
    http: int


_UNKNOWN = Statuses("UNKNOWN", 500)
_NOT_FOUND = Statuses("NOT_FOUND", 404)
_STATE = Statuses("FAILED_PRECONDITION", 409)
_DATA = Statuses("FAILED_PRECONDITION", 422)
_STATEMENT = Statuses("INVALID_ARGUMENT", 422)
_TIMEOUT = Statuses("DEADLINE_EXCEEDED", 504)

STATUSES: Mapping[int, Statuses] = MappingProxyType(
    {
        StorageCode.UNKNOWN: _UNKNOWN,
        StorageCode.NOT_SUPPORTED: Statuses("UNIMPLEMENTED", 501),
        StorageCode.TIMEOUT: _TIMEOUT,
        StorageCode.CONNECTION: Statuses("UNAVAILABLE", 502),
        StorageCode.AUTHENTICATION: Statuses("UNAUTHENTICATED", 401),
        StorageCode.DATABASE_MISMATCH: _STATE,
        StorageCode.CANCELLED: Statuses("CANCELLED", 499),
        StorageCode.OBJECT_EXISTS: Statuses("ALREADY_EXISTS", 409),
        StorageCode.PERMISSION_DENIED: Statuses("PERMISSION_DENIED", 403),
        StorageCode.NOT_EMPTY: _STATE,
        StorageCode.DEPENDENT_OBJECTS: _STATE,
        StorageCode.VALIDATION: Statuses("INVALID_ARGUMENT", 400),
        StorageCode.MESSAGE_TOO_LARGE: Statuses("RESOURCE_EXHAUSTED", 413),
        StorageCode.QUERY_TIMEOUT: _TIMEOUT,
    }
)
"""Codes with statuses of their own; the others have those of their range."""

_RANGES: tuple[tuple[range, Statuses], ...] = (
    (range(2000, 3000), _NOT_FOUND),
    (range(4000, 6000), _DATA),
    (range(6000, 7000), _STATEMENT),
)


def statuses_of(code: int) -> Statuses:
    """The statuses of an error with this code."""
    return STATUSES.get(code) or next((found for codes, found in _RANGES if code in codes), _UNKNOWN)
