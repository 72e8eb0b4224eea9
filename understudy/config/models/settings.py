"""The root of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from understudy.config.models.base import Section
from understudy.config.models.generation import GenerationSettings
from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import PlatformSettings
from understudy.config.models.recording import RecordingSettings
from understudy.config.models.storage import StorageSettings

__all__ = ["Settings"]


class Settings(Section):
    """Everything that can be set. Frozen; made by ``load_settings``, or in code for a test."""

    production: bool = False
    """Refuse stand-ins, recordings, unverified TLS and plain http to other machines."""
    waivers: Mapping[str, Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)] | None] = Field(
        default_factory=dict
    )
    """What `production` would refuse and is meant all the same: the setting's key, and the reason in words."""
    http: HttpSettings = Field(default_factory=HttpSettings)
    generation: GenerationSettings = Field(default_factory=GenerationSettings)
    platform: PlatformSettings = Field(default_factory=PlatformSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    recording: RecordingSettings = Field(default_factory=RecordingSettings)
