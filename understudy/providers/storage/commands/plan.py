"""What an import is to do, checked against the command and the destination before anything is touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.loading import LoadColumn
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.protocol.storage_pb2 import ImportOptions
    from understudy.providers.storage.session import Session

__all__ = ["ImportPlan", "SourceColumn", "check_names", "check_options", "plan_import"]

Duplicates: TypeAlias = Literal["update", "insert", "fail"]

_CHOICES = {
    "import_type": pb.ImportOptions.ImportType,
    "import_strategy": pb.ImportOptions.ImportStrategy,
    "create_mode": pb.ImportOptions.CreateMode,
    "timestamp_mode": pb.ImportOptions.TimestampMode,
}
_DUPLICATES: dict[int, Duplicates] = {
    pb.ImportOptions.UPDATE_DUPLICATES: "update",
    pb.ImportOptions.INSERT_DUPLICATES: "insert",
    pb.ImportOptions.FAIL_ON_DUPLICATES: "fail",
}


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the source and the name of the destination's that it goes to."""

    source: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """``key`` is what duplicates are known by, empty for none; ``timestamp`` the column that says when, with its time.

    ``full`` replaces all rows of the destination; else rows are added.
    """

    destination: TableName
    columns: tuple[LoadColumn, ...]
    key: tuple[str, ...]
    duplicates: Duplicates
    full: bool
    timestamp: tuple[str, exp.Expr] | None

    @property
    def names(self) -> tuple[str, ...]:
        """The destination's columns that the source fills."""
        return tuple(column.name for column in self.columns)

    @property
    def merges(self) -> bool:
        """Whether rows must be held against each other before they go in."""
        return bool(self.key) and self.duplicates != "insert"


def check_options(options: ImportOptions) -> None:
    """Raises CommandFault (3000) for options that are none."""
    if options.dedup_type not in _DUPLICATES:
        raise invalid(f"there is no dedup_type {options.dedup_type}")
    if options.timestamp_mode == pb.ImportOptions.FROM_SOURCE and not options.timestamp_column:
        raise invalid("the timestamp is to come from the source, and no timestamp_column is named")
    for name, known in _CHOICES.items():
        if getattr(options, name) not in known.values():
            raise invalid(f"there is no {name} {getattr(options, name)}")
    if any("\0" in word for word in options.import_as_null):
        raise invalid("a word of import_as_null has a NUL character in it")


def check_names(session: Session, wanted: Sequence[SourceColumn]) -> None:
    """Raises CommandFault (4101) where a column of the destination comes twice."""
    seen: set[str] = set()
    for column in wanted:
        name = session.sql.fold(column.destination)
        if name in seen:
            raise CommandFault(
                StorageCode.COLUMNS_DUPLICATE, f"the column {column.destination!r} comes twice; nothing was touched"
            )
        seen.add(name)


def plan_import(
    session: Session,
    destination: TableName,
    found: Sequence[Column],
    key: Sequence[str],
    wanted: Sequence[SourceColumn],
    options: ImportOptions,
) -> ImportPlan:
    """The plan for a destination whose columns are ``found`` and whose primary key is ``key``.

    Raises CommandFault: 4100 for columns that the destination or the source lacks, 4101 for one that comes twice, 4102
    for one that cannot hold what comes, 4103 for a key that is not the table's or not in the source.
    """
    fold = session.sql.fold
    by_name = {fold(column.name): column for column in found}
    check_names(session, wanted)
    missing = [column.destination for column in wanted if fold(column.destination) not in by_name]
    if missing:
        raise _lacks(StorageCode.COLUMNS_MISSING, f"{str(destination)!r} has no {_listed(missing)}", found)
    stamp = _timestamp(session, destination, by_name, options)
    empty = {fold(name) for name in options.convert_empty_values_to_null_on_columns}
    columns = tuple(
        LoadColumn(
            source=column.source,
            target=by_name[fold(column.destination)],
            empty_as_null=fold(column.destination) in empty,
            null_words=tuple(options.import_as_null),
        )
        for column in wanted
    )
    given = {fold(column.name) for column in columns}
    _check_fit(session, destination, found, given, stamp, options)
    return ImportPlan(
        destination=destination,
        columns=columns,
        key=_key(session, destination, key, given, by_name, options),
        duplicates=_DUPLICATES[options.dedup_type],
        full=options.import_type != pb.ImportOptions.INCREMENTAL,
        timestamp=stamp,
    )


