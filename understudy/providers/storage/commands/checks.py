"""What every command refuses before it touches anything (3000), and what it needs to be there (2000 and on)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.tables import TableName

if TYPE_CHECKING:
    from understudy.providers.storage.protocol.storage_pb2 import ObjectRef
    from understudy.providers.storage.session import Session

__all__ = [
    "invalid",
    "named",
    "need_database",
    "need_name",
    "need_path",
    "need_schema",
    "need_table",
    "referred",
    "schema_path",
    "unique",
]


def invalid(reason: str, *, hint: str | None = None) -> CommandFault:
    """The command is wrong in itself."""
    return CommandFault(StorageCode.VALIDATION, f"{reason}; nothing was touched", hint=hint)


def need_name(session: Session, name: str, what: str, *, column: bool = False) -> str:
    """The name, where a backend can take it. Raises CommandFault (3000) for an empty, too long or impossible one."""
    rules = session.capabilities.identifiers
    limit = rules.max_column_length if column else rules.max_length
    if not name:
        raise invalid(f"the {what} is empty")
    if "\0" in name:
        raise invalid(f"the {what} has a NUL character in it")
    wrong = next((character for character in name if character in rules.forbidden), None)
    if wrong is not None:
        raise invalid(f"the {what} has {wrong!r} in it, which {session.backend.title} takes in no name")
    if len(name) > limit:
        raise invalid(f"the {what} is {len(name)} characters long; {session.backend.title} takes {limit}")
    return name


def need_path(session: Session, path: Sequence[str]) -> tuple[str, ...]:
    """The path, of a length that the backend has, every name in it possible."""
    least, most = session.capabilities.path_depth
    if not least <= len(path) <= most:
        raise invalid(f"the path {list(path)} has {len(path)} names; it takes {least} to {most}")
    return tuple(need_name(session, name, "name in the path") for name in path)


def named(session: Session, path: Sequence[str], name: str, what: str = "table name") -> TableName:
    """The table or view, its names checked."""
    return TableName(need_path(session, path), need_name(session, name, what))


def referred(session: Session, reference: ObjectRef, what: str) -> TableName:
    """The table or view that a reference in a command names."""
    return named(session, reference.path, reference.name, f"{what}'s name")


def schema_path(session: Session, database: str, schema: str) -> tuple[str, ...]:
    """A schema's path, the database of it where one is named; the names checked."""
    return need_path(session, [database, schema] if database else [schema])


def need_database(session: Session, name: str) -> None:
    """Raises CommandFault (2002) where there is no such database."""
    if not session.catalog.database_exists(name):
        raise CommandFault(StorageCode.DATABASE_NOT_FOUND, f"there is no database {name!r}")


def need_schema(session: Session, path: Sequence[str]) -> None:
    """Raises CommandFault where there is no such database (2002) or schema (2003)."""
    if not session.catalog.schema_exists(path):
        if len(path) > 1:
            need_database(session, path[-2])
        raise CommandFault(StorageCode.SCHEMA_NOT_FOUND, f"there is no schema {'.'.join(path)!r}")


def need_table(session: Session, table: TableName) -> None:
    """Raises CommandFault where there is no such schema (2003) or table (2004); a view is none."""
    if session.catalog.kind(table) == "table":
        return
    need_schema(session, table.path)
    raise CommandFault(StorageCode.TABLE_NOT_FOUND, f"there is no table {str(table)!r}")


def unique(names: Iterable[str], what: str, *, case_sensitive: bool = True) -> None:
    """Raises CommandFault (3000) where a name comes twice."""
    seen: set[str] = set()
    for name in names:
        key = name if case_sensitive else name.casefold()
        if key in seen:
            raise invalid(f"{name!r} comes twice among the {what}")
        seen.add(key)
