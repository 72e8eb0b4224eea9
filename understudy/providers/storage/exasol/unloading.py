"""Rows out of Exasol: EXPORT, which delivers them to this process over the driver's own connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.exasol.loading import csv_parameters
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.keys import file_parameter
from understudy.providers.storage.sql.loading import FileTarget, RowQuery, Unloaded, Unloader

if TYPE_CHECKING:
    from understudy.providers.storage.exasol.connection import ExasolSession
    from understudy.providers.storage.files.folder import FileWriter
    from understudy.providers.storage.session import Session

__all__ = ["ExasolUnloader"]

_PIECE = 1024 * 1024
"""Bytes that are received and written at once."""


class ExasolUnloader(Unloader):
    """One EXPORT into one file, gzip made by the server."""

    def unload(self, session: Session, rows: RowQuery, target: FileTarget) -> Unloaded:
        """Write the rows. Raises CommandFault: 4203 for Parquet, 900 where slices are asked for."""
        if target.csv is None:
            raise file_parameter("Exasol exports CSV only")
        if target.slice_bytes:
            raise CommandFault(
                StorageCode.NOT_SUPPORTED,
                "Exasol exports into one file; nothing was touched",
                hint="Leave slice_bytes out, or export parts by filters.",
            )
        driver = cast("ExasolSession", session.connection).driver
        query = session.sql.inline(session.sql.template(rows.query), rows.values)
        parameters = {**csv_parameters(target.csv), "with_column_names": True, "delimit": "AUTO"}
        writer = target.folder.create(target.key)
        try:
            driver.export_to_callback(_receive, writer, query, export_params=parameters)
            writer.commit()
        finally:
            writer.discard()
        return Unloaded(keys=(target.key,), rows=driver.last_statement().rowcount())


def _receive(pipe: Any, writer: FileWriter, **_: Any) -> None:
    while piece := pipe.read(_PIECE):
        writer.write(piece)
