"""What a storage contract needs of a backend: a driver, who runs the commands, and the backend's own words."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from understudy.domain.errors import StorageError
from understudy.domain.storage import DriverClient, StorageCredentials
from understudy.providers.storage.protocol import storage_pb2 as pb

__all__ = ["FileStage", "StorageStage"]


@dataclass(kw_only=True)
class FileStage:
    """Where the backend's files are: ``put`` writes one, ``get`` reads one, both by another way than the driver.

    ``provider`` is a name of the protocol's FileProvider: ``"S3"``; ``root`` the bucket, container or folder.
    """

    provider: str
    root: str
    put: Callable[[str, bytes], None]
    get: Callable[[str], bytes]
    credentials: pb.FileCredentials = field(default_factory=pb.FileCredentials)


@dataclass(kw_only=True)
class StorageStage:
    """A driver, and a schema in which tables may be made.

    ``path`` leads to a schema that is there and empty. ``insert`` puts rows into a table of it by another way than the
    driver. The types are the backend's own names: of text, of whole numbers, of decimals with a length of ``10,2``.
    ``alterable`` is an attribute of a text column that the engine can change, by the name that AlterColumn has for it.
    ``unfilterable`` is a type of the capabilities' unsupported ones, as a column has it; ``table_meta`` what
    CreateTable takes beside columns, for a table of a whole number ``id``; ``files`` where files are, if anywhere.
    ``unproven`` are commands that the backend declares and what plays it here cannot do, each with the reason: their
    tests of CommandContract must fail.
    """

    driver: DriverClient
    path: Sequence[str]
    insert: Callable[[str, Sequence[Sequence[object]]], None]
    credentials: StorageCredentials = field(default_factory=StorageCredentials)
    text: str = "VARCHAR"
    integer: str = "INTEGER"
    decimal: str = "DECIMAL"
    alterable: str = "DEFAULT"
    unfilterable: str = ""
    table_meta: Mapping[str, Any] = field(default_factory=dict)
    files: FileStage | None = None
    unproven: Mapping[str, str] = field(default_factory=dict)

    @property
    def database(self) -> str:
        """The database of the path; empty where the path names none."""
        return self.path[-2] if len(self.path) > 1 else ""

    def run(self, command: Any) -> Any:
        """The response to a command."""
        return self.driver.run_command(self.credentials, command).response

    def refused(self, command: Any, code: int) -> StorageError:
        """The error of a command that must fail with this code."""
        with pytest.raises(StorageError) as caught:
            self.run(command)
        assert caught.value.code == code
        assert caught.value.backend
        assert str(int(code)) in str(caught.value)
        return caught.value

    def supports(self, command: str) -> bool:
        """Whether the backend declares a command, by its short name."""
        return command in self.driver.capabilities.commands

    def ref(self, name: str) -> pb.ObjectRef:
        """A table or view of the stage's schema."""
        return pb.ObjectRef(path=self.path, name=name)

    def column(self, name: str, kind: str, *, length: str = "", default: str | None = None) -> pb.TableColumn:
        """A column that takes nulls."""
        return pb.TableColumn(
            name=name,
            type=kind,
            length=length,
            nullable=True,
            default_value=default or "",
            has_default=default is not None,
        )

    def create(self, name: str, *rows: Sequence[object], key: Sequence[str] = ()) -> pb.TableInfo:
        """A table of a whole number ``id``, a text ``name`` and a decimal ``price``, with these rows."""
        columns = [
            self.column("id", self.integer),
            self.column("name", self.text),
            self.column("price", self.decimal, length="10,2"),
        ]
        command = pb.CreateTableCommand(path=self.path, table_name=name, columns=columns, primary_key=key)
        made: pb.TableInfo = self.run(command).table
        if rows:
            self.insert(name, rows)
        return made

    def rows(self, name: str, **options: Any) -> list[tuple[str | None, ...]]:
        """The rows of a preview, nulls as None; ``options`` are the command's fields."""
        shown = self.run(pb.PreviewTableCommand(path=self.path, table_name=name, **options))
        cells = [
            [
                None if column.nulls and column.nulls[row // 8] >> row % 8 & 1 else value
                for row, value in enumerate(column.values)
            ]
            for column in shown.columns
        ]
        return list(zip(*cells, strict=True)) if shown.row_count else []

    def objects(self, path: Sequence[str] | None = None) -> dict[str, int]:
        """The tables and views of a schema, by ObjectInfo, with their kinds; of the stage's own where none is named."""
        told = self.run(pb.ObjectInfoCommand(path=path or self.path, expected_kind=pb.SCHEMA))
        return {one.name: one.kind for one in told.objects}

    def snapshot(self) -> list[str]:
        """All that the driver tells of the stage: schemas, tables with columns and keys, rows of the table ``t``."""
        seen: list[Any] = []
        if self.supports("ListSchemas"):
            seen.append(self.run(pb.ListSchemasCommand(database_name=self.database)))
        if self.supports("ObjectInfo"):
            seen += [self.run(pb.ObjectInfoCommand(path=self.path, name=name)) for name in sorted(self.objects())]
        if self.supports("PreviewTable"):
            seen.append(sorted(map(str, self.rows("t"))))
        return [str(one) for one in seen]
