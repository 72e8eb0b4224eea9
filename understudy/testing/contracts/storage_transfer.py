"""What every storage backend keeps when rows come from files and tables, and go into files."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage_stage import FileStage, StorageStage

__all__ = ["FileStage", "FileTransferContract", "TableTransferContract"]

_OPTIONS = pb.ImportOptions
_BY_KEY: dict[str, Any] = {"import_type": _OPTIONS.INCREMENTAL, "dedup_columns_names": ["id"]}


class TableTransferContract:
    """Imports from tables. Where the backend does not declare them, they fail with 900."""

    @pytest.fixture
    def stage(self) -> StorageStage:
        """What is played on; a class that derives from this one has its own."""
        raise NotImplementedError

    def load(self, stage: StorageStage, source: str, destination: str, **options: Any) -> pb.TableImportResponse:
        """Import one table of the stage into another."""
        response: pb.TableImportResponse = stage.run(self.command(stage, source, destination, **options))
        return response

    def command(
        self, stage: StorageStage, source: str, destination: str, **options: Any
    ) -> pb.TableImportFromTableCommand:
        """The command of an import, by key of ``id`` where the options say so."""
        given: dict[str, Any] = {"import_strategy": _OPTIONS.USER_DEFINED_TABLE} | options
        return pb.TableImportFromTableCommand(
            source=stage.ref(source),
            destination=stage.ref(destination),
            import_options=pb.ImportOptions(**given),
        )

    def test_it_is_declared_or_refused(self, stage: StorageStage) -> None:
        """Truth both ways: what is not declared touches nothing."""
        if not stage.supports("TableImportFromTable"):
            stage.refused(self.command(stage, "source", "destination"), StorageCode.NOT_SUPPORTED)

    def test_a_full_import_replaces_all_rows(self, declared: StorageStage) -> None:
        """And says how many came."""
        declared.create("source", (1, "a", 1), (2, None, 2))
        declared.create("destination", (9, "old", 9))
        done = self.load(declared, "source", "destination")
        assert (done.imported_rows, done.table_rows) == (2, 2)
        assert _ids(declared, "destination") == ["1", "2"]

    def test_an_import_by_key_updates_and_adds(self, declared: StorageStage) -> None:
        """Rows of a known key take the old ones' place; others stay."""
        declared.create("source", (1, "new", 1), (2, "added", 2))
        declared.create("destination", (1, "old", 1), (9, "kept", 9))
        self.load(declared, "source", "destination", **_BY_KEY)
        assert _names(declared, "destination") == {"1": "new", "2": "added", "9": "kept"}

    def test_duplicates_can_be_refused(self, declared: StorageStage) -> None:
        """Then nothing is changed."""
        declared.create("source", (1, "new", 1))
        declared.create("destination", (1, "old", 1))
        command = self.command(declared, "source", "destination", dedup_type=_OPTIONS.FAIL_ON_DUPLICATES, **_BY_KEY)
        declared.refused(command, StorageCode.IMPORT_FAILED)
        assert _names(declared, "destination") == {"1": "old"}

    def test_filters_limit_and_mapping(self, declared: StorageStage) -> None:
        """Only what is asked for comes, under the names that are asked for."""
        declared.create("source", (1, "a", 1), (2, "b", 2))
        declared.create("destination")
        command = self.command(declared, "source", "destination")
        command.column_mappings.add(source="name", destination="name")
        command.where_filters.add(column="name", values=["b", "it's"])
        command.limit = 5
        assert declared.run(command).imported_rows == 1
        assert declared.rows("destination") == [(None, "b", None)]

    def test_columns_that_are_not_there(self, declared: StorageStage) -> None:
        """Missing ones are 4100, double ones 4101."""
        declared.create("source", (1, "a", 1))
        declared.create("destination")
        missing = self.command(declared, "source", "destination")
        missing.column_mappings.add(source="gone", destination="name")
        declared.refused(missing, StorageCode.COLUMNS_MISSING)
        double = self.command(declared, "source", "destination")
        for name in ("id", "name"):
            double.column_mappings.add(source=name, destination="name")
        declared.refused(double, StorageCode.COLUMNS_DUPLICATE)
        assert declared.rows("destination") == []

    @pytest.fixture
    def declared(self, stage: StorageStage) -> StorageStage:
        """The stage, where the backend imports from tables."""
        if not stage.supports("TableImportFromTable"):
            pytest.skip("the backend does not declare TableImportFromTable")
        return stage


