"""Rows out of Snowflake: by COPY INTO a stage; from one within the engine they are fetched and written on."""

from __future__ import annotations

import csv as csv_writing
import gzip
import io
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlglot import exp

from understudy.domain.storage import LogLevel
from understudy.providers.storage.snowflake.placing import external_place, staged_in
from understudy.providers.storage.snowflake.stages import StageStatements
from understudy.providers.storage.sql.loading import FileTarget, RowQuery, Unloaded, Unloader

if TYPE_CHECKING:
    from understudy.config.models.storage_backends import SnowflakeSettings
    from understudy.providers.storage.connection import Rows
    from understudy.providers.storage.files.csv_format import CsvFormat
    from understudy.providers.storage.session import Session

__all__ = ["SnowflakeUnloader"]

_PIECE = 8 * 1024 * 1024
"""Bytes that are copied at once."""


class SnowflakeUnloader(Unloader):
    """The engine writes no file where there are no rows: a CSV file of the header alone is then written here."""

    def unload(self, session: Session, rows: RowQuery, target: FileTarget) -> Unloaded:
        """One file, or slices of about the size that is asked for."""
        settings = cast("SnowflakeSettings", session.backend.settings)
        place = external_place(target.folder, target.access, integration=settings.storage_integration)
        query = session.sql.inline(session.sql.template(rows.query), rows.values)
        statements = StageStatements(session.sql)
        with staged_in(session, _schema(rows.query), place) as stage, _whole(target) as made:
            path = "rows" if place is None else _prefix(target)
            sql = statements.unload(query, stage, path, csv=target.csv, slice_bytes=target.slice_bytes)
            if place is not None and target.slice_bytes:
                made.prefix = path
            done = _count(session.execute(sql))
            if not done:
                made.keys += _header_only(session, rows.query.named_selects, target)
            elif place is None:
                with tempfile.TemporaryDirectory(prefix="understudy-") as folder:
                    session.run([statements.get(stage, folder)])
                    for number, file in enumerate(sorted(Path(folder).iterdir())):
                        made.keys.append(_write(file, number, target))
            else:
                made.keys += _found(target, path) if target.slice_bytes else [path]
        return Unloaded(keys=tuple(made.keys), rows=done)


class _Made:
    """What an export has made so far: files by their keys, and what the engine's own begin with."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.prefix = ""


@contextmanager
def _whole(target: FileTarget) -> Iterator[_Made]:
    """All files or none: what was made is deleted where the block fails."""
    made = _Made()
    try:
        yield made
    except BaseException:
        target.folder.delete([*made.keys, *(_found(target, made.prefix) if made.prefix else ())])
        raise


def _schema(query: exp.Select) -> tuple[str, ...]:
    """The schema of the table that the rows are of, for the stage."""
    table = query.find(exp.Table)
    return () if table is None else tuple(part for part in (table.catalog, table.db) if part)


def _prefix(target: FileTarget) -> str:
    """The path that the engine writes: of the file, or of slices, which it numbers itself."""
    if not target.slice_bytes:
        return target.key
    folder, slash, name = target.key.rpartition("/")
    return f"{folder}{slash}{name.partition('.')[0]}-{secrets.token_hex(4)}-"


def _found(target: FileTarget, prefix: str) -> list[str]:
    entries = target.folder.list(prefix.rpartition("/")[0])
    return [entry.key for entry in entries if entry.key.startswith(prefix)]


def _count(answer: Rows) -> int:
    """The rows of all files: each has a line in the detailed answer."""
    names = [column.name.upper() for column in answer.columns]
    place = names.index("ROW_COUNT")
    return sum(int(row[place]) for row in answer.rows)


def _write(file: Path, number: int, target: FileTarget) -> str:
    """Write a fetched file into the target's folder."""
    key = target.slice_key(number) if target.slice_bytes else target.key
    writer = target.folder.create(key)
    try:
        with file.open("rb") as content:
            while piece := content.read(_PIECE):
                writer.write(piece)
        writer.commit()
    finally:
        writer.discard()
    return key


def _header_only(session: Session, names: Sequence[str], target: FileTarget) -> list[str]:
    if target.csv is None:
        session.log(LogLevel.NOTICE, "there are no rows, and of none the engine makes no Parquet file")
        return []
    key = target.slice_key(0) if target.slice_bytes else target.key
    writer = target.folder.create(key)
    try:
        writer.write(_header(names, target.csv))
        writer.commit()
    finally:
        writer.discard()
    return [key]


def _header(names: Sequence[str], csv: CsvFormat) -> bytes:
    text = io.StringIO()
    lines = csv_writing.writer(text, delimiter=csv.delimiter, quotechar=csv.enclosure, lineterminator="\n")
    lines.writerow(names)
    line = text.getvalue().encode()
    return gzip.compress(line, mtime=0) if csv.gzip else line
