"""``understudy storage preview`` and ``profile``: what is in a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.answers import dump
from understudy.cli.storage_run import as_data
from understudy.cli.storage_session import StorageRun, storage_options
from understudy.cli.tables import add_row, new_table
from understudy.cli.terminal import note, render, write

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["object_ref", "preview", "profile", "table_names"]

_NULL = "NULL"


def _names(_ctx: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) < 2:
        raise click.BadParameter("name the schema and the table: in.c-main orders")
    return value


def table_names(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add NAME...: the path to a table, outermost first, and its name; names may have dots in them."""
    return click.argument("table", nargs=-1, required=True, metavar="NAME...", callback=_names)(command)


def object_ref(table: Sequence[str]) -> dict[str, Any]:
    """The table's reference, as JSON has it."""
    return {"path": list(table[:-1]), "name": table[-1]}


@click.command()
@table_names
@click.option("--columns", help="Only these columns, with commas.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many rows.")
@click.option("--search", help="Only rows in which a text column has this in it.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON, each an object.")
@storage_options
def preview(
    *, table: tuple[str, ...], columns: str | None, limit: int, search: str | None, as_json: bool, on: StorageRun
) -> None:
    """Show rows of a table or view: NAME... is the path to it and its name, as in: in.c-main orders."""
    from understudy.providers.storage.protocol import storage_pb2 as pb

    command = pb.PreviewTableCommand(
        path=table[:-1],
        table_name=table[-1],
        columns=columns.split(",") if columns else [],
        limit=limit,
        fulltext_search=search or "",
    )
    response = on.run(command, doing=f"Reading {'.'.join(table)}").response
    rows = _rows(response)
    if as_json:
        names = [column.name for column in response.columns]
        write(dump([dict(zip(names, row, strict=True)) for row in rows]))
        return
    shown = new_table(*(f"{column.name}\n{column.type.lower()}" for column in response.columns))
    for row in rows:
        add_row(shown, [_NULL if each is None else each for each in row], styles=[])
    write(render(shown))
    if any(column.truncated for column in response.columns):
        note("Long values were cut.")


@click.command()
@table_names
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@storage_options
def profile(*, table: tuple[str, ...], as_json: bool, on: StorageRun) -> None:
    """Show what the columns of a table hold: NAME... is the path to it and its name, as in: in.c-main orders."""
    from understudy.providers.storage.protocol import storage_pb2 as pb

    command = pb.CreateProfileTableCommand(path=table[:-1], table_name=table[-1])
    response = on.run(command, doing=f"Counting {'.'.join(table)}").response
    data = as_data(response)
    if as_json:
        write(dump(data))
        return
    facts = list(dict.fromkeys(fact for column in data["columns"] for fact in column["profile"]))
    shown = new_table("Column", *(fact.replace("_", " ") for fact in facts))
    for column in data["columns"]:
        add_row(shown, [column["name"], *(_fact(column["profile"].get(fact)) for fact in facts)], styles=["bold"])
    write(render(shown))
    write(", ".join(f"{name.replace('_', ' ')}: {_fact(value)}" for name, value in data["profile"].items()))


def _fact(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.6g}"
    return dump(value) if isinstance(value, dict | list) else str(value)


def _rows(response: Any) -> list[list[str | None]]:
    """The columns of a response as rows; None for NULL."""
    columns = [
        [None if _bit(column.nulls, index) else value for index, value in enumerate(column.values)]
        for column in response.columns
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _bit(bits: bytes, index: int) -> bool:
    return index // 8 < len(bits) and bool(bits[index // 8] >> index % 8 & 1)