def _timestamp(
    session: Session, destination: TableName, by_name: dict[str, Column], options: ImportOptions
) -> tuple[str, exp.Expr] | None:
    if not options.timestamp_column or options.timestamp_mode != pb.ImportOptions.CURRENT_TIME:
        return None
    column = by_name.get(session.sql.fold(options.timestamp_column))
    if column is None:
        raise _lacks(
            StorageCode.COLUMNS_MISSING,
            f"{str(destination)!r} has no column {options.timestamp_column!r} for the timestamp",
            by_name.values(),
        )
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return column.name, exp.cast(session.sql.literal(now), session.sql.type(column))


def _check_fit(
    session: Session,
    destination: TableName,
    found: Sequence[Column],
    given: set[str],
    stamp: tuple[str, exp.Expr] | None,
    options: ImportOptions,
) -> None:
    fold = session.sql.fold
    if stamp is not None and fold(stamp[0]) in given:
        raise CommandFault(
            StorageCode.COLUMNS_DUPLICATE,
            f"the timestamp's column {stamp[0]!r} is among the source's columns; nothing was touched",
            hint="Set timestamp_mode to FROM_SOURCE to take it from there.",
        )
    if options.timestamp_mode == pb.ImportOptions.FROM_SOURCE and fold(options.timestamp_column) not in given:
        raise _lacks(StorageCode.COLUMNS_MISSING, f"the source has no column {options.timestamp_column!r}", ())
    filled = given | ({fold(stamp[0])} if stamp else set())
    needed = [one.name for one in found if not one.nullable and one.default is None and fold(one.name) not in filled]
    if needed:
        raise _lacks(
            StorageCode.COLUMNS_MISSING,
            f"the source has no {_listed(needed)}, which {str(destination)!r} needs: NOT NULL, and no default",
            (),
        )
    if options.import_strategy == pb.ImportOptions.STRING_TABLE:
        _check_text(session, destination, [one for one in found if fold(one.name) in given], options)


def _check_text(session: Session, destination: TableName, columns: Iterable[Column], options: ImportOptions) -> None:
    stamp = session.sql.fold(options.timestamp_column)
    merging = session.backend.merging
    for column in columns:
        if not merging.is_text(column) and session.sql.fold(column.name) != stamp:
            raise CommandFault(
                StorageCode.COLUMNS_MISMATCH,
                f"the column {column.name!r} of {str(destination)!r} is {column.full_type}, and the import is one of "
                "strings; nothing was touched",
                hint="Set import_strategy to USER_DEFINED_TABLE to have values converted.",
            )


def _key(
    session: Session,
    destination: TableName,
    key: Sequence[str],
    given: set[str],
    by_name: dict[str, Column],
    options: ImportOptions,
) -> tuple[str, ...]:
    fold = session.sql.fold
    asked = [fold(name) for name in options.dedup_columns_names]
    absent = [name for name in options.dedup_columns_names if fold(name) not in given]
    if absent:
        raise CommandFault(
            StorageCode.PRIMARY_KEY_MISMATCH,
            f"duplicates are to be known by {_listed(absent)}, which the source does not have; nothing was touched",
        )
    if asked and key and set(asked) != {fold(name) for name in key}:
        raise CommandFault(
            StorageCode.PRIMARY_KEY_MISMATCH,
            f"duplicates are to be known by {list(options.dedup_columns_names)}, and the primary key of "
            f"{str(destination)!r} is {list(key)}; nothing was touched",
        )
    return tuple(by_name[name].name for name in dict.fromkeys(asked))


def _lacks(code: StorageCode, message: str, known: Iterable[Column]) -> CommandFault:
    names = [column.name for column in known]
    return CommandFault(code, f"{message}; nothing was touched", hint=f"It has {names}." if names else None)


def _listed(names: Sequence[str]) -> str:
    return ("column " if len(names) == 1 else "columns ") + ", ".join(repr(name) for name in names)
