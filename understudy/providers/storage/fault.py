"""How a command says that it cannot be done."""

from __future__ import annotations

from understudy.domain.storage_errors import StorageCode

__all__ = ["CommandFault"]


class CommandFault(Exception):  # noqa: N818 - never leaves the driver, which makes the StorageError of it
    """Raised by what carries a command out; the driver adds which backend and command it was.

    ``message`` says what is wrong, ``hint`` what to do next.
    """

    def __init__(self, code: StorageCode, message: str, *, hint: str | None = None, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.retryable = retryable
