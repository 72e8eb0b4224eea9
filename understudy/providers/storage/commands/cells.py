"""Results as columns of text with bitmaps of what is null and what was cut."""

from __future__ import annotations

from collections.abc import Sequence

from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.queries import CELL_LIMIT
from understudy.providers.storage.sql.tables import Column

__all__ = ["bitmap", "columns_of"]


def columns_of(
    columns: Sequence[Column], rows: Sequence[tuple[str | None, ...]]
) -> list[pb.PreviewTableResponse.Column]:
    """The columns of rows of text. A cell longer than CELL_LIMIT characters is cut there."""
    if not rows:
        return [pb.PreviewTableResponse.Column(name=column.name, type=column.full_type) for column in columns]
    return [_column(column, cells) for column, cells in zip(columns, zip(*rows, strict=True), strict=True)]


def bitmap(flags: Sequence[bool]) -> bytes:
    """Bits, the first the lowest of the first byte; nothing where none is set."""
    if not any(flags):
        return b""
    return sum(1 << place for place, flag in enumerate(flags) if flag).to_bytes((len(flags) + 7) // 8, "little")


def _column(column: Column, cells: tuple[str | None, ...]) -> pb.PreviewTableResponse.Column:
    return pb.PreviewTableResponse.Column(
        name=column.name,
        type=column.full_type,
        values=["" if cell is None else cell[:CELL_LIMIT] for cell in cells],
        nulls=bitmap([cell is None for cell in cells]),
        truncated=bitmap([cell is not None and len(cell) > CELL_LIMIT for cell in cells]),
    )
