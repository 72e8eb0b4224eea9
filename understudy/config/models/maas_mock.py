"""Settings of the stand-in for models as a service: what it offers, and what fails."""

from __future__ import annotations

from pydantic import NonNegativeInt

from understudy.config.models.base import Section
from understudy.config.models.scenarios import ScenarioSettings

__all__ = ["MaasMockSettings", "MaasModelSettings"]


class MaasModelSettings(Section):
    """A model of the stand-in."""

    id: str
    """Its id."""
    ready: bool = True
    """Whether it answers."""
    url: str | None = None
    """Where it is served."""
    owned_by: str = "mock"
    """Whose it is."""


class MaasMockSettings(Section):
    """The stand-in's service."""

    models: tuple[MaasModelSettings, ...] = (MaasModelSettings.model_construct(id="mock-model"),)
    """The models that it offers to everyone."""
    omits_expiration: bool = False
    """Leave `expiration` out of issued tokens, as some servers do."""
    scenarios: tuple[ScenarioSettings, ...] = ()
    """Calls that fail."""
    calls_kept: NonNegativeInt = 1000
    """How many calls are remembered for assertions; older ones are forgotten."""
