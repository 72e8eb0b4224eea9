"""What every storage driver keeps of the places for tables: buckets, objects, and queries in them."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage_stage import StorageStage

__all__ = ["PlaceContract"]


def offered(stage: StorageStage, command: Any) -> bool:
    """Whether the command is declared; one that is not must fail with 900."""
    name = type(command).__name__.removesuffix("Command")
    if stage.supports(name):
        return True
    stage.refused(command, StorageCode.NOT_SUPPORTED)
    return False


class PlaceContract:
    """Give it a ``stage`` fixture that yields a StorageStage."""

    def test_a_bucket_is_made_once_told_and_dropped_once(self, stage: StorageStage) -> None:
        """Made again: 2006. Dropped again: 2003, or nothing where that is said to be fine."""
        database = stage.path[0] if len(stage.path) > 1 else ""
        create = pb.CreateBucketCommand(
            bucket_id=f"place_{uuid4().hex[:8]}", is_default_branch=True, database_name=database
        )
        if not offered(stage, create):
            return
        made = stage.run(create)
        assert made.path[-1] == made.bucket_object_name
        stage.refused(create, StorageCode.OBJECT_EXISTS)
        if stage.supports("ObjectInfo"):
            assert stage.run(pb.ObjectInfoCommand(path=made.path, expected_kind=pb.SCHEMA)).kind == pb.SCHEMA
        drop = pb.DropBucketCommand(bucket_object_name=made.bucket_object_name, database_name=database)
        if not offered(stage, drop):
            return
        stage.run(drop)
        stage.refused(drop, StorageCode.SCHEMA_NOT_FOUND)
        drop.ignore_if_not_exists = True
        assert stage.run(drop) is None

    def test_a_bucket_that_holds_a_table_is_dropped_only_with_cascade(self, stage: StorageStage) -> None:
        """Without: 2009, and the table is still there."""
        if not stage.supports("DropBucket") or not stage.supports("CreateTable"):
            return
        column = stage.column("id", stage.integer)
        stage.run(pb.CreateTableCommand(path=stage.path, table_name="held", columns=[column]))
        database = stage.path[0] if len(stage.path) > 1 else ""
        drop = pb.DropBucketCommand(bucket_object_name=stage.path[-1], database_name=database)
        stage.refused(drop, StorageCode.NOT_EMPTY)
        drop.is_cascade = True
        stage.run(drop)
        stage.refused(drop, StorageCode.SCHEMA_NOT_FOUND)

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
        if offered(stage, command):
            stage.refused(command, code)

    def test_what_is_wrong_with_a_query_is_an_answer_and_no_error(self, stage: StorageStage) -> None:
        """Its status says so, with a code; a good query has rows as columns of text."""
        good = pb.ExecuteQueryCommand(query="SELECT 42 AS answer", path_restriction=stage.path)
        if not offered(stage, good):
            return
        told = stage.run(good)
        assert told.status == pb.ExecuteQueryResponse.SUCCESS
        assert [list(column.values) for column in told.columns] == [["42"]]
        for query in ("SELEC 1", "SELECT 1; SELECT 2"):
            wrong = stage.run(pb.ExecuteQueryCommand(query=query, path_restriction=stage.path))
            assert wrong.status == pb.ExecuteQueryResponse.ERROR
            assert wrong.code >= StorageCode.QUERY_FAILED
            assert wrong.message
