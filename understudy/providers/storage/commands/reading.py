"""The commands' messages as values, and values as messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict

from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct

    from understudy.providers.storage.session import Session

__all__ = ["column_of", "message_of", "meta_of", "table_info"]


def meta_of(struct: Struct) -> dict[str, Any]:
    """The free part of a message."""
    return MessageToDict(struct)


def column_of(message: pb.TableColumn) -> Column:
    """A column as a command asks for it."""
    return Column(
        name=message.name,
        type=message.type,
        length=message.length,
        nullable=message.nullable,
        default=message.default_value if message.has_default else None,
        meta=meta_of(message.meta),
    )


def message_of(column: Column) -> pb.TableColumn:
    """A column as a response tells it."""
    made = pb.TableColumn(
        name=column.name,
        type=column.type,
        length=column.length,
        nullable=column.nullable,
        default_value=column.default or "",
        has_default=column.default is not None,
    )
    if column.meta:
        made.meta.update(dict(column.meta))
    return made


def table_info(session: Session, table: TableName) -> pb.TableInfo:
    """All that a response tells of a table."""
    catalog = session.catalog
    return pb.TableInfo(
        path=table.path,
        name=table.name,
        columns=[message_of(column) for column in catalog.columns(table)],
        primary_key=catalog.primary_key(table),
        rows=catalog.rows(table),
        bytes=catalog.size(table),
    )
