"""The exit statuses: one table, which ``--help`` and the documentation print."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from understudy.domain.errors import (
    ConfigurationError,
    DuplicateProviderError,
    MissingCredentialsError,
    MissingDependencyError,
    NoProviderAvailableError,
    ProviderNotFoundError,
    UnderstudyError,
    WiringError,
)

__all__ = ["MEANINGS", "Exit", "status_of"]


class Exit(IntEnum):
    """How a command may end."""

    OK = 0
    FAILED = 1
    USAGE = 2
    SETTINGS = 3
    NO_PROVIDER = 4
    INTERNAL = 70
    INTERRUPTED = 130
    PIPE_CLOSED = 141


MEANINGS: Mapping[Exit, str] = MappingProxyType(
    {
        Exit.OK: "all went well",
        Exit.FAILED: "a call or a check failed",
        Exit.USAGE: "the command line is wrong: option, argument, file or standard input",
        Exit.SETTINGS: "the settings or the wiring are wrong",
        Exit.NO_PROVIDER: "no such provider, no credentials for it, or its extra is not installed",
        Exit.INTERNAL: "a fault in understudy itself; please report it",
        Exit.INTERRUPTED: "stopped by Ctrl-C",
        Exit.PIPE_CLOSED: "the reader of the output went away",
    }
)

_STATUSES: tuple[tuple[type[Exception], Exit], ...] = (
    (ConfigurationError, Exit.SETTINGS),
    (WiringError, Exit.SETTINGS),
    (DuplicateProviderError, Exit.SETTINGS),
    (ProviderNotFoundError, Exit.NO_PROVIDER),
    (MissingCredentialsError, Exit.NO_PROVIDER),
    (MissingDependencyError, Exit.NO_PROVIDER),
    (NoProviderAvailableError, Exit.NO_PROVIDER),
    (UnderstudyError, Exit.FAILED),
    (OSError, Exit.FAILED),
)


def status_of(error: BaseException) -> Exit:
    """The exit status that ``error`` stands for.

    The machine may fail too (a full disk); anything else outside the library's tree is a fault of ours.
    """
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), Exit.INTERNAL)
