"""How the stand-in of a platform service is made to fail, in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from pydantic import Field, NonNegativeFloat, PositiveInt

from understudy.config.models.base import Section

__all__ = ["Scenario", "ScenarioSettings"]

Scenario: TypeAlias = Literal[
    "timeout",
    "connection_failed",
    "unavailable",
    "unauthorised",
    "forbidden",
    "not_found",
    "invalid_request",
    "rate_limited",
    "internal_error",
]


class ScenarioSettings(Section):
    """Calls that fail, and how. The first scenario that takes a call fails it."""

    operation: str = "*"
    """The operation's name; `*` and `?` stand for any characters."""
    user: str | None = None
    """Only for the identity of this user; absent: for all."""
    arguments: Mapping[str, Any] = Field(default_factory=dict)
    """Only where the call has these arguments, each equal to the value here."""
    error: Scenario
    """What goes wrong."""
    message: str | None = None
    """The error's words; absent: words that fit the error."""
    retry_after: NonNegativeFloat | None = None
    """The service's advice, in seconds."""
    times: PositiveInt | None = None
    """How often, before the scenario steps aside; absent: always."""
