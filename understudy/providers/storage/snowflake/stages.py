"""Statements around stages, where files wait to be copied into tables or fetched. sqlglot quotes, we write.

Source: the vendor's reference of CREATE STAGE, PUT, GET and COPY INTO.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.files.csv_format import CsvFormat
    from understudy.providers.storage.sql.loading import LoadColumn
    from understudy.providers.storage.sql.statements import Statements

__all__ = ["ExternalPlace", "StageStatements", "Word"]

_BARE = re.compile(r'@[\w$".~/-]+', re.ASCII)
"""A stage and a path that need no quotes around them; the names in them may have their own."""
_LARGEST_FILE = 5 * 1024**3
"""Bytes of one file that the engine writes at most."""


class Word(str):
    """A keyword in a list of options: it is no literal."""

    __slots__ = ()


Option: TypeAlias = "Word | str | int | bool | Sequence[str] | Mapping[str, Option]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalPlace:
    """A bucket or container that the engine reaches by itself, and what opens it: keys, or an integration's name."""

    url: str
    credentials: Mapping[str, str]
    integration: str = ""


class StageStatements:
    """Made for one dialect's Statements, which quote."""

    def __init__(self, sql: Statements) -> None:
        self.sql = sql

    # ---------------------------------------------------------------------------------------------------- stages

    def create(self, stage: TableName, place: ExternalPlace | None) -> str:
        """A stage that ends with the session: within the engine, or a view of an external place.

        The engine encrypts what is within it; the connector would do that itself with whole files in memory.
        """
        if place is None:
            told = self.options({"ENCRYPTION": {"TYPE": "SNOWFLAKE_SSE"}})
        elif place.integration:
            name = Word(self.sql.quoted(place.integration))
            told = self.options({"URL": place.url, "STORAGE_INTEGRATION": name})
        else:
            told = self.options({"URL": place.url, "CREDENTIALS": place.credentials})
        return f"CREATE TEMPORARY STAGE {self._named(stage)} {told}"

    def drop(self, stage: TableName) -> str:
        """Drop a stage with the files that are within the engine."""
        return f"DROP STAGE IF EXISTS {self._named(stage)}"

    def put(self, stage: TableName, name: str) -> str:
        """Put a file into a stage under a name of ours; its content comes as a stream."""
        file = self.literal(f"file://{name}")
        return f"PUT {file} {self.location(stage)} {self.options({'AUTO_COMPRESS': False, 'OVERWRITE': True})}"

    def get(self, stage: TableName, folder: str) -> str:
        """Fetch all files of a stage into a folder of this machine."""
        return f"GET {self.location(stage)} {self.literal(f'file://{folder}/')}"

    # ---------------------------------------------------------------------------------------------------- copying

    def copy_csv(
        self, table: TableName, columns: Sequence[Column], stage: TableName, files: Sequence[str], csv: CsvFormat
    ) -> str:
        """Copy CSV files into a table of text, nothing taken for NULL; without names, all files of the stage."""
        names = ", ".join(self.sql.quoted(column.name) for column in columns)
        source = f"FROM {self.location(stage)}"
        return f"COPY INTO {self._named(table)} ({names}) {source} {self._loading(files, _csv(csv, reading=True))}"

    def copy_parquet(
        self, table: TableName, columns: Sequence[LoadColumn], stage: TableName, files: Sequence[str]
    ) -> str:
        """Copy Parquet files into a table, its columns by their names in the files."""
        names = ", ".join(self.sql.quoted(column.name) for column in columns)
        values = ", ".join(
            f"$1[{self.literal(column.source)}]::{self.sql.render(self.sql.type(column.target))}" for column in columns
        )
        source = f"FROM (SELECT {values} FROM {self.location(stage)})"  # noqa: S608 - names and literals are quoted
        parquet: Mapping[str, Option] = {"TYPE": Word("PARQUET"), "BINARY_AS_TEXT": False, "USE_LOGICAL_TYPE": True}
        return f"COPY INTO {self._named(table)} ({names}) {source} {self._loading(files, parquet)}"

    def unload(self, query: str, stage: TableName, path: str, *, csv: CsvFormat | None, slice_bytes: int) -> str:
        """Copy a query's rows into one file of this path, or into slices whose paths begin with it."""
        parquet: Mapping[str, Option] = {"TYPE": Word("PARQUET"), "COMPRESSION": Word("SNAPPY")}
        told = self.options(
            {
                "FILE_FORMAT": parquet if csv is None else _csv(csv, reading=False),
                "HEADER": True,
                "OVERWRITE": True,
                "SINGLE": not slice_bytes,
                "MAX_FILE_SIZE": min(slice_bytes or _LARGEST_FILE, _LARGEST_FILE),
                "DETAILED_OUTPUT": True,
            }
        )
        return f"COPY INTO {self.location(stage, path)} FROM ({query}) {told}"

    # ------------------------------------------------------------------------------------------------------ parts

    def location(self, stage: TableName, path: str = "") -> str:
        """A stage and a path in it; quoted as a whole where it has anything uncommon in it."""
        text = f"@{self._named(stage)}/{path}" if path else f"@{self._named(stage)}"
        return text if _BARE.fullmatch(text) else self.literal(text)

    def literal(self, text: str) -> str:
        """A text."""
        return self.sql.text_literal(text)

    def options(self, given: Mapping[str, Option]) -> str:
        """``NAME = value NAME = (value, value)``: names are ours, values are quoted by what they are."""
        return " ".join(f"{name} = {self._value(value)}" for name, value in given.items())

    def _value(self, value: Option) -> str:
        if isinstance(value, Word):
            return str(value)
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, str):
            return self.literal(value)
        if isinstance(value, Mapping):
            return f"({self.options(value)})"
        return f"({', '.join(map(self.literal, value))})"

    def _loading(self, files: Sequence[str], kind: Mapping[str, Option]) -> str:
        named: Mapping[str, Option] = {"FILES": files} if files else {}
        return self.options({**named, "FILE_FORMAT": kind, "ON_ERROR": Word("ABORT_STATEMENT")})

    def _named(self, name: TableName) -> str:
        return self.sql.render(self.sql.table(name))


def _csv(csv: CsvFormat, *, reading: bool) -> Mapping[str, Option]:
    """The words of a CSV format. An empty field is empty text when it is read; NULL is an empty field when written."""
    escaped = csv.enclosure and csv.escape != csv.enclosure  # where it is the same one, it is doubled
    return {
        "TYPE": Word("CSV"),
        "COMPRESSION": Word("GZIP" if csv.gzip else "NONE"),
        "FIELD_DELIMITER": csv.delimiter,
        "FIELD_OPTIONALLY_ENCLOSED_BY": csv.enclosure or Word("NONE"),
        **({"ESCAPE": csv.escape} if escaped else {}),
        "ESCAPE_UNENCLOSED_FIELD": Word("NONE"),
        "NULL_IF": (),
        "EMPTY_FIELD_AS_NULL": False,
        **({"SKIP_HEADER": csv.ignored_lines} if reading else {}),
    }
