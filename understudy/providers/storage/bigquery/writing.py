"""CSV that is written here, row by row, for stores that the engine does not write to."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from sqlglot import exp

from understudy.providers.storage.commands.queries import text_of
from understudy.providers.storage.sql.loading import FileTarget, RowQuery, Unloaded
from understudy.providers.storage.sql.tables import TableName

if TYPE_CHECKING:
    from understudy.providers.storage.bigquery.connection import BigQueryConnection
    from understudy.providers.storage.files.csv_format import CsvFormat
    from understudy.providers.storage.files.folder import FileWriter
    from understudy.providers.storage.session import Session

__all__ = ["flat", "table_of", "write_rows"]

_PIECE = 1024 * 1024
"""Bytes that are written at once."""


def table_of(query: exp.Select) -> TableName:
    """The table that a query is of: exports are of one."""
    found = query.find(exp.Table)
    if found is None:
        raise ValueError("the query is of no table")
    return TableName(tuple(part for part in (found.catalog, found.db) if part), found.name)


def flat(session: Session, rows: RowQuery) -> RowQuery:
    """The rows with what is nested as JSON and bytes in hex, for CSV has no other way."""
    columns = {column.name: column for column in session.catalog.shown(table_of(rows.query))}
    values: list[exp.Expr] = []
    for value in rows.query.selects:
        column = columns[value.alias_or_name]
        plain = session.sql.family(column) != "other"
        values.append(value if plain else exp.alias_(session.sql.text(column), column.name, quoted=True))
    return replace(rows, query=rows.query.select(*values, append=False))


def write_rows(session: Session, rows: RowQuery, target: FileTarget) -> Unloaded:
    """One file, or slices of about the size that is asked for: all of them or none."""
    if target.csv is None:
        raise ValueError("only CSV is written here")
    made: list[str] = []
    statement, bound = session.sql.fill(session.sql.template(rows.query), rows.values)
    connection = cast("BigQueryConnection", session.connection)
    count = 0
    with connection.stream(statement, bound) as (names, found):
        lines = _Lines(_checked(session, found), target.csv)
        try:
            while not made or (target.slice_bytes and lines.left):
                key = target.slice_key(len(made)) if target.slice_bytes else target.key
                with _file(target, key) as writer:
                    made.append(key)
                    count += lines.write(writer, names, most=target.slice_bytes)
        except BaseException:
            target.folder.delete(made)
            raise
    return Unloaded(keys=tuple(made), rows=count)


def _checked(session: Session, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The rows, as long as the command is to go on: no job runs any more that could be cancelled."""
    for row in rows:
        session.check()
        yield row


@contextmanager
def _file(target: FileTarget, key: str) -> Iterator[FileWriter]:
    writer = target.folder.create(key)
    try:
        yield writer
        writer.commit()
    finally:
        writer.discard()


class _Lines:
    """The lines of a result, one after the other into as many files as it takes."""

    def __init__(self, rows: Iterable[Sequence[Any]], csv: CsvFormat) -> None:
        self._rows = iter(rows)
        self._csv = csv
        self._next = next(self._rows, None)

    @property
    def left(self) -> bool:
        """Whether there are more rows."""
        return self._next is not None

    def write(self, writer: FileWriter, names: Sequence[str], *, most: int) -> int:
        """A header and rows until the file has about ``most`` bytes, 0 for all rows; how many rows."""
        output = gzip.GzipFile(fileobj=_Sink(writer), mode="wb", mtime=0) if self._csv.gzip else None
        piece, size, count = bytearray(self._line(names)), 0, 0
        while self._next is not None and not (most and size + len(piece) >= most and count):
            piece += self._line([text_of(value) for value in self._next])
            self._next = next(self._rows, None)
            count += 1
            if len(piece) >= _PIECE:
                size += len(piece)
                (output or writer).write(bytes(piece))
                piece.clear()
        (output or writer).write(bytes(piece))
        if output is not None:
            output.close()
        return count

    def _line(self, cells: Sequence[str | None]) -> bytes:
        return (self._csv.delimiter.join(map(self._cell, cells)) + "\n").encode()

    def _cell(self, text: str | None) -> str:
        """NULL is nothing, and an empty text two enclosures."""
        if text is None:
            return ""
        quote = self._csv.enclosure
        plain = text and not any(sign in text for sign in (self._csv.delimiter, quote, "\n", "\r"))
        return text if plain else f"{quote}{text.replace(quote, quote * 2)}{quote}"


class _Sink:
    """A FileWriter as gzip writes to a file."""

    def __init__(self, writer: FileWriter) -> None:
        self._writer = writer

    def write(self, data: bytes) -> int:
        """Add to the file."""
        return self._writer.write(bytes(data))

    def flush(self) -> None:
        """Nothing is held back here."""
