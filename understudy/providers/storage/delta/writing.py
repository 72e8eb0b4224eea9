"""Statements that write, carried out as commits to one table's log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.connection import Rows
from understudy.providers.storage.delta.log import DeltaLog, PendingTable, TableState, fields_of, write_table
from understudy.providers.storage.delta.places import Place
from understudy.providers.storage.delta.pushing import conjuncts, pushed
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.defaults import literal_text

if TYPE_CHECKING:
    from deltalake import Field

    from understudy.providers.storage.delta.connection import DeltaConnection

__all__ = ["DeltaWriter"]

_ENGINE = re.compile(r"\b(Conversion|Invalid Input|Out of Range|IO|Constraint) Error: .*", re.DOTALL)
_CLASSES = {
    "Conversion": "ConversionException",
    "Invalid Input": "InvalidInputException",
    "Out of Range": "OutOfRangeException",
    "IO": "IOException",
    "Constraint": "ConstraintException",
}


class DeltaWriter:
    """``pending`` are tables that a statement replaces: they are committed with the first rows that go into them."""

    def __init__(self, connection: DeltaConnection) -> None:
        self._connection = connection
        self.pending: dict[Place, PendingTable] = {}

    def writes(self, tree: exp.Expr) -> bool:
        """Whether a statement changes a schema or a Delta table; others are the embedded engine's."""
        if isinstance(tree, exp.Create | exp.Drop) and tree.args.get("kind") == "SCHEMA":
            return True
        return type(tree) in self._commits and _place(tree) is not None

    def run(self, tree: exp.Expr) -> Rows:
        """Carry it out."""
        if tree.args.get("kind") == "SCHEMA":
            return self._schema(tree)
        place = _place(tree)
        if place is None:
            raise TypeError(f"{type(tree).__name__} is no statement on a Delta table")
        try:
            return self._commits[type(tree)](tree, place)
        finally:
            self._connection.forget(place)

    @property
    def _commits(self) -> Mapping[type[exp.Expr], Callable[[Any, Place], Rows]]:
        return {
            exp.Alter: self._alter,
            exp.Create: self._create,
            exp.Delete: self._delete,
            exp.Drop: self._drop,
            exp.Insert: self._insert,
            exp.Merge: self._merge,
        }

    def _schema(self, tree: exp.Expr) -> Rows:
        named = tree.this if isinstance(tree, exp.Create) else tree.args["tables"][0]
        change = self._connection.store.create_schema if isinstance(tree, exp.Create) else None
        (change or self._connection.store.drop_schema)(named.db)
        return Rows()

    def _create(self, tree: exp.Create, place: Place) -> Rows:
        if isinstance(tree.expression, exp.Select):
            return self._copy(tree.expression, place)
        fields = self._fields(tree.this)
        properties = tree.args.get("properties")
        by = properties.find(exp.PartitionedByProperty) if properties is not None else None
        partitions = [one.name for one in by.this.expressions] if by is not None else []
        store = self._connection.store
        if tree.args.get("replace"):
            self.pending[place] = PendingTable(fields)
            return Rows()
        from deltalake import DeltaTable, Schema

        DeltaTable.create(
            store.uri(place), Schema(fields), mode="error", partition_by=partitions, storage_options=store.options
        )
        return Rows()

    def _copy(self, query: exp.Select, place: Place) -> Rows:
        """A table as another is, or was: columns, key, partitions and rows."""
        named = query.find(exp.Table)
        source = None if named is None else Place.parse(named.name)
        if source is None:
            raise TypeError("a table is copied from a Delta table")
        log, store = self._connection.committed(source), self._connection.store
        partitions = list(log.table.metadata().partition_columns)
        with self._streamed(query) as rows:
            write_table(store.uri(place), log.fields, rows, mode="error", partitions=partitions, options=store.options)
        return Rows()

    def _drop(self, tree: exp.Drop, place: Place) -> Rows:
        _ = tree
        self._connection.store.drop(place)
        return Rows()

    def _alter(self, tree: exp.Alter, place: Place) -> Rows:
        columns = [action for action in tree.args["actions"] if isinstance(action, exp.ColumnDef)]
        self._connection.committed(place).add_columns(self._fields(exp.Schema(expressions=columns)))
        return Rows()

    def _insert(self, tree: exp.Insert, place: Place) -> Rows:
        names = [one.name for one in tree.this.expressions]
        log = self._connection.table(place)
        query = self._complete(log, place, names, tree.expression)
        before = log.count
        with self._streamed(query) as rows:
            if not isinstance(log, DeltaLog):
                store = self._connection.store
                write_table(store.uri(place), log.fields, rows, mode="overwrite", partitions=[], options=store.options)
                del self.pending[place]
            elif tree.args.get("overwrite"):
                log.overwrite(rows)
                before = 0
            else:
                log.append(rows)
        self._connection.forget(place)
        return Rows(affected=self._connection.table(place).count - before)

    def _delete(self, tree: exp.Delete, place: Place) -> Rows:
        log, where = self._connection.committed(place), tree.args.get("where")
        if where is None:
            return Rows(affected=log.delete(None))
        told = [pushed(one, log.types) for one in conjuncts(where.this)]
        if None not in told:
            return Rows(affected=log.delete(" AND ".join(filter(None, told))))
        kept = exp.Not(this=exp.Is(this=exp.paren(where.this.copy()), expression=exp.true()))
        with self._streamed(exp.select("*").from_(tree.this.copy()).where(kept)) as rows:
            log.overwrite(rows)
        return Rows()

    def _merge(self, tree: exp.Merge, place: Place) -> Rows:
        log = self._connection.committed(place)
        update = next((when for when in tree.args["whens"].expressions if when.args["matched"]), None)
        insert = next(when for when in tree.args["whens"].expressions if not when.args["matched"]).args["then"]
        given = [one.name for one in insert.this.expressions]
        source = self._complete(log, place, given, tree.args["using"].this)
        updated = {one.left.name for one in update.args["then"].expressions} if update is not None else set()
        with self._streamed(source) as rows:
            log.merge(
                rows,
                on=_words(tree.args["on"]),
                updates={_quoted(name): f'"staged".{_quoted(name)}' for name in updated},
                differs=None if update is None else _words(update.args["condition"]),
                inserts={_quoted(field.name): f'"staged".{_quoted(field.name)}' for field in log.fields},
            )
        return Rows()

    def _complete(self, log: TableState, place: Place, names: Sequence[str], query: exp.Expr) -> exp.Select:
        """Rows of some columns as rows of all columns, in the table's order and types: defaults, else NULL."""
        kinds = self._kinds(place)
        alias = exp.TableAlias(this=exp.to_identifier("given"), columns=[_identifier(name) for name in names])
        inner = query.this if isinstance(query, exp.Subquery) else query
        given, defaults = set(names), log.defaults
        values = [
            exp.alias_(
                exp.cast(
                    exp.column(_identifier(field.name))
                    if field.name in given
                    else exp.convert(defaults.get(field.name)),
                    kinds[field.name],
                ),
                field.name,
                quoted=True,
            )
            for field in log.fields
        ]
        return exp.select(*values).from_(exp.Subquery(this=inner.copy(), alias=alias))

    def _kinds(self, place: Place) -> dict[str, exp.DataType]:
        """The columns' types as the engine has them."""
        probe = f"SELECT * FROM {_quoted(place.alias)} LIMIT 0"  # noqa: S608 - the name is quoted
        found = self._connection.describe(probe)
        return {one.name: exp.DataType.build(one.type, dialect="duckdb") for one in found}

    def _fields(self, schema: exp.Schema) -> list[Field]:
        """The columns of a definition, their types by the engine's own way into Arrow."""
        from arro3.core import RecordBatchReader
        from deltalake import Schema

        columns = [one for one in schema.expressions if isinstance(one, exp.ColumnDef)]
        names = {one.name.lower() for one in columns}
        if len(names) < len(columns):
            raise CommandFault(
                StorageCode.VALIDATION, "two columns differ only in the case of their names; nothing was touched"
            )
        key = next((one for one in schema.expressions if isinstance(one, exp.PrimaryKey)), None)
        nulls = [exp.alias_(exp.cast(exp.null(), one.args["kind"]), one.name, quoted=True) for one in columns]
        empty = self._connection.cursor.sql(exp.select(*nulls).limit(0).sql(dialect="duckdb"))
        fields = Schema.from_arrow(RecordBatchReader.from_stream(empty).schema).fields
        found = {one.name: _default(one) for one in columns}
        return fields_of(
            fields,
            defaults={name: text for name, text in found.items() if text is not None},
            key=[one.name for one in key.expressions] if key is not None else [],
            required=frozenset(one.name for one in columns if one.find(exp.NotNullColumnConstraint)),
        )

    @contextmanager
    def _streamed(self, query: exp.Expr) -> Iterator[Any]:
        """A query's rows, made while they are written; what the engine fails with meanwhile is raised as its own."""
        with self._connection.seeing(query):
            try:
                yield self._connection.cursor.sql(query.sql(dialect="duckdb"))
            except Exception as error:
                raise _engines_own(error) from error


def _engines_own(error: Exception) -> Exception:
    """The engine's exception that a stream carried through delta-rs as text."""
    import duckdb

    found = _ENGINE.search(str(error))
    if found is None or isinstance(error, duckdb.Error):
        return error
    kind: type[Exception] = getattr(duckdb, _CLASSES[found[1]])
    return kind(found[0])


def _place(tree: exp.Expr) -> Place | None:
    named = tree.args["tables"][0] if isinstance(tree, exp.Drop) else tree.this
    table = named.this if isinstance(named, exp.Schema) else named
    return Place.parse(table.name) if isinstance(table, exp.Table) and not table.db else None


def _default(column: exp.ColumnDef) -> str | None:
    found = column.find(exp.DefaultColumnConstraint)
    return None if found is None else literal_text(found.this.sql(dialect="duckdb"), "duckdb")


def _identifier(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _quoted(name: str) -> str:
    return _identifier(name).sql(dialect="duckdb")


def _words(condition: exp.Expr) -> str:
    return condition.sql(dialect="duckdb")
