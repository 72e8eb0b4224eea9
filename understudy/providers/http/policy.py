"""What a client may spend: the shared settings with a provider's overrides laid over them, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from understudy.config.models.http import HttpOverrides, HttpSettings

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits of one client; times in seconds, sizes in bytes. The fields mean what they mean in the settings."""

    connect: float
    read: float
    total: float
    attempt: float | None
    max_retries: int
    backoff_base: float
    backoff_max: float
    jitter: bool
    retry_after_max: float
    response_bytes: int
    line_bytes: int
    header_bytes: int

    @classmethod
    def of(cls, settings: HttpSettings, overrides: HttpOverrides | None) -> Policy:
        """The shared settings, changed by what ``overrides`` says."""
        values = {
            **settings.timeout.model_dump(),
            **settings.retry.model_dump(),
            **settings.limits.model_dump(),
        }
        if overrides is not None:
            values |= overrides.timeout.model_dump(exclude_none=True)
            values |= overrides.retry.model_dump(exclude_none=True)
        return cls(**values)
