"""Destinations that an import makes: as the source is, keyed by what duplicates are known by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.plan import SourceColumn
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["make_destination"]


def make_destination(
    session: Session,
    destination: TableName,
    wanted: Sequence[SourceColumn],
    found: Sequence[Column],
    options: pb.ImportOptions,
) -> None:
    """Make the destination where it is not there, or anew where ``create_mode`` is REPLACE.

    ``found`` are the source's columns of ``wanted``, in their order. Raises CommandFault (2006) for a view.
    """
    kind = session.catalog.kind(destination)
    if kind == "view":
        raise CommandFault(
            StorageCode.OBJECT_EXISTS, f"{str(destination)!r} is a view, which takes no rows; nothing was touched"
        )
    if kind is not None and options.create_mode != pb.ImportOptions.REPLACE:
        return
    definition = _definition(session, destination, wanted, found, options)
    if kind is not None:
        session.run(session.sql.drop_table(destination))
    session.run(session.sql.create_table(definition))


def _definition(
    session: Session,
    destination: TableName,
    wanted: Sequence[SourceColumn],
    found: Sequence[Column],
    options: pb.ImportOptions,
) -> TableDefinition:
    fold, merging = session.sql.fold, session.backend.merging
    key = [fold(name) for name in options.dedup_columns_names]
    text = options.import_strategy == pb.ImportOptions.STRING_TABLE
    made = [
        Column(
            name=one.destination,
            type=merging.text_type if text else column.type,
            length="" if text else column.length,
            nullable=fold(one.destination) not in key,
        )
        for one, column in zip(wanted, found, strict=True)
    ]
    names = {fold(column.name): column.name for column in made}
    stamp = options.timestamp_column
    if stamp and options.timestamp_mode == pb.ImportOptions.CURRENT_TIME and fold(stamp) not in names:
        made.append(Column(name=stamp, type=merging.timestamp_type))
    primary = tuple(names[name] for name in key if name in names) if session.capabilities.primary_keys != "none" else ()
    return TableDefinition(table=destination, columns=tuple(made), primary_key=primary)
