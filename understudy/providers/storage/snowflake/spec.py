"""What the registry knows of Snowflake."""

from __future__ import annotations

from understudy.providers.storage.spec import BackendSpec

__all__ = ["SPEC"]

SPEC = BackendSpec(
    name="snowflake",
    title="Snowflake",
    backend="understudy.providers.storage.snowflake.backend:SnowflakeBackend",
    settings="understudy.config.models.storage_backends:SnowflakeSettings",
    extra="snowflake",
    proof="the vendor's connector against fakesnow; the rest golden SQL; not against Snowflake's service",
)