class FileTransferContract:
    """Imports from CSV files and exports into them. Where the backend does not declare them, they fail with 900."""

    @pytest.fixture
    def stage(self) -> StorageStage:
        """What is played on; a class that derives from this one has its own."""
        raise NotImplementedError

    @pytest.fixture
    def files(self) -> FileStage:
        """Where files are; a class that derives from this one has its own."""
        raise NotImplementedError

    def load(
        self, stage: StorageStage, files: FileStage, name: str, *, sliced: bool = False, **options: Any
    ) -> pb.TableImportFromFileCommand:
        """The command that imports a file with a header line into the table ``destination``."""
        given: dict[str, Any] = {"import_strategy": _OPTIONS.USER_DEFINED_TABLE, "number_of_ignored_lines": 1} | options
        kind = pb.CsvOptions.SLICED_FILE if sliced else pb.CsvOptions.SINGLE_FILE
        return pb.TableImportFromFileCommand(
            file_provider=files.provider,
            csv_options=pb.CsvOptions(column_names=["id", "name", "price"], source_type=kind),
            file_path=pb.FilePath(root=files.root, path="in", file_name=name),
            file_credentials=files.credentials,
            destination=stage.ref("destination"),
            import_options=pb.ImportOptions(**given),
        )

    def test_it_is_declared_or_refused(self, stage: StorageStage, files: FileStage) -> None:
        """Truth both ways: what is not declared touches nothing."""
        if not stage.supports("TableImportFromFile"):
            stage.refused(self.load(stage, files, "a.csv"), StorageCode.NOT_SUPPORTED)

    def test_a_file_replaces_all_rows(self, importing: StorageStage, files: FileStage) -> None:
        """Quotes, line breaks and empty values as RFC 4180 has them."""
        files.put("in/a.csv", b'id,name,price\n1,"a, ""b""\nc",1.50\n2,,2.00\n')
        importing.create("destination", (9, "old", 9))
        done = importing.run(self.load(importing, files, "a.csv", convert_empty_values_to_null_on_columns=["name"]))
        assert (done.imported_rows, done.table_rows) == (2, 2)
        assert _names(importing, "destination") == {"1": 'a, "b"\nc', "2": None}

    def test_a_file_by_key(self, importing: StorageStage, files: FileStage) -> None:
        """Rows of a known key take the old ones' place; of several with one key one stays."""
        files.put("in/a.csv", b"id,name,price\n1,new,1\n2,added,2\n2,added,2\n")
        importing.create("destination", (1, "old", 1), (9, "kept", 9))
        importing.run(self.load(importing, files, "a.csv", **_BY_KEY))
        assert _names(importing, "destination") == {"1": "new", "2": "added", "9": "kept"}

    @pytest.mark.parametrize("options", [{}, _BY_KEY], ids=["full", "by key"])
    def test_a_file_that_does_not_fit_changes_nothing(
        self, importing: StorageStage, files: FileStage, options: dict[str, Any]
    ) -> None:
        """A value that is not of its type is 4202."""
        files.put("in/a.csv", b"id,name,price\n1,new,1\nx,new,1\n")
        importing.create("destination", (1, "old", 1))
        importing.refused(self.load(importing, files, "a.csv", **options), StorageCode.TYPE_MISMATCH)
        assert _names(importing, "destination") == {"1": "old"}

    def test_a_file_that_is_not_there(self, importing: StorageStage, files: FileStage) -> None:
        """4201."""
        importing.create("destination")
        importing.refused(self.load(importing, files, "gone.csv"), StorageCode.FILE_NOT_FOUND)

    def test_what_is_exported_comes_back(self, exporting: StorageStage, files: FileStage) -> None:
        """With its nulls, its quotes and its letters."""
        rows = [(1, 'a, "b"\nc', 1), (2, None, 2), (3, "žluťoučký", 3)]
        exporting.create("source", *rows)
        done = exporting.run(
            pb.TableExportToFileCommand(
                source=exporting.ref("source"),
                file_provider=files.provider,
                file_path=pb.FilePath(root=files.root, path="in", file_name="out.csv"),
                file_credentials=files.credentials,
            )
        )
        assert done.rows == 3
        assert files.get(done.files[0]).count(b"\n") >= 4
        exporting.create("destination")
        sliced = done.files[-1].endswith(".manifest")
        name = done.files[-1].rpartition("/")[2]
        back = self.load(exporting, files, name, sliced=sliced, convert_empty_values_to_null_on_columns=["name"])
        exporting.run(back)
        assert _names(exporting, "destination") == {str(one): text for one, text, _ in rows}

    @pytest.fixture
    def importing(self, stage: StorageStage) -> StorageStage:
        """The stage, where the backend imports from files."""
        if not stage.supports("TableImportFromFile"):
            pytest.skip("the backend does not declare TableImportFromFile")
        return stage

    @pytest.fixture
    def exporting(self, importing: StorageStage) -> StorageStage:
        """The stage, where the backend exports into files too."""
        if not importing.supports("TableExportToFile"):
            pytest.skip("the backend does not declare TableExportToFile")
        return importing


def _ids(stage: StorageStage, name: str) -> Sequence[str | None]:
    return sorted(row[0] or "" for row in stage.rows(name))


def _names(stage: StorageStage, name: str) -> dict[str | None, str | None]:
    return {row[0]: row[1] for row in stage.rows(name)}
