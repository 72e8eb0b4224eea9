"""What every storage driver does with tables, columns, keys and rows."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import pytest

from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage_scene import Scene, StorageContract, needs
from understudy.testing.contracts.storage_stage import StorageStage

__all__ = ["TableContract"]

_ROWS = ((1, "one", "1.50"), (2, "it's", "-2.25"), (3, None, None))


class TableContract(StorageContract):
    """Truth both ways: what the capabilities declare works, and the rest fails with 900 and touches nothing."""

    def test_a_clone_is_made_where_it_is_declared(self, stage: StorageStage) -> None:
        """A copy is one thing, a clone another."""
        stage.create("t", *_ROWS)
        command = pb.CopyTableCommand(source=stage.ref("t"), destination=stage.ref("u"), clone=True)
        if stage.supports("CopyTable") and stage.driver.capabilities.clone:
            assert stage.run(command).table.rows == len(_ROWS)
            return
        stage.refused(command, 900)
        stage.refused(pb.PreviewTableCommand(path=stage.path, table_name="u"), 2004)

    def test_a_table_tells_its_columns_and_is_made_once(self, stage: StorageStage) -> None:
        """As they were asked for, in their order."""
        made = stage.create("t")
        assert [column.name for column in made.columns] == ["id", "name", "price"]
        assert made.columns[2].length.replace(" ", "") == "10,2"
        assert made.rows == 0
        again = pb.CreateTableCommand(path=stage.path, table_name="t", columns=[stage.column("a", stage.text)])
        stage.refused(again, 2006)

    def test_names_differ_by_case_as_the_capabilities_say(self, stage: StorageStage) -> None:
        """Two tables, or one that is there already."""
        stage.create("t")
        command = pb.CreateTableCommand(path=stage.path, table_name="T", columns=[stage.column("a", stage.text)])
        if stage.driver.capabilities.identifiers.case_sensitive:
            stage.run(command)
        else:
            stage.refused(command, 2006)

    @pytest.mark.parametrize("default", ["it's", "7", ""])
    def test_a_default_comes_back_as_its_text(self, stage: StorageStage, default: str) -> None:
        """Not as the engine's expression."""
        columns = [stage.column("a", stage.text, default=default)]
        made = stage.run(pb.CreateTableCommand(path=stage.path, table_name="t", columns=columns)).table
        assert (made.columns[0].has_default, made.columns[0].default_value) == (True, default)

    @pytest.mark.parametrize("name", ["", "a\0b", "x" * 70_000])
    def test_an_impossible_name_is_refused(self, stage: StorageStage, name: str) -> None:
        """Before anything is touched."""
        columns = [stage.column("a", stage.text)]
        stage.refused(pb.CreateTableCommand(path=stage.path, table_name=name, columns=columns), 3000)

    def test_what_is_not_there_is_said_so(self, stage: StorageStage) -> None:
        """A table, a column; dropping may be told to find nothing."""
        stage.create("t", *_ROWS)
        stage.refused(pb.DropTableCommand(path=stage.path, table_name="nothing"), 2004)
        stage.run(pb.DropTableCommand(path=stage.path, table_name="nothing", ignore_if_not_exists=True))
        stage.refused(pb.PreviewTableCommand(path=stage.path, table_name="nothing"), 2004)
        stage.refused(pb.PreviewTableCommand(path=stage.path, table_name="t", columns=["nothing"]), 2005)

    def test_a_preview_is_exact_text_with_nulls_apart(self, stage: StorageStage) -> None:
        """Numbers are no doubles."""
        stage.create("t", *_ROWS)
        order = [pb.OrderBy(column="id", data_type=pb.BIGINT)]
        assert stage.rows("t", order_by=order) == [("1", "one", "1.50"), ("2", "it's", "-2.25"), ("3", None, None)]

    def test_filters_compare_as_they_say(self, stage: StorageStage) -> None:
        """Several values only with EQ and NE; others are refused."""
        stage.create("t", *_ROWS)
        equal = pb.Filter(column="name", values=["it's", "x"])
        assert stage.rows("t", columns=["id"], where_filters=[equal]) == [("2",)]
        more = pb.Filter(column="price", operator=pb.Filter.GT, values=["0"], data_type=pb.DECIMAL)
        assert stage.rows("t", columns=["id"], where_filters=[more]) == [("1",)]
        wrong = pb.Filter(column="id", operator=pb.Filter.LT, values=["1", "2"], data_type=pb.INTEGER)
        stage.refused(pb.PreviewTableCommand(path=stage.path, table_name="t", where_filters=[wrong]), 3000)

    @needs("DeleteTableRows")
    def test_deleting_is_by_filters_and_of_everything_without_one(self, scene: Scene) -> None:
        """The answer counts."""
        stage = scene.stage
        stage.create("t", *_ROWS)
        some = [pb.Filter(column="id", values=["1", "2"], data_type=pb.INTEGER)]
        answer = stage.run(pb.DeleteTableRowsCommand(path=stage.path, table_name="t", where_filters=some))
        assert (answer.deleted_rows, answer.table_rows) == (2, 1)
        answer = stage.run(pb.DeleteTableRowsCommand(path=stage.path, table_name="t"))
        assert (answer.deleted_rows, answer.table_rows) == (1, 0)

    def test_a_key_is_checked_added_and_dropped(self, stage: StorageStage) -> None:
        """Values that come twice or are null are no key."""
        stage.create("t", *_ROWS)
        if not stage.supports("AddPrimaryKey"):
            stage.refused(pb.AddPrimaryKeyCommand(path=stage.path, table_name="t", primary_key=["id"]), 900)
            return
        stage.refused(pb.AddPrimaryKeyCommand(path=stage.path, table_name="t", primary_key=["name"]), 3000)
        stage.run(pb.AddPrimaryKeyCommand(path=stage.path, table_name="t", primary_key=["id"]))
        stage.refused(pb.AddPrimaryKeyCommand(path=stage.path, table_name="t", primary_key=["id"]), 2006)
        if stage.supports("DropPrimaryKey"):
            stage.run(pb.DropPrimaryKeyCommand(path=stage.path, table_name="t"))
            stage.refused(pb.DropPrimaryKeyCommand(path=stage.path, table_name="t"), 2000)
        assert len(stage.rows("t")) == len(_ROWS)
