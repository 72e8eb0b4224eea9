"""Rows out of Redshift: by UNLOAD into the bucket; one file is put together of those that the engine wrote."""

from __future__ import annotations

import csv as csv_writing
import gzip
import io
import secrets
from collections.abc import Sequence

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.files.csv_format import CsvFormat
from understudy.providers.storage.files.folder import FileEntry, FileWriter, Folder
from understudy.providers.storage.redshift.bulk import unload_csv
from understudy.providers.storage.redshift.transfer import authorization, run_transfer
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.loading import FileTarget, RowQuery, Unloaded, Unloader

__all__ = ["RedshiftUnloader"]

_PIECE = 8 * 1024 * 1024
"""Bytes that are copied at once."""
_COUNT = "SELECT pg_last_unload_count()"


class RedshiftUnloader(Unloader):
    """The engine names its files itself and adds numbers: they are written aside, and gone where the export fails."""

    def unload(self, session: Session, rows: RowQuery, target: FileTarget) -> Unloaded:
        """One file with a header, or slices of about the size that is asked for, each with one."""
        if target.csv is None:
            raise ValueError("Redshift's capabilities have CSV alone")
        allowed = authorization(session, target.access)
        query = session.sql.inline(session.sql.template(rows.query), rows.values)
        prefix = _prefix(target)
        sql = unload_csv(
            session.sql, query, target.folder.url(prefix), target.csv, allowed, slice_bytes=target.slice_bytes
        )
        kept = False
        try:
            run_transfer(session, sql, allowed, StorageCode.EXPORT_FAILED)
            count = int(session.execute(_COUNT).scalar())
            header = _header(rows.query.named_selects, target.csv)
            parts = _found(target.folder, prefix)
            if not target.slice_bytes or not parts:
                key = target.slice_key(0) if target.slice_bytes else target.key
                _join(target.folder, key, header, parts)
                return Unloaded(keys=(key,), rows=count)
            kept = True
            return Unloaded(keys=tuple(entry.key for entry in parts), rows=count)
        finally:
            if not kept:
                target.folder.delete([entry.key for entry in _found(target.folder, prefix)])


def _prefix(target: FileTarget) -> str:
    folder, slash, name = target.key.rpartition("/")
    return f"{folder}{slash}{name.partition('.')[0]}-{secrets.token_hex(8)}-"


def _found(folder: Folder, prefix: str) -> list[FileEntry]:
    return [entry for entry in folder.list(prefix.rpartition("/")[0]) if entry.key.startswith(prefix)]


def _header(names: Sequence[str], csv: CsvFormat) -> bytes:
    text = io.StringIO()
    lines = csv_writing.writer(text, delimiter=csv.delimiter, quotechar=csv.enclosure, lineterminator="\n")
    lines.writerow(names)
    line = text.getvalue().encode()
    return gzip.compress(line, mtime=0) if csv.gzip else line


def _join(folder: Folder, key: str, header: bytes, parts: Sequence[FileEntry]) -> None:
    """The header and the parts after one another; of files compressed by gzip, too, that is a file."""
    writer = folder.create(key)
    try:
        writer.write(header)
        for part in parts:
            _append(folder, part, writer)
        writer.commit()
    finally:
        writer.discard()


def _append(folder: Folder, part: FileEntry, writer: FileWriter) -> None:
    reader = folder.open(part)
    try:
        for offset in range(0, part.size, _PIECE):
            writer.write(reader.read_at(offset, min(_PIECE, part.size - offset)))
    finally:
        reader.close()
