"""When a command that went wrong on its way is sent again: one set of rules for gRPC and for HTTP.

- A command that has not reached the service (the connection was refused, or the service was full) is sent again.
- One that may have been carried out is sent again only where doing it twice is doing it once: what reads, and what
  drops with ``ignore_if_not_exists``.
- What the service or its backend answers is an answer, and is never asked for again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import Message

from understudy.config.models.http import RetrySettings
from understudy.domain.errors import StorageError
from understudy.providers.storage.driver import command_name

__all__ = ["SAFE_COMMANDS", "Lost", "repeatable", "with_retries"]

T = TypeVar("T")

SAFE_COMMANDS = frozenset(
    {
        "CreateProfileTable",
        "DescribeService",
        "ExternalBucketSharingStatus",
        "ListSchemas",
        "ObjectInfo",
        "PreviewTable",
    }
)
"""Commands that only read."""


class Lost(Exception):  # noqa: N818 - never leaves the client, which raises ``error``
    """No answer came. ``reached`` says whether the command may have been carried out."""

    def __init__(self, error: StorageError, *, reached: bool) -> None:
        super().__init__(error.reason)
        self.error = error
        self.reached = reached


def repeatable(command: Message) -> bool:
    """Whether a command may be carried out twice without anybody being the wiser."""
    return command_name(command) in SAFE_COMMANDS or bool(getattr(command, "ignore_if_not_exists", False))


def with_retries(
    attempt: Callable[[], T],
    *,
    command: Message,
    settings: RetrySettings,
    timeout: float | None,
    sleep: Callable[[float], object],
) -> T:
    """What ``attempt`` returns, made again as the rules say, within ``timeout`` seconds for all of it.

    Raises what it raises, and the error of the last Lost.
    """
    began = time.monotonic()
    tries = 0
    while True:
        tries += 1
        try:
            return attempt()
        except Lost as lost:
            failure = lost
        if tries > settings.max_retries or (failure.reached and not repeatable(command)):
            raise failure.error
        wait = _wait(settings, tries)
        if timeout is not None and time.monotonic() + wait - began >= timeout:
            raise failure.error
        sleep(wait)


def _wait(settings: RetrySettings, tries: int) -> float:
    longest = min(settings.backoff_max, settings.backoff_base * 2.0 ** (tries - 1))
    return longest * random.random() if settings.jitter else longest  # noqa: S311 - it keeps clients apart, no secret
