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
)
