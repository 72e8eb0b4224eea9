"""What is in a table: counts, extremes, averages."""

from __future__ import annotations

from typing import Any

from understudy.providers.storage.commands.checks import named
from understudy.providers.storage.commands.lookup import shown_columns
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import Column, TableName

__all__ = ["create_profile_table"]


def create_profile_table(session: Session, command: pb.CreateProfileTableCommand) -> pb.CreateProfileTableResponse:
    """A table's and its columns' profile: counts are numbers, what the columns hold is exact text.

    One scan for each column, so that memory does not grow with the table's width.
    """
    table = named(session, command.path, command.table_name)
    columns = shown_columns(session, table).all
    with session.transaction():
        rows = session.catalog.rows(table)
        profiles = [_profile(session, table, column, rows) for column in columns]
    response = pb.CreateProfileTableResponse(path=table.path, table_name=table.name)
    response.profile.update(
        {"row_count": rows, "byte_count": session.catalog.size(table), "column_count": len(columns)}
    )
    for column, profile in zip(columns, profiles, strict=True):
        response.columns.add(name=column.name).profile.update(profile)
    return response


def _profile(session: Session, table: TableName, column: Column, rows: int) -> dict[str, Any]:
    measures = session.sql.measures(column)
    found = session.execute(session.sql.profile(table, tuple(measures.values()))).rows[0]
    told = dict(zip(measures, found, strict=True))
    present = int(told.pop("non_null_count"))
    profile: dict[str, Any] = {"type": column.full_type, "null_count": rows - present}
    distinct = told.pop("distinct_count", None)
    if distinct is not None:
        profile |= {"distinct_count": int(distinct), "duplicate_count": present - int(distinct)}
    groups: dict[str, dict[str, str | None]] = {}
    for name, value in told.items():
        group, _, within = name.rpartition(".")
        if group:
            groups.setdefault(group, {})[within] = value
        else:
            profile[name] = value
    return {**profile, **groups}
