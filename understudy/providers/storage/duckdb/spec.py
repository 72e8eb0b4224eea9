"""What the registry knows of DuckDB."""

from __future__ import annotations

from understudy.providers.storage.spec import BackendSpec

__all__ = ["SPEC"]

SPEC = BackendSpec(
    name="duckdb",
    title="DuckDB",
    backend="understudy.providers.storage.duckdb.backend:DuckDbBackend",
    settings="understudy.config.models.storage:DuckDbSettings",
    aliases=("duck",),
    extra="duckdb",
    proof="the engine itself",
)
