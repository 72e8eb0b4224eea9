"""What every storage driver keeps, real or stand-in: import the class and give it a ``stage`` fixture.

    from understudy.testing.contracts.storage import StorageStage, TableContract

    class TestMine(TableContract):
        @pytest.fixture
        def stage(self) -> Iterator[StorageStage]:
            ...

Nothing is skipped: a command that the capabilities declare must work, and one that they do not must fail with 900.
"""

from __future__ import annotations

from understudy.testing.contracts.storage_commands import CommandContract
from understudy.testing.contracts.storage_places import PlaceContract
from understudy.testing.contracts.storage_stage import FileStage, StorageStage
from understudy.testing.contracts.storage_tables import TableContract
from understudy.testing.contracts.storage_transfer import FileTransferContract, TableTransferContract
from understudy.testing.contracts.storage_workspaces import WorkspaceContract

__all__ = [
    "CommandContract",
    "FileStage",
    "FileTransferContract",
    "PlaceContract",
    "StorageStage",
    "TableContract",
    "TableTransferContract",
    "WorkspaceContract",
]
