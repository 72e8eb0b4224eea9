"""Staged rows into the destination: duplicates, updates by key, inserts; all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.plan import ImportPlan
from understudy.providers.storage.commands.staging import Staging
from understudy.providers.storage.commands.timing import Timers
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.loading import RowQuery, StagedColumn

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["insert_rows", "merge", "replace_rows"]


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
        final = merging.select(staging.table, [merging.final(column) for column in columns])
        if plan.full:
            replace_rows(session, RowQuery(query=final), plan)
        elif not (plan.merges and _merged(session, staging, columns, key, plan)):
            insert_rows(session, RowQuery(query=final), plan)


def replace_rows(session: Session, rows: RowQuery, plan: ImportPlan) -> int:
    """Put a query's rows in the place of all that the destination has; how many, 0 where the engine does not say."""
    names, query = _stamped(rows, plan)
    at_once = session.backend.merging.replaced(plan.destination, names, query)
    if at_once is None:
        with session.transaction():
            session.run(session.backend.merging.empty(plan.destination))
            return insert_rows(session, rows, plan)
    session.execute(*session.sql.fill(at_once, rows.values))
    return session.catalog.rows(plan.destination)


def insert_rows(session: Session, rows: RowQuery, plan: ImportPlan) -> int:
    """Insert a query's rows with the timestamp; how many, 0 where the engine does not say."""
    names, query = _stamped(rows, plan)
    statement = session.backend.merging.insert(plan.destination, names, query)
    return session.execute(*session.sql.fill(statement, rows.values)).affected or 0


def _stamped(rows: RowQuery, plan: ImportPlan) -> tuple[tuple[str, ...], exp.Select]:
    """The destination's columns that are filled, and the query of their values."""
    if plan.timestamp is None:
        return plan.names, rows.query
    name, value = plan.timestamp
    return (*plan.names, name), rows.query.select(value)


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


def _merged(
    session: Session, staging: Staging, columns: Sequence[StagedColumn], key: Sequence[StagedColumn], plan: ImportPlan
) -> bool:
    """Update what the destination has; whether what is new has been inserted too."""
    merging, destination = session.backend.merging, plan.destination
    if plan.duplicates == "fail":
        if session.execute(merging.matching(staging.table, destination, key)).rows:
            raise _duplicates(plan, f"{str(destination)!r} has rows of the same key")
        return False
    at_once = merging.merged(staging.table, destination, columns=columns, key=key, timestamp=plan.timestamp)
    if at_once is not None:
        session.execute(*session.sql.fill(at_once, ()))
        return True
    session.run(merging.update(staging.table, destination, columns=columns, key=key, timestamp=plan.timestamp))
    session.run(merging.delete_matching(staging.table, destination, key))
    return False


def _duplicates(plan: ImportPlan, where: str) -> CommandFault:
    return CommandFault(
        StorageCode.IMPORT_FAILED,
        f"{where}, {list(plan.key)}; nothing was imported",
        hint="Set dedup_type to UPDATE_DUPLICATES to have the new rows take the old ones' place.",
    )
