"""``understudy storage import`` and ``export``."""

from __future__ import annotations

from typing import Any

import click

from understudy.cli.answers import dump
from understudy.cli.storage_files import FileName
from understudy.cli.storage_run import as_data, read_command
from understudy.cli.storage_session import StorageRun, storage_options
from understudy.cli.storage_tables import object_ref, table_names
from understudy.cli.terminal import write

__all__ = ["export", "import_"]

_format = click.option("--format", "form", type=click.Choice(["csv", "parquet"]), help="[default: by the file's name]")
_json = click.option("--json", "as_json", is_flag=True, help="Print the response as JSON.")
_FILE = "A path, or s3://bucket/key, gs://bucket/key, az://container/key."


@click.command("import")
@table_names
@click.option("--from", "file", required=True, metavar="FILE", help=_FILE)
@_format
@click.option("--columns", help="The names of the file's columns, with commas.  [default: its first line]")
@click.option("--delimiter", default=",", show_default=True, help="Between the values of a CSV file.")
@click.option("--enclosure", default='"', show_default=True, help="Around the values of a CSV file.")
@click.option("--skip", type=click.IntRange(min=0), help="Lines to leave out.  [default: 1, without --columns]")
@click.option("--incremental", is_flag=True, help="Keep the rows that are there.")
@click.option("--key", "keys", multiple=True, help="A column by which rows replace those there; may be repeated.")
@click.option("--null", "nulls", multiple=True, help="A text that stands for NULL; may be repeated.")
@_json
@storage_options
def import_(
    *,
    table: tuple[str, ...],
    file: str,
    form: str | None,
    columns: str | None,
    delimiter: str,
    enclosure: str,
    skip: int | None,
    incremental: bool,
    keys: tuple[str, ...],
    nulls: tuple[str, ...],
    as_json: bool,
    on: StorageRun,
) -> None:
    """Load FILE into a table that is there: NAME... is the path to it and its name, as in: in.c-main orders.

    All of it or nothing. Without --incremental the table's rows are replaced.
    """
    source = FileName.read(file)
    parquet = _is_parquet(source, form)
    fields = source.fields() | {
        "file_format": "PARQUET" if parquet else "CSV",
        "destination": object_ref(table),
        "import_options": {
            "import_type": "INCREMENTAL" if incremental else "FULL",
            "import_strategy": "USER_DEFINED_TABLE",
            "dedup_columns_names": list(keys),
            "import_as_null": list(nulls),
            "timestamp_mode": "NONE",
        },
    }
    if not parquet:
        header = columns is None
        names = source.header(delimiter=delimiter, enclosure=enclosure) if columns is None else columns.split(",")
        fields["import_options"]["number_of_ignored_lines"] = int(header) if skip is None else skip
        fields["csv_options"] = {
            "column_names": [name.strip() for name in names],
            "delimiter": delimiter,
            "enclosure": enclosure,
            "compression": "GZIP" if source.gzipped else "NONE",
        }
    response = on.run(
        _command("TableImportFromFile", fields), doing=f"Importing {source.name}", folder=source.local_folder
    ).response
    if as_json:
        write(dump(as_data(response)))
        return
    write(f"{response.imported_rows:,} rows imported; {'.'.join(table)} has {response.table_rows:,}.")


@click.command()
@table_names
@click.option("--to", "file", required=True, metavar="FILE", help=_FILE)
@_format
@click.option("--columns", help="Only these columns, with commas.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many rows.")
@_json
@storage_options
def export(
    *,
    table: tuple[str, ...],
    file: str,
    form: str | None,
    columns: str | None,
    limit: int | None,
    as_json: bool,
    on: StorageRun,
) -> None:
    """Write a table into FILE: NAME... is the path to it and its name, as in: in.c-main orders.

    A file named .gz is compressed.
    """
    target = FileName.read(file)
    parquet = _is_parquet(target, form)
    fields = target.fields() | {
        "file_format": "PARQUET" if parquet else "CSV",
        "source": object_ref(table),
        "export_options": {
            "compressed": target.gzipped,
            "columns": columns.split(",") if columns else [],
            "limit": limit or 0,
        },
    }
    response = on.run(
        _command("TableExportToFile", fields), doing=f"Exporting {'.'.join(table)}", folder=target.local_folder
    ).response
    if as_json:
        write(dump(as_data(response)))
        return
    write(f"{response.rows:,} rows exported: {', '.join(response.files)}")


def _is_parquet(file: FileName, form: str | None) -> bool:
    return file.parquet if form is None else form == "parquet"


def _command(name: str, fields: dict[str, Any]) -> Any:
    import json

    return read_command(name, json.dumps(fields))
