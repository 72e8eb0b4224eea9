"""What the registry knows of Exasol."""

from __future__ import annotations

from understudy.providers.storage.spec import BackendSpec

__all__ = ["SPEC"]

SPEC = BackendSpec(
    name="exasol",
    title="Exasol",
    backend="understudy.providers.storage.exasol.backend:ExasolBackend",
    settings="understudy.config.models.storage_backends:ExasolSettings",
    extra="exasol",
    proof="the vendor's driver against a fake of our own over DuckDB; the rest golden SQL; not against Exasol",
)
