"""Staged rows into the destination: duplicates, updates by key, inserts; all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.plan import ImportPlan
from understudy.providers.storage.commands.staging import Staging
from understudy.providers.storage.commands.timing import Timers
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.loading import RowQuery, StagedColumn

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["insert_rows", "merge"]


def merge(
    session: Session, staging: Staging, columns: Sequence[StagedColumn], plan: ImportPlan, timers: Timers
) -> None:
    """Make the staged rows the destination's. ``columns`` are the staging table's, in the plan's order."""
    merging = session.backend.merging
    key = [column for name in plan.key for column in columns if column.name == name]
    if plan.merges:
        with timers.measure("deduplicate"):
            _deduplicate(session, staging, columns, key, plan)
    with session.transaction(), timers.measure("merge"):
        if plan.full:
            session.run(merging.empty(plan.destination))
        elif plan.merges:
            _update(session, staging, columns, key, plan)
        final = merging.select(staging.table, [merging.final(column) for column in columns])
        insert_rows(session, RowQuery(query=final), plan)


def insert_rows(session: Session, rows: RowQuery, plan: ImportPlan) -> int:
    """Insert a query's rows with the timestamp; how many, 0 where the engine does not say."""
    names, query = plan.names, rows.query
    if plan.timestamp is not None:
        name, value = plan.timestamp
        names, query = (*names, name), query.select(value)
    statement = session.backend.merging.insert(plan.destination, names, query)
    return session.execute(*session.sql.fill(statement, rows.values)).affected or 0


def _deduplicate(
    session: Session, staging: Staging, columns: Sequence[StagedColumn], key: Sequence[StagedColumn], plan: ImportPlan
) -> None:
    merging = session.backend.merging
    if not session.execute(merging.duplicate(staging.table, key)).rows:
        return
    if plan.duplicates == "fail":
        raise _duplicates(plan, "the source has rows of the same key")
    statements, kept = merging.deduplicate(staging.table, columns, key)
    staging.move(kept)
    session.run(statements)


def _update(
    session: Session, staging: Staging, columns: Sequence[StagedColumn], key: Sequence[StagedColumn], plan: ImportPlan
) -> None:
    merging, destination = session.backend.merging, plan.destination
    if plan.duplicates == "fail":
        if session.execute(merging.matching(staging.table, destination, key)).rows:
            raise _duplicates(plan, f"{str(destination)!r} has rows of the same key")
        return
    session.run(merging.update(staging.table, destination, columns=columns, key=key, timestamp=plan.timestamp))
    session.run(merging.delete_matching(staging.table, destination, key))


def _duplicates(plan: ImportPlan, where: str) -> CommandFault:
    return CommandFault(
        StorageCode.IMPORT_FAILED,
        f"{where}, {list(plan.key)}; nothing was imported",
        hint="Set dedup_type to UPDATE_DUPLICATES to have the new rows take the old ones' place.",
    )
