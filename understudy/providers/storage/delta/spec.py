"""What the registry knows of Delta Lake."""

from __future__ import annotations

from understudy.providers.storage.spec import BackendSpec

__all__ = ["SPEC"]

SPEC = BackendSpec(
    name="delta",
    title="Delta Lake",
    backend="understudy.providers.storage.delta.backend:DeltaBackend",
    settings="understudy.config.models.storage_backends:DeltaSettings",
    aliases=("deltalake",),
    extra="delta",
    proof="delta-rs itself, on local disk and on S3 (moto)",
)
