"""Truth both ways, for every command there is."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import pytest

from understudy.testing.contracts.storage_minimal import COMMANDS, MINIMAL, minimal
from understudy.testing.contracts.storage_scene import Scene, StorageContract, refuses

__all__ = ["CommandContract"]

_READING = frozenset(
    {
        "CreateProfileTable",
        "ExecuteQuery",
        "InitBackend",
        "ListSchemas",
        "ObjectInfo",
        "PreviewTable",
        "RemoveBackend",
        "TableExportToFile",
    }
)
"""Commands that leave everything as it was."""
_CHANGING = frozenset(
    {
        "AddColumn",
        "AlterColumn",
        "CopyTable",
        "CreateBucket",
        "CreateTable",
        "CreateTableFromTimeTravel",
        "CreateView",
        "CreateWorkspace",
        "DeleteTableRows",
        "DropBucket",
        "DropColumn",
        "DropTable",
        "DropWorkspace",
        "RenameTable",
        "TableImportFromFile",
        "TableImportFromTable",
    }
)
"""Commands whose work shows in the stage's database; the work of others is somewhere else."""


class CommandContract(StorageContract):
    """What the capabilities declare works; the rest fails with 900 and touches nothing.

    Give it a ``stage`` fixture that yields a StorageStage.
    """

    @pytest.mark.parametrize("name", COMMANDS)
    def test_a_command_works_where_it_is_declared_and_touches_nothing_where_it_is_not(
        self, scene: Scene, name: str, request: pytest.FixtureRequest
    ) -> None:
        """900 is for what is not declared, and for nothing else."""
        reason = scene.stage.unproven.get(name)
        if reason is not None:
            request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
        if not scene.stage.supports(name):
            refuses(scene, name)
            return
        command = minimal(scene, name)
        before = scene.stage.snapshot()
        scene.stage.run(command)
        if name in _READING:
            assert scene.stage.snapshot() == before
        if name in _CHANGING and name not in {"DropTable", "RenameTable"}:
            assert scene.stage.snapshot() != before
        if name in {"DropTable", "RenameTable"}:
            assert "t" not in scene.stage.objects()

    def test_what_is_declared_is_a_command(self, scene: Scene) -> None:
        """A name that is none would never be found out otherwise; and every command has its least form."""
        assert scene.stage.driver.capabilities.commands <= set(COMMANDS)
        assert set(COMMANDS) == set(MINIMAL)
