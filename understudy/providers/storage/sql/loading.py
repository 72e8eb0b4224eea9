"""How files get into tables and out of them: what a backend writes, and what it is given.

Everything else of an import is shared: which files, which columns, staging, duplicates, updates, timestamps.
A backend writes a Loader whose ``load`` fills a staging table by the engine's own COPY, IMPORT or bulk interface, and
an Unloader.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.csv_format import CsvFormat
from understudy.providers.storage.files.folder import Folder
from understudy.providers.storage.files.source import FileSource
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.files.access import FileAccess
    from understudy.providers.storage.session import Session

__all__ = ["FileTarget", "LoadColumn", "Loader", "RowQuery", "StagedColumn", "Unloaded", "Unloader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadColumn:
    """A column of the source and where it goes. ``source`` is its name in a Parquet file or in the source table.

    ``empty_as_null`` and ``null_words`` are the texts that mean NULL.
    """

    source: str
    target: Column
    empty_as_null: bool = False
    null_words: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The destination's name for it."""
        return self.target.name


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedColumn:
    """A column of a staging table, under its destination's name.

    ``stored`` is how it stands there; where ``finished``, its values are the destination's already.
    """

    load: LoadColumn
    stored: Column
    finished: bool

    @property
    def name(self) -> str:
        """The name in the staging table and in the destination."""
        return self.load.name


class Loader(ABC):
    """Gets files into tables. Has no state: one serves every session."""

    def staged(self, session: Session, source: FileSource, column: LoadColumn) -> Column:
        """How a column stands in the staging table: text where the source is CSV, else as in the destination."""
        if source.csv is None:
            return Column(name=column.name, type=column.target.type, length=column.target.length)
        return Column(name=column.name, type=session.backend.merging.text_type)

    def describe(self, session: Session, source: FileSource) -> Sequence[Column]:
        """The columns of Parquet files, as they say themselves. Engines that cannot look refuse (900)."""
        _ = source
        raise CommandFault(
            StorageCode.NOT_SUPPORTED,
            f"{session.backend.title} does not look into Parquet files; nothing was touched",
            hint="Name the columns in csv_options.column_names.",
        )

    @abstractmethod
    def load(self, session: Session, source: FileSource, staging: TableName, columns: Sequence[LoadColumn]) -> None:
        """Put all rows of all files into the staging table, which is there, empty, and has the columns as ``staged``.

        CSV columns come in the order of ``columns``, Parquet columns by their ``source`` names. Raises CommandFault:
        4200 for files that cannot be read, 4202 for a value not of its type, 4102 for another number of columns.
        """

    @contextmanager
    def reading(
        self, session: Session, source: FileSource, columns: Sequence[LoadColumn]
    ) -> Iterator[exp.Select | None]:
        """A query whose rows are the files', as the destination wants them: typed, NULL where NULL is meant.

        For engines that read files in place; it is good until the block ends. None, the default, is for those that
        cannot: their imports are always staged.
        """
        _ = session, source, columns
        yield None

    @property
    def finished(self) -> bool:
        """Whether staged rows are typed and their NULLs made already, so that they are only moved."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTarget:
    """Where an export goes. ``csv`` is None for Parquet; ``slice_bytes`` 0 asks for one file, called ``key``."""

    folder: Folder
    key: str
    access: FileAccess = field(repr=False)
    csv: CsvFormat | None
    slice_bytes: int = 0

    def slice_key(self, number: int) -> str:
        """The key of a slice: ``orders.csv`` has ``orders-00000.csv`` and on."""
        folder, slash, name = self.key.rpartition("/")
        stem, dot, ending = name.partition(".")
        return f"{folder}{slash}{stem}-{number:05d}{dot}{ending}"

    @property
    def manifest_key(self) -> str:
        """The key of the manifest."""
        return f"{self.key}.manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowQuery:
    """The rows of an export: a query with holes, and what goes into them, in order."""

    query: exp.Select
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unloaded:
    """The files that an export made, in order, and their rows together."""

    keys: tuple[str, ...]
    rows: int


class Unloader(ABC):
    """Gets the rows of a query into files. Has no state: one serves every session."""

    @abstractmethod
    def unload(self, session: Session, rows: RowQuery, target: FileTarget) -> Unloaded:
        """Write the rows to ``target.key``, or to slices where ``slice_bytes`` asks for them; the manifest is not its.

        A file is seen only when it is whole, and none stays where the export fails. CSV has a header line in every
        file, NULL as nothing between delimiters, and an empty text as two enclosures.
        """
