"""Files into DuckDB: read in place, typed, by the engine's own readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from sqlglot import exp

from understudy.providers.storage.duckdb.csv_errors import explain
from understudy.providers.storage.files.line_ends import check_encoding, line_end, read_head
from understudy.providers.storage.files.source import FileSource
from understudy.providers.storage.sql.loading import LoadColumn, Loader, StagedColumn
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.duckdb.backend import DuckDbBackend
    from understudy.providers.storage.session import Session

__all__ = ["DuckDbLoader", "DuckDbMerging"]

_LINE_ENDS = {"\n": "\\n", "\r\n": "\\r\\n", "\r": "\\r"}
"""As the reader takes them: spelled out."""


class DuckDbLoader(Loader):
    """``read_csv`` and ``read_parquet`` over the gate, with nothing detected and nothing guessed."""

    @property
    def finished(self) -> bool:
        """The readers give typed values."""
        return True

    def staged(self, session: Session, source: FileSource, column: LoadColumn) -> Column:
        """Columns are staged as the destination has them."""
        _ = session, source
        return column.target

    def describe(self, session: Session, source: FileSource) -> Sequence[Column]:
        """What the first file's footer says."""
        gate = cast("DuckDbBackend", session.backend).gate
        with gate.reading(source.folder, source.files[:1], gzip=False) as addresses:
            table = exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string(one) for one in addresses])
            try:
                found = session.execute(session.sql.render(exp.select("*").from_(exp.Table(this=table)).limit(0)))
            except Exception as error:
                raise explain(error, addresses, ()) or error from error
        return [Column(name=column.name, type=column.type) for column in found.columns]

    def load(self, session: Session, source: FileSource, staging: TableName, columns: Sequence[LoadColumn]) -> None:
        """Insert the files' rows into the staging table."""
        merging = session.backend.merging
        with self.reading(session, source, columns) as query:
            statement = merging.insert(staging, [column.name for column in columns], query)
            session.execute(*session.sql.fill(statement, ()))

    @contextmanager
    def reading(self, session: Session, source: FileSource, columns: Sequence[LoadColumn]) -> Iterator[exp.Select]:
        """A query over the files."""
        gate = cast("DuckDbBackend", session.backend).gate
        gzip = source.csv is not None and source.csv.gzip
        with gate.reading(source.folder, source.files, gzip=gzip) as addresses:
            try:
                yield self._query(session, source, list(addresses), columns)
            except Exception as error:
                raise explain(error, addresses, columns) or error from error

    def _query(
        self, session: Session, source: FileSource, addresses: Sequence[str], columns: Sequence[LoadColumn]
    ) -> exp.Select:
        sql = session.sql
        if not addresses:
            nothing = [exp.cast(exp.null(), sql.type(column.target)) for column in columns]
            return exp.select(*nothing).where(exp.false())
        files = exp.Array(expressions=[exp.Literal.string(address) for address in addresses])
        if source.csv is None:
            table = exp.Anonymous(this="read_parquet", expressions=[files, _option("union_by_name", exp.false())])
            values = [self._parquet_value(session, column) for column in columns]
            return exp.select(*values).from_(exp.Table(this=table))
        late = _late(columns)
        table = exp.Anonymous(this="read_csv", expressions=[files, *self._options(session, source, columns, late)])
        return exp.select(*(self._csv_value(session, column, late) for column in columns)).from_(exp.Table(this=table))

    def _options(
        self, session: Session, source: FileSource, columns: Sequence[LoadColumn], late: set[str]
    ) -> Iterator[exp.Expr]:
        csv = source.csv
        if csv is None:
            return
        text = exp.Literal.string
        types = [
            (
                text(column.name),
                text("VARCHAR" if column.name in late else session.sql.render(session.sql.type(column.target))),
            )
            for column in columns
        ]
        yield _option(
            "columns", exp.Struct(expressions=[exp.PropertyEQ(this=name, expression=kind) for name, kind in types])
        )
        yield _option("auto_detect", exp.false())
        yield _option("header", exp.false())
        yield _option("skip", exp.Literal.number(csv.ignored_lines))
        yield _option("delim", text(csv.delimiter))
        yield _option("quote", text(csv.enclosure))
        yield _option("escape", text(csv.escape))
        yield _option("compression", text("gzip" if csv.gzip else "none"))
        head = read_head(source.folder, source.files[0], gzip=csv.gzip)
        check_encoding(head, source.files[0])
        end = line_end(head, csv)
        if end is not None:
            yield _option("new_line", text(_LINE_ENDS[end]))
        yield from self._nulls(columns, late)

    def _nulls(self, columns: Sequence[LoadColumn], late: set[str]) -> Iterator[exp.Expr]:
        """Which texts the reader takes for NULL. ``force_not_null`` spares a column from all of them."""
        text = exp.Literal.string
        words = sorted({word for column in columns for word in column.null_words})
        empty = {column.name for column in columns if column.empty_as_null} - late
        if words:
            yield _option("nullstr", exp.Array(expressions=[text(word) for word in (*words, *([""] if empty else []))]))
            return
        yield _option("nullstr", exp.Array(expressions=[text("")]))
        kept = [text(column.name) for column in columns if column.name not in empty]
        if kept:
            yield _option("force_not_null", exp.Array(expressions=kept))

    def _csv_value(self, session: Session, column: LoadColumn, late: set[str]) -> exp.Expr:
        value = session.sql.column(column.name)
        if column.name not in late:
            return value
        return session.backend.merging.value(column, Column(name=column.name, type="VARCHAR"), value)

    def _parquet_value(self, session: Session, column: LoadColumn) -> exp.Expr:
        sql, merging = session.sql, session.backend.merging
        value: exp.Expr = sql.column(column.source)
        if (column.empty_as_null or column.null_words) and merging.is_text(column.target):
            text = Column(name=column.name, type="VARCHAR")
            return merging.value(column, text, exp.cast(value, "VARCHAR"))
        return exp.cast(value, sql.type(column.target))


class DuckDbMerging(Merging):
    """Staging tables are temporary: another process never sees them, and they end with the connection."""

    def staging(self, destination: TableName) -> TableName:
        """A name in the connection's own temporary schema."""
        return TableName(("temp", "main"), super().staging(destination).name)

    def staging_properties(self) -> exp.Properties:
        """Temporary: the engine takes the path of such a table only with the word."""
        return exp.Properties(expressions=[exp.TemporaryProperty()])

    def deduplicate(
        self, staging: TableName, columns: Sequence[StagedColumn], key: Sequence[StagedColumn]
    ) -> tuple[list[str], TableName]:
        """Keep the last row of each key, in place: rows are numbered as the files have them."""
        _ = columns
        table, row = self.sql.table(staging), exp.column("rowid")
        last = exp.select(exp.Max(this=row)).from_(table).group_by(*map(self.final, key))
        others = exp.Not(this=exp.In(this=row.copy(), query=last.subquery()))
        return [self.sql.render(exp.Delete(this=table.copy(), where=exp.Where(this=others)))], staging


def _late(columns: Sequence[LoadColumn]) -> set[str]:
    """The columns whose NULLs a query makes: the reader knows one list of words for all columns, or none for some."""
    empty = {column.name for column in columns if column.empty_as_null}
    words = any(column.null_words for column in columns)
    return empty if words and len(empty) < len(columns) else set()


def _option(name: str, value: exp.Expr) -> exp.Expr:
    return exp.PropertyEQ(this=exp.to_identifier(name), expression=value)
