"""How schemas and tables are called: as folders, and as the embedded engine sees them."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.tables import TableName

__all__ = ["Place", "folder_name", "name_of_folder"]

_MARK = "~"
_FOLDER = frozenset(f"{ascii_lowercase}{ascii_uppercase}{digits}-_")
_ALIAS = frozenset(f"{ascii_lowercase}{digits}-_")
"""The engine ignores the case of names, and Delta does not: upper case letters are written out."""
_LONGEST = 250
"""Most file systems take 255 bytes."""


def folder_name(name: str) -> str:
    """The folder of a schema or table: what is neither letter nor digit in ASCII as ``~`` and two hex digits.

    Raises CommandFault (3000) for a name whose folder no file system would take.
    """
    folder = _written(name, _FOLDER)
    if len(folder) > _LONGEST:
        raise CommandFault(
            StorageCode.VALIDATION, f"the name {name[:40]!r}… is too long for a folder; nothing was touched"
        )
    return folder


def name_of_folder(folder: str) -> str | None:
    """The name that a folder stands for; None for one that no table or schema of ours can have."""
    parts = folder.split(_MARK)
    try:
        content = parts[0].encode() + b"".join(bytes.fromhex(part[:2]) + part[2:].encode() for part in parts[1:])
        return content.decode() or None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """A table of a schema, now or at a time in epoch seconds."""

    schema: str
    table: str
    moment: int | None = None

    @classmethod
    def of(cls, table: TableName) -> Place:
        """The place of a table as it is now."""
        return cls(table.path[-1], table.name)

    @classmethod
    def parse(cls, alias: str) -> Place | None:
        """The place that a statement's table name stands for; None for one that is the engine's own."""
        schema, slash, rest = alias.partition("/")
        if not slash:
            return None
        table, mark, moment = rest.partition("@")
        return cls(name_of_folder(schema) or "", name_of_folder(table) or "", int(moment) if mark else None)

    @property
    def alias(self) -> str:
        """The one name that statements have for it."""
        moment = "" if self.moment is None else f"@{self.moment}"
        return f"{_written(self.schema, _ALIAS)}/{_written(self.table, _ALIAS)}{moment}"

    @property
    def folder(self) -> str:
        """Where it is below the root."""
        return f"{folder_name(self.schema)}/{folder_name(self.table)}"

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"


def _written(name: str, kept: frozenset[str]) -> str:
    return "".join(
        letter if letter in kept else "".join(f"{_MARK}{byte:02x}" for byte in letter.encode()) for letter in name
    )
