"""The driver of a stand-in: scripted failures, and every command remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.config.models.storage_mock import StorageFault, StorageMockSettings
from understudy.domain.errors import StorageError
from understudy.domain.storage import CommandResult, RuntimeOptions, StorageCapabilities, StorageCredentials
from understudy.domain.storage_errors import StorageCode, storage_error
from understudy.providers.storage.driver import LocalDriver, command_name
from understudy.providers.storage.mock.script import CommandLog, FaultScript, StorageCall, masked

if TYPE_CHECKING:
    from understudy.providers.storage.sql.backend import SqlBackend

__all__ = ["MockDriver"]


class MockDriver(CommandLog):
    """A DriverClient over DuckDB in memory: real tables, real answers, nothing outside of the process."""

    def __init__(self, backend: SqlBackend, script: StorageMockSettings) -> None:
        super().__init__()
        self._driver = LocalDriver(backend)
        self._faults = FaultScript(script.faults)

    @property
    def backend(self) -> str:
        """The name of the backend that it stands in for."""
        return self._driver.backend

    @property
    def capabilities(self) -> StorageCapabilities:
        """What may be asked of it."""
        return self._driver.capabilities

    def fail(
        self,
        command: str | None = None,
        *,
        code: int | StorageCode,
        message: str = "the stand-in's script says so",
        nth: int = 1,
        times: int | None = None,
        retryable: bool = False,
    ) -> None:
        """Fail this command (None: any) with a stable code, from its ``nth`` call on, ``times`` times (None: always).

        Nothing is carried out then. Raises ValueError for a code that is none.
        """
        number = int(StorageCode(code))
        self._faults.add(
            StorageFault(command=command, code=number, message=message, nth=nth, times=times, retryable=retryable)
        )

    def run_command(
        self,
        credentials: StorageCredentials,
        command: Any,
        features: tuple[str, ...] = (),
        runtime_options: RuntimeOptions | None = None,
    ) -> CommandResult:
        """Run one command; see DriverClient."""
        name = command_name(command)
        call = self.record(
            StorageCall(
                command=name,
                message=masked(command),
                principal=credentials.principal,
                features=features,
                options=runtime_options,
            )
        )
        try:
            self._fail_as_scripted(name)
            result = self._driver.run_command(credentials, command, features, runtime_options)
        except StorageError as error:
            call.error = error
            raise
        call.response = None if result.response is None else masked(result.response)
        return result

    def reset(self) -> None:
        """Forget every call and every fault; the tables stay."""
        self.forget()
        self._faults.clear()

    def close(self) -> None:
        """Close the database; what was in it is gone."""
        self._driver.close()

    def _fail_as_scripted(self, name: str) -> None:
        fault = self._faults.take(name)
        if fault is not None:
            raise storage_error(
                fault.code, fault.message, backend=self.backend, command=name, retryable=fault.retryable
            )
