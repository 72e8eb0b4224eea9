"""Files as the command line names them: a path of this machine, or the URL of an object."""

from __future__ import annotations

import csv
import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FileName"]

_PROVIDERS = {"s3": "S3", "gs": "GCS", "az": "ABS", "abs": "ABS"}


@dataclass(frozen=True, slots=True)
class FileName:
    """A file to import from or export to. ``scheme`` is empty for one of this machine."""

    scheme: str
    root: str
    folder: str
    name: str

    @classmethod
    def read(cls, text: str) -> FileName:
        """The file of an argument. Raises click.BadParameter for a URL of a scheme that no backend knows."""
        scheme, mark, _ = text.partition("://")
        if not mark:
            path = Path(text).expanduser().resolve()
            return cls("", str(path.parent), "", path.name)
        if scheme not in _PROVIDERS:
            raise click.BadParameter(f"{scheme}:// is not one of {', '.join(f'{each}://' for each in _PROVIDERS)}.")
        parts = urlsplit(text)
        folder, _, name = parts.path.lstrip("/").rpartition("/")
        return cls(scheme, parts.netloc, folder, name)

    @property
    def local_folder(self) -> str | None:
        """The folder of this machine that it is in; None for an object elsewhere."""
        return None if self.scheme else self.root

    @property
    def gzipped(self) -> bool:
        """Whether its name says that it is compressed."""
        return self.name.endswith(".gz")

    @property
    def parquet(self) -> bool:
        """Whether its name says that it is Parquet."""
        return self.name.endswith(".parquet")

    def fields(self) -> dict[str, Any]:
        """What a command has to say of where the file is, and of who may read it, as JSON has it.

        Keys of S3 are those of its own tools' environment variables; without them, and elsewhere, the driver's own.
        """
        fields: dict[str, Any] = {
            "file_provider": _PROVIDERS.get(self.scheme, "LOCAL"),
            "file_path": {"root": self.root, "path": self.folder, "file_name": self.name},
        }
        if self.scheme == "s3":
            names = {
                "key": "AWS_ACCESS_KEY_ID",
                "secret": "AWS_SECRET_ACCESS_KEY",  # pragma: allowlist secret
                "token": "AWS_SESSION_TOKEN",
                "region": "AWS_REGION",
                "endpoint": "AWS_ENDPOINT_URL",
            }
            fields["file_credentials"] = {key: os.environ[name] for key, name in names.items() if os.environ.get(name)}
        return fields

    def header(self, *, delimiter: str, enclosure: str) -> Sequence[str]:
        """The names in the first line of a CSV file of this machine.

        Raises click.UsageError for a file elsewhere, for one that has no first line, and OSError.
        """
        if self.scheme:
            raise click.UsageError("Name the file's columns with --columns: only a local file is looked into.")
        path = Path(self.root, self.name)
        with (gzip.open if self.gzipped else open)(path, "rt", encoding="utf-8-sig", newline="") as file:
            found = next(csv.reader(cast("TextIO", file), delimiter=delimiter, quotechar=enclosure), None)
        if not found:
            raise click.UsageError(f"{path} is empty; --columns names what a file without a header holds.")
        return found
