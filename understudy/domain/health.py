"""How a provider is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["Health", "HealthStatus"]


class HealthStatus(StrEnum):
    """``degraded`` answers but not well (slow, rate limited, model missing); ``unknown`` was not asked yet."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One health check's answer. ``latency`` is in seconds; ``error`` is the failure in words, redacted."""

    provider: str
    status: HealthStatus = HealthStatus.UNKNOWN
    latency: float | None = None
    error: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the provider may be used: healthy or degraded."""
        return self.status in (HealthStatus.HEALTHY, HealthStatus.DEGRADED)
