"""One table's log: what it says of the table, and the commits to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

if TYPE_CHECKING:
    from arro3.core.types import ArrowStreamExportable
    from deltalake import DeltaTable, Field

__all__ = ["DeltaLog", "PendingTable", "Stream", "TableState", "fields_of", "write_table"]

DEFAULT = "understudy.default"
"""Where a field's metadata has the text of the column's default."""
KEY = "understudy.key"
"""Where it has the column's place in the key, from 0."""
_NESTED = frozenset({"array", "map", "struct"})


class Stream(Protocol):
    """Rows as Arrow batches, made while they are read."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A capsule of the stream."""
        ...


class _Scan:
    """A table's rows as the embedded engine reads them: a new stream for each scan, of one version."""

    def __init__(self, table: DeltaTable, columns: Sequence[str] | None, predicate: str | None) -> None:
        self._table, self._columns, self._predicate = table, columns, predicate

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows, batch by batch."""
        _ = requested_schema
        columns = None if self._columns is None else list(self._columns)
        return self._table.scan(columns, self._predicate).__arrow_c_stream__(None)


class _Nothing:
    """No rows of these columns."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A stream that is at its end."""
        from arro3.core import RecordBatchReader
        from deltalake import Schema

        _ = requested_schema
        return RecordBatchReader.from_batches(Schema(list(self._fields)).to_arrow(), []).__arrow_c_stream__(None)


class TableState(ABC):
    """What a table is: its columns and what their fields remember."""

    @property
    @abstractmethod
    def fields(self) -> Sequence[Field]:
        """The columns, in order."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many rows there are."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes of the files."""

    @abstractmethod
    def scanned(self, columns: Sequence[str] | None = None, predicate: str | None = None) -> Stream:
        """The rows, of these columns, which the condition holds for; streamed anew each time they are asked for."""

    @property
    def types(self) -> Mapping[str, str]:
        """The columns' types by their Delta names; nested ones are left out."""
        return {field.name: field.type.type for field in self.fields if field.type.type not in _NESTED}

    @property
    def defaults(self) -> Mapping[str, str]:
        """The texts of the columns' defaults, of those that have one."""
        return {field.name: str(field.metadata[DEFAULT]) for field in self.fields if DEFAULT in field.metadata}

    @property
    def required(self) -> frozenset[str]:
        """The columns that take no NULL."""
        return frozenset(field.name for field in self.fields if not field.nullable)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the declared key, in its order."""
        return tuple(
            field.name
            for field in sorted(
                (field for field in self.fields if KEY in field.metadata), key=lambda field: int(field.metadata[KEY])
            )
        )


class PendingTable(TableState):
    """A table that is to take another's place, and has not been committed."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields

    @property
    def fields(self) -> Sequence[Field]:
        """The columns, in order."""
        return self._fields

    @property
    def count(self) -> int:
        """No row yet."""
        return 0

    @property
    def size(self) -> int:
        """No file yet."""
        return 0

    def scanned(self, columns: Sequence[str] | None = None, predicate: str | None = None) -> Stream:
        """No rows."""
        _ = predicate
        return _Nothing([field for field in self._fields if columns is None or field.name in columns])


class DeltaLog(TableState):
    """A table at the version that it had when it was opened."""

    def __init__(self, table: DeltaTable) -> None:
        self.table = table

    @property
    def fields(self) -> Sequence[Field]:
        """The columns, in order."""
        return cast("Sequence[Field]", self.table.schema().fields)

    @property
    def count(self) -> int:
        """How many rows the version has."""
        return int(self.table.count())

    @property
    def size(self) -> int:
        """Bytes of the version's files."""
        actions: Any = self.table.get_add_actions()
        return sum(int(size.as_py()) for size in actions["size_bytes"])

    def scanned(self, columns: Sequence[str] | None = None, predicate: str | None = None) -> Stream:
        """The rows of this version."""
        return _Scan(self.table, columns, predicate)

    def append(self, rows: Stream) -> None:
        """Add rows."""
        self._write(rows, "append")

    def overwrite(self, rows: Stream) -> None:
        """Put rows in the place of all that are there."""
        self._write(rows, "overwrite")

    def add_columns(self, fields: Sequence[Field]) -> None:
        """Add columns; rows that are there have NULL in them."""
        self.table.alter.add_columns(list(fields))

    def delete(self, predicate: str | None) -> int | None:
        """Delete the rows that the condition holds for; how many, None where only whole files were dropped."""
        found: Any = self.table.delete(predicate).get("num_deleted_rows")
        return None if found is None else int(found)

    def merge(
        self, rows: Stream, *, on: str, updates: Mapping[str, str], differs: str | None, inserts: Mapping[str, str]
    ) -> None:
        """Update the rows of ``kept`` that differ from ``staged`` of the same key, and insert the others."""
        merger = self.table.merge(rows, on, source_alias="staged", target_alias="kept")
        if updates:
            merger = merger.when_matched_update(dict(updates), predicate=differs)
        merger.when_not_matched_insert(dict(inserts)).execute()

    def _write(self, rows: Stream, mode: Any) -> None:
        from deltalake import write_deltalake

        write_deltalake(self.table, rows, mode=mode)


def fields_of(
    fields: Sequence[Field], *, defaults: Mapping[str, str], key: Sequence[str], required: frozenset[str]
) -> list[Field]:
    """Columns with what their table is to remember of them."""
    from deltalake import Field

    made: list[Field] = []
    for field in fields:
        metadata: dict[str, Any] = dict(field.metadata)
        if field.name in defaults:
            metadata[DEFAULT] = defaults[field.name]
        if field.name in key:
            metadata[KEY] = str(list(key).index(field.name))
        made.append(Field(field.name, field.type, nullable=field.name not in required, metadata=metadata))
    return made


def write_table(
    uri: str,
    fields: Sequence[Field],
    rows: Stream,
    *,
    mode: Literal["error", "overwrite"],
    partitions: Sequence[str],
    options: dict[str, str],
) -> None:
    """Write a whole table, definition and rows, by one commit; ``overwrite`` takes the place of what is there."""
    from arro3.core import RecordBatchReader
    from deltalake import Schema, write_deltalake

    schema: Any = Schema(list(fields)).to_arrow()
    batches = (batch.with_schema(schema) for batch in RecordBatchReader.from_stream(rows))
    write_deltalake(
        uri,
        cast("ArrowStreamExportable", RecordBatchReader.from_batches(schema, batches)),
        mode=mode,
        schema_mode="overwrite" if mode == "overwrite" else None,
        partition_by=list(partitions) or None,
        storage_options=options,
    )
