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
from understudy.providers.storage.sql.tables import Column

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["insert_rows", "merge"]


def merge(session: Session, staging: Staging, staged: Sequence[Column], plan: ImportPlan, timers: Timers) -> None:
    """Make the staged rows the destination's. ``staged`` are the staging table's columns, in the plan's order."""
    merging = session.backend.merging
    if plan.merges:
        with timers.measure("deduplicate"):
            _deduplicate(session, staging, plan)
    with session.transaction(), timers.measure("merge"):
        if plan.full:
            session.run(merging.empty(plan.destination))
        elif plan.merges:
            _update(session, staging, plan)
        values = [
            merging.value(column, there, session.sql.column(there.name))
            for column, there in zip(plan.columns, staged, strict=True)
        ]
        insert_rows(session, merging.select(staging.table, values), plan)


def insert_rows(session: Session, query: exp.Select, plan: ImportPlan) -> int | None:
    """Insert a query's rows with the timestamp; how many, None where the engine does not say."""
    names = plan.names
    if plan.timestamp is not None:
        name, value = plan.timestamp
        names = (*names, name)
        query = query.select(value)
    return session.execute(session.backend.merging.insert(plan.destination, names, query)).affected


def _deduplicate(session: Session, staging: Staging, plan: ImportPlan) -> None:
    merging = session.backend.merging
    if not session.execute(merging.duplicate(staging.table, plan.key)).rows:
        return
    if plan.duplicates == "fail":
        raise _duplicates(plan, "the source has rows of the same key")
    statements, kept = merging.deduplicate(staging.table, plan.names, plan.key)
    staging.move(kept)
    session.run(statements)


def _update(session: Session, staging: Staging, plan: ImportPlan) -> None:
    merging = session.backend.merging
    if plan.duplicates == "fail":
        if session.execute(merging.matching(staging.table, plan.destination, plan.key)).rows:
            raise _duplicates(plan, f"{str(plan.destination)!r} has rows of the same key")
        return
    session.run(
        merging.update(staging.table, plan.destination, columns=plan.names, key=plan.key, timestamp=plan.timestamp)
    )
    session.run(merging.delete_matching(staging.table, plan.destination, plan.key))


def _duplicates(plan: ImportPlan, where: str) -> CommandFault:
    return CommandFault(
        StorageCode.IMPORT_FAILED,
        f"{where}, {list(plan.key)}; nothing was imported",
        hint="Set dedup_type to UPDATE_DUPLICATES to have the new rows take the old ones' place.",
    )
