"""Tables for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from understudy.cli.terminal import printable

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["add_row", "new_table"]


def new_table(*titles: str) -> Table:
    """An empty table with these columns; long words are broken rather than cut."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def add_row(table: Table, cells: Sequence[str], *, styles: Sequence[str]) -> None:
    """A row; ``styles`` are those of its cells, from the first one on. Words in brackets stay as they are."""
    from rich.text import Text

    # Text, because a plugin's or a service's words may have brackets, which rich would read as its own markup.
    padded = [*styles, *[""] * (len(cells) - len(styles))]
    table.add_row(*(Text(printable(cell, sys.stdout), style) for cell, style in zip(cells, padded, strict=True)))
