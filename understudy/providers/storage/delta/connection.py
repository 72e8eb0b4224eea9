"""The embedded engine with Delta tables in it: it reads them as streams, and commits go to their logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from understudy.providers.storage.connection import ResultColumn, Rows
from understudy.providers.storage.delta.log import DeltaLog, Stream, TableState
from understudy.providers.storage.delta.places import Place
from understudy.providers.storage.delta.pushing import conjuncts, pushed
from understudy.providers.storage.delta.writing import DeltaWriter
from understudy.providers.storage.duckdb.connection import DuckDbConnection

if TYPE_CHECKING:
    import duckdb

    from understudy.domain.storage import RuntimeOptions
    from understudy.providers.storage.delta.store import DeltaStore

__all__ = ["DeltaConnection"]


class DeltaConnection(DuckDbConnection):
    """Statements name Delta tables by the alias of their place. What reads is the engine's, what writes is a commit.

    A command sees each table at the version that it had when the command first looked, and at its own commits.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, store: DeltaStore) -> None:
        super().__init__(cursor)
        self.store = store
        self._opened: dict[Place, DeltaLog] = {}
        self._writer = DeltaWriter(self)

    def prepare(self, options: RuntimeOptions, *, limit: float | None) -> None:
        """Forget what the command before has seen."""
        super().prepare(options, limit=limit)
        self._opened.clear()
        self._writer.pending.clear()

    def table(self, place: Place) -> TableState:
        """A table as this command sees it."""
        return self._writer.pending.get(place) or self.committed(place)

    def committed(self, place: Place) -> DeltaLog:
        """A table as its log has it."""
        if place not in self._opened:
            self._opened[place] = self._open(place)
        return self._opened[place]

    def forget(self, place: Place) -> None:
        """Look again: a commit has been made."""
        self._opened.pop(place, None)

    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        """Run one statement."""
        tree = sqlglot.parse_one(sql, dialect="duckdb")
        if self._writer.writes(tree):
            return self._writer.run(tree)
        with self.seeing(tree):
            return super().execute(sql, parameters, limit=limit)

    def describe(self, sql: str) -> tuple[ResultColumn, ...]:
        """The columns that a query would give."""
        with self.seeing(sqlglot.parse_one(sql, dialect="duckdb")):
            return super().describe(sql)

    @contextmanager
    def seeing(self, tree: exp.Expr) -> Iterator[None]:
        """Let the engine see the Delta tables of a statement until the block ends."""
        found = {table.name: place for table in tree.find_all(exp.Table) if (place := Place.parse(table.name))}
        for alias, place in found.items():
            self.cursor.register(alias, _scanned(self.table(place), tree, alias))
        try:
            yield
        finally:
            for alias in found:
                self.cursor.unregister(alias)

    def _open(self, place: Place) -> DeltaLog:
        table = self.store.open(place)
        if place.moment is not None:
            from datetime import UTC, datetime

            table.load_as_version(datetime.fromtimestamp(place.moment, UTC))
        return DeltaLog(table)


def _scanned(log: TableState, tree: exp.Expr, alias: str) -> Stream:
    """A table's rows with the columns that a statement names, and with the rows that it can be told not to read."""
    if any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)):
        names = None
    else:
        named = {column.name for column in tree.find_all(exp.Column)}
        names = [field.name for field in log.fields if field.name in named] or [log.fields[0].name]
    return log.scanned(names, _predicate(log, tree, alias))


def _predicate(log: TableState, tree: exp.Expr, alias: str) -> str | None:
    """What a query of this one table asks of each row, as far as delta-rs can be told."""
    tables = list(tree.find_all(exp.Table))
    where = tree.args.get("where") if isinstance(tree, exp.Select) else None
    if where is None or len(tables) != 1 or tables[0].name != alias:
        return None
    types: Mapping[str, str] = log.types
    told = [words for one in conjuncts(where.this) if (words := pushed(one, types)) is not None]
    return " AND ".join(told) or None
