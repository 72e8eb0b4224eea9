"""What every storage driver keeps of the places for tables: buckets, objects, and queries in them."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage_scene import Scene, StorageContract, needs
from understudy.testing.contracts.storage_stage import StorageStage

__all__ = ["PlaceContract"]


class PlaceContract(StorageContract):
    """Give it a ``stage`` fixture that yields a StorageStage."""

    @needs("CreateBucket", "DropBucket", "ObjectInfo")
    def test_a_bucket_is_made_once_told_and_dropped_once(self, scene: Scene) -> None:
        """Made again: 2006. Dropped again: 2003, or nothing where that is said to be fine."""
        stage, create = scene.stage, scene.create_bucket(f"place_{uuid4().hex[:8]}")
        made = stage.run(create)
        assert made.path[-1] == made.bucket_object_name
        stage.refused(create, StorageCode.OBJECT_EXISTS)
        assert stage.run(pb.ObjectInfoCommand(path=made.path, expected_kind=pb.SCHEMA)).kind == pb.SCHEMA
        drop = pb.DropBucketCommand(bucket_object_name=made.bucket_object_name, database_name=stage.database)
        stage.run(drop)
        stage.refused(drop, StorageCode.SCHEMA_NOT_FOUND)
        drop.ignore_if_not_exists = True
        assert stage.run(drop) is None

    @needs("DropBucket", "CreateTable", "ObjectInfo")
    def test_a_bucket_that_holds_a_table_is_dropped_only_with_cascade(self, scene: Scene) -> None:
        """Without: 2009, and the table is still there."""
        stage = scene.stage
        stage.run(
            pb.CreateTableCommand(path=stage.path, table_name="held", columns=[stage.column("id", stage.integer)])
        )
        drop = pb.DropBucketCommand(bucket_object_name=stage.path[-1], database_name=stage.database)
        stage.refused(drop, StorageCode.NOT_EMPTY)
        assert stage.objects() == {"held": pb.TABLE}
        drop.is_cascade = True
        stage.run(drop)
        stage.refused(drop, StorageCode.SCHEMA_NOT_FOUND)

    @needs("ObjectInfo", "CreateTable")
    def test_an_object_is_of_the_kind_that_it_is(self, scene: Scene) -> None:
        """A table is no view; what is not there is said so by its kind's code."""
        stage, name = scene.stage, scene.table.name
        stage.refused(pb.ObjectInfoCommand(path=stage.path, name=name, expected_kind=pb.VIEW), 2008)
        for kind, code in ((pb.UNKNOWN, 2000), (pb.TABLE, 2004), (pb.VIEW, 2008)):
            stage.refused(pb.ObjectInfoCommand(path=stage.path, name="nothing", expected_kind=kind), code)
        told = stage.run(pb.ObjectInfoCommand(path=stage.path, name=name, expected_kind=pb.TABLE))
        assert (told.kind, told.table.name) == (pb.TABLE, name)

    @pytest.mark.parametrize(
        ("command", "code"),
        [
            (pb.CreateBucketCommand(is_default_branch=True), StorageCode.VALIDATION),
            (pb.DropBucketCommand(), StorageCode.VALIDATION),
            (pb.CreateWorkspaceCommand(stack_prefix="p"), StorageCode.VALIDATION),
            (pb.ObjectInfoCommand(), StorageCode.VALIDATION),
            (pb.ExecuteQueryCommand(), StorageCode.VALIDATION),
            (pb.ShareBucketCommand(), StorageCode.VALIDATION),
            (pb.CreateProjectCommand(), StorageCode.VALIDATION),
            (pb.CreateDevBranchCommand(), StorageCode.VALIDATION),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_a_command_without_names_is_refused(self, stage: StorageStage, command: Any, code: StorageCode) -> None:
        """Before anything is touched: 3000, or 900 where the backend does not declare it at all."""
        name = type(command).__name__.removesuffix("Command")
        stage.refused(command, code if stage.supports(name) else StorageCode.NOT_SUPPORTED)

    @needs("ExecuteQuery")
    def test_what_is_wrong_with_a_query_is_an_answer_and_no_error(self, scene: Scene) -> None:
        """Its status says so, with a code; a good query has rows as columns of text."""
        stage = scene.stage
        good = pb.ExecuteQueryCommand(query="SELECT 42 AS answer", path_restriction=stage.path)
        told = stage.run(good)
        assert told.status == pb.ExecuteQueryResponse.SUCCESS
        assert [list(column.values) for column in told.columns] == [["42"]]
        for query in ("SELEC 1", "SELECT 1; SELECT 2"):
            wrong = stage.run(pb.ExecuteQueryCommand(query=query, path_restriction=stage.path))
            assert wrong.status == pb.ExecuteQueryResponse.ERROR
            assert wrong.code >= StorageCode.QUERY_FAILED
            assert wrong.message
