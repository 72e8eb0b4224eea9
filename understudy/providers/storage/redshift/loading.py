"""Files into Redshift: by COPY from the bucket, of exactly the files that a manifest names."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.source import FileSource
from understudy.providers.storage.redshift.bulk import check_csv, copy_csv
from understudy.providers.storage.redshift.transfer import authorization, run_transfer
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.loading import LoadColumn, Loader
from understudy.providers.storage.sql.tables import TableName

__all__ = ["RedshiftLoader"]


class RedshiftLoader(Loader):
    """Text is staged as it is in the files; types, NULLs and keys come with the rows into the destination."""

    def load(self, session: Session, source: FileSource, staging: TableName, columns: Sequence[LoadColumn]) -> None:
        """Copy the files' rows into the staging table."""
        if source.csv is None:
            raise CommandFault(
                StorageCode.NOT_SUPPORTED, "Redshift takes Parquet columns by their place and not by their names"
            )
        check_csv(source.csv)
        if not source.files:
            return
        allowed = authorization(session, source.access)
        names = [column.name for column in columns]
        null = f"understudy_{secrets.token_hex(8)}"
        with _manifest(source) as url:
            sql = copy_csv(session.sql, staging, names, url, source.csv, allowed, null=null)
            run_transfer(session, sql, allowed, StorageCode.IMPORT_FAILED)


@contextmanager
def _manifest(source: FileSource) -> Iterator[str]:
    """A manifest beside the files, gone when the block ends: a prefix would take other files too."""
    folder = source.folder
    beside, slash, _ = source.files[0].key.rpartition("/")
    key = f"{beside}{slash}understudy-{secrets.token_hex(8)}.manifest"
    entries = [{"url": folder.url(entry.key), "mandatory": True} for entry in source.files]
    writer = folder.create(key)
    try:
        writer.write(json.dumps({"entries": entries}).encode())
        writer.commit()
        yield folder.url(key)
    finally:
        writer.discard()
        folder.delete([key])
