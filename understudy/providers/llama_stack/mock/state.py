"""What the stand-in's server keeps, and the words in which it refuses."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Heard", "RefusalError", "Said", "Stamps", "not_found", "page_of", "wrong_field"]

_EPOCH = 1_704_067_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A request as the server takes it; ``path`` is below the prefix. ``form`` and ``content`` are of an upload."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None
    filename: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The server's answer: ``body`` as JSON, or ``content`` as it is, or ``events`` one by one.

    Where a script breaks a stream, its events end with a ConnectionAbortedError.
    """

    status: int = 200
    body: Any = None
    content: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    events: Iterator[Mapping[str, Any]] | None = None


class RefusalError(Exception):
    """The server says no: ``status``, and a body in one of the forms that servers use."""

    def __init__(self, status: int, message: str, *, plain: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"detail": message} if plain else {"error": {"message": message}}


class Stamps:
    """Ids and times that are the same in every run: made from a count, without a clock."""

    def __init__(self) -> None:
        self._count = 0

    def time(self) -> int:
        """The server's time, in seconds since the epoch; it passes with what is made."""
        return _EPOCH + self._count

    def id(self, prefix: str, *, dashes: bool = True) -> str:
        """A new id."""
        self._count += 1
        made = uuid.uuid5(uuid.NAMESPACE_OID, f"{prefix}{self._count}")
        return f"{prefix}{made if dashes else made.hex}"


def not_found(kind: str, identifier: str, *, status: int = 404, plain: bool = False, lists: str = "") -> RefusalError:
    """The refusal of an id that names nothing."""
    advice = f". Use 'client.{lists}.list()' to list available {kind}s." if lists else ""
    return RefusalError(status, f"{kind} '{identifier}' not found{advice}", plain=plain)


def wrong_field(place: str, name: str, message: str, kind: str) -> RefusalError:
    """The refusal of a field that does not fit; servers write it as Python writes a dictionary."""
    return RefusalError(400, str({"errors": [{"loc": [place, name], "msg": message, "type": kind}]}))


def page_of(entries: list[dict[str, Any]], params: Mapping[str, str], *, most: int, default: int) -> dict[str, Any]:
    """The page of a list that ``limit``, ``order`` and ``after`` ask for; the newest entries come first."""
    limit = _limit(params, most=most, default=default)
    ordered = sorted(entries, key=lambda each: each["created_at"], reverse=params.get("order", "desc") != "asc")
    after = params.get("after")
    if after:
        place = next((number for number, each in enumerate(ordered) if each["id"] == after), -1)
        ordered = ordered[place + 1 :]
    data = ordered[:limit]
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else "",
        "last_id": data[-1]["id"] if data else "",
        "has_more": len(ordered) > limit,
    }


def _limit(params: Mapping[str, str], *, most: int, default: int) -> int:
    said = params.get("limit", str(default))
    if not said.lstrip("-").isdecimal():
        raise wrong_field("query", "limit", "Input should be a valid integer", "int_parsing")
    limit = int(said)
    if limit < 1:
        raise wrong_field("query", "limit", "Input should be greater than or equal to 1", "greater_than_equal")
    if limit > most:
        raise wrong_field("query", "limit", f"Input should be less than or equal to {most}", "less_than_equal")
    return limit
