"""What the registry knows of Synapse."""

from __future__ import annotations

from understudy.providers.storage.spec import BackendSpec

__all__ = ["SPEC"]

SPEC = BackendSpec(
    name="synapse",
    title="Azure Synapse Analytics",
    backend="understudy.providers.storage.synapse.backend:SynapseBackend",
    settings="understudy.config.models.storage_backends:SynapseSettings",
    extra="synapse",
    proof="the vendor's driver against a fake of our own over DuckDB; the rest golden SQL; not against Azure's service",
)
