"""A query of the user's own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from understudy.domain.storage import LogLevel
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.cells import columns_of
from understudy.providers.storage.commands.checks import invalid, need_path, need_schema
from understudy.providers.storage.connection import Rows
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import Column

__all__ = ["execute_query"]

_ROWS = 1000
"""How many rows are read where the command does not say."""
_MOST_ROWS = 100_000
_LONGEST = 1_000_000
"""Characters of a query."""
_NOT_THE_QUERYS = range(1001, 1004)
"""No connection, no login: the query has not been tried, so that this is an error of the command."""


def execute_query(session: Session, command: pb.ExecuteQueryCommand) -> pb.ExecuteQueryResponse:
    """Run one statement as the user. What is wrong with the query is told in the response, not raised.

    Unqualified names are looked up in ``path_restriction``. At most ``max_rows`` rows are read; that there are more is
    told in a message.
    """
    path = _check(session, command)
    if path:
        need_schema(session, path)
    session.tainted = True
    try:
        with session.limited(command.timeout_seconds or None):
            session.backend.check_query(session, command.query)
            session.backend.enter(session, path)
            rows = session.execute(command.query, limit=(command.max_rows or _ROWS) + 1)
    except Exception as error:
        fault = error if isinstance(error, CommandFault) else session.backend.translate(error)
        if fault.code in _NOT_THE_QUERYS or fault.code == StorageCode.CANCELLED or _cancelled(session):
            raise
        return _failed(fault)
    return _answer(session, rows, command.max_rows or _ROWS)


def _check(session: Session, command: pb.ExecuteQueryCommand) -> tuple[str, ...]:
    if not command.query.strip():
        raise invalid("the query is empty")
    if len(command.query) > _LONGEST:
        raise invalid(f"the query is {len(command.query):,} characters long; {_LONGEST:,} are taken")
    if not 0 <= command.max_rows <= _MOST_ROWS:
        raise invalid(f"max_rows is {command.max_rows}; it is 1 to {_MOST_ROWS:,}, or 0 for {_ROWS:,}")
    if command.timeout_seconds < 0:
        raise invalid(f"timeout_seconds is {command.timeout_seconds}")
    return need_path(session, command.path_restriction) if command.path_restriction else ()


def _cancelled(session: Session) -> bool:
    """Whether the query failed because nobody wants it any more: the engine only says that it was stopped."""
    stopped = session.deadline.fault if session.deadline is not None else None
    return stopped is not None and stopped.code == StorageCode.CANCELLED


def _failed(fault: CommandFault) -> pb.ExecuteQueryResponse:
    code = StorageCode.QUERY_TIMEOUT if fault.code == StorageCode.TIMEOUT else fault.code
    if code == StorageCode.UNKNOWN:
        code = StorageCode.QUERY_FAILED
    return pb.ExecuteQueryResponse(status=pb.ExecuteQueryResponse.ERROR, message=fault.message, code=code)


def _answer(session: Session, rows: Rows, limit: int) -> pb.ExecuteQueryResponse:
    if len(rows.rows) > limit:
        session.log(LogLevel.NOTICE, f"The query gives more rows than the {limit:,} that were asked for.")
    shown = rows.rows[:limit]
    return pb.ExecuteQueryResponse(
        status=pb.ExecuteQueryResponse.SUCCESS,
        columns=columns_of(
            [Column(name=column.name, type=column.type) for column in rows.columns],
            [tuple(map(text_of, row)) for row in shown],
        ),
        row_count=len(shown),
        affected_rows=rows.affected or 0,
    )


def text_of(value: Any) -> str | None:
    """A value of an engine's driver as text, with nothing lost: no number becomes another on the way."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dict | list | tuple | set):
        return json.dumps(_plain(value), ensure_ascii=False, default=text_of)
    return str(value)


def _plain(value: dict[Any, Any] | Sequence[Any] | set[Any]) -> Any:
    """Containers as JSON has them; numbers that JSON would round stay text."""
    if isinstance(value, dict):
        return {str(text_of(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(one) for one in value]
    return text_of(value) if isinstance(value, Decimal | UUID | bytes | dt.date | dt.time) else value
