"""What a command needs to be there before it can be run: made by other commands where the backend declares them."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import cached_property, wraps
from typing import Any, ParamSpec
from uuid import uuid4

import pytest

from understudy.domain.errors import StorageError
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage_stage import StorageStage

__all__ = ["PREFIX", "ROWS", "Scene", "StorageContract", "needs"]

PREFIX = "ct"
"""The stack prefix of what contracts make."""
ROWS = ((1, "one", "1.50"), (2, "it's", "-2.25"), (3, None, None))
_Asked = ParamSpec("_Asked")


def unique() -> str:
    """An id that nothing else has; not a number, which some engines take for one."""
    return f"c{uuid4().hex[:8]}"


class Scene:
    """Names of things that are there. Where the backend has no command that makes one, its name is all there is.

    What is made outside of the stage's schema is dropped at the end.
    """

    def __init__(self, stage: StorageStage) -> None:
        self.stage = stage
        self._dropped = ExitStack()

    def close(self) -> None:
        """Drop what was made and is still there."""
        self._dropped.close()

    @cached_property
    def table(self) -> pb.ObjectRef:
        """A table ``t`` of the stage, with ROWS in it."""
        self.stage.create("t", *ROWS)
        return self.stage.ref("t")

    @cached_property
    def project_id(self) -> str:
        """The id of ``project``."""
        return unique()

    @cached_property
    def project(self) -> pb.CreateProjectResponse:
        """A project with its roles."""
        made: pb.CreateProjectResponse | None = self._made(
            pb.CreateProjectCommand(stack_prefix=PREFIX, project_id=self.project_id)
        )
        if made is None:
            return pb.CreateProjectResponse(
                user_name="nobody",
                role_name="nobody",
                read_only_role_name="nobody",
                database_name=self.stage.database or "none",
            )
        self._drop_later(self.drop_project(made))
        return made

    @cached_property
    def branch(self) -> pb.CreateDevBranchResponse:
        """A development branch of the project; its id is ``branch_id``."""
        made: pb.CreateDevBranchResponse | None = self._made(self.create_branch())
        if made is None:
            return pb.CreateDevBranchResponse(read_only_role_name="nobody", database_name=self.project.database_name)
        drop = pb.DropDevBranchCommand(database_name=made.database_name, read_only_role_name=made.read_only_role_name)
        self._drop_later(drop)
        return made

    @cached_property
    def branch_id(self) -> str:
        """The id of ``branch``."""
        return unique()

    @cached_property
    def workspace(self) -> pb.CreateWorkspaceResponse:
        """A workspace with its login."""
        made: pb.CreateWorkspaceResponse | None = self._made(self.create_workspace())
        if made is None:
            return pb.CreateWorkspaceResponse(
                workspace_object_name="none", workspace_user_name="nobody", workspace_role_name="nobody"
            )
        self._drop_later(self.drop_workspace(made, is_cascade=True))
        return made

    @property
    def workspace_path(self) -> list[str]:
        """The path to ``workspace``."""
        return [*self.stage.path[:-1], self.workspace.workspace_object_name]

    @cached_property
    def share(self) -> str:
        """What the stage's schema is shared through."""
        made = self._made(self.share_bucket())
        if made is None:
            return "none"
        self._drop_later(self.unshare_bucket(made.bucket_share_role_name))
        return str(made.bucket_share_role_name)

    @cached_property
    def linked(self) -> str:
        """The name under which the stage's schema is linked."""
        made = self._made(self.link_bucket())
        if made is None:
            return "none"
        self._drop_later(self.unlink_bucket(made.linked_bucket_object_name))
        return str(made.linked_bucket_object_name)

    def bucket(self, name: str = "", *, database: str = "") -> str:
        """A bucket of the default branch, in the stage's database where none is named."""
        create = self.create_bucket(name, database=database)
        made = self._made(create)
        if made is None:
            return create.bucket_id
        drop = pb.DropBucketCommand(
            bucket_object_name=made.bucket_object_name, database_name=create.database_name, is_cascade=True
        )
        self._drop_later(drop)
        return str(made.bucket_object_name)

    def moment(self) -> int:
        """A second, in epoch seconds, that begins after all that was done so far; it has begun."""
        then = int(time.time())
        while int(time.time()) == then:
            time.sleep(0.02)
        return int(time.time())

    # ------------------------------------------------------------------------------------- commands of many fields

    def create_bucket(self, name: str = "", *, database: str = "") -> pb.CreateBucketCommand:
        """Make a bucket; its id is one that nothing has where none is given."""
        return pb.CreateBucketCommand(
            stack_prefix=PREFIX,
            project_id=self.project_id,
            bucket_id=name or unique(),
            is_default_branch=True,
            database_name=database or self.stage.database,
        )

    def drop_project(self, made: pb.CreateProjectResponse) -> pb.DropProjectCommand:
        """Drop a project with its login."""
        return pb.DropProjectCommand(
            user_name=made.user_name,
            role_name=made.role_name,
            read_only_role_name=made.read_only_role_name,
            database_name=made.database_name,
        )

    def create_branch(self) -> pb.CreateDevBranchCommand:
        """Make a branch of the project."""
        return pb.CreateDevBranchCommand(
            stack_prefix=PREFIX,
            project_id=self.project_id,
            branch_id=self.branch_id,
            project_role_name=self.project.role_name,
            project_read_only_role_name=self.project.read_only_role_name,
            project_database_name=self.project.database_name,
        )

    def merge_branch(self) -> pb.MergeDevBranchCommand:
        """Merge the branch, which has a bucket ``merged``."""
        branch = self.branch
        bucket = pb.CreateBucketCommand(
            stack_prefix=PREFIX,
            project_id=self.project_id,
            bucket_id="merged",
            branch_id=self.branch_id,
            database_name=branch.database_name,
        )
        if self.stage.supports("MergeDevBranch"):
            self.stage.run(bucket)
        return pb.MergeDevBranchCommand(
            stack_prefix=PREFIX,
            project_id=self.project_id,
            branch_id=self.branch_id,
            bucket_ids=["merged"],
            project_database_name=self.project.database_name,
        )

    def create_workspace(self, **options: Any) -> pb.CreateWorkspaceCommand:
        """Make a workspace; ``options`` are more of the command's fields."""
        return pb.CreateWorkspaceCommand(
            stack_prefix=PREFIX,
            project_id=self.project_id,
            workspace_id=unique(),
            is_default_branch=True,
            database_name=self.stage.database,
            **options,
        )

    def drop_workspace(self, made: pb.CreateWorkspaceResponse, *, is_cascade: bool = False) -> pb.DropWorkspaceCommand:
        """Drop a workspace with its login."""
        return pb.DropWorkspaceCommand(
            workspace_user_name=made.workspace_user_name,
            workspace_role_name=made.workspace_role_name,
            workspace_object_name=made.workspace_object_name,
            is_cascade=is_cascade,
            database_name=self.stage.database,
        )

    def share_bucket(self) -> pb.ShareBucketCommand:
        """Share the stage's schema."""
        return pb.ShareBucketCommand(
            stack_prefix=PREFIX,
            source_project_id=self.project_id,
            source_bucket_id="shared",
            source_bucket_object_name=self.stage.path[-1],
            source_database_name=self.stage.database,
        )

    def unshare_bucket(self, share: str) -> pb.UnshareBucketCommand:
        """Take the share away."""
        return pb.UnshareBucketCommand(
            bucket_object_name=self.stage.path[-1],
            bucket_share_role_name=share,
            source_database_name=self.stage.database,
        )

    def link_bucket(self, *, share: str = "") -> pb.LinkBucketCommand:
        """Link the stage's schema."""
        return pb.LinkBucketCommand(
            stack_prefix=PREFIX,
            target_project_id=self.project_id,
            target_bucket_id=unique(),
            target_project_read_only_role_name=self._reader,
            source_bucket_object_name=self.stage.path[-1],
            source_share_role_name=share or self.share,
            source_database_name=self.stage.database,
            target_database_name=self.stage.database,
        )

    def unlink_bucket(self, linked: str) -> pb.UnlinkBucketCommand:
        """Take the link away."""
        return pb.UnlinkBucketCommand(
            bucket_object_name=linked,
            source_share_role_name=self.share,
            project_read_only_role_name=self._reader,
            database_name=self.stage.database,
        )

    # ----------------------------------------------------------------------------------------------------- helpers

    @property
    def _reader(self) -> str:
        """The role that reads links; without roles no project is needed for it."""
        return self.project.read_only_role_name if self.stage.driver.capabilities.users_and_roles else ""

    def _made(self, command: Any) -> Any:
        name = type(command).__name__.removesuffix("Command")
        return self.stage.run(command) if self.stage.supports(name) else None

    def _drop_later(self, command: Any) -> None:
        self._dropped.callback(self._drop, command)

    def _drop(self, command: Any) -> None:
        with suppress(StorageError):  # the test has dropped it itself
            self._made(command)


