"""What the registry knows of Redshift."""

from __future__ import annotations

from understudy.providers.storage.spec import BackendSpec

__all__ = ["SPEC"]

SPEC = BackendSpec(
    name="redshift",
    title="Amazon Redshift",
    backend="understudy.providers.storage.redshift.backend:RedshiftBackend",
    settings="understudy.config.models.storage_backends:RedshiftSettings",
    extra="redshift",
    proof="the vendor's driver against PostgreSQL 15; the rest golden SQL; not against Amazon's service",
)
