"""The storage port: commands in, responses out, and what a backend declares of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias

from understudy.domain.cancellation import Cancellation
from understudy.domain.secrets import Secret

__all__ = [
    "CommandResult",
    "DriverClient",
    "FileStorage",
    "IdentifierRules",
    "LogLevel",
    "LogMessage",
    "RuntimeOptions",
    "StorageCapabilities",
    "StorageCredentials",
]

FileStorage: TypeAlias = Literal["local", "s3", "gcs", "abs"]
"""Where files are imported from and exported to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierRules:
    """What a backend does with names. Lengths are in characters.

    ``fold`` is what happens to a name that is not quoted; ours always are. ``case_sensitive`` is whether ``A`` and
    ``a``, both quoted, are two objects.
    """

    fold: Literal["none", "upper", "lower"] = "none"
    case_sensitive: bool = True
    max_length: int = 255
    max_column_length: int = 255
    forbidden: str = ""
    """Characters that no name may have, quoted or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageCapabilities:
    """What a backend can do. Callers branch on these facts, never on a backend's name.

    ``commands`` are the commands' short names (``"CreateBucket"``); one that is not in it fails with code 900 and
    touches nothing. ``primary_keys`` is ``"enforced"`` where duplicates are refused by the engine, ``"declared"`` where
    the key is only written down. ``unsupported_filter_types`` and ``create_table_metadata`` are the backend's own
    words. ``custom`` holds what third parties declare, each under a namespace: ``{"acme.snapshots": True}``.

    Raises ValueError for a custom capability without a namespace.
    """

    commands: frozenset[str]
    identifiers: IdentifierRules
    driver_based: bool = True
    workspaces: bool = False
    sharing: bool = False
    branches: bool = False
    users_and_roles: bool = False
    file_storages: frozenset[FileStorage] = frozenset()
    bulk_formats: frozenset[Literal["csv", "parquet"]] = frozenset({"csv"})
    unsupported_filter_types: frozenset[str] = frozenset()
    create_table_metadata: frozenset[str] = frozenset()
    transactions: bool = True
    ddl_in_transactions: bool = True
    primary_keys: Literal["enforced", "declared", "none"] = "none"
    clone: bool = False
    time_travel: bool = False
    path_depth: tuple[int, int] = (1, 2)
    """How many names a path may have, least and most: ``[schema]``, ``[database, schema]``."""
    custom: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for name in self.custom:
            if "." not in name.strip("."):
                raise ValueError(f"The custom capability {name!r} has no namespace: call it 'yourname.{name}'.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageCredentials:
    """Who a command runs as. ``meta`` has what the backend asks for besides, by its settings' names.

    The secret shows itself nowhere; values of ``meta`` that are secret are ``Secret`` too.
    """

    host: str = ""
    principal: str = ""
    secret: Secret = field(default_factory=lambda: Secret(""))
    port: int = 0
    meta: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __hash__(self) -> int:
        return hash((self.host, self.principal, self.secret, self.port, tuple(sorted(map(str, self.meta.items())))))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeOptions:
    """What goes with one command. ``timeout`` is in seconds; None is the driver's own limit.

    ``cancellation`` stops the command from another thread; it then fails with code 1004.
    """

    run_id: str = ""
    query_tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    timeout: float | None = None
    cancellation: Cancellation | None = None


class LogLevel(IntEnum):
    """How much a message matters, most first; the numbers are syslog's."""

    EMERGENCY = 0
    ALERT = 1
    CRITICAL = 2
    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFORMATIONAL = 6
    DEBUG = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMessage:
    """Something for the user who ran the command, not for the driver's own log."""

    level: LogLevel
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """``response`` is the command's response message, None where it returns nothing."""

    response: Any
    messages: tuple[LogMessage, ...] = ()


class DriverClient(Protocol):
    """Runs commands on one backend: in process, over gRPC or over HTTP. Blocking, and thread-safe."""

    @property
    def backend(self) -> str:
        """The backend's name."""
        ...

    @property
    def capabilities(self) -> StorageCapabilities:
        """What may be asked of it."""
        ...

    def run_command(
        self,
        credentials: StorageCredentials,
        command: Any,
        features: tuple[str, ...] = (),
        runtime_options: RuntimeOptions | None = None,
    ) -> CommandResult:
        """Run one command, a message of ``understudy.storage.v1``.

        Raises UnsupportedCommandError (900) for one that the backend does not declare, StorageValidationError (3000)
        for one that is wrong in itself, and the StorageError of its kind where the backend refuses or fails.
        """
        ...

    def close(self) -> None:
        """Close what is held open. Commands that run are stopped. Closing twice is harmless."""
        ...