class StorageContract:
    """The base of the contracts: a class that derives from one gives it a ``stage``."""

    @pytest.fixture
    def stage(self) -> Any:
        """What is played on; a class that derives from this one has its own."""
        raise NotImplementedError

    @pytest.fixture
    def scene(self, stage: StorageStage) -> Any:
        """What commands need to be there."""
        scene = Scene(stage)
        yield scene
        scene.close()


def needs(*names: str) -> Callable[[Callable[_Asked, None]], Callable[_Asked, None]]:
    """A test of commands by their short names, which has a ``scene``.

    Where one of them is not declared, the test is that it fails with 900 and touches nothing.
    """

    def decorate(test: Callable[_Asked, None]) -> Callable[_Asked, None]:
        @wraps(test)
        def run(*args: _Asked.args, **kwargs: _Asked.kwargs) -> None:
            scene = kwargs["scene"]
            assert isinstance(scene, Scene)
            missing = [name for name in names if not scene.stage.supports(name)]
            if not missing:
                test(*args, **kwargs)
            for name in missing:
                refuses(scene, name)

        return run

    return decorate


def refuses(scene: Scene, name: str) -> None:
    """Assert that a command that is not declared fails with 900 and touches nothing."""
    from understudy.testing.contracts.storage_minimal import minimal

    _ = scene.table
    command = minimal(scene, name)
    before = scene.stage.snapshot()
    scene.stage.refused(command, StorageCode.NOT_SUPPORTED)
    assert scene.stage.snapshot() == before
