"""Destinations that an import makes: as the source is, keyed by what duplicates are known by."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.plan import SourceColumn
from understudy.providers.storage.commands.undoing import undoing
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["made_destination"]


@contextmanager
def made_destination(
    session: Session,
    destination: TableName,
    wanted: Sequence[SourceColumn],
    found: Sequence[Column],
    options: pb.ImportOptions,
) -> Iterator[TableName]:
    """The table for the rows: made where it is not there, or anew where ``create_mode`` is REPLACE.

    Where DDL cannot be rolled back, a new one has another name until the block has ended, and is dropped where the
    block fails: the old table stays as it was. ``found`` are the source's columns of ``wanted``, in their order.
    Raises CommandFault (2006) for a view.
    """
    kind = session.catalog.kind(destination)
    if kind == "view":
        raise CommandFault(
            StorageCode.OBJECT_EXISTS, f"{str(destination)!r} is a view, which takes no rows; nothing was touched"
        )
    if kind is not None and options.create_mode != pb.ImportOptions.REPLACE:
        yield destination
        return
    at_once = None
    if kind is not None:
        at_once = session.sql.replace_table(_definition(session, destination, wanted, found, options))
    if at_once is not None:
        session.run(at_once)
        yield destination
        return
    sql, aside = session.sql, kind is not None and not session.capabilities.ddl_in_transactions
    made = TableName(destination.path, f"__understudy_{secrets.token_hex(8)}") if aside else destination
    definition = _definition(session, made, wanted, found, options)
    if kind is not None and not aside:
        session.run(sql.drop_table(destination))
    with undoing(session) as undo:
        session.run(sql.create_table(definition))
        if not session.capabilities.ddl_in_transactions:
            undo.append((f"the table {str(made)!r}", lambda: session.run(sql.drop_table(made))))
        yield made
    if aside:
        session.run([*sql.drop_table(destination), *sql.rename_table(made, destination.name)])


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
